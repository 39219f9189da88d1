"""For each endpoint and each status its description names: the request that gets it. The examples come of these too.

``WRITE_EXAMPLES=1 pytest tests/api/test_description.py`` writes ``dedupe/api/examples.json`` anew.
"""

import re
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.api.world import (
    BODIES,
    FLOODS,
    LINKS,
    NEW,
    RECLUSTER,
    WEBHOOK,
    Request,
    World,
    after,
    constrain,
    defect,
    full,
    get,
    key_reused,
    known,
    malformed,
    post,
    put,
    readiness_without_store,
    second_stream,
    too_large,
    under_way,
    unsupported,
    without_key,
)

EXAMPLES = Path("dedupe/api/examples.json")

# By operation and status; what every endpoint has (401, 403, 503) is below.
PROVOKED: dict[tuple[str, int], Request] = {
    ("submit", 202): post("/v1/articles", NEW),
    ("submit", 200): post("/v1/articles", FLOODS),
    ("submit", 400): malformed("/v1/articles"),
    ("submit", 409): under_way("/v1/articles", NEW),
    ("submit", 413): too_large("/v1/articles"),
    ("submit", 415): unsupported("/v1/articles"),
    ("submit", 422): post("/v1/articles", {"id": "post-9", "published_at": "yesterday"}),
    ("submit", 429): full("/v1/articles", NEW),
    ("submit_batch", 202): post("/v1/articles:batch", [NEW, FLOODS, {"id": "post-10"}]),
    ("submit_batch", 200): post("/v1/articles:batch", [FLOODS]),
    ("submit_batch", 400): malformed("/v1/articles:batch"),
    ("submit_batch", 409): under_way("/v1/articles:batch", [NEW]),
    ("submit_batch", 413): too_large("/v1/articles:batch"),
    ("submit_batch", 415): unsupported("/v1/articles:batch"),
    ("submit_batch", 422): key_reused,
    ("submit_batch", 429): full("/v1/articles:batch", [NEW]),
    ("look_up", 200): post("/v1/articles:lookup", {"ids": ["times-7", "nobody"]}),
    ("look_up", 400): malformed("/v1/articles:lookup"),
    ("look_up", 413): too_large("/v1/articles:lookup"),
    ("look_up", 415): unsupported("/v1/articles:lookup"),
    ("look_up", 422): post("/v1/articles:lookup", {"ids": [1]}),
    ("read_article", 200): get("/v1/articles/times-7"),
    ("read_article", 304): known("/v1/articles/times-7"),
    ("read_article", 404): get("/v1/articles/nobody"),
    ("read_assignment", 200): get("/v1/articles/times-7/assignment"),
    ("read_assignment", 304): known("/v1/articles/times-7/assignment"),
    ("read_assignment", 404): get("/v1/articles/nobody/assignment"),
    ("read_assignment", 422): get("/v1/articles/times-7/assignment?wait=1000"),
    ("read_dead_letters", 200): after(World.dead_letter, get("/v1/dead-letters")),
    ("requeue_dead_letters", 200): after(World.dead_letter, post("/v1/dead-letters:requeue", {})),
    ("read_stories", 200): get("/v1/stories?q=flood&min_articles=2"),
    ("read_stories", 422): get("/v1/stories?sort=loudness"),
    ("read_story", 200): get("/v1/stories/{story}"),
    ("read_story", 304): known("/v1/stories/{story}"),
    ("read_story", 308): get("/v1/stories/{merged}"),
    ("read_story", 404): get("/v1/stories/nobody"),
    ("read_story", 410): get("/v1/stories/{expired}"),
    ("read_story_articles", 200): get("/v1/stories/{story}/articles?limit=1"),
    ("read_story_articles", 308): get("/v1/stories/{merged}/articles?limit=1"),
    ("read_story_articles", 404): get("/v1/stories/nobody/articles"),
    ("read_story_articles", 410): get("/v1/stories/{expired}/articles"),
    ("read_story_articles", 422): get("/v1/stories/{story}/articles?cursor=x"),
    ("read_history", 200): get("/v1/stories/{story}/history"),
    ("read_history", 404): get("/v1/stories/nobody/history"),
    ("read_related", 200): get("/v1/stories/{story}/related"),
    ("read_related", 308): get("/v1/stories/{merged}/related"),
    ("read_related", 404): get("/v1/stories/nobody/related"),
    ("read_related", 410): get("/v1/stories/{expired}/related"),
    ("read_topic", 200): get("/v1/topics/{topic}"),
    ("read_topic", 404): get("/v1/topics/nothing"),
    ("start_job", 202): post("/v1/jobs", RECLUSTER | {"dry_run": True}),
    ("start_job", 400): malformed("/v1/jobs"),
    ("start_job", 409): after(post("/v1/jobs", RECLUSTER), post("/v1/jobs", RECLUSTER)),
    ("start_job", 413): too_large("/v1/jobs"),
    ("start_job", 415): unsupported("/v1/jobs"),
    ("start_job", 422): post("/v1/jobs", {"type": "dance"}),
    ("read_job", 200): get("/v1/jobs/{job}"),
    ("read_job", 404): get("/v1/jobs/nobody"),
    ("cancel_job", 200): lambda world: world.http.delete(post("/v1/jobs", RECLUSTER)(world).headers["location"]),
    ("cancel_job", 404): lambda world: world.http.delete("/v1/jobs/nobody"),
    ("explain", 200): get("/v1/explain?a=post-1&b=times-7"),
    ("explain", 404): get("/v1/explain?a=post-1&b=nobody"),
    ("explain", 422): get("/v1/explain?a=post-1"),
    ("read_constraints", 200): after(constrain, get("/v1/constraints")),
    ("read_constraints", 304): known("/v1/constraints"),
    ("replace_constraints", 200): put("/v1/constraints", LINKS),
    ("replace_constraints", 400): malformed("/v1/constraints", "PUT"),
    ("replace_constraints", 412): put("/v1/constraints", LINKS, {"If-Match": '"v99"'}),
    ("replace_constraints", 413): too_large("/v1/constraints", "PUT"),
    ("replace_constraints", 415): unsupported("/v1/constraints", "PUT"),
    ("replace_constraints", 422): put("/v1/constraints", LINKS | {"cannot_link": LINKS["must_link"]}),
    ("add_constraints", 200): post("/v1/constraints", LINKS),
    ("add_constraints", 400): malformed("/v1/constraints"),
    ("add_constraints", 413): too_large("/v1/constraints"),
    ("add_constraints", 415): unsupported("/v1/constraints"),
    ("add_constraints", 422): post("/v1/constraints", {"must_link": [["post-1"]]}),
    ("remove_constraint", 200): lambda world: world.http.delete(f"/v1/constraints/{constrain(world)}"),
    ("remove_constraint", 404): lambda world: world.http.delete("/v1/constraints/none"),
    ("read_liveness", 200): get("/healthz"),
    ("read_readiness", 200): get("/readyz"),
    ("read_readiness", 503): readiness_without_store,
    ("read_metrics", 200): get("/metrics"),
    ("read_events", 200): get("/v1/events?limit=2"),
    ("read_events", 422): get("/v1/events?since=x"),
    ("read_events", 429): second_stream,
    ("put_webhook", 201): put("/v1/webhooks/mine", WEBHOOK),
    ("put_webhook", 200): after(World.webhook, put("/v1/webhooks/mine", WEBHOOK)),
    ("put_webhook", 400): malformed("/v1/webhooks/mine", "PUT"),
    ("put_webhook", 413): too_large("/v1/webhooks/mine", "PUT"),
    ("put_webhook", 415): unsupported("/v1/webhooks/mine", "PUT"),
    ("put_webhook", 422): put("/v1/webhooks/mine", {"url": "x"}),
    ("read_webhook", 200): after(World.webhook, get("/v1/webhooks/mine")),
    ("read_webhook", 404): get("/v1/webhooks/mine"),
    ("read_webhook", 422): get("/v1/webhooks/a%20b"),
    ("delete_webhook", 204): after(World.webhook, lambda world: world.http.delete("/v1/webhooks/mine")),
    ("delete_webhook", 404): lambda world: world.http.delete("/v1/webhooks/mine"),
    ("delete_webhook", 422): lambda world: world.http.delete("/v1/webhooks/a%20b"),
    ("read_webhooks", 200): after(World.webhook, get("/v1/webhooks")),
    ("read_deliveries", 200): after(World.webhook, get("/v1/webhooks/mine/deliveries")),
    ("read_deliveries", 404): get("/v1/webhooks/mine/deliveries"),
    ("read_deliveries", 422): get("/v1/webhooks/mine/deliveries?limit=0"),
}  # fmt: skip

