"""The script that makes .venv, on copies of it that can fail without harm."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMES = [".ci/requirements.lock", "pyproject.toml"]


@pytest.fixture
def checkout(tmp_path):
    place = tmp_path / "a check out"
    (place / ".ci").mkdir(parents=True)
    (place / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "venv.sh", place / ".ci")
    (place / ".ci" / "requirements.lock").write_text("a lock")
    (place / "pyproject.toml").write_text("a project")
    return place


def make_program(path: Path, code: str) -> Path:
    path.write_text(f"#!/bin/sh\n{code}\n")
    path.chmod(0o755)
    return path


def complete(checkout: Path) -> None:
    """Leave behind what a complete run leaves behind."""
    sums = [subprocess.check_output(["cksum", name], cwd=checkout, text=True).strip() for name in NAMES]
    (checkout / ".venv" / "complete").write_text(f"{checkout} {sums[0]} {sums[1]}\n")


def install(checkout: Path, python: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "PYTHON": python, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    return subprocess.run(
        ["/bin/sh", str(checkout / ".ci" / "venv.sh")], env=environment, capture_output=True, text=True, check=False
    )


def test_an_interpreter_that_does_not_serve_is_refused_before_anything_is_made(checkout):
    shutil.rmtree(checkout / ".venv")
    old = make_program(checkout / "python2", "exit 1")

    ended = install(checkout, str(old))

    assert ended.returncode == 1
    assert "3.11 to 3.14" in ended.stderr
    assert str(old) in ended.stderr
    assert not (checkout / ".venv").exists()


def test_nothing_is_done_where_the_last_run_was_complete(checkout):
    make_program(checkout / ".venv" / "bin" / "python", "exit 0")
    complete(checkout)

    ended = install(checkout, "/not/there")

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_a_changed_lock_is_installed_again(checkout):
    make_program(checkout / ".venv" / "bin" / "python", 'echo "$@"')
    complete(checkout)
    (checkout / ".ci" / "requirements.lock").write_text("another lock")

    ended = install(checkout, sys.executable)
    again = install(checkout, sys.executable)

    assert ended.returncode == 0
    assert "--require-hashes" in ended.stdout
    assert "--editable ." in ended.stdout
    assert "install" not in again.stdout


def test_an_install_that_failed_is_not_taken_for_a_complete_one(checkout):
    make_program(checkout / ".venv" / "bin" / "python", 'case "$*" in *install*) exit 9 ;; esac')
    complete(checkout)
    (checkout / ".ci" / "requirements.lock").write_text("another lock")

    ended = install(checkout, sys.executable)

    assert ended.returncode == 9
    assert not (checkout / ".venv" / "complete").exists()


def test_what_an_interrupted_install_left_is_made_anew(checkout):
    make_program(checkout / ".venv" / "bin" / "python", "exit 0")
    (checkout / ".venv" / "incomplete").touch()
    (checkout / ".venv" / "half a package").touch()
    base = make_program(checkout / "python3", 'case "$*" in *"venv .venv"*) exit 7 ;; *) exit 0 ;; esac')

    ended = install(checkout, str(base))

    assert ended.returncode == 7
    assert not (checkout / ".venv" / "half a package").exists()
    assert (checkout / ".venv" / "incomplete").exists()


def test_a_second_run_waits_for_the_first(checkout):
    make_program(checkout / ".venv" / "bin" / "python", "exit 0")
    first = subprocess.Popen(["sleep", "0.5"])
    (checkout / ".venv" / "incomplete").write_text(f"{first.pid}\n")
    complete(checkout)
    threading.Thread(target=first.wait).start()

    ended = install(checkout, sys.executable)

    assert ended.returncode == 0
    assert f"Process {first.pid} is already making .venv" in ended.stderr
    assert first.returncode == 0
