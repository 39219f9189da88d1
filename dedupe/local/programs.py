"""The programs of a stack besides its server: the API, the workers and the scheduler, as command lines."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from dedupe.local.process import Program
from dedupe.local.server import ServerAddress

QUEUES = ("ingest", "recluster")
# Where every program runs. Celery and uvicorn import from their working directory first: there it must be this code,
# and not a user's own package of the name `workers`.
PACKAGE_ROOT = Path(__file__).parents[2]
_FORK = get_context("fork")
# A worker ends the task at hand; the ledger hands out again what it could not.
_WORKER_STOP_SECONDS = 25.0
# Nothing is due in the first seconds; its imports would only slow down the others.
_SCHEDULER_DELAY_SECONDS = 10.0
# Celery's warning to root is about pickled messages, which nobody here reads.
_QUIET = (
    "with superuser privileges",
    "absolutely not recommended",
    "using the --uid option",
    "User information: uid=",
    "_warn_or_raise_security_error(",
    "worker: Warm shutdown",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the programs of one stack have to know; ``data`` is an absolute path, ``listener`` the API's socket."""

    server: ServerAddress
    data: Path
    listener: int
    workers: int
    environment: Mapping[str, str]


def api_command(*place: str) -> tuple[str, ...]:
    """How the API is started; ``place`` are uvicorn's options for where it listens."""
    factory = ("dedupe.api.app:create_app", "--factory")
    # An open long poll must not hold up the end.
    quiet = ("--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "3")
    return (sys.executable, "-m", "uvicorn", *factory, *place, *quiet)


def worker_command(queue: str, *, concurrency: int) -> tuple[str, ...]:
    """How the worker of a queue is started."""
    name = ("-Q", queue, "-n", f"{queue}@%h")
    quiet = ("--without-mingle", "--without-gossip", "-l", "WARNING")
    return (*_celery("worker"), *name, *pool_options(concurrency), *quiet)


def pool_options(concurrency: int, *, make_lock: Callable[[], object] = _FORK.Lock) -> tuple[str, ...]:
    """How many processes a worker has: one and itself alone where the system has no semaphores to share.

    Celery's pool of processes needs them, and a container without a writable /dev/shm has none.
    """
    try:
        make_lock()
    except OSError:
        return ("--pool", "solo")
    return ("--concurrency", str(concurrency))


def scheduler_command() -> tuple[str, ...]:
    """How the scheduler is started."""
    return (*_celery("beat"), "-l", "WARNING")


def _celery(command: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "--quiet", "-A", "workers.app", command)


def service_programs(plan: Plan) -> list[Program]:
    """All programs of the stack but the server, in the order of their start."""
    environment = child_environment(plan.environment, server=plan.server, data=plan.data)

    def program(name: str, command: tuple[str, ...], stop_seconds: float) -> Program:
        return Program(name, command, PACKAGE_ROOT, environment, stop_seconds, _QUIET)

    return [
        program("worker", worker_command("ingest", concurrency=plan.workers), _WORKER_STOP_SECONDS),
        replace(program("api", api_command("--fd", str(plan.listener)), 10.0), inherit=(plan.listener,)),
        program("recluster", worker_command("recluster", concurrency=1), _WORKER_STOP_SECONDS),
        replace(program("scheduler", scheduler_command(), 5.0), delay_seconds=_SCHEDULER_DELAY_SECONDS),
    ]


def child_environment(parent: Mapping[str, str], *, server: ServerAddress, data: Path) -> dict[str, str]:
    """Environment of a program of the stack: the parent's, and where store, broker and data are."""
    own = {
        "DEDUPE_STORE_URL": server.store_url,
        "DEDUPE_BROKER_URL": server.broker_url,
        "DEDUPE_DATA": str(data),
        "PYTHONUNBUFFERED": "1",
    }
    return {**parent, **own}
