"""A stack of the real supervisor and server with stand-ins for API and workers: ``stub_stack.py DATA [OWNER]``.

Prints ``ready PID URL`` once it answers, and ``name: stopping`` as each stand-in is asked to stop.
"""

import sys
from pathlib import Path

from dedupe.local.process import Program
from dedupe.local.programs import Plan
from dedupe.local.stack import StackOptions, serve

# A stand-in says when it is asked to stop and then takes its time, so that a wrong order shows.
SAY = """
import signal, sys, time
def stop(*_):
    print("stopping", flush=True); time.sleep(0.1); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
"""
API = (
    SAY
    + """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_):
        pass
import socket
server = http.server.HTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[1]))
server.serve_forever()
"""
)
# Like a prefork worker: a child that ignores a polite signal.
WORKER = (
    SAY
    + """
import os
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True: time.sleep(600)
"""
)


def programs(plan: Plan) -> list[Program]:
    def program(name: str, code: str, *inherit: int) -> Program:
        command = (sys.executable, "-I", "-S", "-c", code, *map(str, inherit))
        return Program(name, command, plan.data, inherit=inherit)

    return [program("worker", WORKER), program("api", API, plan.listener)]


def main(data: str, owner: str | None = None) -> None:
    serve(
        StackOptions(Path(data)),
        show=lambda name, line: print(f"{name}: {line}", flush=True),
        announce=lambda stack: print(f"ready {stack.pid} {stack.api_url}", flush=True),
        owner=None if owner is None else int(owner),
        programs=programs,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
