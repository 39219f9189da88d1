"""What all reads have in common: HEAD, ETags, and when to come back."""

import pytest

from dedupe.local.seeds import read_seeds
from dedupe.store.keys import Shard

pytest_plugins = ["tests.serving_fixtures"]

SEED = read_seeds()[0].id


@pytest.fixture
def settled(site):
    site.bell.works = True
    site.service.submit(read_seeds())
    site.service.start_recluster()


def a_story(site):
    return f"/v1/stories/{site.service.article(SEED).assignment.story_id}"


def test_an_answer_the_client_has_already_is_not_sent_again(http, site, settled):
    for path in (f"/v1/articles/{SEED}", f"/v1/articles/{SEED}/assignment", a_story(site)):
        first = http.get(path)
        for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
            again = http.get(path, headers={"If-None-Match": known})

            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == first.headers["etag"]
        assert http.get(path, headers={"If-None-Match": '"other"'}).content == first.content


def test_a_changed_article_and_a_changed_story_have_other_tags(http, site, settled):
    before = [http.get(path).headers["etag"] for path in (f"/v1/articles/{SEED}", a_story(site))]
    copy = {"id": "copy", "text": read_seeds()[0].text}
    http.post("/v1/articles", json=copy)

    after = [http.get(path).headers["etag"] for path in (f"/v1/articles/{SEED}", a_story(site))]

    assert before[0] == after[0]
    assert before[1] != after[1]


def test_both_reads_of_an_article_say_when_to_come_back_until_it_is_final(http, site):
    paths = [f"/v1/articles/{SEED}", f"/v1/articles/{SEED}/assignment"]
    site.service.submit(read_seeds())
    queued = [http.get(path) for path in paths]
    site.service.drain(Shard(0))
    assigned = [http.get(path) for path in paths]

    assert [int(answer.headers["retry-after"]) > 0 for answer in queued] == [True, True]
    assert ["retry-after" in answer.headers for answer in assigned] == [False, False]


def test_head_is_get_without_a_body(http, site, settled):
    for path in ("/", "/docs", "/healthz", "/readyz", "/openapi.json", "/v1/stories", f"/v1/articles/{SEED}", "/v1/x"):
        head, get = http.head(path), http.get(path)

        assert head.status_code == get.status_code
        assert head.content == b""
        assert head.headers["content-type"] == get.headers["content-type"]


def test_head_where_there_is_no_get_is_not_allowed(http):
    answer = http.head("/v1/jobs")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
