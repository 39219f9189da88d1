import json

import pytest
from growth import Run, as_row, exponent, read_found, run, sizes, write_articles
from hypothesis import given
from hypothesis import strategies as st


def test_sizes_go_up_by_about_three_to_the_largest_wanted():
    assert list(sizes(10_000, 1_000_000)) == [10_000, 30_000, 100_000, 300_000, 1_000_000]
    assert list(sizes(10_000, 99_999)) == [10_000, 30_000]


@given(st.floats(0, 3), st.integers(1, 1000), st.integers(2, 1000), st.floats(0.01, 100))
def test_the_exponent_of_a_power_is_that_power(power, n, factor, seconds):
    found = exponent((n, seconds), (n * factor, seconds * factor**power))

    assert found == pytest.approx(power, abs=1e-6)


def test_there_is_no_exponent_between_a_run_and_itself():
    assert exponent((10, 1.0), (10, 1.0)) is None


def test_bytes_an_article_are_those_above_the_start():
    start, first = Run(1, 0.5, 0.4, 100.0, 0, 0, 0), Run(1 << 20, 5.0, 4.0, 600.0, 0, 0, 0)

    assert as_row(first, first, start)["bytes_per_article"] == 500.0


def test_written_articles_are_told_from_their_copies(tmp_path):
    path = tmp_path / "articles.jsonl"

    is_copy = write_articles(path, 100, seed=1)

    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(is_copy) == len({row["id"] for row in rows}) == 100
    assert 0 < sum(is_copy) < 50


def test_an_article_counts_as_found_when_it_is_said_to_repeat_another(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text('{"id": "a", "duplicate_of": null}\n{"id": "b", "duplicate_of": "a"}\n')

    assert list(read_found(path)) == [0, 1]


def test_the_command_finds_the_copies_and_nothing_else(tmp_path):
    found = run(120, folder=tmp_path, seed=1)

    assert found.n_copies_found == found.n_copies > 0
    assert found.n_others_found == 0
    assert found.peak_megabytes > 10
    assert found.processor_seconds > 0
