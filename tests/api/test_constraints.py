from dataclasses import replace

import pytest

from dedupe.models import Article, ArticleId, JobState
from dedupe.store.keys import Shard
from tests.test_service import SEEDS

pytest_plugins = ["tests.serving_fixtures"]

FIRST, SECOND, THIRD, FOURTH, FIFTH = (seed.id for seed in SEEDS)


@pytest.fixture
def settled(site, http):
    """The seeds as three stories; from now on the workers work."""
    site.service.submit(SEEDS)
    site.bell.works = True
    site.service.drain(Shard(0))
    site.service.start_recluster()
    return site


def together(site):
    views = site.service.articles([ArticleId(seed.id) for seed in SEEDS])
    return [view.assignment.story_id for view in views]


def pairs(answer, kind):
    return [(link["a"], link["b"]) for link in answer.json()[kind]]


def test_constraints_hold_at_once_and_after_every_later_recluster(settled, http):
    put = http.put("/v1/constraints", json={"must_link": [[FIRST, FIFTH]], "cannot_link": [[FIRST, SECOND]]})
    settled.service.submit([Article(ArticleId("more"), "Another text about something else entirely.")])
    settled.service.drain(Shard(0))
    settled.service.start_recluster()

    first, second, _, _, fifth = together(settled)
    assert (put.status_code, put.headers["etag"]) == (200, '"v1"')
    assert first == fifth
    assert first != second
    assert settled.service.article(ArticleId(FIRST)).assignment.confidence == 1.0


def test_a_change_queues_one_recluster_and_the_same_again_none(site, http):
    site.service.submit(SEEDS)
    site.service.drain(Shard(0))

    http.post("/v1/constraints", json={"must_link": [[FIRST, FIFTH]]})
    queued = site.service._jobs.current()
    http.post("/v1/constraints", json={"must_link": [[FIRST, THIRD]]})
    site.service.recluster(queued)
    again = http.post("/v1/constraints", json={"must_link": [[FIRST, THIRD]]})

    assert queued is not None
    assert site.service.job(queued).state is JobState.SUCCEEDED
    assert site.service._jobs.current() is None
    assert again.json()["version"] == 2 == site.service._partitions.current().constraints


def test_a_change_during_a_recluster_is_kept_by_another_that_follows_it(site, http):
    site.service.submit(SEEDS)
    site.service.drain(Shard(0))
    job = site.service.start_recluster()
    make = site.service._new_recluster

    def with_a_change():
        recluster = make()

        def cluster(*arguments):
            http.post("/v1/constraints", json={"cannot_link": [[FIRST, SECOND]]})
            return recluster.cluster(*arguments)

        return replace(recluster, cluster=cluster)

    site.service._new_recluster = with_a_change
    site.service.recluster(job.id)
    kept = site.service._partitions.current().constraints
    site.service._new_recluster = make
    site.service.recluster(site.service._jobs.current())

    assert (kept, site.service._partitions.current().constraints) == (0, 1)
    assert site.service._jobs.current() is None


def test_constraints_are_read_with_their_etag_and_not_again_by_who_has_them(settled, http):
    http.put("/v1/constraints", json={"must_link": [{"a": FIFTH, "b": FIRST, "by": "jo", "note": "why"}]})

    read = http.get("/v1/constraints")
    known = http.get("/v1/constraints", headers={"If-None-Match": read.headers["etag"]})

    assert [(link["a"], link["b"], link["by"], link["note"]) for link in read.json()["must_link"]] == [
        (FIRST, FIFTH, "jo", "why")
    ]
    assert (known.status_code, known.content) == (304, b"")


def test_what_was_read_can_be_put_back(settled, http):
    http.put("/v1/constraints", json={"must_link": [[FIRST, FIFTH]], "by": "jo"})
    read = http.get("/v1/constraints").json()

    again = http.put("/v1/constraints", json={name: read[name] for name in ("must_link", "cannot_link")})

    assert again.json() == read


def test_who_changes_what_another_changed_meanwhile_is_told(settled, http):
    tag = http.get("/v1/constraints").headers["etag"]
    http.post("/v1/constraints", json={"must_link": [[FIRST, FIFTH]]})

    late = http.put("/v1/constraints", json={}, headers={"If-Match": tag})
    strange = http.put("/v1/constraints", json={}, headers={"If-Match": '"x"'})
    current = http.put("/v1/constraints", json={}, headers={"If-Match": '"v1"'})

    assert (late.status_code, strange.status_code, current.status_code) == (412, 412, 200)
    assert "version 1" in late.json()["detail"]
    assert pairs(current, "must_link") == []


def test_a_constraint_is_removed_and_the_stories_are_as_before(settled, http):
    before = together(settled)
    added = http.post("/v1/constraints", json={"must_link": [[FIRST, FIFTH]]}).json()["must_link"][0]

    removed = http.delete(f"/v1/constraints/{added['id']}")

    assert removed.json()["must_link"] == [added]
    assert http.delete(f"/v1/constraints/{added['id']}").status_code == 404
    assert [i == together(settled)[0] for i in together(settled)] == [i == before[0] for i in before]


def test_articles_that_are_not_there_are_named_and_no_error(settled, http):
    answer = http.post("/v1/constraints", json={"must_link": [[FIRST, "to come"]]})

    assert (answer.status_code, answer.json()["unknown"]) == (200, ["to come"])


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"must_link": [["a", "b"], ["b", "c"]], "cannot_link": [["c", "a"]]}, "'a' and 'c' cannot be linked"),
        ({"must_link": [["a", "a"]]}, "needs two articles"),
        ({"must_link": [["a"]]}, "must_link.0"),
        ({"must_link": [["a", "b", "c"]]}, "must_link.0"),
        ({"must_links": [["a", "b"]]}, "must_links"),
        ({"must_link": [{"a": "a", "b": "b", "id": "c0"}]}, "have the id"),
        ({"must_link": [["", "b"]]}, "must_link.0"),
        ({"must_link": [["a" * 201, "b"]]}, "must_link.0"),
        ({"must_link": [["a\nb", "b"]]}, "control characters"),
        ({"must_link": [{"a": "a", "b": "b", "at": "yesterday"}]}, "RFC 3339"),
        ({"by": "x" * 501}, "by"),
        ([], "dictionary"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_what_breaks_a_rule_is_named_and_changes_nothing(http, method, body, rule):
    answer = http.request(method, "/v1/constraints", json=body)

    assert answer.status_code == 422
    assert rule in answer.text
    assert http.get("/v1/constraints").json()["version"] == 0


def test_half_a_character_in_an_id_is_refused(http):
    body = b'{"must_link": [["\\ud800", "b"]]}'

    answer = http.put("/v1/constraints", content=body, headers={"content-type": "application/json"})

    assert answer.status_code in (400, 422)


def test_the_time_and_the_words_of_each_are_kept_as_they_are_given(http):
    link = {"a": "a", "b": "b", "by": "ann", "at": "2026-03-02T07:30:00Z"}

    http.put("/v1/constraints", json={"must_link": [link, ["b", "c"]], "by": "jo", "note": "said so"})

    read = http.get("/v1/constraints").json()["must_link"]
    said = {(row["a"], row["b"]): (row["by"], row["note"]) for row in read}
    assert said == {("a", "b"): ("ann", "said so"), ("b", "c"): ("jo", "said so")}
    assert "2026-03-02T07:30:00Z" in {row["at"] for row in read}
