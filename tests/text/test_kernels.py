"""The compiled loops give the bits of the plain path."""

import multiprocessing
import subprocess
import sys
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedupe.near_duplicates.shingles import shingle_hashes
from dedupe.near_duplicates.signatures import signatures
from dedupe.text import kernels
from dedupe.text.kernels_table import (
    CAPITAL,
    HARD,
    SEPARATOR,
    UNSEEN,
    UNSEEN_CHARACTERS,
    WHITE_SPACE,
    character_table,
)
from dedupe.text.normalise import _BOILERPLATE, normalise
from dedupe.text.words import cut_words
from tests.semaphores import needs_semaphores

pytest.importorskip("numba")

PIECES = [
    *"aZ09_ .,-—–’“'()©:!\t\n\r\u00a0\u00ad\u200b\ufeff\x00\x0b\x85\u2028",
    *"éÉßẞΣσςάİıſKÅЖж\u0301ü國ไहि대\U0001f600\U00020000\ud800",
    "\n\n", "\r\n", " \n", "Trump", "internationalization", "electroencephalographically", "ΟΔΟΣ", "ΣΑΣ",
    "LONDON (Reuters) - ", "MEXICO CITY, Jan. 5 (AP) -- ", "PARIS —", "ÉVIAN – ", "(AFP) – ", "NEW  YORK -- ", "- ",
    "All rights reserved.", "Share this article", "(With inputs from AFP)", "© 2020 Example", "(c) 2019", "Read more:",
    "Sign up for our daily newsletter", "With additional reporting from Reuters", "This", "ADVERTISEMENT", "e-mail",
    "Subscribe now", " clicK", "x" * 301, "é" * 9, "ЖÉa" * 7, "word " * 9, "co\u00adop", "Related: Putin", "PUBLICITÉ",
    "Photo: Jane Doe", "Also read", "last updated 3 pm", "e-mail-", "We're", "(c) ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(st.characters(exclude_categories=()))


@pytest.fixture(autouse=True)
def by_amount():
    yield
    kernels.choose("by amount")


def on_both_paths(made):
    kernels.choose("never")
    plain = made()
    kernels.choose("always")
    return plain, made()


@settings(max_examples=400, deadline=None)
@given(st.lists(TEXTS, max_size=4), st.integers(1, 3))
@example(["Share this article\nLONDON (AP) - Read more:\nx\ny\nPARIS (AP) - z\nKYIV (AP) - w"], 1)
@example(["All rights reserved.\n\nADVERTISEMENT"], 1)
@example(["\u00a0\u3000LONDON\u00a0 (Reuters) - Élan of words", "(\u2009share this)", ".: Share this"], 1)
def test_signatures_are_those_of_normalised_texts(texts, shingle_words):
    from dedupe.settings import SketchParams

    params = SketchParams(shingle_words=shingle_words, num_perm=17, bands=5, rows=3)
    plain, compiled = on_both_paths(lambda: signatures(texts, params))

    assert plain.tolist() == compiled.tolist()


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_words_of_a_batch_are_those_of_the_plain_path(texts):
    plain, compiled = on_both_paths(lambda: cut_words(texts))

    assert plain.vocabulary == compiled.vocabulary
    for name in ("hashes", "ids", "offsets", "capitalised"):
        assert getattr(plain, name).tolist() == getattr(compiled, name).tolist()
        assert getattr(plain, name).dtype == getattr(compiled, name).dtype


def test_words_of_any_size_at_any_place_are_those_of_the_plain_path():
    texts = [
        " " * place + word[:size] + " é " + word[:size]
        for place in range(0, 66, 3)
        for size in [*range(1, 20), 31, 32, 33, 63, 64, 65, 130, 300]
        for word in ("x" * size, "é" * size, "aЖ" * size, "xyz€ß" * size)
    ]

    plain, compiled = on_both_paths(lambda: cut_words(texts))
    both_signatures = on_both_paths(lambda: signatures([f"{text}\n{text}" for text in texts]))

    assert plain.vocabulary == compiled.vocabulary
    assert plain.hashes.tolist() == compiled.hashes.tolist()
    assert np.array_equal(plain.ids, compiled.ids)
    assert np.array_equal(*both_signatures)


def test_every_opening_of_boilerplate_is_known_to_the_loops():
    ends = (
        "",
        ".",
        ":",
        ": Jane Doe",
        " also",
        " more",
        " by Jane Doe",
        " this article",
        " reporting by Reuters",
        "s x",
    )
    lines = [
        f"{before}{opening}{end}"
        for word in _BOILERPLATE
        for opening in (word, word.upper(), word.capitalize())
        for before in ("", "(", " \t(")
        for end in ends
    ]
    texts = [f"a b c\n{line}\nd e f {n}" for n, line in enumerate(lines)]

    plain, compiled = on_both_paths(lambda: signatures(texts))

    assert [line for line, is_same in zip(lines, (plain == compiled).all(axis=1), strict=True) if not is_same] == []


@pytest.mark.parametrize("n_lost", range(9))
def test_datelines_are_cut_below_lines_that_are_gone(n_lost):
    lost = "Share this article\n\n" * n_lost
    texts = [lost + "PARIS (AP) - a b c\n" * n_kept + lost + "ROME — d e f\n" * 3 for n_kept in range(4)]

    plain, compiled = on_both_paths(lambda: signatures(texts))

    assert plain.tolist() == compiled.tolist()


def test_two_threads_at_once_read_what_each_reads_alone():
    texts = [[f"{'some words ' * (37 * at % 500)}{name}{at}" for at in range(400)] for name in "ab"]
    kernels.choose("always")
    alone = [signatures(own).tolist() for own in texts]

    with ThreadPoolExecutor(2) as pool:
        together = [signed.tolist() for signed in pool.map(signatures, texts * 4)]

    assert together == alone * 4


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=4), st.integers(1, 20))
def test_shingle_hashes_are_those_of_the_plain_path(texts, shingle_words):
    words = cut_words(texts)

    plain, compiled = on_both_paths(lambda: shingle_hashes(words, shingle_words=shingle_words))

    assert [part.tolist() for part in plain] == [part.tolist() for part in compiled]


