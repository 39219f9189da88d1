"""What surrounds every request: its id, who may ask, ids with slashes, and a last net under everything."""

import hmac
import logging
import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes, urlsplit
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dedupe.api.problems import Kind, Problem, problem_response
from dedupe.local.ports import is_this_machine

logger = logging.getLogger(__name__)

OPEN_PATHS = frozenset({"/healthz", "/readyz"})  # probes carry no key, and learn only counts
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
_RETAINED = re.compile(rb"%(2[Ff5])")


class Gate:
    """The outermost layer of the app; without ``api_key`` it lets nobody in who comes from the network."""

    def __init__(self, app: ASGIApp, *, api_key: str | None) -> None:
        self._app = app
        self._api_key = api_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = request_id
        scope["path"] = keep_encoded_slashes(scope.get("raw_path"), scope["path"])
        answer = _Answer(send, request_id)
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
            answer = _Head(send, request_id)
        refusal = refuse(scope, api_key=self._api_key)
        if refusal is not None:
            await problem_response(refusal, request_id=request_id)(scope, receive, answer)
            return
        try:
            await self._app(scope, receive, answer)
        except _HeadSent:
            return
        except Exception:
            # Whatever it is, the client gets its number and the log the reason.
            logger.exception("request failed request=%s method=%s path=%r", request_id, scope["method"], scope["path"])
            if answer.started:
                raise
            problem = Problem(Kind.INTERNAL, "the service failed on this request; its log has the reason")
            await problem_response(problem, request_id=request_id)(scope, receive, answer)


class _Answer:
    """Passes an answer on with the headers that every one has."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self._request_id
            headers["X-Content-Type-Options"] = "nosniff"
        await self._send(message)


class _HeadSent(Exception):
    """Ends the work on an answer of which nothing more is wanted."""


class _Head(_Answer):
    """Passes the head of an answer on, and of its body nothing."""

    async def __call__(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await super().__call__(message)
        elif message.get("more_body", False):
            await self._send({"type": "http.response.body", "body": b""})
            raise _HeadSent
        else:
            await self._send({**message, "body": b""})


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def keep_encoded_slashes(raw_path: bytes | None, path: str) -> str:
    """Path for routing, in which %2F and %25 stay as they were sent.

    A slash the client wrote as %2F belongs to an id and parts nothing; ``schemas.IdInPath`` decodes it.
    """
    if raw_path is None:
        return path
    return unquote_to_bytes(_RETAINED.sub(rb"%25\1", raw_path)).decode("utf-8", "replace")


def refuse(scope: Scope, *, api_key: str | None) -> Problem | None:
    """Reason not to serve this request: a wrong key, or no key on an address that other machines reach."""
    if scope["path"] in OPEN_PATHS:
        return None
    if api_key is None:
        return None if _is_asked_from_here(scope) else Problem(Kind.NOT_EXPOSED, Kind.NOT_EXPOSED.advice)
    scheme, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), api_key.encode()):
        return None
    return Problem(Kind.KEY_NEEDED, Kind.KEY_NEEDED.advice, headers={"WWW-Authenticate": 'Bearer realm="dedupe"'})


def _is_asked_from_here(scope: Scope) -> bool:
    # A web page from elsewhere reaches loopback through its reader's browser; it cannot hide where it comes from.
    headers = Headers(scope=scope)
    named = [f"http://{headers.get('host', 'localhost')}", headers.get("origin", "http://localhost")]
    return is_local(scope.get("server")) and all(is_this_machine(_hostname(url)) for url in named)


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_local(server: Iterable[str | int | None] | None) -> bool:
    """Whether the address a request arrived at is reached from this machine alone: loopback, or a unix socket."""
    if server is None:
        return True
    host, port = server
    return port is None or is_this_machine(str(host))
