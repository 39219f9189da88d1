import asyncio
import socket

import pytest

from dedupe.webhooks.sending import Outcome, Sender


def post(url, *, private=True, **options):
    async def once() -> Outcome:
        sender = Sender(private=private, **options)
        try:
            return await sender.post(url, b'{"events":[]}', {"Dedupe-Delivery": "d1"})
        finally:
            await sender.close()

    return asyncio.run(once())


def port_of(receiver):
    return receiver.url.rpartition(":")[2]


def test_a_body_arrives_as_it_is_with_its_headers(receiver):
    outcome = post(f"{receiver.url}/hook?key=1")

    (received,) = receiver.received
    assert outcome == Outcome(200)
    assert (received.path, received.body, received.headers["dedupe-delivery"]) == ("/hook", b'{"events":[]}', "d1")


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_good_status_is_an_arrival(receiver, status):
    receiver.statuses = [status]

    assert post(receiver.url) == Outcome(status)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 410, 500, 503])
def test_any_other_status_is_none_and_a_redirect_is_not_followed(receiver, status):
    receiver.statuses = [status]
    receiver.headers = [(b"location", b"/elsewhere")]

    assert post(receiver.url) == Outcome(status, f"answered with status {status}")
    assert [received.path for received in receiver.received] == ["/"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433"])
def test_nothing_is_sent_to_this_machine_unless_it_is_allowed(receiver, host):
    outcome = post(f"http://{host}:{port_of(receiver)}/", private=False)

    assert outcome.status is None
    assert "is not public" in outcome.error
    assert receiver.received == []


def test_one_bad_address_of_a_host_spoils_them_all(receiver):
    outcome = post(
        f"http://hook.test:{port_of(receiver)}/", private=False, lookup=lambda host, port: ["8.8.8.8", "127.0.0.1"]
    )

    assert "127.0.0.1 is not public" in outcome.error
    assert receiver.received == []


def test_a_host_is_looked_up_once_and_what_was_checked_is_what_is_connected_to(receiver):
    asked = []

    def lookup(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.99"]

    outcome = post(f"http://hook.test:{port_of(receiver)}/", lookup=lookup)

    assert outcome == Outcome(200)
    assert asked == [("hook.test", int(port_of(receiver)))]
    assert receiver.received[0].headers["host"] == f"hook.test:{port_of(receiver)}"


def test_an_address_that_refuses_is_followed_by_the_next(receiver):
    outcome = post(f"http://hook.test:{port_of(receiver)}/", lookup=lambda host, port: ["::1", "127.0.0.1"])

    assert outcome == Outcome(200)


def test_an_answer_without_end_is_not_read(receiver):
    receiver.endless = True

    assert post(receiver.url, seconds=5.0) == Outcome(200)


def test_a_target_that_does_not_answer_is_given_up_in_time(receiver):
    receiver.open.clear()

    assert post(receiver.url, seconds=0.3) == Outcome(None, "no answer within 0.3 seconds")


def test_a_look_up_that_does_not_end_is_given_up_in_time(receiver):
    def lookup(host: str, port: int) -> list[str]:
        receiver.open.wait(30)
        return ["127.0.0.1"]

    receiver.open.clear()
    outcome = post("http://hook.test/", seconds=0.3, lookup=lookup)
    receiver.open.set()

    assert outcome == Outcome(None, "no answer within 0.3 seconds")


def test_a_host_that_nobody_knows_is_said_so():
    def lookup(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert post("http://hook.test/", lookup=lookup).error == "the host cannot be found: Name or service not known"


def test_a_port_where_nobody_listens_is_an_error_with_a_reason():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        outcome = post(f"http://127.0.0.1:{unused.getsockname()[1]}/")

    assert outcome.status is None
    assert outcome.error


def test_an_answer_that_is_not_http_is_an_error_with_a_reason():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        async def both() -> Outcome:
            posting = asyncio.create_task(asyncio.to_thread(post, f"http://127.0.0.1:{listener.getsockname()[1]}/"))
            connection, _ = await asyncio.to_thread(listener.accept)
            with connection:
                connection.sendall(b"220 mail.example.org ESMTP\r\n\r\n")
                return await posting

        outcome = asyncio.run(both())

    assert outcome.status is None
    assert outcome.error
