import gzip
import json
import socket
from urllib.parse import urlsplit

import pytest

from dedupe.local.seeds import read_seeds
from dedupe.store.keys import Shard

pytest_plugins = ["tests.serving_fixtures"]

NDJSON = {"content-type": "application/x-ndjson"}


def article(article_id, text="The council met on Monday and agreed on nothing."):
    return {"id": article_id, "text": text}


def test_a_new_article_is_accepted_with_where_to_follow_it(http):
    answer = http.post("/v1/articles", json=article("a"))

    assert answer.status_code == 202
    assert answer.headers["location"] == "/v1/articles/a"
    assert answer.json() == {
        "id": "a",
        "status": "queued",
        "created": True,
        "links": {"self": "/v1/articles/a", "assignment": "/v1/articles/a/assignment"},
    }


def test_the_same_article_again_is_answered_with_200_and_the_status_it_has_now(http, site):
    http.post("/v1/articles", json=article("a"))
    site.service.drain(Shard(0))

    again = http.post("/v1/articles", json=article("a"))

    assert (again.status_code, again.json()["status"], again.json()["created"]) == (200, "assigned", False)


def test_an_id_that_stands_for_another_text_is_a_conflict(http):
    http.post("/v1/articles", json=article("a"))

    answer = http.post("/v1/articles", json=article("a", "Another text."))

    assert answer.status_code == 409
    assert answer.json()["type"] == "/docs#id-taken"
    assert answer.json()["article"] == "/v1/articles/a"


def test_an_article_without_an_id_gets_the_same_one_every_time(http):
    first = http.post("/v1/articles", json={"text": "No id here.", "url": "https://example.org/1"})
    again = http.post("/v1/articles", json={"text": "No id here.", "url": "https://example.org/1"})

    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["id"] == again.json()["id"]


def test_field_names_of_vendors_are_understood_and_unknown_keys_handed_back(http):
    sent = {"articleId": "p1", "headline": "A title", "content": "A text", "pubDate": "2021-05-18", "mood": ["calm"]}

    path = http.post("/v1/articles", json=sent).headers["location"]

    assert http.get(path).json()["article"] == {
        "id": "p1",
        "title": "A title",
        "text": "A text",
        "published_at": "2021-05-18T00:00:00Z",
        "mood": ["calm"],
    }


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"id": "x" * 201, "text": "t"}, "id"),
        ({"id": "a\nb", "text": "t"}, "id"),
        ({"id": ["a"], "text": "t"}, "id"),
        ({"id": "a", "text": 5}, "text"),
        ({"id": "a", "text": "t", "published_at": "yesterday"}, "published_at"),
        ({"id": "a"}, "text"),
        ([], ""),
    ],
)
def test_an_article_that_breaks_a_rule_is_refused_with_the_field_and_the_rule(http, broken, field):
    answer = http.post("/v1/articles", json=broken)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert answer.json()["errors"][0]["rule"]


def test_an_article_that_is_too_long_is_refused_with_the_name_of_the_limit(make_site, http):
    make_site(max_article_chars=1_000)

    answer = http.post("/v1/articles", json=article("a", "x" * 1_001))

    assert answer.status_code == 422
    assert "max_article_chars" in answer.json()["detail"]


def test_a_body_that_is_too_large_is_refused_before_it_is_read(make_site, http):
    make_site(max_body_bytes=10_000)

    announced = http.post("/v1/articles", json=article("a", "x" * 20_000))
    chunked = http.post("/v1/articles", content=iter([b"x" * 6_000] * 3), headers={"content-type": "application/json"})

    for answer in (announced, chunked):
        assert answer.status_code == 413
        assert (answer.json()["limit"], answer.json()["limit_name"]) == (10_000, "max_body_bytes")


