import threading

import pytest

from dedupe.errors import StoreUnavailable
from dedupe.models import JobState

pytest_plugins = ["tests.serving_fixtures"]

ARTICLE = {"id": "a", "text": "The council met on Monday."}
OTHER = {"id": "b", "text": "The council met on Tuesday."}
RECLUSTER = {"type": "recluster"}


def keyed(key="k"):
    return {"Idempotency-Key": key}


def said(answer):
    kept = ("content-type", "location", "cache-control")
    return answer.status_code, answer.content, {name: answer.headers.get(name) for name in kept}


def is_replayed(answer):
    return answer.headers.get("idempotency-replayed") == "true"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/articles", ARTICLE),
        ("/v1/articles:batch", [ARTICLE, 5, OTHER]),
        ("/v1/jobs", RECLUSTER),
        ("/v1/jobs", {"type": "dance"}),
        ("/v1/articles", {}),
    ],
)
def test_the_same_request_gets_the_answer_of_the_first(http, path, body):
    first = http.post(path, json=body, headers=keyed())
    again = http.post(path, json=body, headers=keyed())
    unkeyed = http.post(path, json=body)

    assert said(again) == said(first)
    assert [is_replayed(answer) for answer in (first, again, unkeyed)] == [False, True, False]
    assert first.headers["x-request-id"] != again.headers["x-request-id"]


def test_a_repeated_start_is_one_job_where_a_second_start_is_a_conflict(http):
    first = http.post("/v1/jobs", json=RECLUSTER, headers=keyed())
    again = http.post("/v1/jobs", json=RECLUSTER, headers=keyed())
    second = http.post("/v1/jobs", json=RECLUSTER, headers=keyed("another"))

    assert first.json()["id"] == again.json()["id"] == second.json()["job"]
    assert second.status_code == 409


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/articles", OTHER), ("/v1/articles:batch", ARTICLE), ("/v1/articles?x=1", ARTICLE)]
)
def test_the_key_of_another_request_is_refused_and_named(http, path, body):
    http.post("/v1/articles", json=ARTICLE, headers=keyed())

    answer = http.post(path, json=body, headers=keyed())

    assert answer.status_code == 422
    assert answer.json()["type"] == "/docs#key-reused"
    assert "Idempotency-Key" in answer.json()["detail"]
    assert not is_replayed(answer)


@pytest.mark.parametrize("key", ["", "k" * 201, "umlaut-ü".encode(), "tab\there"])
def test_a_key_that_is_none_is_refused_and_named(http, key):
    answer = http.post("/v1/articles", json=ARTICLE, headers=keyed(key))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_a_request_under_way_is_a_conflict_that_says_when_to_ask_again(site, http):
    began, may_end = threading.Event(), threading.Event()
    submit = site.service.submit

    def slow_submit(articles):
        began.set()
        may_end.wait(30)
        return submit(articles)

    site.service.submit = slow_submit
    answers = []
    first = threading.Thread(target=lambda: answers.append(http.post("/v1/articles", json=ARTICLE, headers=keyed())))
    first.start()
    began.wait(30)
    meanwhile = http.post("/v1/articles", json=ARTICLE, headers=keyed())
    may_end.set()
    first.join()
    after = http.post("/v1/articles", json=ARTICLE, headers=keyed())

    assert (meanwhile.status_code, meanwhile.json()["type"]) == (409, "/docs#request-under-way")
    assert int(meanwhile.headers["retry-after"]) > 0
    assert answers[0].status_code == 202
    assert said(after) == said(answers[0])


def test_an_answer_that_says_come_back_later_is_not_kept(make_site, http):
    site = make_site(max_pending=1)
    site.service.submit([])
    http.post("/v1/articles", json=OTHER)

    full = http.post("/v1/articles", json=ARTICLE, headers=keyed())
    site.service.drain(0)
    later = http.post("/v1/articles", json=ARTICLE, headers=keyed())

    assert (full.status_code, later.status_code) == (429, 202)
    assert not is_replayed(later)


@pytest.mark.parametrize("error", [StoreUnavailable("gone"), RuntimeError("a defect")])
def test_an_answer_that_something_failed_is_not_kept(site, http, error):
    start = site.service.start_recluster

    def fail(**_):
        raise error

    site.service.start_recluster = fail
    failed = http.post("/v1/jobs", json=RECLUSTER, headers=keyed())
    site.service.start_recluster = start
    better = http.post("/v1/jobs", json=RECLUSTER, headers=keyed())

    assert failed.status_code >= 500
    assert (better.status_code, better.json()["status"]) == (202, JobState.QUEUED)


def test_a_body_that_is_too_large_is_told_so_with_a_key_too(make_site, http):
    make_site(max_body_bytes=10_000)

    answers = [
        http.post("/v1/articles", content=b" " * 20_000, headers={**keyed(), "content-type": "application/json"})
    ]
    answers += [http.post("/v1/articles", content=chunks(), headers={**keyed(), "content-type": "application/json"})]

    assert [answer.status_code for answer in answers] == [413, 413]


def chunks():
    for _ in range(20):
        yield b" " * 1_000
