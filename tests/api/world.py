"""A service with something in it, and requests that provoke its answers."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from dedupe.environment import Settings
from dedupe.models import JobId
from tests.serving import Bell, Site, expire, make_site_app, merge, served

KEY = "a key of many letters"

FLOODS = {
    "id": "post-1",
    "title": "Floods close the northern railway",
    "text": "Floods closed the northern railway on Monday after a night of heavy rain in the valleys.",
    "published_at": "2026-03-02T07:30:00Z",
    "source": "Valley Post",
    "url": "https://example.org/floods",
    "lang": "en",
}
COPY = FLOODS | {"id": "times-7", "source": "Northern Times", "url": "https://example.com/7"}
BANK = {
    "id": "post-2",
    "title": "Rate left unchanged",
    "text": "The central bank left its rate unchanged for the third time this year, to nobody's surprise.",
    "source": "Valley Post",
}
RECLUSTER = {"type": "recluster"}
WEBHOOK = {"url": "https://example.org/hook", "secret": "a-secret-of-many-letters"}
LINKS = {"must_link": [["post-1", "times-7"]], "by": "the night desk", "note": "one flood"}
# What each endpoint that takes a body is sent, as the documentation shows it.
BODIES: dict[str, object] = {
    "submit": FLOODS,
    "submit_batch": [FLOODS, COPY, BANK],
    "look_up": {"ids": ["post-1", "nobody"]},
    "start_job": RECLUSTER | {"dry_run": True},
    "put_webhook": WEBHOOK,
    "replace_constraints": LINKS,
    "add_constraints": LINKS,
}
JSON = {"content-type": "application/json"}
NO_HEADERS: Mapping[str, str] = {}


@dataclass
class World:
    """A service with three articles, two of them copies, settled as two stories."""

    site: Site
    http: httpx.Client
    redis: Redis
    make_site: Callable[..., Site]

    def settle(self) -> "World":
        self.site.bell.works = True
        self.http.post("/v1/articles:batch", json=[FLOODS, COPY, BANK])
        self.site.service.start_recluster()
        self.site.bell.works = False
        return self

    def story(self, article: str = "post-1") -> str:
        story_id: str = self.http.get(f"/v1/articles/{article}").json()["story"]["id"]
        return story_id

    def topic(self) -> str:
        topic: str = self.http.get(f"/v1/stories/{self.story()}").json()["topic"]
        return topic

    def merged(self) -> str:
        merge(self.redis, self.site, "merged", self.story())
        return "merged"

    def expired(self) -> str:
        expire(self.redis, self.site, "expired")
        return "expired"

    def job(self) -> str:
        """A job that has ended."""
        job_id: str = self.http.post("/v1/jobs", json=RECLUSTER).json()["id"]
        self.site.service.recluster(JobId(job_id))
        return job_id

    def dead_letter(self) -> None:
        self.http.post("/v1/articles", json=BANK | {"id": "post-3"})
        self.site.service._ledger.bury("post-3", "tried 5 times without an end")

    def webhook(self) -> None:
        self.http.put("/v1/webhooks/mine", json=WEBHOOK)


Request = Callable[[World], httpx.Response]


def known(path: str) -> Request:
    """The answer to a client that has it already."""

    def ask(world: World) -> httpx.Response:
        filled = path.format(story=world.story())
        return world.http.get(filled, headers={"If-None-Match": world.http.get(filled).headers["etag"]})

    return ask


def get(path: str) -> Request:
    return lambda world: world.http.get(path.format_map(_Names(world)))


class _Names(dict[str, str]):
    """What stands in braces in a path, made when it is asked for."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __missing__(self, name: str) -> str:
        value: str = getattr(self._world, name)()
        return value


def post(path: str, body: object) -> Request:
    return lambda world: world.http.post(path, json=body)


def put(path: str, body: object, headers: Mapping[str, str] = NO_HEADERS) -> Request:
    return lambda world: world.http.put(path, json=body, headers=headers)


def malformed(path: str, method: str = "POST") -> Request:
    return lambda world: world.http.request(method, path, content=b'{"id": ', headers=JSON)


def too_large(path: str, method: str = "POST") -> Request:
    def ask(world: World) -> httpx.Response:
        world.make_site(max_body_bytes=10_000)
        return world.http.request(method, path, content=b" " * 10_001, headers=JSON)

    return ask


def unsupported(path: str, method: str = "POST") -> Request:
    xml = {"content-type": "text/xml"}
    return lambda world: world.http.request(method, path, content=b"<article/>", headers=xml)


def full(path: str, body: object) -> Request:
    def ask(world: World) -> httpx.Response:
        world.make_site(max_pending=1)
        world.http.post("/v1/articles", json=BANK | {"id": "waiting"})
        return world.http.post(path, json=body)

    return ask


def under_way(path: str, body: object) -> Request:
    """The request while the first one with its key is being served."""

    def ask(world: World) -> httpx.Response:
        first = world.http.build_request("POST", path, json=body, headers={"Idempotency-Key": "mine"})
        world.http.send(first)
        world.redis.hdel(world.site.service._keys.keyed_request("mine"), "status")
        return world.http.post(path, json=body, headers={"Idempotency-Key": "mine"})

    return ask


def key_reused(world: World) -> httpx.Response:
    world.http.post("/v1/articles", json=BANK, headers={"Idempotency-Key": "mine"})
    return world.http.post("/v1/articles:batch", json=[BANK], headers={"Idempotency-Key": "mine"})


def after(prepare: Callable[[World], object], ask: Request) -> Request:
    def prepared(world: World) -> httpx.Response:
        prepare(world)
        return ask(world)

    return prepared


NEW = FLOODS | {"id": "post-9", "text": "Trains run again between the valleys, the railway said on Thursday."}


def constrain(world: World) -> str:
    """The id of a constraint that was just made."""
    answer = world.http.post("/v1/constraints", json=LINKS).json()
    constraint_id: str = answer["must_link"][0]["id"]
    return constraint_id


def second_stream(world: World) -> httpx.Response:
    world.make_site(max_streams=1)
    stream = {"accept": "text/event-stream"}
    with world.http.stream("GET", "/v1/events", headers=stream):
        return world.http.get("/v1/events", headers=stream)


def defect(world: World) -> httpx.Response:
    world.site.app.state.service = None
    return world.http.get("/v1/stories")


def without_key(world: World) -> httpx.Client:
    """A client without the key that the service asks for."""
    world.make_site(api_key=KEY)
    return world.http


def from_elsewhere(world: World) -> httpx.Client:
    """A client to which the service has another name than this machine's own."""
    return httpx.Client(base_url=world.site.url, headers={"host": "example.org"}, trust_env=False)


@contextmanager
def without_store() -> Iterator[httpx.Client]:
    """A client of a service whose store does not answer."""
    nowhere = Redis(unix_socket_path="/nowhere.sock", retry=Retry(NoBackoff(), 0))
    with served(make_site_app(nowhere, Bell(), Settings())) as url, httpx.Client(base_url=url, trust_env=False) as http:
        yield http


def readiness_without_store(_: World) -> httpx.Response:
    with without_store() as http:
        return http.get("/readyz")
