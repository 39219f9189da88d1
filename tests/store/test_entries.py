import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dedupe.models import ArticleId, Sketch
from dedupe.store.entries import decode_sketch, encode_sketches

NAME = ArticleId("a")
FIELDS = ("signature", "terms", "weights", "background")


@st.composite
def sketches(draw, most_terms=300):
    n_terms = draw(st.integers(0, most_terms))
    terms = draw(st.lists(st.integers(0, 2**32 - 1), min_size=n_terms, max_size=n_terms, unique=True))
    return Sketch(
        NAME,
        draw(st.binary(min_size=16, max_size=16)),
        draw(hnp.arrays(np.uint32, st.sampled_from([0, 16, 128]))),
        np.array(sorted(terms), dtype=np.uint32),
        draw(hnp.arrays(np.uint8, n_terms)).astype(np.float32) / np.float32(16),
        draw(hnp.arrays(np.uint16, n_terms)),
    )


@given(sketches())
def test_a_sketch_comes_back_to_the_bit(sketch):
    read = decode_sketch(NAME, encode_sketches([sketch])[0])

    assert (read.article_id, read.text_key) == (sketch.article_id, sketch.text_key)
    for name in FIELDS:
        assert getattr(read, name).dtype == getattr(sketch, name).dtype
        assert getattr(read, name).tolist() == getattr(sketch, name).tolist()


@given(st.lists(sketches(most_terms=8), max_size=4))
def test_a_sketch_has_the_same_bytes_in_any_batch(many):
    assert encode_sketches(many) == [encode_sketches([one])[0] for one in many]


def test_the_bytes_are_those_of_the_first_format():
    sketch = Sketch(
        NAME,
        bytes(range(16)),
        np.array([1, 2**32 - 1], dtype=np.uint32),
        np.array([0x01020304, 0xF0E0D0C0], dtype=np.uint32),
        np.array([1.0625, 15.9375], dtype=np.float32),
        np.array([0, 10_000], dtype=np.uint16),
    )
    head = bytes([1]) + bytes(range(16)) + struct.pack("<HHII", 2, 2, 1, 2**32 - 1) + b"\4\3\2\xc0\xd0\xe0"

    assert encode_sketches([sketch])[0].startswith(head)
    known = head + bytes.fromhex("637c2ff89f4180411d00")
    assert decode_sketch(NAME, known).terms.tolist() == [0x01020304, 0xF0E0D0C0]
    assert decode_sketch(NAME, known).weights.tolist() == [1.0625, 15.9375]
    assert decode_sketch(NAME, known).background.tolist() == [0, 10_000]


def test_the_half_that_near_duplicates_need_takes_twenty_one_bytes_and_the_signature():
    sketch = Sketch(
        NAME,
        bytes(16),
        np.arange(128, dtype=np.uint32),
        np.empty(0, dtype=np.uint32),
        np.empty(0, dtype=np.float32),
        np.empty(0, dtype=np.uint16),
    )

    assert len(encode_sketches([sketch])[0]) == 21 + 4 * 128


def test_an_entry_of_another_format_is_refused_by_name():
    with pytest.raises(ValueError, match="must be of format 1, got 2 for 'a'"):
        decode_sketch(NAME, bytes([2]) + bytes(20))
