import numpy as np
import pytest

from dedupe.models import Article, ArticleId
from dedupe.stories.event_leads import covered_share, lead_likeness, read_topic_words
from dedupe.stories.vectors import read_occurrences

BACKGROUND = " Velmora seized the Torrin reservoir three winters ago; drones burn Thessan refineries."
SWAP = "Prisoners were exchanged at Almery harbour."
SWAPPED = "The exchange of a prisoner crowd at Almery."
DAM = "Inspectors will watch sluices beside Sorrel lake."
DAMMED = "An inspector arrives at Sorrel for the sluices."


def topic_of(*texts, titles=None):
    given = titles if titles is not None else [None] * len(texts)
    articles = [
        Article(ArticleId(str(at)), text, title, lang="en")
        for at, (text, title) in enumerate(zip(texts, given, strict=True))
    ]
    return read_topic_words(read_occurrences(articles), np.arange(len(texts)))


def likeness(*texts, fading_words=120, **given):
    return lead_likeness(topic_of(*texts, **given), fading_words=fading_words)


def test_leads_of_one_event_stand_out():
    found = likeness(*(lead + BACKGROUND for lead in (SWAP, SWAPPED, DAM, DAMMED)))

    assert found[0, 1] > 0
    assert found[2, 3] > 0
    assert found[:2, 2:].max() < 0


def test_likeness_is_symmetric_with_mean_0_and_deviation_1():
    found = likeness(*(lead + BACKGROUND for lead in (SWAP, SWAPPED, DAM, DAMMED)))
    pairs = found[np.triu_indices(4, 1)]

    assert np.allclose(found, found.T)
    assert pairs.mean() == pytest.approx(0)
    assert pairs.std() == pytest.approx(1)


def test_what_all_articles_share_counts_nothing():
    assert not likeness(BACKGROUND, BACKGROUND, BACKGROUND, BACKGROUND).any()


def test_inflected_words_meet():
    found = likeness("Evacuation ordered.", "Residents evacuated.", "Volcano erupts.", "Eruption eruptive erupts.")

    assert found[0, 1] > found[0, 2]


def test_words_past_the_lead_count_nothing():
    found = likeness(
        "Almery Sorrel Haldmoor",
        "Torrin Velmora Thessany Almery",
        "Kestrel Lumovar",
        "Brandt Kestrel",
        fading_words=3,
    )

    assert found[2, 3] > found[0, 1]


def test_words_of_the_title_are_at_the_head_of_the_lead():
    by_title = likeness(SWAP, BACKGROUND, DAM, DAMMED, titles=[None, SWAPPED, None, None])
    by_text = likeness(SWAP, BACKGROUND + SWAPPED, DAM, DAMMED)

    assert by_title[0, 1] > by_text[0, 1]


def test_articles_without_telling_words_are_no_reason_to_fail():
    assert not likeness("the of and", "", "is a", "to in").any()


def test_the_share_covered_is_that_of_the_words_another_has():
    topic = topic_of("Almery Sorrel", "Almery Torrin")
    both = np.ones_like(topic.place, dtype=bool)
    rarity = dict(zip(topic.words, topic.rarity, strict=True))

    expected = [rarity["almery"] / (rarity["almery"] + rarity[own]) for own in ("sorrel", "torrin")]

    assert covered_share(topic, both) == pytest.approx(np.mean(expected))


def test_the_share_covered_counts_the_part_alone():
    topic = topic_of("Almery Sorrel", "Almery Torrin")

    assert covered_share(topic, topic.place < 1) == 1
    assert covered_share(topic, topic.place >= 1) == 0


def test_nothing_said_is_covered_by_nobody():
    topic = topic_of("", "")

    assert covered_share(topic, np.ones_like(topic.place, dtype=bool)) == 0


def test_frequent_words_and_single_letters_do_not_tell():
    assert set(topic_of("The x of Almery 7", "and Almery").words) == {"7", "almery"}
