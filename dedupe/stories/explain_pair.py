"""Two articles to the reasons why they are in one story, or not."""

import numpy as np

from dedupe.models import Article, ArticleId
from dedupe.near_duplicates.find import find_near_duplicates
from dedupe.stories.explain_context import Context
from dedupe.stories.explain_copy import explain_copy
from dedupe.stories.explain_frame import Frame, frame_of, heaviest, members_of, nearest_own, only_of, rival_of, terms_of
from dedupe.stories.explain_reading import Read
from dedupe.stories.explain_scale import (
    LEAST_SIMILARITY,
    cohesion,
    novelty,
    read,
    share_holding,
    shared_weights,
    similarities,
)
from dedupe.stories.explained import Copy, Explanation
from dedupe.stories.passages import shared_passages

_A, _B = 0, 1
_BACKGROUND = 0.5
# In stories of a few articles two pairs in three, or more, are at least so near, as a share of the mean.
_LEAST_MEMBERSHIP = 0.7
# A pair is a copy from half of the shorter one's pairs of words on, so that far more than this of its words are shared.
_LEAST_COPIED = 0.25
_SECONDS_A_DAY = 86_400


def explain_pair(context: Context, texts: Read | None = None) -> Explanation:
    """Why the first two articles of the context are in one story, or not; ``texts`` are its articles, where read."""
    a, b = context.articles[:2]
    story_a, story_b = context.stories[:2]
    together = story_a.id == story_b.id
    texts = read(context.articles) if texts is None else texts
    frame_a = frame_of(context, texts, story_a.id)
    frame_b = frame_a if together else frame_of(context, texts, story_b.id)
    frame = frame_a if together else frame_of(context, texts, None)
    weights = shared_weights(frame.scale, _A, _B)
    similarity = float(weights.sum())
    threshold = _threshold(frame_a, frame_b)
    copy = _copy(a, b) if _may_repeat(texts) else None
    through = _through(frame) if together and similarity < threshold and copy is None else ()
    return Explanation(
        a=a.id,
        b=b.id,
        story_a=story_a.id,
        story_b=story_b.id,
        same_topic=story_a.topic == story_b.topic,
        similarity=similarity,
        # Copies are together however little they tell, and so are two whom nobody between holds together.
        threshold=min(threshold, similarity) if together and not through else threshold,
        shared_terms=terms_of(weights, _A, frame),
        background=_background(frame),
        only_a=only_of(_A, _B, frame_a),
        only_b=only_of(_B, _A, frame_b),
        passages=shared_passages(a, b, _word_weights(frame)),
        rival_a=rival_of(_A, frame_a),
        rival_b=rival_of(_B, frame_b),
        through=through,
        days_apart=_days_apart(a, b),
        copy=copy,
    )


def _may_repeat(texts: Read) -> bool:
    """Whether so many words are the same that one article may repeat the other: a look that spares a dear one."""
    left, right = texts.holds[[_A]], texts.holds[[_B]]
    return float(left.multiply(right).sum()) >= _LEAST_COPIED * min(left.nnz, right.nnz)


def _copy(a: Article, b: Article) -> Copy | None:
    return next((explain_copy(a, b, pair) for pair in find_near_duplicates([a, b])), None)


def _background(frame: Frame) -> tuple[str, ...]:
    """What both share with half of the articles around or more, the heaviest first."""
    texts = frame.texts
    weights = texts.tfidf[[_A]].multiply(texts.tfidf[[_B]]).toarray().ravel()
    weights[share_holding(texts, frame.groups) < _BACKGROUND] = 0
    return tuple(texts.vocabulary[term] for term in heaviest(weights, texts.vocabulary))


def _word_weights(frame: Frame) -> dict[str, float]:
    """What each word that both articles hold tells: its information beyond a word of every document, if it is new.

    New to the topic where it has other articles: words of a quotation are ordinary ones, and known somewhere.
    """
    texts, (of_topic, around) = frame.texts, frame.groups
    rarity = texts.rarity[[_A]].minimum(texts.rarity[[_B]]).toarray().ravel()
    weights = np.maximum(rarity - 1, 0) * novelty(texts, [of_topic if len(of_topic) else around])
    return {texts.vocabulary[term]: float(weights[term]) for term in np.flatnonzero(weights)}


def _threshold(frame_a: Frame, frame_b: Frame) -> float:
    """Where two articles by themselves would change sides.

    In one story where they are seven tenths as similar as its articles are on the average: there a member is a stray.
    In two where one of them is as similar to the other as to its own story, and no stray in the other's.
    """
    holds_a, holds_b = (
        _LEAST_MEMBERSHIP * cohesion(frame.scale, [side, *members_of(side, frame.context)])
        for side, frame in ((_A, frame_a), (_B, frame_b))
    )
    if frame_a is frame_b:
        return max(LEAST_SIMILARITY, holds_a)
    to_b, to_a = max(nearest_own(_A, frame_a), holds_b), max(nearest_own(_B, frame_b), holds_a)
    return max(LEAST_SIMILARITY, min(to_a, to_b))


def _through(frame: Frame) -> tuple[ArticleId, ...]:
    """Articles of the story between the two, on the way whose weakest step is the strongest; none on the direct one."""
    strength = dict.fromkeys(members_of(_A, frame.context), 0.0)
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
