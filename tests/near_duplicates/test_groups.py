"""Groups are stars."""

from dedupe.models import ArticleId, DuplicateGroup, DuplicateKind, Verdict
from dedupe.near_duplicates.groups import duplicate_groups


def verdict(name: str, of: str | None = None) -> Verdict:
    kind = None if of is None else DuplicateKind.NEAR
    original = None if of is None else ArticleId(of)
    return Verdict(ArticleId(name), ArticleId(name if of is None else of), original, kind)


def test_copies_stand_in_order_behind_their_canonical_article():
    verdicts = [verdict("a"), verdict("b"), verdict("c", "b"), verdict("d", "a"), verdict("e", "b"), verdict("f")]

    assert duplicate_groups(verdicts) == [DuplicateGroup("a", ("d",)), DuplicateGroup("b", ("c", "e"))]


def test_no_verdicts_make_no_groups():
    assert duplicate_groups([]) == []
