import pytest

from dedupe.local.seeds import SEED_STORIES, read_seeds

pytest_plugins = ["tests.serving_fixtures"]


@pytest.fixture
def settled(site):
    site.bell.works = True
    site.service.submit(read_seeds())
    site.service.start_recluster()


def members(story):
    return frozenset(member["id"] for member in story["members"])


def test_the_seeds_are_three_settled_stories(http, settled):
    page = http.get("/v1/stories").json()

    assert {members(story) for story in page["stories"]} == SEED_STORIES
    assert (page["total"], page["next_cursor"]) == (3, None)
    assert {(story["state"], story["settled"]) for story in page["stories"]} == {("emerging", True)}
    assert all(story["label"] and story["keywords"] and story["updated_at"].endswith("Z") for story in page["stories"])


def test_pages_of_one_hold_every_story_once(http, settled):
    found, cursor = [], None
    while True:
        page = http.get("/v1/stories", params={"limit": 1} | ({} if cursor is None else {"cursor": cursor})).json()
        found += page["stories"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert len(found) == 3
    assert {members(story) for story in found} == SEED_STORIES


@pytest.mark.parametrize("name", ["since", "updated_since"])
def test_only_stories_that_changed_since_are_listed(http, settled, name):
    latest = max(story["updated_at"] for story in http.get("/v1/stories").json()["stories"])

    assert http.get("/v1/stories", params={name: latest}).json()["total"] >= 1
    assert http.get("/v1/stories", params={name: "2100-01-01"}).json()["stories"] == []


def test_a_story_is_found_by_its_id_and_so_are_its_articles(http, settled):
    listed = next(s for s in http.get("/v1/stories").json()["stories"] if len(s["members"]) == 2)

    story = http.get(listed["links"]["self"]).json()
    first = http.get(listed["links"]["articles"], params={"limit": 1}).json()
    second = http.get(listed["links"]["articles"], params={"cursor": first["next_cursor"]}).json()

    assert story == listed
    assert (first["total"], second["next_cursor"]) == (2, None)
    assert {a["id"] for page in (first, second) for a in page["articles"]} == members(story)
    assert all(a["story"]["id"] == story["id"] for a in first["articles"])


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"since": "yesterday"}, "since"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"sort": "loudness"}, "sort"),
        ({"query": "war"}, "query"),
        ({"since": "2020-01-01", "updated_since": "2020-01-01"}, "since"),
    ],
)
def test_a_parameter_that_cannot_be_followed_is_refused_and_named(http, params, field):
    answer = http.get("/v1/stories", params=params)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
