"""The one-command stack: server, workers, scheduler and API under one supervisor, until it is to stop."""

import http.client
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from dedupe.errors import StackError
from dedupe.local.binary import find_binary
from dedupe.local.directory import (
    DataDirectory,
    RunningStack,
    find_running,
    held,
    open_directory,
    remove_stale_sockets,
    socket_directory,
    write_state,
)
from dedupe.local.ports import base_url, listen
from dedupe.local.process import Program
from dedupe.local.programs import Plan, service_programs
from dedupe.local.server import (
    IN_USE,
    SOCKET_NAME,
    START_SECONDS,
    Durability,
    ServerAddress,
    answers,
    locate_server,
    server_program,
    socket_address,
)
from dedupe.local.signals import StopSignals
from dedupe.local.supervisor import Show, StopRequested, Supervisor

# A killed stack's processes have a few seconds each to end; see reaper.py.
_PREDECESSOR_SECONDS = 15.0
_READY_SECONDS = 60.0
# Until the API accepts connections they wait in its socket, and the supervisor must not wait with them.
_READY_PATIENCE_SECONDS = 1.0
STOP_ORDER = (("api",), ("scheduler", "worker", "recluster"), ("server",))


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What to run: without ``port`` the usual or a free one, without ``store_url`` the embedded server."""

    data: Path
    host: str = "127.0.0.1"
    port: int | None = None
    workers: int = 1
    durability: Durability = "everysec"
    store_url: str | None = None
    broker_url: str | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


def serve(
    options: StackOptions,
    *,
    show: Show,
    announce: Callable[[RunningStack], None],
    talk: Callable[[str], bool] | None = None,
    owner: int | None = None,
    programs: Callable[[Plan], Sequence[Program]] = service_programs,
) -> None:
    """Run a stack until it is to stop; ``announce`` is called once it answers.

    ``talk`` then runs with the API's address in a thread of its own; the stack stops when it returns False.
    What ``talk`` raises is raised here. ``owner`` is a parent process whose end stops the stack too.
    """
    with StopSignals(owner=owner) as signals:
        try:
            with running_stack(options, show=show, signals=signals, programs=programs) as (supervisor, stack):
                announce(stack)
                if talk is None or stack.api_url is None or _converse(supervisor, talk, stack.api_url):
                    supervisor.wait_until(lambda: False, seconds=None, waiting_for="the end")
        except StopRequested:
            return


def _converse(supervisor: Supervisor, talk: Callable[[str], bool], api_url: str) -> bool:
    outcome: Future[bool] = Future()

    def run() -> None:
        try:
            outcome.set_result(talk(api_url))
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=run, name="talk", daemon=True).start()
    supervisor.wait_until(outcome.done, seconds=None, waiting_for="the conversation")
    return outcome.result()


@contextmanager
def running_stack(
    options: StackOptions,
    *,
    show: Show,
    signals: StopSignals,
    programs: Callable[[Plan], Sequence[Program]] = service_programs,
) -> Iterator[tuple[Supervisor, RunningStack]]:
    """Stack that answers, with its supervisor; stopped in order when the block ends.

    Raises ``StackError`` where it cannot start, ``StopRequested`` where it is to stop before it has.
    """
    directory = open_directory(options.data)
    _refuse_second(directory)
    with ExitStack() as cleanup:
        lock = _hold_both_locks(cleanup, directory)
        remove_stale_sockets(directory)
        cleanup.callback(directory.state.unlink, missing_ok=True)
        listener = cleanup.enter_context(listen(options.host, options.port))
        socket_path = cleanup.enter_context(socket_directory(directory, socket_name=SOCKET_NAME)) / SOCKET_NAME
        supervisor = cleanup.enter_context(Supervisor(show=show, signals=signals, inherit=[lock]))
        cleanup.callback(supervisor.stop, *STOP_ORDER)

        server = _reach_server(supervisor, options, directory=directory, socket_path=socket_path)
        stack = RunningStack(os.getpid(), server.store_url, server.broker_url)
        write_state(directory, stack)
        plan = Plan(server, directory.path, listener.fileno(), options.workers, options.environment)
        for program in programs(plan):
            supervisor.start_later(program, seconds=program.delay_seconds)
        stack = replace(stack, api_url=base_url(listener))
        supervisor.wait_until(
            lambda: is_ready(str(stack.api_url)), seconds=_READY_SECONDS, waiting_for="the API to answer"
        )
        write_state(directory, stack)
        yield supervisor, stack


def _refuse_second(directory: DataDirectory) -> None:
    running = find_running(directory.path)
    if running is not None:
        where = "and is starting" if running.api_url is None else f"at {running.api_url}"
        raise StackError(f"a stack already runs on {directory.path} {where} (process {running.pid})")


def _hold_both_locks(cleanup: ExitStack, directory: DataDirectory) -> int:
    refusal = f"another stack is starting or stopping on {directory.path}; try again in a moment"
    cleanup.enter_context(held(directory.stack_lock, patience_seconds=1.0, refusal=refusal))
    refusal = IN_USE.format(path=directory.path)
    return cleanup.enter_context(held(directory.processes_lock, patience_seconds=_PREDECESSOR_SECONDS, refusal=refusal))


def _reach_server(
    supervisor: Supervisor, options: StackOptions, *, directory: DataDirectory, socket_path: Path
) -> ServerAddress:
    if options.store_url is not None:
        return locate_server(directory.path, store_url=options.store_url, broker_url=options.broker_url)
    program = server_program(
        find_binary().path, socket_path=socket_path, directory=directory.store, durability=options.durability
    )
    supervisor.start(program)
    supervisor.wait_until(
        lambda: answers(socket_path), seconds=START_SECONDS, waiting_for="the embedded server to answer"
    )
    address = socket_address(socket_path)
    return address if options.broker_url is None else replace(address, broker_url=options.broker_url)


def is_ready(api_url: str) -> bool:
    """Whether the API answers and reaches its store."""
    connection = http.client.HTTPConnection(urlsplit(api_url).netloc, timeout=_READY_PATIENCE_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
