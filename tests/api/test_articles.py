import threading
import time
from urllib.parse import quote

import httpx
import pytest

from dedupe.local.seeds import read_seeds
from dedupe.models import Article, ArticleId
from dedupe.store.keys import Shard

pytest_plugins = ["tests.serving_fixtures"]

TEXT = "The council met on Monday and agreed on nothing at all, as it had done the week before."


@pytest.fixture
def submitted(site):
    site.service.submit([Article(ArticleId("a"), TEXT), Article(ArticleId("b"), TEXT)])


def test_an_assigned_article_has_its_story_and_what_it_repeats(http, site, submitted):
    site.service.drain(Shard(0))

    first, second = (http.get(f"/v1/articles/{i}").json() for i in "ab")

    assert first["status"] == second["status"] == "assigned"
    assert first["duplicate"] is None
    assert second["duplicate"] == {
        "group": "a",
        "of": "a",
        "kind": "exact",
        "jaccard": 1.0,
        "containment": 1.0,
        "container": None,
    }
    assert first["story"] == second["story"] | {"confidence": 1.0}
    assert (first["story"]["state"], first["story"]["rival"]) == ("provisional", None)
    assert first["received_at"].endswith("Z")


def test_a_queued_article_has_no_story_yet(http, submitted):
    view = http.get("/v1/articles/a").json()

    assert (view["status"], view["story"], view["duplicate"], view["failure"]) == ("queued", None, None, None)


def test_an_article_that_was_given_up_says_why_and_can_be_put_back(http, site, submitted):
    site.service._ledger.bury(ArticleId("a"), "it cannot be read")

    view = http.get("/v1/articles/a").json()
    dead = http.get("/v1/dead-letters").json()["articles"]
    requeued = http.post("/v1/dead-letters:requeue").json()

    assert (view["status"], view["failure"]) == ("failed", "it cannot be read")
    assert [letter["id"] for letter in dead] == requeued["requeued"] == ["a"]
    assert http.get("/v1/articles/a").json()["status"] == "queued"


@pytest.mark.parametrize(
    "article_id",
    [
        "a/b",
        "/",
        "x/assignment",
        "assignment",
        "a%2Fb",
        "100%",
        "a?b#c",
        "..",
        ".",
        "a b",
        "Größe/日本",
        "😀",
        "a+b&c=d",
    ],
)
def test_any_printable_id_finds_its_article(http, article_id):
    location = http.post("/v1/articles", json={"id": article_id, "text": TEXT}).headers["location"]
    path = f"/v1/articles/{quote(article_id, safe='').replace('.', '%2E')}"

    assert http.get(path).json()["id"] == article_id
    assert http.get(f"{path}/assignment").json()["id"] == article_id
    assert http.get(location.replace(".", "%2E")).json()["id"] == article_id


def test_an_id_with_a_plain_slash_is_found_too(http):
    http.post("/v1/articles", json={"id": "https://example.org/news/1", "text": TEXT})

    assert http.get("/v1/articles/https://example.org/news/1").json()["id"] == "https://example.org/news/1"


def test_a_poll_is_told_to_come_back_until_the_article_is_final(http, site, submitted):
    before = http.get("/v1/articles/a/assignment")
    site.service.drain(Shard(0))
    after = http.get("/v1/articles/a/assignment")

    assert (before.json()["status"], before.headers["retry-after"]) == ("queued", "1")
    assert after.json()["status"] == "assigned"
    assert "retry-after" not in after.headers
    assert "article" not in after.json()


def test_what_has_not_changed_is_answered_with_304(http, site, submitted):
    first = http.get("/v1/articles/a/assignment")
    tag = {"if-none-match": first.headers["etag"]}

    same = http.get("/v1/articles/a/assignment", headers=tag)
    weak = http.get("/v1/articles/a/assignment", headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
    site.service.drain(Shard(0))
    changed = http.get("/v1/articles/a/assignment", headers=tag)

    assert [answer.status_code for answer in (same, weak, changed)] == [304, 304, 200]
    assert same.content == b""
    assert same.headers["etag"] == first.headers["etag"] != changed.headers["etag"]


def test_a_long_poll_answers_as_soon_as_the_article_is_assigned(http, site, submitted):
    began = time.monotonic()
    threading.Timer(0.2, site.service.drain, [Shard(0)]).start()

    answer = http.get("/v1/articles/a/assignment", params={"wait": 20}, timeout=30)

    assert answer.json()["status"] == "assigned"
    assert time.monotonic() - began < 15


def test_a_long_poll_ends_without_news_when_its_time_is_up(http, submitted):
    tag = http.get("/v1/articles/a/assignment").headers["etag"]

    answer = http.get("/v1/articles/a/assignment", params={"wait": 0.2})
    unchanged = http.get("/v1/articles/a/assignment", params={"wait": 0.2}, headers={"if-none-match": tag})

    assert answer.json()["status"] == "queued"
    assert unchanged.status_code == 304


def test_many_long_polls_leave_the_service_free_for_others(site, submitted):
    limits = httpx.Limits(max_connections=None)
    with httpx.Client(base_url=site.url, limits=limits, trust_env=False, timeout=30) as http:
        polls = [
            threading.Thread(target=http.get, args=["/v1/articles/a/assignment"], kwargs={"params": {"wait": 20}})
            for _ in range(60)
        ]
        for poll in polls:
            poll.start()

        began = time.monotonic()
        assert http.get("/readyz").status_code == 200
        site.service.drain(Shard(0))
        for poll in polls:
            poll.join()

    assert time.monotonic() - began < 15


def test_a_lookup_answers_in_order_with_null_for_the_unknown(http, submitted):
    answer = http.post("/v1/articles:lookup", json={"ids": ["b", "nobody", "a", "b"]})

    assert [row and row["id"] for row in answer.json()["articles"]] == ["b", None, "a", "b"]


def test_the_seeds_come_back_word_for_word(http, site):
    site.service.submit(read_seeds())

    rows = http.post("/v1/articles:lookup", json={"ids": [seed.id for seed in read_seeds()]}).json()["articles"]

    assert [row["article"]["text"] for row in rows] == [seed.text for seed in read_seeds()]
