import json
from datetime import UTC, datetime

import httpx
import pytest

import dedupe
from dedupe.environment import Settings
from dedupe.models import Article, ArticleId
from dedupe.store.webhooks import MOST_WEBHOOKS, Attempt
from tests.serving import Bell, make_site_app, served
from tests.webhooks.receiver import receiving

pytest_plugins = ["tests.serving_fixtures"]

SECRET = "sixteen-letters-or-more"
HOOK = {"url": "https://example.org/hook", "secret": SECRET}
NEVER = {"state": "active", "attempts": 0, "failing_since": None, "next_attempt_at": None, "error": None}


def put(http, name="mine", **changes):
    return http.put(f"/v1/webhooks/{name}", json={**HOOK, **changes})


def test_a_webhook_is_created_read_changed_listed_and_deleted(http):
    created = put(http)
    read = http.get(created.headers["location"])
    changed = put(http, url="https://example.org/other", secret=None, types=["story.split"])
    listed = http.get("/v1/webhooks")
    deleted = http.delete("/v1/webhooks/mine")

    assert [answer.status_code for answer in (created, read, changed, listed, deleted)] == [201, 200, 200, 200, 204]
    assert created.json() == read.json()
    assert created.json() | NEVER == created.json()
    assert set(created.json()["types"]) > {"story.split"}
    assert (changed.json()["url"], changed.json()["types"]) == ("https://example.org/other", ["story.split"])
    assert listed.json()["webhooks"] == [changed.json()]
    assert http.get("/v1/webhooks").json() == {"webhooks": []}


def test_a_secret_is_in_no_answer(http):
    answers = [put(http), put(http), put(http, url="nowhere"), put(http, types=["x"]), put(http, secret=[SECRET])]
    answers += [http.get(f"/v1/webhooks{path}") for path in ("", "/mine", "/mine/deliveries")]

    assert [answer.status_code for answer in answers] == [201, 200, 422, 422, 422, 200, 200, 200]
    assert [answer.text for answer in answers if SECRET in answer.text] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"secret": None}, "secret"),
        ({"secret": "too short"}, "secret"),
        ({"secret": "x" * 257}, "secret"),
        ({"secret": "\ud800" * 16}, "secret"),
        ({"url": None}, "url"),
        ({"url": ""}, "url"),
        ({"url": "ftp://example.org/"}, "url"),
        ({"url": "https://user@example.org/"}, "url"),
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"url": "http://[::ffff:192.168.0.1]/"}, "url"),
        ({"types": []}, "types"),
        ({"types": ["story.danced"]}, "types.0"),
        ({"types": "story.split"}, "types"),
        ({"since": "yesterday"}, "since"),
        ({"retries": 3}, "retries"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused_and_the_field_named(http, changes, field):
    body = json.dumps({**HOOK, **changes})  # by httpx's own hand a lone surrogate cannot be sent
    answer = http.put("/v1/webhooks/mine", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert http.get("/v1/webhooks").json() == {"webhooks": []}


@pytest.mark.parametrize("name", ["a b", "-a", "%2E", "a%2Fb", "x" * 65, "é"])
def test_a_name_is_letters_and_digits(http, name):
    assert put(http, name).status_code == 422


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("DELETE", ""), ("GET", "/deliveries")])
def test_an_unknown_webhook_is_not_found(http, method, path):
    answer = http.request(method, f"/v1/webhooks/nobody{path}")

    assert (answer.status_code, answer.json()["kind"], answer.json()["id"]) == (404, "webhook", "nobody")


def test_there_are_only_so_many_webhooks(http, site):
    for number in range(MOST_WEBHOOKS):
        site.service.webhooks.put(f"w{number}", "x", secret=SECRET, types=frozenset(), since=None, tail="0-0")

    answer = put(http)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "name"


def test_an_address_of_this_machine_is_taken_where_that_is_allowed(make_site):
    site = make_site(webhooks_private=True)
    with httpx.Client(base_url=site.url, trust_env=False) as http:
        assert put(http, url="http://127.0.0.1:8080/").status_code == 201


def test_deliveries_are_listed_with_what_came_back_and_when_the_next_is(http, site):
    put(http, since="1-0")
    (claim,) = site.service.webhooks.claim("2-0")
    site.service.webhooks.postpone(claim, Attempt("d1", "2-0", 1, 1, 7, 503, "answered with status 503"), seconds=60)

    (delivery,) = http.get("/v1/webhooks/mine/deliveries").json()["deliveries"]
    webhook = http.get("/v1/webhooks/mine").json()

    known = {"id": "d1", "cursor": "2-0", "n_events": 1, "attempt": 1, "milliseconds": 7, "status": 503}
    assert delivery | known == delivery
    assert delivery["error"] == webhook["error"] == "answered with status 503"
    assert delivery["next_attempt_at"] == webhook["next_attempt_at"] > delivery["at"]
    assert (webhook["state"], webhook["attempts"]) == ("failing", 1)


def test_a_process_delivers_what_happens_until_it_ends(redis, eventually):
    bell = Bell(works=True)
    app = make_site_app(redis, bell, Settings(webhooks_private=True))
    with receiving() as receiver, served(app) as url, httpx.Client(base_url=url, trust_env=False) as http:
        assert put(http, url=f"{receiver.url}/hook").status_code == 201
        bell.service.submit([Article(ArticleId("ferry"), "Words about a ferry that nobody has written so far.")])
        told = [event["cursor"] for event in http.get("/v1/events").json()["events"]]
        eventually(lambda: [c for received in receiver.received for c in received.cursors] == told)
        eventually(lambda: http.get("/v1/webhooks/mine").json()["cursor"] == told[-1])

        received = receiver.received[0]
        header = received.headers["dedupe-signature"]
        assert dedupe.verify_webhook(received.body, header, SECRET, now=datetime.now(UTC))
        assert http.get("/v1/webhooks/mine/deliveries").json()["deliveries"][0]["status"] == 200
