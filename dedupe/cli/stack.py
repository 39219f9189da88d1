"""The commands that run things: the whole stack, the demo, and each process alone."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import click

from dedupe.cli.output import ExitCode
from dedupe.environment import Settings, read_settings
from dedupe.errors import StackError
from dedupe.local.console import console_on
from dedupe.local.directory import RunningStack
from dedupe.local.ports import USUAL_PORT, is_this_machine, listen
from dedupe.local.programs import (
    PACKAGE_ROOT,
    QUEUES,
    api_command,
    child_environment,
    scheduler_command,
    worker_command,
)
from dedupe.local.server import locate_server
from dedupe.local.stack import StackOptions, serve

# Set by the Makefile to the process that the stack belongs to, because make may be killed without a word.
_OWNER = "DEDUPE_OWNER_PID"
_PORT = click.IntRange(1, 65_535)
_HOST_OPTION = click.option("--host", default="127.0.0.1", show_default=True, help="Address the API listens on.")
_DATA_OPTION = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Data directory; default: DEDUPE_DATA."
)


@click.command()
@_HOST_OPTION
@click.option("--port", type=_PORT, help=f"Port of the API; default: {USUAL_PORT}, or a free one.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,  # each follows the whole log, so that two on two processors take twice as much and get half as far
    show_default=True,
    help="Ingest processes.",
)
@_DATA_OPTION
def up(host: str, port: int | None, workers: int, data: Path | None) -> None:
    """Run server, workers and API in one until Ctrl-C."""
    options = _options(host=host, port=port, workers=workers, data=data)
    serve(options, show=console_on(sys.stderr).show, announce=_announce, owner=_owner())


@click.command()
@_HOST_OPTION
@click.option("--port", type=_PORT, help=f"Port of the API; default: {USUAL_PORT}, or a free one.")
@click.option("--once", is_flag=True, help="Stop after printing; exit 1 where the stories are not the three.")
def demo(host: str, port: int | None, once: bool) -> int:
    """Send the five seed articles through a real stack and print their three stories."""
    # Here, because rich and the HTTP client would slow down every other command.
    from dedupe.local.demo import run_demo  # noqa: PLC0415

    options = _options(host=host, port=port, workers=2, data=None)
    return ExitCode.DONE if run_demo(options, once=once, owner=_owner()) else ExitCode.CHECK_FAILED


@click.command()
@click.option("--queues", type=click.Choice(QUEUES), default="ingest", show_default=True, help="Queue to work off.")
@click.option("--concurrency", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes.")
@_DATA_OPTION
def worker(queues: str, concurrency: int, data: Path | None) -> None:
    """Run the worker of one queue, and nothing else."""
    _become(worker_command(queues, concurrency=concurrency), data=data)


@click.command()
@_HOST_OPTION
@click.option("--port", type=_PORT, default=USUAL_PORT, show_default=True, help="Port of the API.")
@_DATA_OPTION
def api(host: str, port: int, data: Path | None) -> None:
    """Run the HTTP API, and nothing else."""
    _require_key(host, read_settings())
    _become(api_command("--host", host, "--port", str(port)), data=data)


@click.command()
@_DATA_OPTION
def scheduler(data: Path | None) -> None:
    """Run the scheduler of the periodic jobs, and nothing else; one is enough."""
    _become(scheduler_command(), data=data)


def _require_key(host: str, settings: Settings) -> None:
    if settings.api_key is None and not is_this_machine(host):
        raise click.UsageError(
            f"{host} can be reached from other machines: set DEDUPE_API_KEY to a secret of 16 characters or more, "
            "which requests must then carry"
        )


def _options(*, host: str, port: int | None, workers: int, data: Path | None) -> StackOptions:
    settings = read_settings()
    _require_key(host, settings)
    if port is not None:
        _require_free(host, port)
    return StackOptions(
        data=settings.data if data is None else data,
        host=host,
        port=port,
        workers=workers,
        durability=settings.durability,
        store_url=settings.store_url,
        broker_url=settings.broker_url,
    )


def _require_free(host: str, port: int) -> None:
    try:
        listen(host, port).close()
    except StackError as error:
        raise click.BadParameter(str(error), param_hint="--port") from None


def _owner() -> int | None:
    pid = os.environ.get(_OWNER, "")
    return int(pid) if pid.isdigit() else None


def _announce(stack: RunningStack) -> None:
    click.echo(f"dedupe is ready at {stack.api_url}  (Ctrl-C stops it)")


def _become(command: Sequence[str], *, data: Path | None) -> NoReturn:
    settings = read_settings()
    directory = (settings.data if data is None else data).expanduser().absolute()
    server = locate_server(directory, store_url=settings.store_url, broker_url=settings.broker_url)
    environment = child_environment(os.environ, server=server, data=directory)
    _replace_process(command, environment)


def _replace_process(command: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    # The process itself, not a child of it: a container's signals and exit status then need no help.
    os.chdir(PACKAGE_ROOT)
    os.execve(command[0], list(command), dict(environment))  # noqa: S606
