"""The id of an article that came without one."""

import hashlib

from dedupe.models import ArticleId
from dedupe.text.normalise import normalise


def content_id(*, source: str | None, url: str | None, title: str | None, text: str) -> ArticleId:
    """Id made from what the article is, and not from where it stood: "a" and 16 hex digits.

    The same source, url and normalised text give the same id on any machine. The title speaks where
    there is no text; text that normalises to nothing is taken as it is, so that two of those are
    not one article.
    """
    said = text if text.strip() else title or ""
    parts = (source or "", url or "", normalise(said) or said)
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        data = part.encode()
        # The length keeps ("ab", "c") apart from ("a", "bc").
        digest.update(len(data).to_bytes(8, "little") + data)
    return ArticleId("a" + digest.hexdigest())
