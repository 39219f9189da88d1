import signal
import subprocess
import sys

from dedupe.local.reaper import end_groups, follow


def start(code: str) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", f"{code}\nprint(flush=True)\nimport time; time.sleep(600)"],
        stdout=subprocess.PIPE,
        process_group=0,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    return process


def test_the_groups_that_started_and_did_not_end_are_left():
    lines = ["+1 server\n", "+2 api\n", "+3 worker\n", "-2 api\n", "+4 api\n"]

    assert follow(lines) == ({1: "server", 3: "worker", 4: "api"}, False)


def test_nothing_is_to_do_once_the_supervisor_was_done():
    assert follow(["+1 server\n", "-1 server\n", "done\n"]) == ({}, True)


def test_groups_end_politely_where_they_can_and_by_force_where_not():
    polite = start("")
    stubborn = start("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)")

    end_groups({polite.pid: "server", stubborn.pid: "worker", 2**22 + 1: "gone"}, grace_seconds=0.1)

    assert polite.wait(10) == -signal.SIGTERM
    assert stubborn.wait(10) == -signal.SIGKILL
