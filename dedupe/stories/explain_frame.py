"""Articles on a scale on which counts little what is told around them, and what can be said of one of them there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedupe.models import StoryId
from dedupe.stories.explain_context import Context
from dedupe.stories.explain_reading import Read
from dedupe.stories.explain_scale import Scale, novelty, scale_of, share_holding, similarities
from dedupe.stories.explained import Rival, Term

_MOST_TERMS = 15


@dataclass(frozen=True, slots=True)
class Frame:
    """The articles on a scale on which counts little what is told around.

    ``groups`` are the rows around that share a topic with one of the two, and all rows around.
    """

    context: Context
    texts: Read
    groups: tuple[NDArray[np.int64], NDArray[np.int64]]
    scale: Scale


def frame_of(context: Context, texts: Read, own: StoryId | None, *, n_asked: int = 2) -> Frame:
    """Articles as they are to one story: around are all but for the first ``n_asked`` and that story's own."""
    topics = {story.topic for story in context.stories[:n_asked]}
    around = [row for row, story in enumerate(context.stories) if row >= n_asked and story.id != own]
    of_topic = [row for row in around if context.stories[row].topic in topics]
    groups = np.array(of_topic, dtype=np.int64), np.array(around, dtype=np.int64)
    return Frame(context, texts, groups, scale_of(texts, novelty(texts, groups)))


def terms_of(weights: NDArray[np.float64], side: int, frame: Frame) -> tuple[Term, ...]:
    """The heaviest terms, with what is known of them; those without weight are none."""
    share = share_holding(frame.texts, frame.groups)
    rarity = frame.texts.rarity[[side]].toarray().ravel()
    words = frame.texts.vocabulary
    return tuple(
        Term(words[term], float(weights[term]), float(rarity[term]), float(share[term]))
        for term in heaviest(weights, words)
    )


def heaviest(weights: NDArray[np.float64], words: Sequence[str]) -> list[int]:
    """Numbers of the fifteen heaviest terms, the heaviest first, equally heavy ones by their words."""
    # Rounded, so that terms equally heavy in exact arithmetic come in the same order everywhere.
    heavy = np.round(weights, 12)
    return sorted(np.flatnonzero(heavy).tolist(), key=lambda term: (-heavy[term], words[term]))[:_MOST_TERMS]


def only_of(side: int, other: int, frame: Frame) -> tuple[Term, ...]:
    """What one article tells and the other does not hold at all; up to five times heavier if its story tells it too."""
    weights = frame.scale.telling[[side]].toarray().ravel() / frame.scale.size[side] ** 2
    mates = [row for row in members_of(side, frame.context) if row != other]
    if mates:
        weights *= 0.2 + 0.8 * share_holding(frame.texts, [np.array(mates, dtype=np.int64)])
    weights[frame.texts.holds[[other]].indices] = 0
    return terms_of(weights, side, frame)


def members_of(side: int, context: Context) -> list[int]:
    """Rows of the other articles of a side's story."""
    own = context.stories[side].id
    return [row for row, story in enumerate(context.stories) if story.id == own and row != side]


def rival_of(side: int, frame: Frame) -> Rival | None:
    """The nearest of the other stories; None where nothing there is similar."""
    own = frame.context.stories[side].id
    others = [row for row, story in enumerate(frame.context.stories) if story.id != own]
    similarity = similarities(frame.scale, side, others)
    if not similarity.any():
        return None
    nearest = int(np.argmax(np.round(similarity, 12)))
    story, article = frame.context.stories[others[nearest]], frame.context.articles[others[nearest]]
    return Rival(story.id, story.label, article.id, float(similarity[nearest]), nearest_own(side, frame))


def nearest_own(side: int, frame: Frame) -> float:
    """Similarity of the nearest other article of a side's story; 0 where there is none."""
    return float(similarities(frame.scale, side, members_of(side, frame.context)).max(initial=0))
