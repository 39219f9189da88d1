"""One delivery over HTTP: to a checked address, in limited time, and nothing is believed but the status."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import httpx

from dedupe.webhooks.addresses import Address, ForbiddenAddress, Lookup, look_up, resolve

CONNECT_SECONDS = 5.0
DELIVERY_SECONDS = 10.0  # of all: look-up, connection, request, answer
_MOST_ADDRESSES = 4
_LOOK_UPS = 32  # at once: one that hangs must not hold up others


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery: the status of the answer, if there was one. It arrived if there is no error."""

    status: int | None = None
    error: str | None = None


class Sender:
    """Posts bodies, each in so many seconds; ``private``: also to addresses that are not public."""

    def __init__(self, *, private: bool, seconds: float = DELIVERY_SECONDS, lookup: Lookup = look_up) -> None:
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(_LOOK_UPS, thread_name_prefix="webhook-look-up")
        self._resolve = partial(resolve, private=private, lookup=lookup, threads=self._threads)
        # A connection is never used twice: it would have been checked for another delivery, perhaps of another host.
        self._http = httpx.AsyncClient(
            verify=ssl.create_default_context(),
            timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,  # a proxy would connect to what it looks up itself
        )

    async def close(self) -> None:
        """Close what is open."""
        await self._http.aclose()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Post a body, and say what became of it; a redirect is an answer like any other, and is not followed."""
        try:
            async with asyncio.timeout(self._seconds):
                status = await self._post(httpx.URL(url), body, headers)
        except ForbiddenAddress as error:
            return Outcome(error=str(error))
        except socket.gaierror as error:
            return Outcome(error=f"the host cannot be found: {error.strerror}")
        except (TimeoutError, httpx.TimeoutException):
            return Outcome(error=f"no answer within {self._seconds:g} seconds")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            return Outcome(error=str(error) or type(error).__name__)
        return Outcome(status) if 200 <= status < 300 else Outcome(status, f"answered with status {status}")

    async def _post(self, url: httpx.URL, body: bytes, headers: Mapping[str, str]) -> int:
        port = url.port or (443 if url.scheme == "https" else 80)
        *others, last = (await self._resolve(url.raw_host.decode("ascii"), port))[:_MOST_ADDRESSES]
        for address in others:
            try:
                return await self._post_to(address, url, body, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # nothing has been sent
        return await self._post_to(last, url, body, headers)

    async def _post_to(self, address: Address, url: httpx.URL, body: bytes, headers: Mapping[str, str]) -> int:
        request = self._http.build_request(
            "POST",
            url.copy_with(host=str(address)),
            content=body,
            headers={**headers, "Host": url.netloc.decode("ascii")},
            # The certificate must be that of the host, not of the address.
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        response = await self._http.send(request, stream=True)
        await response.aclose()  # without its body, which may have no end
        return response.status_code
