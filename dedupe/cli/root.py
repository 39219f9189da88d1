"""The ``dedupe`` command: which subcommands there are, and what becomes of errors.

A subcommand's module is imported when the subcommand is run, so that ``dedupe --help`` does not wait for the libraries.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

import dedupe
from dedupe.cli.output import ExitCode, say
from dedupe.errors import BadInput, DedupeError, InvalidSettings


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """Where a subcommand is defined, under its own name (``_`` for ``-``), and its line in ``dedupe --help``."""

    module: str
    summary: str


# A new subcommand is a click command in a module of this package and a line here.
SECTIONS: Mapping[str, Mapping[str, LazyCommand]] = {
    "Files in, no server needed": {
        "duplicates": LazyCommand("dedupe.cli.duplicates", "Which articles repeat which."),
        "cluster": LazyCommand("dedupe.cli.offline", "Which articles tell the same story."),
        "explain": LazyCommand("dedupe.cli.explanation", "Why two articles are together, or not."),
        "evaluate": LazyCommand("dedupe.cli.evaluation", "Score stories or duplicates against gold labels."),
    },
    "The service": {
        "up": LazyCommand("dedupe.cli.stack", "Server, workers and API in one, until Ctrl-C."),
        "demo": LazyCommand("dedupe.cli.stack", "The five seed articles through the real stack."),
        "submit": LazyCommand("dedupe.cli.online", "Send articles to the service."),
        "status": LazyCommand("dedupe.cli.online", "Where articles stand."),
        "stories": LazyCommand("dedupe.cli.online_stories", "The stories, the latest change first."),
        "story": LazyCommand("dedupe.cli.online_stories", "One story with its articles."),
        "events": LazyCommand("dedupe.cli.events", "What changed, in order, from a cursor on."),
        "recluster": LazyCommand("dedupe.cli.online", "Settle the stories of the window."),
        "constraints": LazyCommand("dedupe.cli.constraints", "Articles that people put together, or apart."),
        "dead-letters": LazyCommand("dedupe.cli.online", "Articles that were given up, and why."),
        "doctor": LazyCommand("dedupe.cli.online", "Check the service and say what to do."),
    },
    "A process each, for containers": {
        "worker": LazyCommand("dedupe.cli.stack", "One worker process."),
        "api": LazyCommand("dedupe.cli.stack", "One API process."),
        "scheduler": LazyCommand("dedupe.cli.stack", "One scheduler process."),
    },
}


class LazyGroup(click.Group):
    """A group of the subcommands in ``SECTIONS``, each imported when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of the help."""
        return [name for commands in SECTIONS.values() for name in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a subcommand; None where there is none of this name."""
        for commands in SECTIONS.values():
            if cmd_name in commands:
                module = importlib.import_module(commands[cmd_name].module)
                command: click.Command = getattr(module, cmd_name.replace("-", "_"))
                return command
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the sections without importing anything."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, command.summary) for name, command in commands.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 a check failed, 2 usage, 3 bad input rows, 130 interrupted.",
)
@click.version_option(dedupe.__version__, "--version", message="dedupe %(version)s")
def commands() -> None:
    """Have we seen this text before, and which story is it part of?"""


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit code. No error of a user or of the data leaves a traceback."""
    try:
        code = commands.main(args=list(arguments), prog_name="dedupe", standalone_mode=False)
        return code if isinstance(code, int) else ExitCode.DONE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except BadInput as error:
        say(str(error))
        return ExitCode.BAD_INPUT
    except DedupeError as error:
        say(f"Error: {error}")
        return ExitCode.USAGE if isinstance(error, InvalidSettings) else ExitCode.CHECK_FAILED
