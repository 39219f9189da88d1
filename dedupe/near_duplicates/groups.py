"""Duplicate groups: stars of verified copies around a canonical article."""

from collections.abc import Iterable

from dedupe.models import ArticleId, DuplicateGroup, Verdict


def duplicate_groups(verdicts: Iterable[Verdict]) -> list[DuplicateGroup]:
    """Groups of at least two articles, in the order of their canonical articles, their copies in order too."""
    copies: dict[ArticleId, list[ArticleId]] = {}
    for verdict in verdicts:
        members = copies.setdefault(verdict.group, [])
        if verdict.duplicate_of is not None:
            members.append(verdict.article_id)
    return [DuplicateGroup(canonical, tuple(members)) for canonical, members in copies.items() if members]
