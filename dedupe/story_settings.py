"""Parts of `StoryParams`: how vectors are smoothed, and when a topic comes apart. Frozen, and checked when made."""

from dataclasses import dataclass

from dedupe.verdict_settings import require


@dataclass(frozen=True, slots=True)
class SmoothingParams:
    """How far a vector is drawn to its neighbours': by ``alpha``, ``rounds`` times.

    Short articles, which say little by themselves, are drawn further: by ``short_alpha`` with up to ``short_terms``
    terms, less with each more, by ``alpha`` from ``ample_terms`` on. Neighbours weigh by their similarity to the
    ``power``; ``inertia`` is added to the sum of the weights, so that an article with only far neighbours stays where
    it is.
    """

    alpha: float = 0.5
    short_alpha: float = 0.7
    short_terms: int = 20
    ample_terms: int = 60
    rounds: int = 2
    power: float = 2.0
    inertia: float = 0.1

    def __post_init__(self) -> None:
        for name in ("alpha", "short_alpha"):
            require(0 <= getattr(self, name) <= 1, f"{name} must be in [0, 1], got {getattr(self, name)}")
        require(
            0 <= self.short_terms < self.ample_terms,
            f"0 <= short_terms < ample_terms must hold, got {self.short_terms} and {self.ample_terms}",
        )
        require(0 <= self.rounds <= 10, f"rounds must be in 0..10, got {self.rounds}")
        require(0 < self.power <= 10, f"power must be in (0, 10], got {self.power}")
        require(self.inertia > 0, f"inertia must be above 0, got {self.inertia}")


@dataclass(frozen=True, slots=True)
class SilenceParams:
    """When a silence inside a dated topic ends a story: the articles before and after it are too little alike.

    After a silence of ``d`` days they must have a mean similarity of ``similarity_per_root_day`` times the root of
    ``d``, at most ``max_similarity``. Silences under ``min_days`` end nothing.
    """

    min_days: float = 2.0
    similarity_per_root_day: float = 0.085
    max_similarity: float = 0.5

    def __post_init__(self) -> None:
        require(self.min_days > 0, f"min_days must be above 0, got {self.min_days}")
        for name in ("similarity_per_root_day", "max_similarity"):
            require(0 <= getattr(self, name) <= 1, f"{name} must be in [0, 1], got {getattr(self, name)}")


@dataclass(frozen=True, slots=True)
class CohesionParams:
    """When a story comes apart: its articles, as they are, fall short of a mean similarity of ``min_similarity``.

    Stories whose articles have fewer than ``min_terms`` terms (their median), and those of more than ``max_dense``
    articles, are left whole.
    """

    min_similarity: float = 0.14
    min_terms: int = 50
    max_dense: int = 2000

    def __post_init__(self) -> None:
        require(0 <= self.min_similarity < 1, f"min_similarity must be in [0, 1), got {self.min_similarity}")
        require(self.min_terms >= 0, f"min_terms must be at least 0, got {self.min_terms}")
        require(2 <= self.max_dense <= 20_000, f"max_dense must be in 2..20000, got {self.max_dense}")


@dataclass(frozen=True, slots=True)
class LargeTopicParams:
    """When a topic of many articles comes apart into its events.

    Topics under ``min_articles``, and those whose articles have fewer than ``min_terms`` terms (their median), are
    left to the other steps: snippets of one event are as far from each other as reports of two.

    Groups found in the topic are one event if, by the terms weighed in the topic, the similarity across them reaches
    ``topic_ratio`` of that within, and as well if it reaches ``event_ratio`` by the terms weighed in the collection:
    what all reports of one event share counts nothing in a topic of that event alone, and much there. An article by
    itself joins the group to which it is ``min_membership`` as near as the group is to itself. Where articles are
    dated, similarity across fades by the mean days between the groups: to a third in ``fading_days``.
    """

    min_articles: int = 100
    min_terms: int = 50
    max_terms: int = 64
    cluster_selection_epsilon: float = 0.35
    topic_ratio: float = 0.5
    event_ratio: float = 0.55
    min_membership: float = 0.6
    fading_days: float = 4.0

    def __post_init__(self) -> None:
        require(self.min_articles >= 2, f"min_articles must be at least 2, got {self.min_articles}")
        require(self.min_terms >= 0, f"min_terms must be at least 0, got {self.min_terms}")
        require(1 <= self.max_terms <= 65_535, f"max_terms must be in 1..65535, got {self.max_terms}")
        for name in ("cluster_selection_epsilon", "topic_ratio", "event_ratio", "min_membership"):
            require(0 < getattr(self, name) < 1, f"{name} must be in (0, 1), got {getattr(self, name)}")
        require(self.fading_days > 0, f"fading_days must be above 0, got {self.fading_days}")


@dataclass(frozen=True, slots=True)
class EventLookParams:
    """Which topics get the second look, and what counts there.

    A topic of ``min_articles`` to ``max_articles`` with a median of at least ``min_words`` words gets it if a share
    ``min_contradicted`` of its pairs contradict each other by day or outlet, and if other articles cover at most a
    share ``max_lead_coverage`` of an article's first ``lead_words`` words, and at most ``max_lead_excess`` times as
    much as of its rest: reports of one event repeat each other's leads, those of related events their background.

    Two articles belong together if the evidence for it is above 0: how far what their leads share stands out, in
    standard deviations over the topic (words fade over the first ``fading_words``), plus ``same_day`` if both name the
    same day first, less ``other_day`` if they name different ones, less ``same_outlet`` if one outlet wrote both (but
    an outlet that wrote more than ``max_outlet_share`` of the topic is an archive, and says nothing).
    Published ``near_days`` apart says nothing, each doubling speaks against and each halving for it, by 1, at most by
    ``most_apart`` and ``most_together``.
    """

    min_articles: int = 4
    max_articles: int = 30
    min_words: int = 50
    min_contradicted: float = 0.1
    lead_words: int = 100
    max_lead_coverage: float = 0.4
    max_lead_excess: float = 1.8
    fading_words: int = 120
    same_day: float = 1.0
    other_day: float = 1.0
    same_outlet: float = 1.5
    max_outlet_share: float = 0.5
    near_days: float = 2.5
    most_apart: float = 2.0
    most_together: float = 1.0

    def __post_init__(self) -> None:
        require(
            3 <= self.min_articles <= self.max_articles <= 100,
            f"3 <= min_articles <= max_articles <= 100 must hold, got {self.min_articles} and {self.max_articles}",
        )
        for name in ("min_contradicted", "max_lead_coverage", "max_outlet_share"):
            require(0 <= getattr(self, name) <= 1, f"{name} must be in [0, 1], got {getattr(self, name)}")
        for name in ("lead_words", "max_lead_excess", "fading_words", "near_days"):
            require(getattr(self, name) > 0, f"{name} must be above 0, got {getattr(self, name)}")
        for name in ("min_words", "same_day", "other_day", "same_outlet", "most_apart", "most_together"):
            require(getattr(self, name) >= 0, f"{name} must be at least 0, got {getattr(self, name)}")
