"""Lines that normalising cuts are cut by the compiled loops too, and no other."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedupe.near_duplicates.signatures import signatures
from dedupe.settings import SketchParams
from dedupe.text import kernels
from dedupe.text.normalise import _BOILERPLATE, NEXT_WORDS, normalise

pytest.importorskip("numba")

PARAMS = SketchParams(shingle_words=1, num_perm=17, bands=5, rows=3)

NAMES = [
    "PARIS", "NEW", "YORK", "ST", "A", "É", "ÃO", "Ohio", "D.C", "X" * 25, "Y" * 26, "O'HARE", "JOHN’S", "of", "ISIS’s",
]  # fmt: skip
GAPS = [" ", " ", ". ", "-", "/", "'", "’", "  ", " - ", "\t", "\u00a0", ".  ", "", ", ", "   "]
DAYS = [
    "", "", ", March 3", ", 3 mar", ", Sept. 11", ", Feb 30 1987", ", août 3", ", Marchandise 3", ", Ohio", ", Mo.",
    ",  May 2", ", May  2", ", may 12", ", MAY 12", ", Oct. 123", ", 3 de março", ", Junipero 5", ", Aug 5,", ", Ma 3",
]  # fmt: skip
AGENCIES = [
    "", "", " (AP)", " (Reuters)", " (AP/Reuters)", " (AP) (AFP)", " (Associated Press)", " (ap)", "  (dpa)", "(AP)",
    " (CNN )", " (by hand)", ", (AFP)", " (\u00a0AP)", " (KYODO)", " (TASS", " (Mar)", " (FNA)", " (PA)", " (PA Media)",
    " (Kyodo)", " (Interfax)",
]  # fmt: skip
DASHES = [
    " - ", " -- ", " — ", " – ", "—", "--", " —", " --\u00a0", " \u00a0— ", " ---", " -", "", " -  ", " — — ", "-\t",
]  # fmt: skip
RESTS = [
    "It rained.",
    "“So”, he said.",
    "\u00a0so",
    "",
    "Share this",
    "ROME — so",
    "(AP) - so",
    "Advertisement",
    "a\tb",
]
BEFORE = ["", "", "Title\n", "One\n\nTwo\n", "One\nTwo\n\nThree\n", "Share this\n", "Werbung\n" * 4, " ", "\u00a0"]

WORDS = [
    *_BOILERPLATE, *" ".join(NEXT_WORDS.values()).split(), "this", "\u017fite", "\u212a", "x", "jane", "2", "reuters",
    "reserved", "uses", "cookies", "a_b", "é", "jour\u017fs",
]  # fmt: skip
BETWEEN = [" ", " ", " ", " ", ": ", "  ", "\u00a0", ", ", "-", "’", "\t", ".", "“", ")", " (", "\n"]

places = st.one_of(
    st.lists(st.sampled_from([*NAMES, *GAPS]), min_size=1, max_size=13).map("".join),
    st.lists(st.sampled_from(NAMES), max_size=3).map(" ".join),
)
datelines = st.tuples(
    st.sampled_from(BEFORE), places, *map(st.sampled_from, (DAYS, AGENCIES, DASHES, RESTS)), st.just("\nThe end.")
).map("".join)


@st.composite
def lines_like_boilerplate(draw):
    opening = draw(st.sampled_from([*_BOILERPLATE]))
    others = st.sampled_from(WORDS) | st.sampled_from(NEXT_WORDS[opening].split() or ["x"])
    words = [opening, *draw(st.lists(others, max_size=5))]
    spelled = [draw(st.sampled_from([str.lower, str.upper, str.capitalize]))(word) for word in words]
    line = "".join(word + draw(st.sampled_from(BETWEEN)) for word in spelled)
    return draw(st.sampled_from(["", "(", "((", " ", ":"])) + line + draw(st.sampled_from(["", ".", "…", ")", " 2019"]))


@pytest.fixture(autouse=True)
def by_amount():
    yield
    kernels.choose("by amount")


def unequal(texts):
    """Of the texts, those that the two paths read differently."""
    kernels.choose("never")
    plain = signatures(texts, PARAMS)
    kernels.choose("always")
    is_same = (plain == signatures(texts, PARAMS)).all(axis=1)
    return [text for text, same in zip(texts, is_same, strict=True) if not same]


@settings(max_examples=150, deadline=None)
@given(st.lists(datelines, min_size=20, max_size=20))
@example(
    ["WASHINGTON (Reuters) - It rained.", "ST. PAUL, Minn. — It rained.", "LONDON, Dec 19 (AFP) – (AP) - It rained."]
)
@example(
    ["ST.  PAUL (AP) -- a", "WASHINGTON - And on", "NEW YORK, New York - a", "ROMA\u00a0(ANSA)\u00a0- a", "(FNA)- a"]
)
@example(["COPYRIGHT (AP) - x. All rights reserved.\nb", "ROME — \nAll rights reserved.", "FOO — BAR (AP) - x"])
def test_datelines_and_what_is_like_them_are_cut_alike_on_both_paths(texts):
    assert unequal(texts) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(lines_like_boilerplate(), min_size=20, max_size=20))
@example(
    ["This web site uses cookies", "This \u017fite uses cookies", "We use cookies", "With x from AP", "By \u017fx | AP"]
)
def test_lines_that_begin_as_boilerplate_does_are_cut_alike_on_both_paths(lines):
    assert unequal([f"a b\n{line}\nc" for line in lines]) == []


@pytest.mark.parametrize("n_lost", range(9))
@pytest.mark.parametrize("n_kept", range(8))
def test_what_is_cut_below_lines_that_are_gone_is_cut_alike_on_both_paths(n_lost, n_kept):
    kept = [f"ROME — x{at}\n(AP) - y{at} z\n" for at in range(n_kept)]
    texts = ["".join(kept) + "Share this\n" * n_lost + "".join(kept), "Share this\n".join(kept), "x\n".join(kept)]

    assert unequal(texts) == []


@pytest.mark.parametrize(
    ("line", "may_be_cut"),
    [
        ("LONDON (Reuters) - It rained.", False),
        ("NEW YORK, March 2 (AP) -- It rained.", False),
        ("KANSAS CITY, Mo. — It rained.", False),
        ("This week it rained.", False),
        ("With rain from the west.", True),
        ("MONTRÉAL (AP) - It rained.", True),
        ("This material may not be published.", True),
    ],
)
def test_only_lines_that_the_loops_cannot_decide_are_suspects(line, may_be_cut):
    import numpy as np

    from dedupe.text.kernels_texts import read_texts, room_for

    text = f"{line}\nThe end."
    room = room_for([len(text)], [slice(0, 1)])
    read = read_texts([text], np.zeros(1, dtype=np.bool_), room, are_normalised=False)

    assert (read.n_suspects > 0) == may_be_cut


def test_lines_of_all_shapes_are_shown_to_their_patterns():
    # A word that the table lacks is a line that the loops never show to its pattern.
    lines = [
        "With inputs", "Additional reporting from AP", "Reporting by Jane Doe; editing and writing by John Roe",
        "By de Doe, Jane", "By continuing you agree", "Photo credits: Jane", "Photo courtesy of Jane", "Foto de EFE",
        "AP file photo by Jane Doe", "Alle Rechte vorbehalten", "Tous droits réservés", "Tutti i diritti riservati",
        "Todos os direitos reservados", "This website uses cookies", "Share on X", "Share story", "Print page",
        "Please subscribe today", "Subscribe to our news", "Click to print this", "Sign in", "Article continues below",
        "Lee más", "Leia também", "Lire la suite", "Leggi anche", "Lesen Sie auch", "Leave a comment", "Related topics",
        "Last posted 3 pm", "With wire inputs", "Also read", "Comments (3)", "Recommended : x", "Skip to content",
    ]  # fmt: skip
    texts = [f"{before}{line}\nThe end." for line in lines for before in ("", "\u00a0 ", "a\nb\nc\nd\ne\nf\ng\n")]

    assert unequal(texts) == []
    assert sum(normalise(text) != text for text in texts) > len(lines)
