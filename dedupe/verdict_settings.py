"""Parts of `DuplicateParams`: what a pair has to pass beside its thresholds. Frozen, and checked when made."""

from dataclasses import dataclass


def require(holds: bool, rule: str) -> None:
    """ValueError, with the rule that was broken, unless it holds."""
    if not holds:
        raise ValueError(rule)


@dataclass(frozen=True, slots=True)
class ScatterParams:
    """What a copy has in common is scattered over it; articles that share a quotation have all of it in one place.

    A run of ``window`` shingles of a text, in reading order, is *lost* when under a share ``least_match`` of them are
    in the other text. A pair under ``sure_jaccard`` and ``sure_containment`` is a copy only when at most a share
    ``most_lost`` of the runs of the smaller text is lost, and of the larger one's too where the smaller is not
    contained. With ``most_lost`` 1 every pair passes.
    """

    window: int = 24
    least_match: float = 0.25
    most_lost: float = 0.04
    sure_jaccard: float = 0.5
    sure_containment: float = 0.8

    def __post_init__(self) -> None:
        require(self.window >= 1, f"window must be at least 1, got {self.window}")
        for name in ("least_match", "most_lost", "sure_jaccard", "sure_containment"):
            require(0 <= getattr(self, name) <= 1, f"{name} must be in [0, 1], got {getattr(self, name)}")


@dataclass(frozen=True, slots=True)
class EditedParams:
    """A heavily edited copy: two long texts of one length, every part of which has something of the other.

    Their Jaccard similarity may fall short of ``jaccard`` by ``allowance``, as long as it is under ``sure_jaccard``.
    The smaller text has ``least_shingles`` at least and is ``least_ratio`` of the larger; of the runs of ``window``
    shingles, as in `ScatterParams`, at most a share ``most_lost`` is lost in either. With an ``allowance`` of 0 no
    pair under ``jaccard`` is a copy.
    """

    allowance: float = 0.07
    least_shingles: int = 150
    least_ratio: float = 0.9
    window: int = 32
    least_match: float = 0.2
    most_lost: float = 0.03

    def __post_init__(self) -> None:
        require(self.least_shingles >= 1, f"least_shingles must be at least 1, got {self.least_shingles}")
        require(self.window >= 1, f"window must be at least 1, got {self.window}")
        for name in ("allowance", "least_ratio", "least_match", "most_lost"):
            require(0 <= getattr(self, name) <= 1, f"{name} must be in [0, 1], got {getattr(self, name)}")


@dataclass(frozen=True, slots=True)
class FurnitureParams:
    """What many different articles hold in one place is the furniture of their pages, and says nothing of a copy.

    A shingle is common when ``least_holders`` articles and a share ``least_share`` of all were seen to hold it, which
    is known of a sample of each article's shingles. Where ``least_common`` of ``run`` shingles in a row are common,
    these are furniture: both texts are judged without them. Where ``least_rest`` shingles are not left, there is little
    but form, and the whole texts are judged, as short ones.

    Texts that fail so are judged whole all the same when the rest of them agrees: when a share ``rest_containment`` of
    the smaller rest is in the other, or ``form_containment`` where there is little but form, and at most a share
    ``rest_lost`` of its runs is lost. Then it is the very text that many hold, or what a form was filled with. With a
    ``least_share`` of 1 there is hardly any furniture.
    """

    least_holders: int = 6
    least_share: float = 0.002
    run: int = 8
    least_common: int = 6
    least_rest: int = 24
    rest_containment: float = 0.3
    form_containment: float = 0.6
    rest_lost: float = 0.12

    def __post_init__(self) -> None:
        require(self.least_holders >= 1, f"least_holders must be at least 1, got {self.least_holders}")
        require(
            1 <= self.least_common <= self.run,
            f"1 <= least_common <= run must hold, got {self.least_common} and {self.run}",
        )
        require(self.least_rest >= 0, f"least_rest must be at least 0, got {self.least_rest}")
        for name in ("least_share", "rest_containment", "form_containment", "rest_lost"):
            require(0 <= getattr(self, name) <= 1, f"{name} must be in [0, 1], got {getattr(self, name)}")


@dataclass(frozen=True, slots=True)
class FigureParams:
    """Siblings whatever the case of their letters: two texts that agree but for their figures.

    Of texts with ``least_shingles`` that hold a figure at least, those without one contain each other by more than
    ``gap`` over those with one, of which less than ``most_shared`` are shared.
    """

    least_shingles: int = 16
    gap: float = 0.4
    most_shared: float = 0.3

    def __post_init__(self) -> None:
        require(self.least_shingles >= 1, f"least_shingles must be at least 1, got {self.least_shingles}")
        for name in ("gap", "most_shared"):
            require(0 <= getattr(self, name) <= 1, f"{name} must be in [0, 1], got {getattr(self, name)}")
