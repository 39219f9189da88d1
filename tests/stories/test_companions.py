import numpy as np

from dedupe.models import Article, ArticleId
from dedupe.stories.companions import companion_pairs
from dedupe.stories.vectors import read_occurrences


def pairs(keywords, *texts, telling=None):
    words = read_occurrences([Article(ArticleId(str(at)), text, lang="en") for at, text in enumerate(texts)])
    place = {word: term for term, word in enumerate(words.vocabulary)}
    return companion_pairs(
        words,
        np.arange(len(texts)),
        keywords=np.array([place[word] for word in keywords], dtype=np.int32),
        telling=np.array([place[word] for word in telling or place], dtype=np.int32),
    )


def test_a_word_beside_a_keyword_is_its_companion_if_another_text_says_so_too():
    assert pairs(["rally"], "after the campaign rally", "one more campaign rally") == {("campaign", "rally")}
    assert pairs(["rally"], "after the campaign rally", "a noisy rally") == set()


def test_a_story_of_one_article_needs_no_other():
    assert pairs(["rally"], "campaign rally ended") == {("campaign", "rally"), ("rally", "ended")}


def test_a_word_that_tells_nothing_is_no_companion():
    texts = ("campaign rally", "campaign rally")

    assert pairs(["rally"], *texts, telling=["rally"]) == set()
