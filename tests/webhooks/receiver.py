"""A receiver of webhooks on a real port, which answers as the test says."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import orjson

from tests.serving import served


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def cursors(self) -> list[str]:
        return [event["cursor"] for event in orjson.loads(self.body)["events"]]


@dataclass
class Receiver:
    """Answers with each of ``statuses`` in turn, then with 200; while it is ``closed``, with nothing."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    endless: bool = False
    open: threading.Event = field(default_factory=threading.Event)
    received: list[Received] = field(default_factory=list)

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.received.append(Received(scope["path"], headers, body))
        while not self.open.is_set():
            await asyncio.sleep(0.01)
        status = self.statuses.pop(0) if self.statuses else 200
        await send({"type": "http.response.start", "status": status, "headers": self.headers})
        while self.endless and (await self._still_there(receive)):
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
        await send({"type": "http.response.body", "body": b"thank you"})

    async def _still_there(self, receive) -> bool:
        try:
            return (await asyncio.wait_for(receive(), 0.001))["type"] != "http.disconnect"
        except TimeoutError:
            return True


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.open.set()
    with served(receiver) as url:
        receiver.url = url
        try:
            yield receiver
        finally:
            receiver.open.set()
            receiver.endless = False
