import pytest

from dedupe.errors import BadInput
from dedupe.files import content_id, read_labels


@pytest.fixture
def labels_of(tmp_path):
    def read(content, name="labels.jsonl"):
        (tmp_path / name).write_text(content)
        return read_labels(str(tmp_path / name))

    return read


def test_stories_and_duplicate_groups_stand_in_rows_of_articles(labels_of):
    labels = labels_of('{"id": "a", "story": "s", "dup": 1, "text": "x"}\n{"id": 2, "story": null, "dup": 1}\n')

    assert labels.story_of == {"a": "s"}
    assert labels.group_of == {"a": "1", "2": "1"}
    assert labels.pairs is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.jsonl", '{"a": "x", "b": "y", "kind": "near"}\n'),
        ("p.tsv", "id1\tid2\tjaccard\nx\ty\t0.5\n"),
        ("p.csv", "a,b\nx,y\n"),
    ],
)
def test_pairs_stand_in_lines_or_tables(labels_of, name, content):
    assert labels_of(content, name).pairs == (("x", "y"),)


def test_a_file_without_rows_holds_no_pairs(labels_of):
    assert labels_of("").pairs == ()


def test_a_row_without_an_id_goes_by_the_one_its_article_is_given(labels_of):
    made = content_id(source=None, url="u", title=None, text="x")

    assert labels_of('{"link": "u", "content": "x", "story": "s"}\n').story_of == {made: "s"}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ('{"id": "a", "story": "s"}\n{"id": "a", "story": "t"}\n', "already under 's', got 't'"),
        ('{"id": "a", "story": ["s"]}\n', "must be a string or an integer"),
        ('{"a": "x", "b": "x"}\n', "must join two articles"),
        ('{"a": "x", "b": null}\n', "must join two articles"),
        ('{"story": "s"}\n', "must be given"),
        ('{"id": "a", "story": \n', "must be valid JSON"),
    ],
)
def test_labels_with_a_fault_are_not_half_read(labels_of, content, rule):
    with pytest.raises(BadInput, match=rule):
        labels_of(content)


def test_the_labels_of_the_seeds_name_every_seed(seeds):
    labels = read_labels(str(seeds / "gold.jsonl"))

    assert set(labels.story_of) == {path.stem for path in seeds.glob("*.txt")}
    assert len(set(labels.story_of.values())) == 3


def test_labels_in_a_file_of_no_known_extension_are_json_lines(tmp_path):
    path = tmp_path / "stories.out"
    path.write_text('{"id": "a", "story": "s"}\n')

    assert read_labels(str(path)).story_of == {"a": "s"}
