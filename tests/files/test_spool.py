import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.files.spool import InOrder, Spool, SpooledShingles, SpooledSketches
from dedupe.near_duplicates.sketching import sketch_texts
from dedupe.settings import SketchParams

TEXTS = ["The river rose again overnight", "one", "", "Nine words of which 2 are Names of Towns", "the river rose"]


def sketched():
    return sketch_texts(TEXTS, SketchParams())


@given(
    blocks=st.lists(st.lists(st.binary(max_size=40), max_size=5), max_size=8),
    most_in_memory=st.integers(0, 200),
)
def test_what_was_appended_is_read_whether_it_is_in_memory_or_on_disk(blocks, most_in_memory):
    with Spool(most_in_memory=most_in_memory) as spool:
        for block in blocks:
            spool.append(block)

        records = [record for block in blocks for record in block]
        assert [bytes(spool.read(place)) for place in range(len(spool))] == records


def test_what_is_on_disk_has_no_name_and_is_gone_with_the_spool(tmp_path):
    with Spool(folder=str(tmp_path), most_in_memory=0) as spool:
        spool.append([b"record"])

        assert os.listdir(tmp_path) == []
        assert spool.read(0) == b"record"


def test_a_spool_that_fits_into_memory_touches_no_disk(tmp_path):
    with Spool(folder=str(tmp_path / "missing"), most_in_memory=6) as spool:
        spool.append([b"record"])

        assert spool.read(0) == b"record"
        with pytest.raises(FileNotFoundError):
            spool.append([b"!"])


@pytest.mark.parametrize("most_in_memory", [0, 1_000_000])
def test_shingles_come_back_as_they_were_sketched(most_in_memory):
    sketches = sketched()

    with Spool(most_in_memory=most_in_memory) as spool:
        shingles = SpooledShingles(spool)
        shingles.append(sketches)
        shingles.append(sketches)

        for place in range(2 * len(TEXTS)):
            own = slice(*sketches.offsets[place % len(TEXTS) :][:2])
            hashes, is_named, is_figured = shingles.read(place)
            assert hashes.tolist() == sketches.hashes[own].tolist()
            assert is_named.tolist() == sketches.is_named[own].tolist()
            assert is_figured.tolist() == sketches.is_figured[own].tolist()


def test_sketches_are_taken_out_in_any_order():
    order = [3, 0, 4, 1, 2, 0]
    expected = sketch_texts([TEXTS[place] for place in order], SketchParams())

    with Spool() as heads, Spool() as shingles:
        spooled = SpooledSketches(heads, shingles)
        spooled.append(sketched())
        taken = spooled.take(order)
        second = InOrder(spooled, np.array(order)).read(2)

    for name in ("signatures", "text_keys", "hashes", "is_named", "is_figured", "offsets"):
        np.testing.assert_array_equal(getattr(taken, name), getattr(expected, name))
        assert getattr(taken, name).dtype == getattr(expected, name).dtype
    own = slice(*expected.offsets[2:4])
    assert second[0].tolist() == expected.hashes[own].tolist()


def test_shingles_of_many_are_those_of_each():
    places = np.array([0, 2, 3, 4, 7, 8])

    with Spool() as spool:
        shingles = SpooledShingles(spool)
        shingles.append(sketched())
        shingles.append(sketched())
        found = [own for many in shingles.read_many(places) for own in each(many)]
        alone = [tuple(values.tolist() for values in shingles.read(place)) for place in places.tolist()]

    assert found == alone
    assert list(shingles.read_many(places[:0])) == []


def each(many):
    for begin, end in zip(many.begins, many.ends, strict=True):
        yield tuple(values[begin:end].tolist() for values in (many.hashes, many.is_named, many.is_figured))
