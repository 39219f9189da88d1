"""How the client connects and when it tries again: what both manners of it share."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, retry_if_exception, stop_before_delay, wait_random_exponential
from tenacity.stop import stop_base

import dedupe
from dedupe.client.calls import Call, TryAgain, read_answer
from dedupe.errors import ServiceUnavailable
from dedupe.models import Json

PATIENCE_SECONDS = 60.0
FOLLOW_WAIT_SECONDS = 20.0  # of one request that waits for events
# Nothing of a request has left when these are raised.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_back_off = wait_random_exponential(multiplier=0.05, max=5)


def connection_options(url: str, *, api_key: str | None, timeout_seconds: float) -> dict[str, Any]:
    """Options of an httpx client for the service at ``url``; ``ValueError`` where that is no http address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"url must begin with http:// or https:// and name a host, got {url!r}")
    headers = {"User-Agent": f"dedupe/{dedupe.__version__}"}
    if api_key is not None:
        headers["Authorization"] = f"Bearer {api_key}"
    return {
        "base_url": url,
        "headers": headers,
        "timeout": httpx.Timeout(timeout_seconds, connect=min(5.0, timeout_seconds)),
        "follow_redirects": True,
        # A proxy of the environment cannot reach this machine's own addresses.
        "trust_env": not _is_this_machine(parts.hostname),
    }


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def request_options(call: Call) -> dict[str, Any]:
    """Options of an httpx request for the call."""
    headers = {"Content-Type": call.media_type} if call.body else {}
    if call.key is not None:
        headers["Idempotency-Key"] = call.key
    return {
        "method": call.method,
        "url": call.path,
        "params": dict(call.params) or None,
        "content": call.body,
        "headers": headers,
    }


def read_response(response: httpx.Response) -> dict[str, Json]:
    """Members of a response's answer."""
    return read_answer(response.status_code, response.headers, response.content)


def no_answer(url: str, error: httpx.TransportError) -> TryAgain:
    """What a broken connection means: try again."""
    reason = str(error) or type(error).__name__
    return TryAgain(ServiceUnavailable(url, reason), after_seconds=None, arrived=not isinstance(error, _NOT_SENT))


def retry_options(call: Call, *, patience_seconds: float) -> dict[str, Any]:
    """Options of tenacity for the call: for so long, as the service asks, and never twice what must be once."""
    stop: stop_base = stop_before_delay(patience_seconds)
    return {"retry": retry_if_exception(_may_repeat(call)), "wait": _wait, "stop": stop, "reraise": True}


def _may_repeat(call: Call) -> Callable[[BaseException], bool]:
    def may_repeat(error: BaseException) -> bool:
        return isinstance(error, TryAgain) and (call.repeatable or not error.arrived)

    return may_repeat


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.after_seconds if isinstance(error, TryAgain) else None
    return _back_off(state) if asked is None else asked
