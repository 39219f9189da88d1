import stat

import pytest

from dedupe.errors import StackError
from dedupe.local.directory import (
    RunningStack,
    find_running,
    held,
    is_held,
    open_directory,
    remove_stale_sockets,
    socket_directory,
    write_state,
)

STATE = RunningStack(pid=1, store_url="unix:///s", broker_url="redis+socket:///s", api_url="http://127.0.0.1:1")


def test_a_new_data_directory_is_for_its_owner_alone(tmp_path):
    directory = open_directory(tmp_path / "new" / "data")

    write_state(directory, STATE)

    assert stat.S_IMODE(directory.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(directory.state.stat().st_mode) == 0o600


def test_a_stack_is_found_exactly_while_its_lock_is_held(tmp_path):
    directory = open_directory(tmp_path)
    write_state(directory, STATE)

    with held(directory.stack_lock, patience_seconds=0, refusal="no"):
        during = find_running(tmp_path)

    assert during == STATE
    assert find_running(tmp_path) is None


def test_nothing_runs_where_there_is_no_directory(tmp_path):
    assert find_running(tmp_path / "nothing") is None


@pytest.mark.parametrize("state", [b"", b"{", b"[]", b'{"pid": 1, "surprise": 2}'])
def test_a_state_file_of_another_kind_is_no_stack(tmp_path, state):
    directory = open_directory(tmp_path)
    directory.state.write_bytes(state)

    with held(directory.stack_lock, patience_seconds=0, refusal="no"):
        assert find_running(tmp_path) is None


def test_a_held_lock_refuses_the_next_one_and_is_free_afterwards(tmp_path):
    lock = tmp_path / "lock"

    with (
        held(lock, patience_seconds=0, refusal="no"),
        pytest.raises(StackError, match="taken"),
        held(lock, patience_seconds=0.05, refusal="taken"),
    ):
        pass

    assert not is_held(lock)


def test_a_short_socket_stays_in_the_data_directory(tmp_path):
    directory = open_directory(tmp_path)

    with socket_directory(directory, socket_name="s") as place:
        assert place.parent == directory.path


def test_the_socket_directory_of_a_killed_stack_is_removed(tmp_path):
    directory = open_directory(tmp_path)
    left = tmp_path / "dedupe-run-x y"
    left.mkdir()
    write_state(directory, RunningStack(1, f"unix://{str(left).replace(' ', '%20')}/store.sock", "redis://h"))

    remove_stale_sockets(directory)

    assert not left.exists()


def test_only_a_socket_directory_of_our_own_making_is_removed(tmp_path):
    directory = open_directory(tmp_path)
    other = tmp_path / "photos"
    other.mkdir()
    write_state(directory, RunningStack(1, f"unix://{other}/store.sock", "redis://h"))

    remove_stale_sockets(directory)

    assert other.exists()
