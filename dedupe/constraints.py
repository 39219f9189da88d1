"""What people say of articles, as a use case: it is stored, and a recluster is asked to keep it."""

from collections.abc import Callable, Iterable

from dedupe.models import ArticleId
from dedupe.store.constraints import StoredConstraints
from dedupe.stories.constraints import Link, LinkKind, LinkSet, constraints_of


class ConstraintBook:
    """The constraints of one corpus; every change calls ``on_change``, once it is stored.

    Each method's answer, its retries and its errors are those of `StoredConstraints`.
    """

    def __init__(self, stored: StoredConstraints, *, on_change: Callable[[], object]) -> None:
        self._stored = stored
        self._on_change = on_change

    def version(self) -> int:
        """How often the constraints were changed."""
        return self._stored.version()

    def read(self) -> LinkSet:
        """All constraints."""
        return self._stored.read()

    def replace(self, links: Iterable[Link], *, version: int | None = None) -> LinkSet:
        """All constraints, after these took the place of those there were (in that version, where one is given)."""
        return self._told(self._stored.replace(links, version=version))

    def add(self, links: Iterable[Link]) -> LinkSet:
        """These constraints, after they were added to those there are."""
        return self._told(self._stored.add(links))

    def remove(self, link_id: str) -> LinkSet:
        """The constraint of this id, after it was removed."""
        return self._told(self._stored.remove(link_id))

    def between(self, a: ArticleId, b: ArticleId) -> Link | None:
        """What was said of two articles, by way of others too: of these the first link of the one that is smaller."""
        links = self._stored.links()
        pair = {a, b}
        direct = next((link for link in links if {link.a, link.b} == pair), None)
        if direct is not None:
            return direct
        if not any(pair <= set(ids) for ids in constraints_of(links).components()):
            return None
        first = min(pair)
        return next(link for link in links if link.kind is LinkKind.MUST and first in {link.a, link.b})

    def _told(self, answer: LinkSet) -> LinkSet:
        self._on_change()
        return answer
