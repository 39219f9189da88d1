"""Story ids that outlive a recluster: which new story is which old one, and what changed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from dedupe.models import ArticleId, Member, ReclusterDiff, Story, StoryId
from dedupe.stories.ids import story_id_of

_WEIGHT = 1_000


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Stories under the ids they keep, in the order given, and how they differ from before."""

    stories: tuple[Story, ...]
    diff: ReclusterDiff


@dataclass(frozen=True, slots=True)
class Previous:
    """The stories before: who was in which, what each article counts for, how old each story was, and its medoid.

    An article without a weight counts as much as any other that has none. Of ``age`` larger is older; a story without
    one is the youngest. ``representatives`` may lack stories.
    """

    story_of: Mapping[ArticleId, StoryId]
    weight: Mapping[ArticleId, int] = field(default_factory=dict)
    age: Mapping[StoryId, int] = field(default_factory=dict)
    representatives: Mapping[StoryId, ArticleId] = field(default_factory=dict)


def reconcile(previous: Previous, stories: Sequence[Story], *, taken: Set[StoryId], salt: str = "") -> Reconciled:
    """Give each new story the id of the previous one it shares most with, one to one.

    What is shared is weighed: older and more central articles count for more, and the part that has a story's
    representative counts a fifth more, so that an id does not wander between equal halves. The largest overlaps are
    settled first; of equal ones those of the older story, then of the smaller id. A story that no id is left for is
    named by `story_id_of`, with the salt, and a further one if that name is taken.

    Parameters
    ----------
    previous
        Articles that have left since may be in it.
    stories
        The new stories; their own ids do not matter, but rivals are named by them. Each article is in one.
    taken
        Ids in use: a new story gets none of them.
    salt
        One of its own for each generation keeps an id that ended from being given again.
    """
    kept = _kept_ids(previous, stories)
    used = set(taken) | set(previous.story_of.values()) | set(kept.values())
    ids = []
    for number, story in enumerate(stories):
        story_id = kept[number] if number in kept else _new_id(story, used, salt)
        used.add(story_id)
        ids.append(story_id)
    renamed = _renamed(stories, ids)
    return Reconciled(stories=renamed, diff=diff_of(previous.story_of, renamed))


def _renamed(stories: Sequence[Story], ids: Sequence[StoryId]) -> tuple[Story, ...]:
    """Stories under other ids, also where they are somebody's rival."""
    new = {story.id: story_id for story, story_id in zip(stories, ids, strict=True)}
    return tuple(
        replace(story, id=story_id, members=tuple(_with_rival(member, new) for member in story.members))
        for story, story_id in zip(stories, ids, strict=True)
    )


def _with_rival(member: Member, new: Mapping[StoryId, StoryId]) -> Member:
    return member if member.rival is None else replace(member, rival=new.get(member.rival))


def _kept_ids(previous: Previous, stories: Sequence[Story]) -> dict[int, StoryId]:
    """Previous id of each new story, by its number, for those that keep one."""
    shared: Counter[tuple[StoryId, int]] = Counter()
    held: set[tuple[StoryId, int]] = set()  # where the representatives are now
    for number, story in enumerate(stories):
        for member in story.members:
            old = previous.story_of.get(member.article_id)
            if old is not None:
                shared[old, number] += previous.weight.get(member.article_id, _WEIGHT)
                if previous.representatives.get(old) == member.article_id:
                    held.add((old, number))
    first = [min(member.article_id for member in story.members) for story in stories]

    def rank(overlap: tuple[StoryId, int]) -> tuple[int, int, StoryId, ArticleId]:
        old, number = overlap
        weight = shared[overlap] * (6 if overlap in held else 5)
        return -weight, -previous.age.get(old, -1), old, first[number]

    kept: dict[int, StoryId] = {}
    given: set[StoryId] = set()
    for old, number in sorted(shared, key=rank):
        if number not in kept and old not in given:
            kept[number] = old
            given.add(old)
    return kept


def _new_id(story: Story, used: Set[StoryId], salt: str) -> StoryId:
    members = [member.article_id for member in story.members]
    story_id, again = story_id_of(members, salt=salt), 0
    while story_id in used:
        again += 1
        story_id = story_id_of(members, salt=f"{salt}\n{again}")
    return story_id


def diff_of(previous: Mapping[ArticleId, StoryId], stories: Sequence[Story]) -> ReclusterDiff:
    """What changes from ``previous`` to stories that carry their final ids.

    An old story whose id is no longer used has ``gone`` if none of its articles are left, is ``merged`` into the one
    that holds them all, or is ``split``. One whose id is still used is ``split`` too if a story was born mostly of
    its articles; its children are then itself and those.
    """
    now = {member.article_id: story.id for story in stories for member in story.members}
    heirs = _heirs(previous, now)
    before = set(previous.values())
    ids = {story.id for story in stories}
    children = {old: _children(old, heirs[old], before, heirs) for old in heirs}
    ended = sorted(before - ids)
    moved = tuple(article for article in now if article in previous and previous[article] != now[article])
    return ReclusterDiff(
        n_articles=len(now),
        n_stories=len(stories),
        moved=moved,
        born=tuple(story.id for story in stories if story.id not in before),
        merged={old: children[old][0] for old in ended if old in children and len(children[old]) == 1},
        split={old: children[old] for old in sorted(children) if len(children[old]) > 1},
        gone=tuple(old for old in ended if old not in children),
        churn=len(moved) / len(now) if now else 0.0,
    )


def _heirs(previous: Mapping[ArticleId, StoryId], now: Mapping[ArticleId, StoryId]) -> dict[StoryId, Counter[StoryId]]:
    """Of each old story, how many of its articles each new story holds."""
    heirs: defaultdict[StoryId, Counter[StoryId]] = defaultdict(Counter)
    for article, old in previous.items():
        if article in now:
            heirs[old][now[article]] += 1
    return dict(heirs)


def _children(
    old: StoryId, heirs: Counter[StoryId], before: Set[StoryId], all_heirs: Mapping[StoryId, Counter[StoryId]]
) -> tuple[StoryId, ...]:
    """New stories an old id leads to, the largest share first."""
    by_share = sorted(heirs, key=lambda new: (-heirs[new], new))
    if old not in heirs:
        return tuple(by_share)
    born = [new for new in by_share if new not in before and _largest_parent(new, all_heirs) == old]
    return (old, *born)


def _largest_parent(new: StoryId, all_heirs: Mapping[StoryId, Counter[StoryId]]) -> StoryId:
    return min(all_heirs, key=lambda old: (-all_heirs[old][new], old))