def test_every_character_between_and_beside_letters_is_read_as_on_the_plain_path():
    characters = [chr(code) for code in range(0x10000)]
    texts = [f"a{c}b {c}C D{c}\nshare{c}this\n{c}All rights reserved." for c in characters]

    plain, compiled = on_both_paths(lambda: signatures(texts))

    assert [c for c, is_same in zip(characters, (plain == compiled).all(axis=1), strict=True) if not is_same] == []


def test_pictures_are_separators_and_other_astral_characters_are_not_read_as_such():
    texts = [f"a{chr(code)}b{chr(code)} c" for code in [*range(0x1F000, 0x1FC00), 0x10400, 0x1D400, 0x20000]]

    plain, compiled = on_both_paths(lambda: cut_words(texts))
    both_signatures = on_both_paths(lambda: signatures(texts))

    assert plain.vocabulary == compiled.vocabulary
    assert np.array_equal(plain.ids, compiled.ids)
    assert np.array_equal(*both_signatures)


def test_words_of_every_character_are_those_of_the_plain_path():
    texts = [f"a{chr(code)}b {chr(code)}Σα" for code in range(0x10000)]

    plain, compiled = on_both_paths(lambda: cut_words(texts))

    assert plain.vocabulary == compiled.vocabulary
    assert np.array_equal(plain.ids, compiled.ids)
    assert np.array_equal(plain.capitalised, compiled.capitalised)


def test_the_table_leaves_no_character_to_the_loops_that_normalising_would_change():
    table = character_table()
    easy_codes = np.flatnonzero((table != HARD) & (table != UNSEEN)).tolist()
    easy = "".join(chr(code) for code in easy_codes if chr(code) not in "\r\n")

    kept = "".join(c for c in easy if not c.isspace())
    assert "".join(normalise(easy).split()) == kept
    assert unicodedata.is_normalized("NFC", kept[::-1])
    assert {c for c in easy if table[ord(c)] == WHITE_SPACE} == {c for c in easy if c.isspace()}


@pytest.mark.parametrize(
    ("character", "entry"),
    [
        ("é", ord("é")),
        ("É", ord("é") + CAPITAL),
        ("Ж", ord("ж") + CAPITAL),
        ("²", ord("²") + CAPITAL),
        ("’", SEPARATOR),
        ("\u00a0", WHITE_SPACE),
        *((hard, HARD) for hard in "İẞ\u0301國ไ\u0000\ud800"),
        *((unseen, UNSEEN) for unseen in UNSEEN_CHARACTERS),
    ],
)
def test_the_table_knows_letters_separators_and_what_is_hard(character, entry):
    assert character_table()[ord(character)] == entry


