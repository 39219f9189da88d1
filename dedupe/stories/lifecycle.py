"""The life of stories: when they are alive, when they get another name, and what a recluster makes of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta

from dedupe.changes import EventType, Fate, FateKind, HistoryEntry, Record, StoryChange, Told
from dedupe.models import ArticleId, Json, ReclusterDiff, Story, StoryId, StoryState

QUIET = timedelta(days=3)
FEW_ARTICLES = 3
_OUTGROWN = 2  # a label stands for a story until it has this many times the articles


def state_of(n_articles: int, updated_at: datetime, now: datetime) -> StoryState:
    """How alive a story of the window is: dormant after three days without a new article, emerging with under three."""
    if now - updated_at > QUIET:
        return StoryState.DORMANT
    return StoryState.EMERGING if n_articles < FEW_ARTICLES else StoryState.ACTIVE


def named(story: Story, before: Record | None) -> Story:
    """The story with the label it had, unless there is a reason for the new one.

    The reasons: the article whose label it was has left the story, or it has twice as many articles as then.
    """
    if before is None or not before.label or _has_outgrown(story, before):
        return story
    if all(member.article_id != before.representative for member in story.members):
        return story
    return replace(story, label=before.label, keywords=before.keywords, representative=before.representative)


def named_at(story: Story, before: Record | None) -> int:
    """How many articles a story had when it got the label it has."""
    if before is None or story.label != before.label or _has_outgrown(story, before):
        return len(story.members)
    return before.named_at


def _has_outgrown(story: Story, before: Record) -> bool:
    return len(story.members) >= _OUTGROWN * before.named_at


def tell(
    diff: ReclusterDiff,
    stories: Sequence[Story],
    before: Mapping[StoryId, Record],
    *,
    at: datetime,
    provisional: Set[ArticleId] = frozenset(),
) -> list[Told]:
    """What is told of a recluster, in order: stories born, merged, split, gone and changed, then articles in them.

    Those are the articles that moved, those whose place was ``provisional`` and is settled now, and those that had no
    story when the recluster began: nobody else may tell of these, for whoever would have attached them finds that they
    have one.
    """
    by_id = {story.id: story for story in stories}
    labels = {story_id: record.label for story_id, record in before.items()}
    told = [
        *_births(diff, by_id, _parents(diff), at),
        *_merges(diff, labels, at),
        *_splits(diff, labels, at),
        *(_end(Fate(FateKind.EXPIRED, (), at, labels.get(old, "")), old) for old in diff.gone),
        *_updates(stories, before, at),
    ]
    return told + list(_assigned(stories, before, provisional))


def _assigned(
    stories: Iterable[Story], before: Mapping[StoryId, Record], provisional: Set[ArticleId]
) -> Iterator[Told]:
    for story in stories:
        placed = before[story.id].members - provisional if story.id in before else frozenset()
        for member in (member for member in story.members if member.article_id not in placed):
            details: dict[str, Json] = {"settled": True, "duplicate_of": member.duplicate_of}
            yield Told(story.id, event=EventType.ARTICLE_ASSIGNED, article_id=member.article_id, details=details)


def _parents(diff: ReclusterDiff) -> dict[StoryId, list[StoryId]]:
    parents: dict[StoryId, list[StoryId]] = {}
    for old, children in diff.split.items():
        for child in children:
            if child != old:
                parents.setdefault(child, []).append(old)
    return parents


def _births(
    diff: ReclusterDiff, by_id: Mapping[StoryId, Story], parents: Mapping[StoryId, Sequence[StoryId]], at: datetime
) -> Iterator[Told]:
    for new in diff.born:
        story, origin = by_id[new], tuple(parents.get(new, ()))
        entry = HistoryEntry(at, StoryChange.BORN, stories=origin, n_articles=len(story.members))
        details: dict[str, Json] = {"label": story.label, "n_articles": len(story.members), "parents": list(origin)}
        yield Told(new, entry, EventType.STORY_CREATED, details=details)


def _merges(diff: ReclusterDiff, labels: Mapping[StoryId, str], at: datetime) -> Iterator[Told]:
    for old, survivor in diff.merged.items():
        yield Told(survivor, HistoryEntry(at, StoryChange.MERGED, stories=(old,)))
        yield _end(Fate(FateKind.MERGED, (survivor,), at, labels.get(old, "")), old)


def _splits(diff: ReclusterDiff, labels: Mapping[StoryId, str], at: datetime) -> Iterator[Told]:
    for old, children in diff.split.items():
        if old in children:
            details: dict[str, Json] = {"into": list(children)}
            entry = HistoryEntry(at, StoryChange.SPLIT, stories=children)
            yield Told(old, entry, EventType.STORY_SPLIT, details=details)
        else:
            yield _end(Fate(FateKind.SPLIT, children, at, labels.get(old, "")), old)


_ENDS = {
    FateKind.MERGED: (StoryChange.MERGED, EventType.STORY_MERGED),
    FateKind.SPLIT: (StoryChange.SPLIT, EventType.STORY_SPLIT),
    FateKind.EXPIRED: (StoryChange.CLOSED, EventType.STORY_CLOSED),
}


def _end(fate: Fate, old: StoryId) -> Told:
    change, event = _ENDS[fate.kind]
    details: dict[str, Json] = {"into": list(fate.into)} if fate.into else {}
    return Told(old, HistoryEntry(fate.at, change, stories=fate.into), event, details=details, fate=fate)


def _updates(stories: Iterable[Story], before: Mapping[StoryId, Record], at: datetime) -> Iterator[Told]:
    for story in stories:
        old = before.get(story.id)
        if old is None:
            continue
        members = {member.article_id for member in story.members}
        if story.label != old.label:
            yield Told(story.id, HistoryEntry(at, StoryChange.RENAMED, before=old.label, after=story.label))
        if len(members).bit_length() > len(old.members).bit_length():
            yield Told(story.id, HistoryEntry(at, StoryChange.GREW, n_articles=len(members)))
        if members != old.members or story.label != old.label:
            details: dict[str, Json] = {"label": story.label, "n_articles": len(members)}
            left = sorted(old.members - members)
            yield Told(
                story.id, event=EventType.STORY_UPDATED, details={**details, "left": [*left]} if left else details
            )


def weights_of(
    members: Sequence[ArticleId], confidence: Mapping[ArticleId, float], *, number_of: Mapping[ArticleId, int]
) -> dict[ArticleId, int]:
    """What each article of one story counts for when its id is inherited: up to twice as much for age and centrality.

    Whole numbers, so that their sum depends on no order: 500 to 1,000 by the confidence with which an article is in
    the story, and as much again for the oldest (the smallest ``number_of``), falling to nothing for the youngest.
    """
    oldest_first = sorted(members, key=lambda i: (number_of.get(i, 0), i))
    last = max(1, len(oldest_first) - 1)
    return {i: round((500 + 500 * confidence.get(i, 0.0)) * (2 - place / last)) for place, i in enumerate(oldest_first)}
