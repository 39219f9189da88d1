"""The commands around the stack, as a user types them."""

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def dedupe(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DEDUPE_")}
    return subprocess.run(
        [sys.executable, "-m", "dedupe", *arguments],
        env={**plain, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_chosen_port_that_is_taken_is_a_usage_error_that_names_it(tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])

        ended = dedupe("up", "--port", port, "--data", str(tmp_path))

    assert ended.returncode == 2
    assert "--port" in ended.stderr
    assert port in ended.stderr


def test_a_worker_without_a_server_says_what_to_do(tmp_path):
    ended = dedupe("worker", DEDUPE_DATA=str(tmp_path))

    assert ended.returncode == 1
    assert "DEDUPE_STORE_URL" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_wrong_settings_stop_the_start_and_are_all_named(tmp_path):
    ended = dedupe("up", "--data", str(tmp_path), DEDUPE_DURABILITY="maybe", DEDUPE_SHARDS="0")

    assert ended.returncode == 2
    assert "DEDUPE_DURABILITY" in ended.stderr
    assert "DEDUPE_SHARDS" in ended.stderr


def test_a_process_becomes_the_program_it_stands_for(tmp_path):
    # The store is not asked before the app is loaded, so its options are read with any address.
    ended = dedupe("scheduler", DEDUPE_STORE_URL="nonsense://x")

    assert ended.returncode == 2
    assert "DEDUPE_STORE_URL" in ended.stderr


def test_a_stack_that_others_can_reach_needs_a_key(tmp_path):
    done = dedupe("up", "--host", "0.0.0.0", "--data", str(tmp_path))

    assert done.returncode == 2
    assert "DEDUPE_API_KEY" in done.stderr