# An example of each kind of problem.
PROBLEMS: dict[str, Request] = {
    "malformed": PROVOKED["submit", 400],
    "key-needed": lambda world: without_key(world).get("/v1/stories"),
    "not-exposed": lambda world: world.http.get("/v1/stories", headers={"host": "example.org"}),
    "not-found": PROVOKED["read_article", 404],
    "method-not-allowed": lambda world: world.http.delete("/v1/articles"),
    "id-taken": post("/v1/articles", FLOODS | {"text": "Another text."}),
    "job-under-way": PROVOKED["start_job", 409],
    "request-under-way": PROVOKED["submit", 409],
    "gone": PROVOKED["read_story", 410],
    "too-large": PROVOKED["submit", 413],
    "unsupported": PROVOKED["submit", 415],
    "invalid": PROVOKED["submit", 422],
    "changed-meanwhile": PROVOKED["replace_constraints", 412],
    "key-reused": PROVOKED["submit_batch", 422],
    "queue-full": PROVOKED["submit", 429],
    "too-many-streams": PROVOKED["read_events", 429],
    "store-unavailable": PROVOKED["read_readiness", 503],
    "internal": defect,
}


QUERIES = {"explain": "?a=x&b=y"}


def ask_anyhow(http: httpx.Client, method: str, path: str, operation: str) -> httpx.Response:
    """Ask an endpoint for something, whatever it is."""
    filled = re.sub(r"\{.*?\}", "x", path) + QUERIES.get(operation, "")
    return http.request(method, filled, json=BODIES.get(operation))


def make_examples(make_world: Callable[[], World]) -> dict[str, object]:
    """Requests and good answers by operation, and a problem of each kind, as the service gives them now."""
    operations: dict[str, dict[str, object]] = {name: {"request": body} for name, body in BODIES.items()}
    for (operation, status), ask in PROVOKED.items():
        if status < 300:
            answer = ask(make_world())
            if answer.content and answer.headers["content-type"] == "application/json":
                own = operations.setdefault(operation, {}).setdefault("responses", {})
                own[str(status)] = answer.json()
    return {"operations": operations, "problems": {slug: ask(make_world()).json() for slug, ask in PROBLEMS.items()}}


def shape(value: object) -> object:
    """Names and kinds of an example's parts: times, ids and words are others each time, or with better words."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
