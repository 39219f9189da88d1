import json

import pytest
from story_peers import FAMILIES, Cell, cell_of, interval_lines, is_ours_best, labelled_sets, line_of, mean_f1
from story_recipes import OURS, RECIPES, named_stories, read_rows, text_of

FLOOD = "The river rose over the weir on Tuesday night and flooded forty cellars in the harbour town of Velden."
FERRY = "Passengers of the ferry Alba waited nine hours after its engine failed off the island of Morra."
ROWS = [
    {"id": "0", "title": "Flood in Velden", "text": FLOOD, "story": "flood"},
    {"id": "1", "title": "Velden under water", "text": f"{FLOOD} The weir broke.", "story": "flood"},
    {"id": "2", "title": "Ferry adrift", "text": FERRY, "story": "ferry"},
    {"id": "3", "title": None, "text": f"Engine trouble. {FERRY}", "story": "ferry"},
]
COST = {"wall_seconds": 3.0, "processor_seconds": 2.0, "start_megabytes": 10.0, "peak_megabytes": 20.0}
RIGHT = ["a", "a", "b", "b"]
ALL_ALONE = ["a", "b", "c", "d"]


def a_cell(f1):
    return Cell(f1, f1, f1, None, n_articles=4, **COST)


def test_what_is_left_as_noise_is_a_story_of_one():
    names = named_stories([0, -1, 1, -1, 0])

    assert len(set(names)) == 4
    assert names[0] == names[4]


def test_a_peer_is_given_what_there_is_of_title_and_text():
    assert text_of({"title": "A", "text": "b"}) == "A\nb"
    assert text_of({"title": None, "text": "b"}) == "b"


INSTALLED = [name for name, recipe in RECIPES.items() if not recipe.missing and "MiniLM" not in name]


@pytest.mark.parametrize("name", [name for name in INSTALLED if name not in {"HDBSCAN, TF-IDF", "BERTopic's (5)"}])
def test_each_recipe_tells_two_plain_events_apart(name):
    stories = named_stories(RECIPES[name].cluster(ROWS))

    assert cell_of([ROWS], {"stories": [stories], **COST}).f1 == 1.0


@pytest.mark.parametrize("name", INSTALLED)
@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_each_recipe_has_a_story_for_every_article_of_the_smallest_sets(name, n_rows):
    assert len(named_stories(RECIPES[name].cluster(ROWS[:n_rows]))) == n_rows


def test_a_cell_of_one_file_has_an_interval_and_one_of_several_their_mean():
    one = cell_of([ROWS], {"stories": [RIGHT], **COST})
    two = cell_of([ROWS, ROWS], {"stories": [RIGHT, ALL_ALONE], **COST})

    assert (one.f1, one.interval, one.n_articles) == (1.0, (1.0, 1.0), 4)
    assert (two.f1, two.recall, two.interval, two.n_articles) == (pytest.approx(5 / 6), 0.75, None, 8)


def test_the_families_are_not_in_the_mean_of_the_sets():
    assert mean_f1({"x": a_cell(0.5), "y": a_cell(0.7), FAMILIES: a_cell(0.1)}) == pytest.approx(0.6)
    assert mean_f1({FAMILIES: a_cell(0.1)}) == 0.1


def test_ours_is_best_until_a_peer_has_a_better_mean():
    assert is_ours_best({OURS: {"x": a_cell(0.8)}, "Leiden": {"x": a_cell(0.8)}})
    assert not is_ours_best({OURS: {"x": a_cell(0.8)}, "Leiden": {"x": a_cell(0.81)}})
    assert is_ours_best({"Leiden": {"x": a_cell(0.1)}})


def test_a_line_adds_the_seconds_up_and_names_the_greatest_memory():
    line = line_of("Leiden", {"x": a_cell(0.5), FAMILIES: a_cell(0.7)})

    assert line.split() == ["Leiden", "0.500", "0.700", "0.500", "4.0", "20"]


def test_the_lines_of_intervals_leave_out_the_families():
    cells = {"x": cell_of([ROWS], {"stories": [RIGHT], **COST}), FAMILIES: a_cell(0.7)}

    assert [line.split() for line in interval_lines({"Leiden": cells})][1] == ["Leiden", "1.000", "to", "1.000"]


def test_sets_are_the_files_with_gold_stories_and_the_families_are_one(tmp_path):
    (tmp_path / "families").mkdir()
    for name in ("one", "families/a", "families/b"):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "unlabelled.jsonl").write_text('{"id": "x", "text": "y"}\n')

    sets = labelled_sets(tmp_path)

    assert {name: len(paths) for name, paths in sets.items()} == {"one": 1, "families": 2}
    assert read_rows(sets["one"][0]) == ROWS
