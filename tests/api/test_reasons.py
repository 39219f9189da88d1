from dataclasses import replace

import pytest

from dedupe.api.schemas.reasons import ExplanationOut
from dedupe.local.seeds import read_seeds
from dedupe.models import Article, ArticleId

pytest_plugins = ["tests.serving_fixtures"]

SEEDS = {article.id[:3]: article.id for article in read_seeds()}


@pytest.fixture
def settled(site):
    site.bell.works = True
    site.service.submit(read_seeds())
    site.service.start_recluster()


@pytest.fixture
def why(http, settled):
    """Explanation of two seeds, or of a seed and whatever else."""

    def ask(a, b):
        return http.get("/v1/explain", params={"a": SEEDS.get(a, a), "b": SEEDS.get(b, b)})

    return ask


def terms(found):
    return {term["term"] for term in found}


def story_of(http, seed):
    return http.get(f"/v1/articles/{SEEDS[seed]}").json()["story"]["id"]


def test_000_and_001_share_the_inauguration_and_a_quotation_in_two_translations(why):
    found = why("000", "001").json()

    assert found["same_story"]
    assert found["margin"] > 0
    assert {"inauguration", "pledge", "monday"} <= terms(found["shared_terms"])
    quoted = [(one["a"]["text"], one["b"]["text"]) for one in found["passages"]]
    assert any("third world war" in a and "World War Three" in b for a, b in quoted)


def test_000_and_002_are_two_stories_and_what_they_share_is_background(why):
    found = why("000", "002").json()

    assert (found["same_story"], found["same_topic"]) == (False, True)
    assert {"putin", "trump", "congratulated"} <= set(found["background"])
    assert found["margin"] < 0
    assert {"sochi", "assassination"} <= terms(found["telling_apart"]["b"])


def test_the_nearest_rival_of_003_is_named(why, http):
    rival = why("003", "000").json()["rival"]["a"]

    assert rival["story"] in {story_of(http, "000"), story_of(http, "002")}
    assert rival["label"]


def test_it_is_the_same_explanation_as_of_files(why, settled, http):
    from dedupe.stories.explain import explain
    from dedupe.stories.explained import explanation_as_dict

    of_files = explanation_as_dict(explain(SEEDS["000"], SEEDS["002"], read_seeds()))
    found = why("000", "002").json()

    assert found.keys() == of_files.keys() | {"constraint"}
    assert found["background"] == of_files["background"]
    assert terms(found["telling_apart"]["a"]) == terms(of_files["telling_apart"]["a"])
    assert found["similarity"] == pytest.approx(of_files["similarity"], abs=1e-6)


@pytest.mark.parametrize(("a", "b"), [("000", "001"), ("000", "002"), ("003", "004")])
def test_an_explanation_is_what_the_description_of_the_api_says(why, a, b):
    found = why(a, b).json()

    assert ExplanationOut.model_validate(found, strict=True).model_dump() == found


def test_a_story_stands_for_its_article_nearest_to_the_other(why, http, settled):
    story = story_of(http, "001")

    assert why("000", story).json()["b"] == SEEDS["001"]
    assert why("003", story).json()["b"] in {SEEDS["000"], SEEDS["001"]}


def test_an_article_alone_in_its_story_is_told_so_and_what_is_nearest(why, http, settled):
    found = why("003", story_of(http, "003")).json()

    assert found["alone"]
    assert found["same_story"]
    assert found["a"] == found["b"] == SEEDS["003"]
    assert found["margin"] > 0
    assert found["rival"]["a"]["story"] in {story_of(http, "000"), story_of(http, "002")}
    assert ExplanationOut.model_validate(found, strict=True).model_dump() == found


def test_a_copy_is_aligned_with_its_original_and_its_edits_are_named(http, site, settled):
    original = read_seeds()[0]
    edited = original.text.replace("Russian", "The Russian", 1).replace("Monday", "Tuesday", 1)
    site.service.submit([replace(original, id=ArticleId("copy"), text=edited)])

    found = http.get("/v1/explain", params={"a": original.id, "b": "copy"}).json()

    assert found["same_story"]
    assert found["duplicate"]["kind"] in {"near", "exact"}
    assert {edit["kind"] for edit in found["duplicate"]["edits"]} == {"added", "changed"}
    for side, text in (("a", original.text), ("b", edited)):
        for stretch in found["duplicate"]["aligned"]:
            assert text[stretch[side]["start"] : stretch[side]["end"]] == stretch[side]["text"]
    assert ExplanationOut.model_validate(found, strict=True).model_dump() == found


def test_articles_that_no_recluster_has_settled_are_explained_too(http, site):
    site.bell.works = True
    site.service.submit(read_seeds())

    found = http.get("/v1/explain", params={"a": SEEDS["000"], "b": SEEDS["003"]})

    assert found.status_code == 200


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [("nobody", "000", "article"), ("000", "nobody", "article or story")],
)
def test_an_unknown_name_is_a_404_that_names_it(why, a, b, kind):
    answer = why(a, b)

    assert answer.status_code == 404
    assert (answer.json()["kind"], answer.json()["id"]) == (kind, "nobody")


@pytest.mark.parametrize("params", [{"a": "x"}, {"a": "x", "b": ""}, {"a": "x", "b": "y", "c": "z"}])
def test_a_query_that_is_not_of_two_names_is_refused(http, params):
    assert http.get("/v1/explain", params=params).status_code == 422


def test_one_article_twice_and_one_without_a_story_are_refused_with_the_reason(http, site, why):
    site.bell.works = False
    site.service.submit([Article(ArticleId("waiting"), "Not yet read by anyone.")])

    twice, waiting = why("000", "000"), why("000", "waiting")

    assert (twice.status_code, waiting.status_code) == (422, 422)
    assert "two articles are needed" in twice.json()["detail"]
    assert waiting.json()["detail"] == "the article 'waiting' has no story yet"


def test_what_a_person_said_of_the_two_is_named(why, site, http):
    before = why("003", "002").json()
    ids = [SEEDS["002"], SEEDS["003"]]
    http.post("/v1/constraints", json={"must_link": [ids]})
    after = why("003", "002").json()

    assert (before["same_story"], before["constraint"]) == (False, None)
    assert after["same_story"]
    assert (after["constraint"]["kind"], [after["constraint"]["a"], after["constraint"]["b"]]) == ("must_link", ids)
