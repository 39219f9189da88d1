"""Parameters and settings: frozen, and checked when made. Nothing here reads the environment; ``wiring`` does."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace

from dedupe.models import DuplicateKind
from dedupe.story_settings import CohesionParams, EventLookParams, LargeTopicParams, SilenceParams, SmoothingParams
from dedupe.verdict_settings import EditedParams, FigureParams, FurnitureParams, ScatterParams
from dedupe.verdict_settings import require as _require


@dataclass(frozen=True, slots=True)
class SketchParams:
    """How an article becomes a MinHash signature.

    ``shingle_words`` words a shingle; ``num_perm`` permutations drawn from ``seed``, datasketch's ``affine32`` scheme;
    ``bands`` x ``rows`` of them make the LSH buckets, so that a pair of Jaccard similarity ``s`` becomes a candidate
    with probability ``1 - (1 - s**rows)**bands`` (Leskovec et al., *Mining of Massive Datasets*, 3.4). Each of the last
    ``lanes`` values (of all, where there are fewer) makes a candidate by itself as long as at most ``most_holders``
    articles hold it: this finds the excerpts, whose Jaccard similarity to the whole is low.
    """

    shingle_words: int = 2
    num_perm: int = 128
    seed: int = 1
    bands: int = 16
    rows: int = 3
    lanes: int = 28
    most_holders: int = 32

    def __post_init__(self) -> None:
        for name in ("shingle_words", "num_perm", "seed", "bands", "rows", "lanes", "most_holders"):
            value = getattr(self, name)
            _require(isinstance(value, int), f"{name} must be a whole number, got {value}")
        _require(0 <= self.seed < 1 << 32, f"seed must be in 0..2**32 - 1, got {self.seed}")
        _require(1 <= self.shingle_words <= 20, f"shingle_words must be in 1..20, got {self.shingle_words}")
        _require(16 <= self.num_perm <= 1024, f"num_perm must be in 16..1024, got {self.num_perm}")
        _require(
            self.bands >= 1 and self.rows >= 1,
            f"bands and rows must be at least 1, got {self.bands} and {self.rows}",
        )
        _require(
            self.bands * self.rows <= self.num_perm,
            f"bands * rows = {self.bands * self.rows} exceeds num_perm = {self.num_perm}",
        )
        _require(0 <= self.lanes <= 1024, f"lanes must be in 0..1024, got {self.lanes}")
        _require(self.most_holders >= 1, f"most_holders must be at least 1, got {self.most_holders}")

    def miss_probability(self, jaccard: float) -> float:
        """How likely two articles of this Jaccard similarity share no band; the rare values find most of those."""
        return float((1 - jaccard**self.rows) ** self.bands)

    def for_jaccard(self, jaccard: float, *, max_miss: float = 0.01) -> "SketchParams":
        """The same sketch with the longest bands, which raise least suspicion, that miss at most ``max_miss`` there.

        ValueError where no bands of ``num_perm`` values do.
        """
        for rows in range(self.num_perm, 0, -1):
            wanted = replace(self, rows=rows, bands=self.num_perm // rows)
            if wanted.miss_probability(jaccard) <= max_miss:
                return wanted
        raise ValueError(f"no bands of {self.num_perm} values miss at most {max_miss} at similarity {jaccard}")


@dataclass(frozen=True, slots=True)
class DuplicateParams:
    """When a verified pair is a duplicate: Jaccard similarity or containment on the shingles reaches its threshold.

    Short texts need more: ``short_jaccard`` and ``short_containment`` at ``least_shingles`` distinct shingles in the
    smaller of the two, falling in a straight line to ``jaccard`` and ``containment`` at ``ample_shingles``; under
    ``least_shingles`` containment does not count. ``scatter`` and ``edited`` say where in the texts they have to agree,
    ``furniture`` what of them is not compared.

    Two texts whose plain shingles contain one another by more than ``sibling_gap`` over those with names and figures,
    of which they share less than ``sibling_named``, fill one template: no duplicates; nor are those that differ as
    ``figures`` says. With a ``sibling_gap`` of 1 nothing is taken for a template.

    A copy of a Jaccard similarity under ``close_jaccard`` to its canonical article brings further copies into the
    group; what repeats a nearer one repeats the canonical article too. Pairs of other than ``kinds`` do not count.
    """

    sketch: SketchParams = SketchParams()
    kinds: tuple[DuplicateKind, ...] = tuple(DuplicateKind)
    jaccard: float = 0.31
    containment: float = 0.6
    least_shingles: int = 24
    ample_shingles: int = 100
    short_jaccard: float = 0.7
    short_containment: float = 0.9
    sibling_gap: float = 0.25
    sibling_named: float = 0.55
    close_jaccard: float = 0.9
    scatter: ScatterParams = field(default_factory=ScatterParams)
    edited: EditedParams = field(default_factory=EditedParams)
    furniture: FurnitureParams = field(default_factory=FurnitureParams)
    figures: FigureParams = field(default_factory=FigureParams)

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.kinds if kind not in tuple(DuplicateKind)]
        _require(not unknown, f"kinds must be of {', '.join(DuplicateKind)}, got {', '.join(map(str, unknown))}")
        _require(len(self.kinds) > 0, f"kinds must name at least one of {', '.join(DuplicateKind)}")
        _require(0 < self.jaccard <= 1, f"jaccard must be in (0, 1], got {self.jaccard}")
        _require(0 < self.containment <= 1, f"containment must be in (0, 1], got {self.containment}")
        _require(self.least_shingles >= 1, f"least_shingles must be at least 1, got {self.least_shingles}")
        _require(
            self.ample_shingles > self.least_shingles,
            f"ample_shingles must exceed least_shingles = {self.least_shingles}, got {self.ample_shingles}",
        )
        _require(0 < self.short_jaccard <= 1, f"short_jaccard must be in (0, 1], got {self.short_jaccard}")
        _require(0 < self.short_containment <= 1, f"short_containment must be in (0, 1], got {self.short_containment}")
        _require(0 < self.sibling_gap <= 1, f"sibling_gap must be in (0, 1], got {self.sibling_gap}")
        _require(0 < self.sibling_named <= 1, f"sibling_named must be in (0, 1], got {self.sibling_named}")
        _require(0 <= self.close_jaccard <= 1, f"close_jaccard must be in [0, 1], got {self.close_jaccard}")

    def joining_templates(self) -> "DuplicateParams":
        """The same, with articles that fill one template as copies: siblings, and short notes of one form."""
        return replace(self, sibling_gap=1.0, short_jaccard=min(self.jaccard, self.short_jaccard))


@dataclass(frozen=True, slots=True)
class TermParams:
    """How the words of an article become weighted terms: ``1 + log`` of their count after emphasis.

    A word counts ``title_weight`` times in the title and ``lead_weight`` times in the first ``lead_words`` words of the
    text; a capitalised one ``capital_weight`` times that. Words that more than a share ``max_df`` of the articles of a
    language hold are dropped: no stop list is needed.
    """

    title_weight: float = 2.0
    lead_words: int = 0
    lead_weight: float = 1.0
    capital_weight: float = 2.0
    max_df: float = 0.14

    def __post_init__(self) -> None:
        for name in ("title_weight", "lead_weight", "capital_weight"):
            _require(1 <= getattr(self, name) <= 100, f"{name} must be in [1, 100], got {getattr(self, name)}")
        _require(self.lead_words >= 0, f"lead_words must be at least 0, got {self.lead_words}")
        _require(0 < self.max_df <= 1, f"max_df must be in (0, 1], got {self.max_df}")


@dataclass(frozen=True, slots=True)
class TopicParams:
    """What makes a topic: the clusters of HDBSCAN on the graph of smoothed vectors.

    An article's vector is its ``max_terms`` heaviest terms. The graph joins each article to ``n_neighbors`` others of
    at least ``min_similarity``, before smoothing, and ``min_smoothed_similarity`` after; clusters nearer than
    ``cluster_selection_epsilon`` (cosine distance) are one. A topic of short articles holds together by pairs of at
    least ``min_short_similarity`` before smoothing; less by less, as they are longer. Dated articles more than
    ``window_days`` apart are not joined.
    """

    terms: TermParams = TermParams()
    max_terms: int = 64
    smoothing: SmoothingParams = field(default_factory=SmoothingParams)
    n_neighbors: int = 30
    min_similarity: float = 0.05
    min_smoothed_similarity: float = 0.1
    cluster_selection_epsilon: float = 0.35
    short_stretch: float = 1.4
    min_short_similarity: float = 0.18
    window_days: float = 30.0

    def __post_init__(self) -> None:
        _require(1 <= self.max_terms <= 65_535, f"max_terms must be in 1..65535, got {self.max_terms}")
        _require(1 <= self.short_stretch <= 10, f"short_stretch must be in [1, 10], got {self.short_stretch}")
        _require(1 <= self.n_neighbors <= 1000, f"n_neighbors must be in 1..1000, got {self.n_neighbors}")
        _require(self.window_days > 0, f"window_days must be above 0, got {self.window_days}")
        for name in ("min_similarity", "min_smoothed_similarity", "cluster_selection_epsilon"):
            _require(0 < getattr(self, name) < 1, f"{name} must be in (0, 1), got {getattr(self, name)}")
        _require(
            0 <= self.min_short_similarity < 1,
            f"min_short_similarity must be in [0, 1), got {self.min_short_similarity}",
        )


@dataclass(frozen=True, slots=True)
class EventParams:
    """When a topic is two stories: each side owns enough vocabulary that the other lacks.

    A side *has* a term that a share ``has`` of its articles hold and *lacks* one that at most a share ``lacks`` hold.
    Each side must own ``min_own_terms``, and ``min_own_share`` of the weight of what it owns and what both have. The
    similarity across must stay under ``max_similarity_ratio`` of the similarity within the looser side. An article
    less than ``min_membership`` as near to its side as the side is to itself is in neither story, as long as a share
    ``min_core`` of the side stays. Topics of more than ``max_dense`` articles are left whole.
    """

    terms: TermParams = TermParams(title_weight=5.0, lead_words=130, lead_weight=5.0, capital_weight=1.0)
    has: float = 0.5
    lacks: float = 0.15
    min_own_terms: int = 15
    min_own_share: float = 0.575
    max_similarity_ratio: float = 0.65
    min_membership: float = 0.6
    min_core: float = 0.6
    max_dense: int = 2000

    def __post_init__(self) -> None:
        _require(
            0 <= self.lacks < self.has <= 1,
            f"0 <= lacks < has <= 1 must hold, got {self.lacks} and {self.has}",
        )
        _require(self.min_own_terms >= 1, f"min_own_terms must be at least 1, got {self.min_own_terms}")
        for name in ("min_own_share", "max_similarity_ratio", "min_membership", "min_core"):
            _require(0 < getattr(self, name) <= 1, f"{name} must be in (0, 1], got {getattr(self, name)}")
        _require(4 <= self.max_dense <= 20_000, f"max_dense must be in 4..20000, got {self.max_dense}")


@dataclass(frozen=True, slots=True)
class AttachParams:
    """When a new article joins a story at once: until a recluster settles it, rather a new story than a wrong one.

    Its terms are the ``max_terms`` heaviest. Of its ``n_neighbors`` nearest articles those of at least
    ``min_similarity`` vote for their story, each by its squared similarity. Terms that more than a share
    ``max_window_df`` of the window hold are not looked up.
    """

    terms: TermParams = TermParams(title_weight=2.0, lead_words=120, lead_weight=2.0, capital_weight=2.0)
    max_terms: int = 256
    n_neighbors: int = 10
    min_similarity: float = 0.3
    max_window_df: float = 0.1

    def __post_init__(self) -> None:
        _require(1 <= self.max_terms <= 65_535, f"max_terms must be in 1..65535, got {self.max_terms}")
        _require(1 <= self.n_neighbors <= 1000, f"n_neighbors must be in 1..1000, got {self.n_neighbors}")
        _require(0 < self.min_similarity <= 1, f"min_similarity must be in (0, 1], got {self.min_similarity}")
        _require(0 < self.max_window_df <= 1, f"max_window_df must be in (0, 1], got {self.max_window_df}")


@dataclass(frozen=True, slots=True)
class StoryParams:
    """How articles become stories: topics first, the events inside each topic next, and attachment in between.

    ``event`` weighs the leads of a topic, and ``body`` all of its texts alike: an event that one does not show, as
    where paragraphs were moved, the other may.
    """

    topic: TopicParams = TopicParams()
    look: EventLookParams = field(default_factory=EventLookParams)
    large: LargeTopicParams = field(default_factory=LargeTopicParams)
    silence: SilenceParams = field(default_factory=SilenceParams)
    event: EventParams = EventParams()
    body: EventParams = EventParams(
        terms=TermParams(title_weight=1.0, capital_weight=1.0), min_own_share=0.65, max_similarity_ratio=0.9
    )
    cohesion: CohesionParams = field(default_factory=CohesionParams)
    attach: AttachParams = AttachParams()


def fingerprint(*params: object, version: int) -> str:
    """Eight hex digits that differ whenever a parameter or the normaliser's version does."""
    canonical = json.dumps([version, *(asdict(p) for p in params)], sort_keys=True)  # type: ignore[call-overload]
    return hashlib.blake2b(canonical.encode(), digest_size=4).hexdigest()
