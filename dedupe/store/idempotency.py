"""Requests that came with a key of the client's: each is served once, and its answer kept for who asks again."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from uuid import uuid4

import orjson
from redis import Redis

from dedupe.store.failures import store_failures
from dedupe.store.keys import DAY_MS, Keys
from dedupe.store.scripts import load_script

KEPT_MS = DAY_MS
LEASE_MS = 60_000  # a request whose server died is served anew after that


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer that a request got when it was served."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """The right to serve a request: no other of its key is served meanwhile."""

    key: str
    token: str


class NotTaken(Enum):
    """Why a request is not served: its key stands for another one, or it is being served right now."""

    OTHER_REQUEST = "other"
    UNDER_WAY = "under way"


class KeyedRequests:
    """The requests of a corpus that came with a key."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._keys = keys
        self._begin = load_script(redis, "begin_request")
        self._end = load_script(redis, "end_request")

    def begin(self, key: str, digest: str) -> Taken | KeptAnswer | NotTaken:
        """Take a request, or say what is known of its key; one atomic step, so one of many callers takes it.

        ``digest`` is equal for equal requests. What is taken and not ended comes free after a minute.
        """
        token = uuid4().hex
        with store_failures():
            outcome, *answer = self._begin([self._keys.keyed_request(key)], [digest, token, LEASE_MS])
        if outcome == b"begun":
            return Taken(key, token)
        if outcome == b"answered":
            status, headers, body = answer
            return KeptAnswer(int(status), orjson.loads(headers), body)
        return NotTaken(outcome.decode())

    def keep(self, taken: Taken, answer: KeptAnswer) -> bool:
        """Keep the answer for a day; False where the request came free before, and nothing is kept."""
        return self._ended(taken, KEPT_MS, answer.status, orjson.dumps(dict(answer.headers)), answer.body)

    def forget(self, taken: Taken) -> bool:
        """Let the request be served anew; False where it came free before."""
        return self._ended(taken, 0)

    def _ended(self, taken: Taken, lifetime_ms: int, *answer: int | bytes) -> bool:
        with store_failures():
            return bool(self._end([self._keys.keyed_request(taken.key)], [taken.token, lifetime_ms, *answer]))
