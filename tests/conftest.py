"""Fixtures for tests that need a server: a real one, embedded, private to the run."""

import signal
from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest
from hypothesis import settings
from redis import Redis

from dedupe.local.server import ServerAddress, embedded_server

PATIENCE_SECONDS = 30.0

# A busy machine is no fault of what is tested.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A run in the background of a shell starts with interrupts ignored, and its children inherit that; tests send them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerAddress]:
    with embedded_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def redis(server: ServerAddress) -> Iterator[Redis]:
    with Redis.from_url(server.store_url) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Waits until a condition holds, and fails the test when it does not in time."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = monotonic() + PATIENCE_SECONDS
        while not condition():
            assert monotonic() < deadline, "the condition did not come true in time"
            sleep(0.01)

    return wait
