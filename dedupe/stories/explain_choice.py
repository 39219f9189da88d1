"""Which articles an explanation is made among where only stories are at hand, and no vectors of the whole window."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import TypeVar

import numpy as np

from dedupe.models import ArticleId, Story, StoryId
from dedupe.stories.explain_reading import Reading, read_together
from dedupe.stories.smoothing import unit_rows

T = TypeVar("T")

# Of each story of the two, of the other stories of their topics, and of the stories named as rivals.
MOST_MATES = 8
MOST_SIBLINGS = 8
MOST_RIVALS = 8
_MOST_OF_ONE = 4


def candidates_of(story: Story, *, without: Set[ArticleId] = frozenset()) -> list[ArticleId]:
    """Articles that may stand for a story: the representative first, copies only where there is nothing else."""
    members = [member for member in story.members if member.article_id not in without]
    originals = [member.article_id for member in members if member.duplicate_of is None]
    found = originals or [member.article_id for member in members]
    return sorted(found, key=lambda article_id: article_id != story.representative)


def spread(items: Sequence[T], n: int) -> list[T]:
    """Up to ``n`` of the items, the first among them, at equal distances."""
    return list(items) if len(items) <= n else [items[at * len(items) // n] for at in range(n)]


def rivals_named(asked: Iterable[ArticleId], own: Sequence[Story]) -> list[StoryId]:
    """Stories that members of the own ones name as the nearest: those asked about first, then whom most name."""
    first = frozenset(asked)
    named: Counter[StoryId] = Counter()
    by_those: set[StoryId] = set()
    for member in (member for story in own for member in story.members):
        if member.rival is not None:
            named[member.rival] += 1
            by_those |= {member.rival} if member.article_id in first else set()
    others = named.keys() - {story.id for story in own}
    return sorted(others, key=lambda story_id: (story_id not in by_those, -named[story_id], story_id))


def choose_around(
    asked: Sequence[ArticleId],
    own: Sequence[Story],
    siblings: Sequence[Story],
    rivals: Sequence[Story],
    words: Set[str],
) -> dict[ArticleId, Story]:
    """Articles to explain those asked about among, and their stories: a bounded number, however large the stories are.

    Parameters
    ----------
    own
        The story of each article asked about, once each.
    siblings
        Other stories of their topics; those whose keywords are among ``words``, the words of the articles asked about,
        come first.
    rivals
        Other stories that are near, the nearest first; they may be among the siblings.
    """
    repeated = {member.duplicate_of for story in own for member in story.members if member.article_id in asked}
    left_out = {*asked, *(article_id for article_id in repeated if article_id is not None)}
    near = sorted(siblings, key=lambda story: (-sum(word in words for word in story.keywords), story.id))
    known = {story.id for story in near}
    chosen: dict[ArticleId, Story] = {}
    for story in own:
        chosen.update(dict.fromkeys(spread(candidates_of(story, without=left_out), MOST_MATES), story))
    chosen.update(_shared_out(near, MOST_SIBLINGS))
    chosen.update(_shared_out([story for story in rivals if story.id not in known], MOST_RIVALS))
    return chosen


def _shared_out(stories: Sequence[Story], n: int) -> Iterator[tuple[ArticleId, Story]]:
    """As many articles of each story as leave room for all, the stories in their order."""
    of_one = min(_MOST_OF_ONE, max(1, n // max(1, len(stories))))
    for story in stories[:n]:
        yield from ((article_id, story) for article_id in spread(candidates_of(story), of_one))


def nearest_reading(one: Reading, others: Sequence[Reading]) -> int:
    """Place of the article most similar to another one, of equals the first; ValueError where there is none."""
    rows = unit_rows(read_together([one, *others]).tfidf)
    similarity = (rows[1:] @ rows[[0]].T).toarray().ravel()
    return int(np.argmax(np.round(similarity, 9)))
