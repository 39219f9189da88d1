"""One form of a text for all spellings of it."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.models import Article, ArticleId
from dedupe.text.normalise import content, normalise, text_key

LINES = st.sampled_from(
    [
        "WASHINGTON (Reuters) - The",
        "PARIS — ",
        "Share this article",
        "© 2024 Example",
        "The minister said so.",
        "(With inputs from AFP)",
        "A\u0301\u0316b\u200d\x00c\ud800",
        "\u0344" * 40,
        "",
    ]
)
ANY = st.text(st.characters(exclude_categories=())) | st.lists(LINES).map("\n".join)


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        (None, "Body.", "Body."),
        ("", "Body.", "Body."),
        ("Head", "", "Head"),
        ("Head", "Body.", "Head\n\nBody."),
        ("Two  words", "TWO WORDS\n\nBody.", "TWO WORDS\n\nBody."),
        ("Iran", "Iranian officials", "Iran\n\nIranian officials"),
        ("Iran", "\n Iran: officials", "\n Iran: officials"),
    ],
)
def test_a_title_is_part_of_the_content_once(title, text, expected):
    assert content(Article(ArticleId("a"), text, title)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cafe\u0301", "Café"),
        ("a\x00b\u00adc\u200bd\ufeff\ud800e", "abcde"),
        ("می\u200cخواهم", "میخواهم"),
        ("one\ttwo\u00a0three \u3000 four", "one two three four"),
        ("one \r\n\r\n  two\u2028three\x0cfour", "one\ntwo\nthree\nfour"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_spellings_of_one_text_become_one(text, expected):
    assert normalise(text) == expected


@pytest.mark.parametrize(
    "line",
    [
        "(With inputs from Reuters)",
        "With inputs from the Associated Press, AFP and Reuters.",
        "Additional reporting by Reuters",
        "© 2024 Example Times. All rights reserved.",
        "Copyright Example Newswire. All rights reserved. No part of it may be copied.",
        "This material may not be published, broadcast, rewritten or redistributed.",
        "Share this article",
        "Subscribe to our newsletter",
        "Sign up for our morning newsletter",
        "ADVERTISEMENT",
        "Read more",
        "With files from The Canadian Press",
        "(With agency inputs)",
        "By JANE DOE, Associated Press",
        "By Jane Doe and John O'Hara | Reuters",
        "Reporting by Jane Doe in Paris; Editing by John Roe",
        "(Additional reporting by Jane Doe and John Roe; editing by A. B. Sea)",
        "Our Standards: The Thomson Reuters Trust Principles.",
        "Updated 3:15 PM",
        "Published: March 3, 2021 at 4:05 p.m. EST",
        "Updated 3 hours ago",
        "Photo: REUTERS/Jane Doe",
        "Image credit: Getty Images",
        "(AP Photo/Jane Doe)",
        "Foto: EFE",
        "Associated Press writer Jane Doe in London contributed to this report.",
        "By continuing to browse the site you agree to our use of cookies.",
        "We use cookies to improve your experience.",
        "We and our 812 partners use cookies and similar methods.",
        "This website uses cookies. Learn more.",
        "Read more: Ten dead in storm",
        "Related: Ten dead in storm",
        "See also » Ten dead in storm",
        "Also read: Ten dead in storm",
        "Continue reading the main story",
        "Story continues below advertisement",
        "Click here for the latest on the storm.",
        "Listen to this article (5 min)",
        "Follow Jane Doe on Twitter",
        "Comments are closed.",
        "Skip to content",
        "Share on Facebook",
        "Lea también: Diez muertos",
        "Leia mais",
        "Lire aussi : Dix morts",
        "Lesen Sie auch: Zehn Tote",
        "Leggi anche: Dieci morti",
        "Partager",
        "Publicité",
        "Todos los derechos reservados",
        "Alle Rechte vorbehalten.",
    ],
)
def test_a_line_that_is_not_the_articles_own_is_gone(line):
    assert normalise(f"The minister said so.\n{line}") == "The minister said so."


@pytest.mark.parametrize(
    "line",
    [
        "Copyright reform passes parliament",
        "Share prices fell in early trade.",
        "With inputs from farmers, the ministry drafted a plan.",
        "Follow us, the rebels told the villagers.",
        "All rights are reserved to the states.",
        "By Tuesday the river had risen by 3 metres.",
        "By 2030 the city wants to be neutral.",
        "Reporting by the newspaper shows that Acme knew.",
        "Updated figures show 3 percent growth.",
        "Published in March 2021, the novel sold 3 million copies.",
        "Photos by the agency show Jane Doe in the street.",
        "Photo: a man walks past the parliament.",
        "We use cookie cutters, the baker said.",
        "This site uses less power than the old one.",
        "Read more books, the minister told pupils.",
        "Related companies fell in early trade.",
        "Story continues to haunt the minister.",
        "Follow the money on the trail of Acme.",
        "Listen to the river, she said.",
        "Click here, said the hacker.",
        "Comments are welcome, the ministry said.",
        "Lea también dijo que no.",
        "Alle Menschen werden frei geboren.",
        "U.S. President Donald Trump said",
        "Putin — who had congratulated Trump — spoke.",
    ],
)
def test_a_line_that_only_begins_like_boilerplate_stays(line):
    assert normalise(f"{line}\nThe minister said so.") == f"{line}\nThe minister said so."


@pytest.mark.parametrize(
    "dateline",
    [
        "WASHINGTON (Reuters) - ",
        "MEXICO CITY, March 3 (AP) — ",
        "GENEVA, Switzerland (AFP) -- ",
        "SÃO PAULO, Oct 14 (Reuters) – ",
        "ST. PAUL — ",
        "(Bloomberg) -- ",
        "MADRID, 3 mar (EFE) - ",
        "PARIS, 14 août (AFP) – ",
        "SÃO PAULO, 3 de março (Reuters) - ",
        "BERLIN, 3. März (dpa) - ",
        "ROMA (ANSA) - ",
        "KYIV, March 3 (AP/Reuters) — ",
    ],
)
def test_a_dateline_at_the_head_of_the_text_or_under_its_title_is_gone(dateline):
    assert normalise(f"{dateline}The minister said so.") == "The minister said so."
    assert normalise(f"A title\n\n{dateline}The minister said so.") == "A title\nThe minister said so."


def test_a_text_of_nothing_but_boilerplate_stays():
    assert normalise("Share this article\n© 2024 Example") == "Share this article\n© 2024 Example"


@given(ANY)
def test_normalising_again_changes_nothing(text):
    once = normalise(text)

    assert normalise(once) == once


@given(ANY)
def test_a_normalised_text_is_composed_and_holds_nothing_unseen(text):
    normal = normalise(text)

    assert unicodedata.is_normalized("NFC", normal)
    assert not {unicodedata.category(c) for c in normal.replace("\n", "")} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Putin, congratulates: Trump!", "PUTIN congratulates   trump"),
        ("Cafe\u0301", "CAFÉ"),
        ("The end.", "LONDON (Reuters) - The end.\nShare this article"),
        ("***", " ***\n"),
    ],
)
def test_case_punctuation_and_boilerplate_do_not_count_in_a_key(left, right):
    assert text_key(left) == text_key(right)


def test_keys_tell_apart_what_differs_in_words_or_in_characters():
    texts = ["", "***", "* * *", "a", "a b", "ab", "b a", "A! B?C", "国会", "会国"]

    keys = {text_key(text) for text in texts}

    assert len(keys) == len(texts)
    assert {len(key) for key in keys} == {16}


def test_keys_stay_what_they_were():
    assert text_key("Putin congratulates Trump").hex() == "0cb828ef8561aa3db00dad9881b1e729"
    assert text_key("***").hex() == "34c87aa2683457ddcd692a50ed9960ae"


@pytest.mark.parametrize(
    "text",
    [
        "A" * 1_000_000,
        "a" + "\u0301\u0316" * 500_000,
        ("a" + "\u0301\u0316" * 15 + "\u200d") * 30_000,
        ("\u0316" * 30 + "\u200d\u0301") * 30_000,
        "\x00\u200b" * 500_000,
        "AB — " * 200_000,
        "A. " * 333_333,
        "share\n" * 160_000,
        ("©" * 299 + "\n") * 3_000,
        "(with inputs from Reuters, " * 40_000,
        "😀" * 1_000_000,
        "\n" * 1_000_000,
    ],
    ids=range(12),
)
def test_a_hostile_million_characters_take_seconds_at_most(text):
    began = time.process_time()
    normalise(text)

    assert time.process_time() - began < 10
