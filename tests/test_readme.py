import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from dedupe.cli.root import SECTIONS
from dedupe.environment import PREFIX, Settings
from dedupe.local import find_running
from tests.readme import README, Command, blocks, commands, shows

OFFLINE = ("dedupe cluster", "dedupe duplicates", "dedupe explain")
ELSEWHERE = {
    "make demo": "test_the_demo_prints_what_the_readme_shows",
    "make test": "it is what runs this",
    "dedupe up": "the stack fixture",
}
USUAL_URL = "http://127.0.0.1:8080"


def run(line: str, environment: dict[str, str]) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", line], env={**environment, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def stack(tmp_path_factory, eventually):
    data = tmp_path_factory.mktemp("up")
    environment = {**os.environ, "DEDUPE_DATA": str(data)}
    command = [sys.executable, "-m", "dedupe", "up"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        eventually(lambda: _is_ready(data))
        url = find_running(data).api_url
        yield url, environment
        process.send_signal(signal.SIGINT)


def _is_ready(data: Path) -> bool:
    running = find_running(data)
    return running is not None and running.api_url is not None


def _offline(command: Command) -> bool:
    return command.line.startswith(OFFLINE)


@pytest.mark.parametrize("command", list(filter(_offline, commands())), ids=lambda command: command.line)
def test_a_command_over_files_prints_what_the_readme_shows(command):
    output = run(command.line, dict(os.environ))

    assert output
    assert not command.shown or shows(command.shown, output)


def test_every_other_command_of_the_readme_works_on_a_running_stack_in_order(stack):
    url, environment = stack
    for command in commands():
        if _offline(command) or command.line in ELSEWHERE:
            continue
        line = command.line.replace(USUAL_URL, url)
        if line.startswith("curl ") and shutil.which("curl") is None:
            output = httpx.get(line.split()[-1]).raise_for_status().text
        else:
            output = run(line, environment)
        assert not command.shown or shows(command.shown, output), f"{line}\n{output}"


def test_the_python_of_the_readme_runs(stack):
    url, _ = stack
    for block in blocks("python"):
        exec(compile(block.replace(USUAL_URL, url), str(README), "exec"), {})


def test_the_demo_prints_what_the_readme_shows():
    shown = next(command.shown for command in commands() if command.line == "make demo")

    output = run("dedupe demo --once", dict(os.environ))

    assert shows(("...", *shown[1:], "..."), output)


def test_every_command_is_in_the_readme():
    text = README.read_text(encoding="utf-8")

    names = [name for section in SECTIONS.values() for name in section]
    assert [name for name in names if f"dedupe {name}" not in text] == []


def test_the_table_of_settings_is_the_class():
    rows = [f"| `{PREFIX}{name.upper()}` |" for name in Settings.model_fields]

    text = README.read_text(encoding="utf-8")
    for row, field in zip(rows, Settings.model_fields.values(), strict=True):
        line = next((line for line in text.splitlines() if line.startswith(row)), None)
        assert line is not None, row
        assert field.description in line
        if field.default is not None and field.default_factory is None:
            assert f"`{field.default:g}`" in line if isinstance(field.default, float) else f"`{field.default}`" in line
