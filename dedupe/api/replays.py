"""Requests with an ``Idempotency-Key``: the same one again gets the answer of the first, and nothing is done twice."""

import logging
import re
from collections.abc import Mapping
from hashlib import blake2b

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dedupe.api.handlers import store_unavailable
from dedupe.api.problems import RETRY_SECONDS, Kind, Problem, invalid, problem_response
from dedupe.errors import StoreUnavailable
from dedupe.store.idempotency import KeptAnswer, KeyedRequests, NotTaken, Taken

logger = logging.getLogger(__name__)

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
REPEATABLE_PATHS = frozenset({"/v1/articles", "/v1/articles:batch", "/v1/jobs"})
_KEY = re.compile(r"[\x20-\x7e]{1,200}")
_SAID_AGAIN = ("content-type", "location", "retry-after", "cache-control")
_TELLING_HEADERS = ("content-type", "content-encoding")


class Replays:
    """A layer of the app that serves a request with a key once, and has its answer for a day.

    An answer that says to come back later (429, 503) or that something failed is not kept.
    """

    def __init__(self, app: ASGIApp, *, max_body_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        key = _key_of(scope)
        if key is None:
            await self._app(scope, receive, send)
        elif not _KEY.fullmatch(key):
            problem = invalid(KEY_HEADER, "must have 1 to 200 printable ASCII characters")
            await _refuse(problem, scope, receive, send)
        else:
            body = _Body(receive)
            if await body.is_within(self._max_body_bytes):
                await self._serve(key, body, scope, send)
            else:
                await self._app(scope, body, send)  # which says that it is too large

    async def _serve(self, key: str, body: "_Body", scope: Scope, send: Send) -> None:
        requests: KeyedRequests = scope["app"].state.service.keyed_requests
        try:
            begun = await run_in_threadpool(requests.begin, key, _digest(scope, body.data()))
        except StoreUnavailable as error:
            await _refuse(store_unavailable(error), scope, body, send)
            return
        if isinstance(begun, NotTaken):
            await _refuse(_PROBLEMS[begun], scope, body, send)
        elif isinstance(begun, KeptAnswer):
            headers = {**begun.headers, REPLAYED_HEADER: "true"}
            await Response(begun.body, begun.status, headers)(scope, body, send)
        else:
            await self._serve_first(requests, begun, body, scope, send)

    async def _serve_first(
        self, requests: KeyedRequests, taken: Taken, body: "_Body", scope: Scope, send: Send
    ) -> None:
        answer = _Answer()
        try:
            await self._app(scope, body, answer)
        finally:
            # Also when the app fails: the same request may do better.
            await run_in_threadpool(_end, requests, taken, answer)
        for message in answer.messages:
            await send(message)


def _end(requests: KeyedRequests, taken: Taken, answer: "_Answer") -> None:
    try:
        kept = answer.to_keep()
        if kept is None:
            requests.forget(taken)
        else:
            requests.keep(taken, kept)
    except StoreUnavailable as error:
        logger.warning("answer not kept key=%r reason=%s", taken.key, error.reason)


def _key_of(scope: Scope) -> str | None:
    if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in REPEATABLE_PATHS:
        return None
    return Headers(scope=scope).get(KEY_HEADER)


def _digest(scope: Scope, body: bytes) -> str:
    headers = Headers(scope=scope)
    told = [scope["path"], scope["query_string"].decode("latin-1"), *(headers.get(h, "") for h in _TELLING_HEADERS)]
    return blake2b("\n".join(told).encode("utf-8", "replace") + b"\n\n" + body, digest_size=16).hexdigest()


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    await problem_response(problem, request_id=scope["state"]["request_id"])(scope, receive, send)


_PROBLEMS: Mapping[NotTaken, Problem] = {
    NotTaken.OTHER_REQUEST: Problem(
        Kind.KEY_REUSED, f"the {KEY_HEADER} came with another request within a day; a new request needs a new key"
    ),
    NotTaken.UNDER_WAY: Problem(
        Kind.REQUEST_UNDER_WAY,
        f"the request with this {KEY_HEADER} is being served",
        headers={"Retry-After": str(RETRY_SECONDS)},
    ),
}


class _Body:
    """The body of a request, read and then handed to the app as if it came just now."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._read: list[Message] = []
        self._told = 0

    async def is_within(self, limit: int) -> bool:
        """Read the body as far as ``limit`` bytes; False where it goes on."""
        size = 0
        while size <= limit:
            message = await self._receive()
            self._read.append(message)
            size += len(message.get("body", b""))
            if not message.get("more_body", False):
                return size <= limit
        return False

    def data(self) -> bytes:
        """What was read."""
        return b"".join(message.get("body", b"") for message in self._read)

    async def __call__(self) -> Message:
        """Hand on the next message, and what comes after those that were read."""
        if self._told < len(self._read):
            self._told += 1
            return self._read[self._told - 1]
        return await self._receive()


class _Answer:
    """Holds the messages of an answer back until it is known whether it is kept."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        """Take the next message."""
        self.messages.append(message)

    def to_keep(self) -> KeptAnswer | None:
        """The answer, None where the same request may get a better one."""
        if not self.messages or self.messages[0]["status"] >= 500 or self.messages[0]["status"] == 429:
            return None
        start, *rest = self.messages
        headers = Headers(raw=start["headers"])
        said = {name: headers[name] for name in _SAID_AGAIN if name in headers}
        return KeptAnswer(start["status"], said, b"".join(message.get("body", b"") for message in rest))
