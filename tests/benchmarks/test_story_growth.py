import pytest
from story_growth import as_row, sizes


def test_sizes_go_up_by_ten_to_the_largest_wanted():
    assert list(sizes(10_000, 1_000_000)) == [10_000, 100_000, 1_000_000]
    assert list(sizes(10_000, 99_999)) == [10_000]


def test_a_row_has_the_exponents_since_the_row_before():
    first = as_row(10, {"wall_seconds": 1.0, "processor_seconds": 2.0, "start_megabytes": 1, "peak_megabytes": 6}, None)
    found = {"wall_seconds": 10.0, "processor_seconds": 200.0, "start_megabytes": 1, "peak_megabytes": 26}

    row = as_row(100, found, first)

    assert (first["wall_exponent"], first["processor_exponent"]) == (None, None)
    assert row["wall_exponent"] == pytest.approx(1)
    assert row["processor_exponent"] == pytest.approx(2)
    assert row["kilobytes_per_article"] == 256
