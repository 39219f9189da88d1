"""What an evaluation says: frozen results, and how they become a plain dict."""

from dataclasses import asdict, dataclass

from dedupe.models import Json


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and their harmonic mean, each in [0, 1]."""

    precision: float
    recall: float

    def __post_init__(self) -> None:
        for name, value in (("precision", self.precision), ("recall", self.recall)):
            if not 0 <= value <= 1:
                raise ValueError(f"{name} must be in [0, 1], got {value}")

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 where both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """How a clustering agrees with the gold one.

    ``ari`` and ``ami`` are 0 on average for a clustering by chance and may be negative; the others are
    in [0, 1]. ``nmi`` is normalised by the mean of the entropies and therefore equals ``v_measure``.
    """

    n_articles: int
    n_gold: int
    n_pred: int
    bcubed: Score
    pairwise: Score
    ari: float
    ami: float
    nmi: float
    homogeneity: float
    completeness: float
    v_measure: float


@dataclass(frozen=True, slots=True)
class PairReport:
    """How many of the gold pairs were found, and how many of the found ones are gold."""

    n_gold: int
    n_pred: int
    n_shared: int
    score: Score


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals are made: ``n`` samples, drawn by the bits of ``seed``, and the share of them inside."""

    n: int = 1000
    level: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError(f"n must be at least 1, got {self.n}")
        if not 0 < self.level < 1:
            raise ValueError(f"level must be in (0, 1), got {self.level}")
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"seed must be in 0..2**63 - 1, got {self.seed}")


@dataclass(frozen=True, slots=True)
class Interval:
    """The percentiles of a score between which a share ``level`` of the samples is."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ScoreIntervals:
    """Intervals of the three sides of a `Score`."""

    precision: Interval
    recall: Interval
    f1: Interval


@dataclass(frozen=True, slots=True)
class ClusterIntervals:
    """Intervals of the scores of a `ClusterReport`."""

    resampling: Resampling
    bcubed: ScoreIntervals
    pairwise: ScoreIntervals
    ari: Interval
    ami: Interval
    nmi: Interval
    homogeneity: Interval
    completeness: Interval
    v_measure: Interval


@dataclass(frozen=True, slots=True)
class PairIntervals:
    """Intervals of the score of a `PairReport`."""

    resampling: Resampling
    score: ScoreIntervals


def report_as_dict(report: ClusterReport | PairReport | ClusterIntervals | PairIntervals) -> dict[str, Json]:
    """Report as JSON values, every score with its ``f1``."""
    return {name: _plain(getattr(report, name), value) for name, value in asdict(report).items()}


def _plain(value: object, as_json: Json) -> Json:
    if isinstance(value, Score):
        return {"precision": value.precision, "recall": value.recall, "f1": value.f1}
    return as_json
