import socket

import pytest

from dedupe.errors import StackError
from dedupe.local.ports import USUAL_PORT, base_url, listen


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_given_port_that_is_taken_is_an_error(taken):
    with pytest.raises(StackError, match=f"port {taken}"):
        listen("127.0.0.1", taken)


def test_without_a_given_port_every_stack_gets_one_of_its_own():
    with listen("127.0.0.1", None) as first, listen("127.0.0.1", None) as second:
        ports = {first.getsockname()[1], second.getsockname()[1]}

    assert len(ports) == 2
    assert len(ports - {USUAL_PORT}) >= 1


def test_a_port_can_be_taken_again_at_once():
    with listen("127.0.0.1", None) as first:
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client, first.accept()[0] as accepted:
            accepted.shutdown(socket.SHUT_RDWR)
            assert client.recv(1) == b""

    with listen("127.0.0.1", port) as second:
        assert second.getsockname()[1] == port


def test_answers_are_not_held_back_to_fill_a_packet():
    with listen("127.0.0.1", None) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()

        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        accepted.close()


def test_a_host_that_is_not_this_machine_is_an_error():
    with pytest.raises(StackError, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", None)


@pytest.mark.parametrize(("host", "reachable"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1")])
def test_the_url_is_one_that_this_machine_can_open(host, reachable):
    with listen(host, None) as listener:
        assert base_url(listener) == f"http://{reachable}:{listener.getsockname()[1]}"


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no IPv6 on this machine")
def test_an_ipv6_address_stands_in_brackets():
    with listen("::", None) as listener:
        assert base_url(listener).startswith("http://[::1]:")
