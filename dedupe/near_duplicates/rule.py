"""`DuplicateParams` as the compiled loops take them: numbers without nesting."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.models import DuplicateKind
from dedupe.near_duplicates.judging import LEAST_TO_TELL
from dedupe.settings import DuplicateParams


class Rule(NamedTuple):
    """The numbers of `DuplicateParams`, and which kinds count."""

    wants_exact: bool
    wants_near: bool
    wants_contained: bool
    jaccard: float
    containment: float
    more_jaccard: float
    more_containment: float
    least_shingles: int
    ample_shingles: int
    window: int
    least_match: float
    most_lost: float
    sure_jaccard: float
    sure_containment: float
    edited_jaccard: float
    edited_shingles: int
    edited_ratio: float
    edited_window: int
    edited_match: float
    edited_lost: float
    least_holders: int
    least_share: float
    run: int
    least_in_run: int
    least_rest: int
    rest_containment: float
    form_containment: float
    rest_lost: float
    sibling_gap: float
    sibling_named: float
    least_named: int
    least_figured: int
    figured_gap: float
    most_figured: float


def rule_of(params: DuplicateParams) -> Rule:
    """The numbers of the parameters."""
    scatter, edited, furniture, figures = params.scatter, params.edited, params.furniture, params.figures
    return Rule(
        wants_exact=DuplicateKind.EXACT in params.kinds,
        wants_near=DuplicateKind.NEAR in params.kinds,
        wants_contained=DuplicateKind.CONTAINED in params.kinds,
        jaccard=float(params.jaccard),
        containment=float(params.containment),
        more_jaccard=max(params.short_jaccard - params.jaccard, 0.0),
        more_containment=max(params.short_containment - params.containment, 0.0),
        least_shingles=params.least_shingles,
        ample_shingles=params.ample_shingles,
        window=scatter.window,
        least_match=float(scatter.least_match),
        most_lost=float(scatter.most_lost),
        sure_jaccard=float(scatter.sure_jaccard),
        sure_containment=float(scatter.sure_containment),
        edited_jaccard=max(float(params.jaccard - edited.allowance), 0.0),
        edited_shingles=edited.least_shingles,
        edited_ratio=float(edited.least_ratio),
        edited_window=edited.window,
        edited_match=float(edited.least_match),
        edited_lost=float(edited.most_lost),
        least_holders=furniture.least_holders,
        least_share=float(furniture.least_share),
        run=furniture.run,
        least_in_run=furniture.least_common,
        least_rest=furniture.least_rest,
        rest_containment=float(furniture.rest_containment),
        form_containment=float(furniture.form_containment),
        rest_lost=float(furniture.rest_lost),
        sibling_gap=float(params.sibling_gap),
        sibling_named=float(params.sibling_named),
        least_named=LEAST_TO_TELL,
        least_figured=figures.least_shingles,
        figured_gap=float(figures.gap),
        most_figured=float(figures.most_shared),
    )


def record_of(rule: Rule) -> NDArray[np.void]:
    """The same as an array of one record, which the loops take at a tenth of the cost of a tuple."""
    types = {bool: np.bool_, int: np.int64, float: np.float64}
    return np.array([tuple(rule)], dtype=[(name, types[type(value)]) for name, value in rule._asdict().items()])
