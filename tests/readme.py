"""What the README shows: its commands with the output under them, its Python, its tables."""

import re
from dataclasses import dataclass
from pathlib import Path

README = Path("README.md")


@dataclass(frozen=True)
class Command:
    """A command of a console block and the lines shown under it; ``...`` stands for any lines."""

    line: str
    shown: tuple[str, ...]


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def commands() -> list[Command]:
    """Every command of every console block, in order."""
    found: list[Command] = []
    for line in (line for block in blocks("console") for line in block.splitlines()):
        if line.startswith("$ "):
            found.append(Command(line.removeprefix("$ "), ()))
        else:
            found[-1] = Command(found[-1].line, (*found[-1].shown, line))
    return found


def shows(shown: tuple[str, ...], output: str) -> bool:
    """Whether the lines shown are those of the output, give or take white space at the ends."""
    pattern = "\n".join(".*" if line == "..." else re.escape(line.rstrip()) for line in shown)
    printed = "\n".join(line.rstrip() for line in output.strip("\n").splitlines())
    return re.fullmatch(pattern, printed, re.DOTALL) is not None
