import stat
from pathlib import Path

import psutil
import pytest
from kombu import Connection
from redis import Redis

from dedupe.errors import StackError
from dedupe.local.server import broker_of, embedded_server, locate_server, server_program, socket_address


def test_a_server_answers_store_and_broker_in_a_path_with_a_space(tmp_path):
    with embedded_server(tmp_path / "my data") as address:
        store, broker = Redis.from_url(address.store_url), Connection(address.broker_url)

        assert store.ping()
        assert broker.default_channel.client.ping()
        broker.release()
        store.close()


def test_only_this_user_can_reach_the_server_and_no_port_is_open(tmp_path):
    with embedded_server(tmp_path) as address, Redis.from_url(address.store_url) as store:
        socket = tmp_path / "run" / "store.sock"
        server = psutil.Process(store.info("server")["process_id"])

        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        assert [c for c in server.net_connections("inet") if c.status == psutil.CONN_LISTEN] == []


def test_what_was_written_is_there_after_a_restart(tmp_path):
    with embedded_server(tmp_path) as address, Redis.from_url(address.store_url) as store:
        store.set("kept", "yes")

    with embedded_server(tmp_path) as address, Redis.from_url(address.store_url) as store:
        assert store.get("kept") == b"yes"


def test_a_second_server_on_the_same_data_is_refused(tmp_path):
    with embedded_server(tmp_path), pytest.raises(StackError, match="still run"), embedded_server(tmp_path):
        pass


def test_a_server_never_evicts_and_flushes_as_often_as_asked(tmp_path):
    with embedded_server(tmp_path, durability="always") as address, Redis.from_url(address.store_url) as store:
        settings = store.config_get("maxmemory-policy", "append*", "save")

    expected = {"maxmemory-policy": "noeviction", "appendonly": "yes", "appendfsync": "always", "save": ""}
    assert settings.items() >= expected.items()


def test_a_server_that_cannot_start_says_why(tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "appendonlydir").write_text("a file where a directory belongs")

    with pytest.raises(StackError, match=r"did not start:\n.*appendonlydir"), embedded_server(tmp_path):
        pass


def test_a_data_directory_that_cannot_be_made_is_named_with_the_way_out(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StackError, match="--data"), embedded_server(tmp_path / "file" / "data"):
        pass


def test_a_socket_path_is_quoted_in_both_urls():
    address = socket_address(Path("/a b/%/store.sock"))

    assert address.store_url == "unix:///a%20b/%25/store.sock"
    assert address.broker_url == "redis+socket:///a%20b/%25/store.sock"


@pytest.mark.parametrize(
    ("store_url", "broker_url"),
    [
        ("redis://h:1/0", "redis://h:1/0"),
        ("rediss://h:1", "rediss://h:1"),
        ("valkey://h:1", "redis://h:1"),
        ("valkeys://h:1", "rediss://h:1"),
        ("unix:///s.sock", "redis+socket:///s.sock"),
    ],
)
def test_the_broker_of_a_store_is_the_same_server(store_url, broker_url):
    assert broker_of(store_url) == broker_url


def test_the_given_server_comes_before_a_running_one(tmp_path):
    given = locate_server(tmp_path, store_url="redis://h:1", broker_url=None)
    both = locate_server(tmp_path, store_url="redis://h:1", broker_url="amqp://q")

    assert (given.store_url, given.broker_url) == ("redis://h:1", "redis://h:1")
    assert (both.store_url, both.broker_url) == ("redis://h:1", "amqp://q")


def test_without_any_server_the_error_names_the_ways_out(tmp_path):
    with pytest.raises(StackError, match=r"DEDUPE_STORE_URL.*dedupe up"):
        locate_server(tmp_path, store_url=None, broker_url=None)


def test_a_server_program_listens_on_the_socket_alone(tmp_path):
    program = server_program(
        Path("/bin/valkey-server"), socket_path=tmp_path / "s", directory=tmp_path, durability="everysec"
    )

    options = dict(zip(program.command[1::2], program.command[2::2], strict=True))
    assert (options["--port"], options["--unixsocket"]) == ("0", str(tmp_path / "s"))