@pytest.mark.parametrize("character", UNSEEN_CHARACTERS)
def test_unseen_characters_are_deleted_wherever_they_stand(character):
    line = f"Share this{character} article\n{character}LON{character}DON (AP) - {character * 70}One wo{character}rd\n"
    texts = [line, line.replace("Share", "Do not share") * 9, f"{character}\n{character}", f"é{character}\u0301"]

    plain, compiled = on_both_paths(lambda: signatures(texts))

    assert normalise(f"a{character}b") == "ab"
    assert np.array_equal(plain, compiled)


@pytest.mark.parametrize("wide", ["", "é", "’", "\U0001f600", "\U00020000"])
def test_strings_of_every_width_and_size_are_read_to_their_ends(wide):
    texts = [wide + ("ab cd efghijklm nop " * 10)[:size] for size in range(140)]

    plain, compiled = on_both_paths(lambda: (signatures(texts), cut_words(texts)))

    assert np.array_equal(plain[0], compiled[0])
    assert plain[1].vocabulary == compiled[1].vocabulary
    assert np.array_equal(plain[1].ids, compiled[1].ids)


def test_words_of_every_size_and_number_have_the_hashes_of_the_plain_path():
    texts = [
        " ".join("abcdefghijklmnopqrst"[at % 3 : size] for at in range(n)) for size in range(4, 21) for n in (1, 8, 9)
    ]

    plain, compiled = on_both_paths(lambda: cut_words(texts))

    assert plain.vocabulary == compiled.vocabulary
    assert np.array_equal(plain.hashes, compiled.hashes)


def test_only_strings_are_read_and_kinds_of_them_as_they_are():
    class Headline(str):
        __slots__ = ()

    plain, compiled = on_both_paths(lambda: signatures([Headline("One headline of some words"), "another"]))

    assert np.array_equal(plain, compiled)
    for other in (b"bytes", ["a", "list"]):
        with pytest.raises((TypeError, AttributeError)):
            signatures([other])


@given(st.lists(st.integers(0, 500), min_size=1, max_size=50))
def test_blocks_to_read_are_all_texts_in_order_and_bounded(sizes):
    from dedupe.text.kernels_texts import blocks_to_read

    blocks = blocks_to_read(sizes, n_places=400)

    assert [text for block in blocks for text in range(block.start, block.stop)] == list(range(len(sizes)))
    assert all(len(sizes[block]) == 1 or sum(sizes[block]) + 64 * len(sizes[block]) <= 400 for block in blocks)


def test_words_with_one_slot_of_the_table_stay_apart():
    texts = [" ".join(f"w{n}" for n in range(at, at + 5000)) for at in (0, 2500)] * 2

    plain, compiled = on_both_paths(lambda: cut_words(texts))

    assert plain.vocabulary == compiled.vocabulary
    assert np.array_equal(plain.ids, compiled.ids)


def test_little_text_does_not_load_the_loops():
    program = (
        "import sys, dedupe; dedupe.signatures(['some words']); dedupe.find_near_duplicates([]);"
        "print('numba' in sys.modules)"
    )

    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False\n"


def test_a_large_amount_of_text_loads_the_loops():
    program = (
        "import dedupe; from dedupe.text import kernels;"
        "kernels.WORTH_LOADING_CHARACTERS = 10; dedupe.signatures(['some words']); print(kernels.are_used())"
    )

    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "True\n"


def test_without_numba_everything_takes_the_plain_path():
    program = (
        "import sys; sys.modules['numba'] = None; import dedupe; from dedupe.text import kernels;"
        "kernels.choose('always'); print(kernels.load(), dedupe.signatures(['Putin congratulates Trump']).shape)"
    )

    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False (1, 128)\n"


def _sketch(texts):
    return signatures(texts).tolist()


@needs_semaphores
def test_loops_loaded_before_a_fork_work_in_the_children():
    kernels.choose("always")
    expected = _sketch(["some words of a text"])
    n_threads = threading.active_count()

    with multiprocessing.get_context("fork").Pool(2) as pool:
        found = pool.map(_sketch, [["some words of a text"]] * 2)

    assert found == [expected, expected]
    assert threading.active_count() == n_threads


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "ab " * 333_333, "\n" * 1_000_000, "Share\n" * 160_000, "é " * 500_000]
)
def test_a_million_characters_have_the_signature_of_the_plain_path(text):
    plain, compiled = on_both_paths(lambda: signatures([text, "a b c"]))

    assert np.array_equal(plain, compiled)


def test_what_is_kept_on_disk_is_kept_for_these_very_loops():
    from dedupe.near_duplicates import kernels_index
    from dedupe.text import kernels_numba

    index = kernels_index.search._cache._cache_file

    assert index._version.endswith(f" {kernels_numba._digest_of_loops()}")
