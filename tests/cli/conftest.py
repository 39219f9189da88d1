import json
from pathlib import Path

import pytest

from dedupe.cli.root import run


@pytest.fixture(scope="session")
def seeds():
    return Path(__file__).parents[2] / "seeds"


@pytest.fixture
def dedupe(capfdbinary):
    """Runs a command in this process; its exit code, the bytes on stdout and the text on stderr."""

    def run_command(*arguments):
        code = run([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return code, out, err.decode()

    return run_command


@pytest.fixture
def write(tmp_path):
    def write_file(name, *rows):
        path = tmp_path / name
        path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
        return path

    return write_file
