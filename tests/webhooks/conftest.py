from collections.abc import Iterator

import pytest

from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture(scope="session")
def one_receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def receiver(one_receiver) -> Iterator[Receiver]:
    one_receiver.statuses, one_receiver.headers, one_receiver.received = [], [], []
    yield one_receiver
    one_receiver.open.set()
    one_receiver.endless = False
