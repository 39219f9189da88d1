"""Two articles to the reasons why they are in one story, or not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedupe.models import Article, ArticleId, StoryId
from dedupe.near_duplicates.find import find_near_duplicates
from dedupe.stories.explain_context import Context
from dedupe.stories.explain_copy import explain_copy
from dedupe.stories.explain_scale import (
    LEAST_SIMILARITY,
    Read,
    Scale,
    cohesion,
    novelty,
    read,
    scale_of,
    share_holding,
    shared_weights,
    similarities,
)
from dedupe.stories.explained import Explanation, Rival, Term
from dedupe.stories.passages import shared_passages

_A, _B = 0, 1
_MOST_TERMS = 15
_BACKGROUND = 0.5
# In stories of a few articles two pairs in three, or more, are at least so near, as a share of the mean.
_LEAST_MEMBERSHIP = 0.7
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Frame:
    """The articles on a scale on which counts little what is told around.

    ``groups`` are the rows around that share a topic with one of the two, and all rows around.
    """

    context: Context
    texts: Read
    groups: tuple[NDArray[np.int64], NDArray[np.int64]]
    scale: Scale


def explain_pair(context: Context) -> Explanation:
    """Why the first two articles of the context are in one story, or not."""
    a, b = context.articles[:2]
    story_a, story_b = context.stories[:2]
    together = story_a.id == story_b.id
    texts = read(context.articles)
    frame_a = _frame(context, texts, story_a.id)
    frame_b = frame_a if together else _frame(context, texts, story_b.id)
    frame = frame_a if together else _frame(context, texts, None)
    weights = shared_weights(frame.scale, _A, _B)
    similarity = float(weights.sum())
    threshold = _threshold(frame_a, frame_b)
    return Explanation(
        a=a.id,
        b=b.id,
        story_a=story_a.id,
        story_b=story_b.id,
        same_topic=story_a.topic == story_b.topic,
        similarity=similarity,
        threshold=threshold,
        shared_terms=_terms(weights, _A, frame),
        background=_background(frame),
        only_a=_only(_A, _B, frame_a),
        only_b=_only(_B, _A, frame_b),
        passages=shared_passages(a, b, _word_weights(frame)),
        rival_a=_rival(_A, frame_a),
        rival_b=_rival(_B, frame_b),
        through=_through(frame) if together and similarity < threshold else (),
        days_apart=_days_apart(a, b),
        copy=next((explain_copy(a, b, pair) for pair in find_near_duplicates([a, b])), None),
    )


def _frame(context: Context, texts: Read, own: StoryId | None) -> _Frame:
    """Around are all articles but for the two and the own story."""
    topics = {story.topic for story in context.stories[:2]}
    around = [row for row, story in enumerate(context.stories) if row > _B and story.id != own]
    of_topic = [row for row in around if context.stories[row].topic in topics]
    groups = np.array(of_topic, dtype=np.int64), np.array(around, dtype=np.int64)
    return _Frame(context, texts, groups, scale_of(texts, novelty(texts, groups)))


def _terms(weights: NDArray[np.float64], side: int, frame: _Frame) -> tuple[Term, ...]:
    """The heaviest terms, with what is known of them; those without weight are none."""
    share = share_holding(frame.texts, frame.groups)
    rarity = frame.texts.rarity[[side]].toarray().ravel()
    words = frame.texts.vocabulary
    return tuple(
        Term(words[term], float(weights[term]), float(rarity[term]), float(share[term]))
        for term in _heaviest(weights, words)
    )


def _heaviest(weights: NDArray[np.float64], words: Sequence[str]) -> list[int]:
    # Rounded, so that terms equally heavy in exact arithmetic come in the same order everywhere.
    heavy = np.round(weights, 12)
    return sorted(np.flatnonzero(heavy).tolist(), key=lambda term: (-heavy[term], words[term]))[:_MOST_TERMS]


def _background(frame: _Frame) -> tuple[str, ...]:
    """What both share with half of the articles around or more, the heaviest first."""
    texts = frame.texts
    weights = texts.tfidf[[_A]].multiply(texts.tfidf[[_B]]).toarray().ravel()
    weights[share_holding(texts, frame.groups) < _BACKGROUND] = 0
    return tuple(texts.vocabulary[term] for term in _heaviest(weights, texts.vocabulary))


def _only(side: int, other: int, frame: _Frame) -> tuple[Term, ...]:
    """What one article tells and the other does not hold at all; up to five times heavier if its story tells it too."""
    weights = frame.scale.telling[[side]].toarray().ravel() / frame.scale.size[side] ** 2
    mates = [row for row in _members(side, frame.context) if row != other]
    if mates:
        weights *= 0.2 + 0.8 * share_holding(frame.texts, [np.array(mates, dtype=np.int64)])
    weights[frame.texts.holds[[other]].indices] = 0
    return _terms(weights, side, frame)


def _members(side: int, context: Context) -> list[int]:
    """Rows of the other articles of a side's story."""
    own = context.stories[side].id
    return [row for row, story in enumerate(context.stories) if story.id == own and row != side]


