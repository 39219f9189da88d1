import json
from pathlib import Path

import pytest
from explanations import is_absent, main, without

from dedupe.models import Article, ArticleId, StoryId
from dedupe.stories.explained import Explanation, Term

SEEDS = Path(__file__).parents[2] / "seeds"


def article(name, text, title=None):
    return Article(ArticleId(name), text, title)


def explanation(only_a, only_b):
    a, b = ArticleId("a"), ArticleId("b")
    terms = [tuple(Term(word, 0.1, 5.0, 0.0) for word in words) for words in (only_a, only_b)]
    return Explanation(
        a, b, StoryId("s"), StoryId("t"), True, 0.1, 0.2, (), (), *terms, (), None, None, (), None, None
    )  # fmt: skip


@pytest.fixture
def labelled(tmp_path):
    gold = {row["id"]: row["story"] for row in map(json.loads, (SEEDS / "gold.jsonl").read_text().splitlines())}
    rows = [{"id": path.stem, "text": path.read_text(), "story": gold[path.stem]} for path in SEEDS.glob("*.txt")]
    (tmp_path / "seeds.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def test_words_are_taken_out_of_title_and_text_whole_and_in_any_case():
    cut = without(article("a", "Sochi: the sochis met at SOCHI, 3rd", title="In Sochi"), ["sochi", "3rd"])

    assert (cut.title, cut.text) == ("In ", ": the sochis met at , ")


def test_a_term_that_the_other_side_holds_too_is_not_absent():
    a, b = article("a", "sochi valdai"), article("b", "Valdai pledge")

    assert is_absent(explanation(["sochi"], ["pledge"]), a, b)
    assert not is_absent(explanation(["sochi", "valdai"], ["pledge"]), a, b)
    assert not is_absent(explanation([], []), a, b)


def test_the_seeds_are_explained_faithfully(labelled, tmp_path, capsys):
    code = main(["--data", str(labelled), "--pairs", "5", "--json", str(tmp_path / "out.json")])

    (row,) = json.loads((tmp_path / "out.json").read_text())["explanations"]
    assert code == 0
    assert (row["n_together"], row["n_apart"]) == (4, 5)
    assert row["faithful"] == row["absent"] == row["by_themselves"] == row["below"] == row["bounded_agrees"] == 1
    assert row["bounded"] > 0.99
    assert "seeds" in capsys.readouterr().out
