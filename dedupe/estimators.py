"""Duplicate groups and stories as scikit-learn estimators. X is a sequence of texts, or of `Article`, or of both.

Parameters are checked when fitting, as scikit-learn's are. Nothing is learned for other texts: there is no predict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Literal, TypeAlias, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClusterMixin

from dedupe.models import Article, ArticleId, DuplicateKind, DuplicatePair, Story, Verdict
from dedupe.near_duplicates.find import verdicts
from dedupe.near_duplicates.sketching import sketch_texts
from dedupe.settings import DuplicateParams, EventParams, SketchParams, StoryParams, TopicParams
from dedupe.stories.cluster import cluster_stories
from dedupe.text.normalise import content
from dedupe.text.words import blocks_of

Text: TypeAlias = str | Article
Keep: TypeAlias = Literal["first", "longest", "earliest"]
AnyText = TypeVar("AnyText", bound=Text)
Params = TypeVar("Params", DuplicateParams, TopicParams, EventParams)

_UNDATED = datetime.max.replace(tzinfo=UTC)


class _TextClusterer(ClusterMixin, BaseEstimator):  # type: ignore[misc] # untyped
    """What the two have in common: their input."""

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


class NearDuplicates(_TextClusterer):
    """Groups of near-duplicates, each with one canonical article; an article that repeats nothing is a group of one.

    A group is a canonical article, its verified copies, and copies of those: see `Verdict`.

    Parameters
    ----------
    jaccard, containment, kinds
        Those of `DuplicateParams`; what is not None takes the place of what ``params`` says. Kinds may be plain names.
    keep
        Which article of a group is canonical: the ``"first"``, the ``"longest"``, or the ``"earliest"`` published.
        Of equals the first, and an article without a date comes after those that have one.
    params
        All other parameters; None for the defaults.

    Attributes
    ----------
    labels_
        Group of each article, shape ``(n,)``, int64: numbered from 0 in the order of their first articles, never -1.
    duplicate_of_
        Place in X of the canonical article that each article repeats, shape ``(n,)``, int64; -1 if it is canonical.
    is_canonical_
        Shape ``(n,)``, bool: the mask that leaves one article a group.
    pairs_
        The verified pair that each copy was found by, in the order of the copies. Of ``a`` and ``b`` the article that
        comes first in X is ``a``; a plain text is named by its place. `find_near_duplicates` gives every pair.
    """

    labels_: NDArray[np.int64]
    duplicate_of_: NDArray[np.int64]
    is_canonical_: NDArray[np.bool_]
    pairs_: list[DuplicatePair]

    def __init__(
        self,
        *,
        jaccard: float | None = None,
        containment: float | None = None,
        kinds: Sequence[DuplicateKind | str] | None = None,
        keep: Keep = "first",
        params: DuplicateParams | None = None,
    ) -> None:
        self.jaccard = jaccard
        self.containment = containment
        self.kinds = kinds
        self.keep = keep
        self.params = params

    def fit(self, X: Iterable[Text], y: object = None) -> NearDuplicates:  # noqa: ARG002, N803 - scikit-learn's
        """Find the groups of X. ValueError for no texts, for what is no text, and for a parameter out of its range."""
        params = self._checked_params()
        articles = _articles_of(X, self)
        order = _judging_order(articles, self.keep, params.sketch)
        # Places for ids: those of articles may repeat.
        judged = verdicts([replace(articles[at], id=ArticleId(str(at))) for at in order], params)
        by_place = sorted(judged, key=lambda verdict: int(verdict.article_id))
        groups = np.array([int(verdict.group) for verdict in by_place], dtype=np.int64)
        self.is_canonical_ = groups == np.arange(len(articles))
        self.duplicate_of_ = np.where(self.is_canonical_, -1, groups)
        self.labels_ = _numbered(groups.tolist())
        self.pairs_ = list(_pairs(by_place, [article.id for article in articles]))
        return self

    def fit_transform(self, X: Iterable[AnyText], y: object = None) -> list[AnyText]:  # noqa: N803
        """What is left of X when every group keeps its canonical article alone, in the order of X.

        There is no ``transform``: a transformer gives a row for each row, and this does not.
        """
        given = _listed(X)
        self.fit(given, y)
        return [given[at] for at in np.flatnonzero(self.is_canonical_).tolist()]

    def _checked_params(self) -> DuplicateParams:
        params = DuplicateParams() if self.params is None else self.params
        if self.keep not in get_args(Keep):
            raise ValueError(f"keep must be one of {', '.join(get_args(Keep))}, got {self.keep!r}")
        kinds = None if self.kinds is None else tuple(DuplicateKind(kind) for kind in self.kinds)
        return _with(params, jaccard=self.jaccard, containment=self.containment, kinds=kinds)


class StoryClusterer(_TextClusterer):
    """Stories: the articles that report one event together; an article that nothing resembles is a story of one.

    The stories do not depend on the order of X. Articles must have distinct ids, and their dates count.

    Parameters
    ----------
    n_neighbors, cluster_selection_epsilon
        Those of `TopicParams`; what is not None takes the place of what ``params`` says.
    min_own_share
        That of both `EventParams`, likewise: how different the events of a topic have to be to be told apart.
    params
        All other parameters; None for the defaults.

    Attributes
    ----------
    labels_
        Story of each article, shape ``(n,)``, int64: its place in ``stories_``, never -1.
    topics_
        Topic of each article, which related stories share, likewise numbered by its first article.
    probabilities_
        Confidence of each article in its story, shape ``(n,)``, float64, in [0, 1].
    stories_
        The stories, in the order of their first articles; in them a plain text is named by its place in X.
    """

    labels_: NDArray[np.int64]
    topics_: NDArray[np.int64]
    probabilities_: NDArray[np.float64]
    stories_: list[Story]

    def __init__(
        self,
        *,
        n_neighbors: int | None = None,
        cluster_selection_epsilon: float | None = None,
        min_own_share: float | None = None,
        params: StoryParams | None = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.cluster_selection_epsilon = cluster_selection_epsilon
        self.min_own_share = min_own_share
        self.params = params

    def fit(self, X: Iterable[Text], y: object = None) -> StoryClusterer:  # noqa: ARG002, N803 - scikit-learn's
        """Find the stories of X. ValueError as for `NearDuplicates`, and for articles of one id."""
        params = self._checked_params()
        given = _listed(X)
        articles = _articles_of(given, self)
        # A text's own hash for an id: where ids break ties, the order of X must not.
        named = _named_by_text(articles, [isinstance(one, str) for one in given])
        stories = cluster_stories(named, params)
        place_of = {article.id: at for at, article in enumerate(named)}
        topics = _numbered([story.topic for story in stories])
        self.labels_, self.topics_ = np.empty((2, len(named)), dtype=np.int64)
        self.probabilities_ = np.empty(len(named))
        for number, story in enumerate(stories):
            places = [place_of[member.article_id] for member in story.members]
            self.labels_[places], self.topics_[places] = number, topics[number]
            self.probabilities_[places] = [member.confidence for member in story.members]
        self.stories_ = [_renamed(story, {name: articles[at].id for name, at in place_of.items()}) for story in stories]
        return self

    def _checked_params(self) -> StoryParams:
        params = StoryParams() if self.params is None else self.params
        topic = _with(
            params.topic, n_neighbors=self.n_neighbors, cluster_selection_epsilon=self.cluster_selection_epsilon
        )
        event, body = (_with(look, min_own_share=self.min_own_share) for look in (params.event, params.body))
        return replace(params, topic=topic, event=event, body=body)


def _with(params: Params, **changes: Any) -> Params:  # noqa: ANN401 - whatever the fields are
    """The same parameters with those changes that are not None."""
    return replace(params, **{name: value for name, value in changes.items() if value is not None})


def _listed(given: Iterable[AnyText]) -> list[AnyText]:
    if isinstance(given, (str, bytes)) or getattr(given, "ndim", 1) != 1:
        raise ValueError(f"X must be a sequence of texts, got {_shown(given)}")
    return list(given)


def _shown(given: object) -> str:
    shape = getattr(given, "shape", None)
    return f"one {type(given).__name__}" if shape is None else f"an array of shape {shape}"


def _articles_of(given: Iterable[Text], estimator: object) -> list[Article]:
    """Articles as they are, and texts as articles whose ids are their places."""
    articles = [_article_of(one, at) for at, one in enumerate(_listed(given))]
    if not articles:
        raise ValueError(
            f"Found array with 0 sample(s) while a minimum of 1 is required by {type(estimator).__name__}."
        )
    return articles


def _article_of(one: object, at: int) -> Article:
    if isinstance(one, Article):
        return one
    if isinstance(one, str):
        return Article(ArticleId(str(at)), str(one))  # NumPy's strings are a class of their own
    raise ValueError(f"X[{at}] must be a str or an Article, got {type(one).__name__}")


def _judging_order(articles: Sequence[Article], keep: Keep, sketch: SketchParams) -> list[int]:
    """Places in the order in which articles are judged: the first of a group is its canonical one."""
    places = list(range(len(articles)))
    if keep == "longest":
        n_shingles = _counts(articles, sketch)
        return sorted(places, key=lambda at: -n_shingles[at])
    if keep == "earliest":
        return sorted(places, key=lambda at: articles[at].published_at or _UNDATED)
    return places


def _counts(articles: Sequence[Article], sketch: SketchParams) -> list[int]:
    """How many shingles each article has, boilerplate not counted."""
    texts = [content(article) for article in articles]
    return [n for block in blocks_of(texts) for n in np.diff(sketch_texts(block, sketch).offsets).tolist()]


def _pairs(judged: Iterable[Verdict], names: Sequence[ArticleId]) -> Iterator[DuplicatePair]:
    """What each copy was found to repeat; verdicts speak of places."""
    for verdict in judged:
        if verdict.duplicate_of is not None and verdict.kind is not None:
            a, b = sorted((int(verdict.duplicate_of), int(verdict.article_id)))
            container = None if verdict.container is None else names[int(verdict.container)]
            yield DuplicatePair(names[a], names[b], verdict.kind, verdict.jaccard, verdict.containment, container)


def _numbered(values: Sequence[object]) -> NDArray[np.int64]:
    """Each value as its number, from 0, in order of first occurrence."""
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return np.array([numbers[value] for value in values], dtype=np.int64)


def _named_by_text(articles: Sequence[Article], is_text: Sequence[bool]) -> list[Article]:
    n_met = Counter[str]()
    named = []
    for article, is_plain in zip(articles, is_text, strict=True):
        if is_plain:
            digest = blake2b(article.text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
            n_met[digest] += 1
            named.append(replace(article, id=ArticleId(f"{digest}-{n_met[digest]}")))
        else:
            named.append(article)
    return named


def _renamed(story: Story, name_of: dict[ArticleId, ArticleId]) -> Story:
    members = tuple(
        replace(
            member,
            article_id=name_of[member.article_id],
            duplicate_of=None if member.duplicate_of is None else name_of[member.duplicate_of],
        )
        for member in story.members
    )
    return replace(story, representative=name_of[story.representative], members=members)