def _word_weights(frame: _Frame) -> dict[str, float]:
    """What each word that both articles hold tells: its information beyond a word of every document, if it is new.

    New to the topic where it has other articles: words of a quotation are ordinary ones, and known somewhere.
    """
    texts, (of_topic, around) = frame.texts, frame.groups
    rarity = texts.rarity[[_A]].minimum(texts.rarity[[_B]]).toarray().ravel()
    weights = np.maximum(rarity - 1, 0) * novelty(texts, [of_topic if len(of_topic) else around])
    return {texts.vocabulary[term]: float(weights[term]) for term in np.flatnonzero(weights)}


def _rival(side: int, frame: _Frame) -> Rival | None:
    """The nearest of the stories around; None where nothing there is similar."""
    own = frame.context.stories[side].id
    others = [row for row, story in enumerate(frame.context.stories) if story.id != own]
    similarity = similarities(frame.scale, side, others)
    if not similarity.any():
        return None
    nearest = int(np.argmax(np.round(similarity, 12)))
    story, article = frame.context.stories[others[nearest]], frame.context.articles[others[nearest]]
    return Rival(story.id, story.label, article.id, float(similarity[nearest]), _nearest_own(side, frame))


def _nearest_own(side: int, frame: _Frame) -> float:
    return float(similarities(frame.scale, side, _members(side, frame.context)).max(initial=0))


def _threshold(frame_a: _Frame, frame_b: _Frame) -> float:
    """Where two articles by themselves would change sides.

    In one story where they are seven tenths as similar as its articles are on the average: there a member is a stray.
    In two where one of them is as similar to the other as to its own story, and no stray in the other's.
    """
    holds_a, holds_b = (
        _LEAST_MEMBERSHIP * cohesion(frame.scale, [side, *_members(side, frame.context)])
        for side, frame in ((_A, frame_a), (_B, frame_b))
    )
    if frame_a is frame_b:
        return max(LEAST_SIMILARITY, holds_a)
    to_b, to_a = max(_nearest_own(_A, frame_a), holds_b), max(_nearest_own(_B, frame_b), holds_a)
    return max(LEAST_SIMILARITY, min(to_a, to_b))


def _through(frame: _Frame) -> tuple[ArticleId, ...]:
    """Articles of the story between the two, on the way whose weakest step is the strongest."""
    strength = dict.fromkeys(_members(_A, frame.context), 0.0)
    before: dict[int, int] = {}
    nearest, reached = _A, 1.0
    while nearest != _B:
        steps = similarities(frame.scale, nearest, list(strength))
        for row, step in zip(strength, steps.tolist(), strict=True):
            if row not in before or min(reached, step) > strength[row]:
                strength[row], before[row] = min(reached, step), nearest
        nearest = max(strength, key=lambda row: (strength[row], -row))
        reached = strength.pop(nearest)
    way = [before[_B]]
    while way[-1] != _A:
        way.append(before[way[-1]])
    return tuple(frame.context.articles[row].id for row in reversed(way[:-1]))


def _days_apart(a: Article, b: Article) -> float | None:
    if a.published_at is None or b.published_at is None:
        return None
    return abs((a.published_at - b.published_at).total_seconds()) / _SECONDS_A_DAY