def test_a_body_that_is_announced_too_large_is_refused_without_a_byte_of_it(make_site):
    site = make_site(max_body_bytes=10_000)
    address = urlsplit(site.url)
    headers = ["host: localhost", "content-type: application/json", "content-length: 10001"]
    head = "\r\n".join(["POST /v1/articles HTTP/1.1", *headers, "", ""])

    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(100)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_small_gzip_body_that_unzips_to_more_than_the_limit_is_refused(make_site, http):
    make_site(max_body_bytes=10_000)
    bomb = gzip.compress(json.dumps(article("a", "x" * 100_000)).encode())

    answer = http.post(
        "/v1/articles", content=bomb, headers={"content-type": "application/json", "content-encoding": "gzip"}
    )

    assert len(bomb) < 10_000
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "data",
    [b"no gzip at all", gzip.compress(b"{}", mtime=0)[:-4], gzip.compress(b"{}", mtime=0) + b"more"],
    ids=["none", "cut", "followed"],
)
def test_damaged_gzip_is_a_malformed_body(http, data):
    headers = {"content-type": "application/json", "content-encoding": "gzip"}

    assert http.post("/v1/articles", content=data, headers=headers).status_code == 400


@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""])
def test_what_any_web_page_could_make_a_browser_send_is_refused(http, media_type):
    answer = http.post("/v1/articles", content=b'{"id": "a", "text": "t"}', headers={"content-type": media_type})

    assert answer.status_code == 415
    assert http.get("/v1/articles/a").status_code == 404


def test_a_batch_of_the_seeds_is_accepted_as_an_array_and_known_as_lines(http):
    rows = [{"id": seed.id, "text": seed.text} for seed in read_seeds()]

    array = http.post("/v1/articles:batch", json=rows)
    lines = http.post(
        "/v1/articles:batch", content=gzip.compress("\n\n".join(map(json.dumps, rows)).encode()),
        headers={**NDJSON, "content-encoding": "gzip"},
    )  # fmt: skip

    assert (array.status_code, lines.status_code) == (202, 200)
    assert [r["index"] for r in array.json()["results"]] == [0, 1, 2, 3, 4]
    assert [(r["id"], r["created"]) for r in array.json()["results"]] == [(row["id"], True) for row in rows]
    assert [(r["status"], r["created"]) for r in lines.json()["results"]] == [("queued", False)] * 5


def test_one_bad_item_spoils_no_other(http):
    http.post("/v1/articles", json=article("taken"))
    lines = [
        json.dumps(article("good")),
        '{"id": "cut", "text": "no',
        '"a string"',
        json.dumps({"id": "number", "text": 1}),
        json.dumps(article("taken", "another text")),
        '{"id": "lone", "text": "\\ud800"}',
        json.dumps(article("fine")),
    ]

    answer = http.post("/v1/articles:batch", content="\n".join(lines), headers=NDJSON)

    results = answer.json()["results"]
    assert answer.status_code == 202
    assert [r["status"] for r in results] == ["queued", None, None, None, None, None, "queued"]
    assert [r["problem"] and r["problem"]["status"] for r in results] == [None, 400, 422, 422, 409, 422, None]
    assert [r["id"] for r in results] == ["good", None, None, "number", "taken", "lone", "fine"]


def test_an_article_twice_in_a_batch_is_one_article(http):
    answer = http.post("/v1/articles:batch", json=[article("a"), article("a"), article("a", "other")])

    assert [(r["status"], r["created"]) for r in answer.json()["results"]] == [
        ("queued", True),
        ("queued", False),
        (None, False),
    ]


def test_an_empty_batch_has_no_results(http):
    assert http.post("/v1/articles:batch", json=[]).json() == {"results": []}


def test_a_batch_of_too_many_is_refused_with_the_limit(make_site, http):
    make_site(max_batch=3)

    answer = http.post("/v1/articles:batch", json=[article(str(n)) for n in range(4)])

    assert answer.status_code == 413
    assert (answer.json()["limit"], answer.json()["limit_name"]) == (3, "max_batch")


def test_a_full_queue_accepts_nothing_of_a_batch_and_says_when_to_come_back(make_site, http):
    make_site(max_pending=2)

    answer = http.post("/v1/articles:batch", json=[article(str(n), f"text {n}") for n in range(3)])

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert (answer.json()["depth"], answer.json()["limit"]) == (0, 2)
    assert http.get("/readyz").json()["pending"] == 0
