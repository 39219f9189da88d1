"""Names of stories and topics: functions of who is in them, so that the same stories have the same ids anywhere."""

import hashlib
from collections.abc import Iterable

from dedupe.models import ArticleId, StoryId

_ID_BYTES = 8  # of millions of stories no two share an id


def story_id_of(member_ids: Iterable[ArticleId], *, salt: str = "") -> StoryId:
    """Story id made from the smallest member id: ``s`` and sixteen hexadecimal digits; a salt makes another one."""
    return StoryId("s" + _digest(min(member_ids) + (f"\n{salt}" if salt else "")))


def topic_id_of(member_ids: Iterable[ArticleId]) -> str:
    """Topic id made from the smallest member id: ``t`` and sixteen hexadecimal digits."""
    return "t" + _digest(min(member_ids))


def _digest(name: str) -> str:
    # Ids out of broken JSON may hold half a surrogate pair.
    return hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=_ID_BYTES).hexdigest()
