import pytest

from dedupe.local.seeds import read_seeds
from dedupe.models import JobId
from dedupe.store.keys import Shard

pytest_plugins = ["tests.serving_fixtures"]

RECLUSTER = {"type": "recluster"}


def test_a_job_is_accepted_followed_and_ends_with_its_diff(http, site):
    site.service.submit(read_seeds())
    site.service.drain(Shard(0))

    started = http.post("/v1/jobs", json={**RECLUSTER, "dry_run": True})
    site.service.recluster(JobId(started.json()["id"]))
    ended = http.get(started.headers["location"]).json()

    assert (started.status_code, started.json()["status"], started.json()["dry_run"]) == (202, "queued", True)
    assert (ended["status"], ended["progress"], ended["error"]) == ("succeeded", 1.0, None)
    assert ended["diff"]["n_articles"] == 5
    assert ended["churn"] == ended["diff"]["churn"]
    assert ended["created_at"] <= ended["started_at"] <= ended["finished_at"]


def test_a_second_job_is_a_conflict_that_points_to_the_first(http):
    first = http.post("/v1/jobs", json=RECLUSTER)
    second = http.post("/v1/jobs", json=RECLUSTER)

    assert second.status_code == 409
    assert second.headers["location"] == first.headers["location"]
    assert second.json()["job"] == first.json()["id"]


def test_a_cancelled_job_makes_room_for_another(http):
    first = http.post("/v1/jobs", json=RECLUSTER)

    cancelled = http.delete(first.headers["location"])
    again = http.delete(first.headers["location"])

    assert cancelled.json()["status"] == again.json()["status"] == "cancelled"
    assert http.post("/v1/jobs", json=RECLUSTER).status_code == 202


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "type"),
        ({"type": "dance"}, "type"),
        ({**RECLUSTER, "dry_run": "yes"}, "dry_run"),
        ({**RECLUSTER, "x": 1}, "x"),
    ],
)
def test_a_job_that_is_not_understood_is_refused_and_the_field_named(http, body, field):
    answer = http.post("/v1/jobs", json=body)

    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_job_is_not_found(http, method):
    answer = http.request(method, "/v1/jobs/nobody")

    assert (answer.status_code, answer.json()["kind"], answer.json()["id"]) == (404, "job", "nobody")
