"""A new article, now: which story it joins until the next recluster, and what that decision costs to remember."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, StoryId
from dedupe.settings import AttachParams
from dedupe.stories.heaviest import WeighedTerms, heaviest_of_each
from dedupe.stories.occurrences import Occurrences
from dedupe.stories.vectors import term_weights
from dedupe.text.background import BACKGROUND_DOCUMENTS, background_documents, background_frequency
from dedupe.text.words import Words

_QUANTUM = 16  # steps a unit of weight, so that a weight is one byte
_HEAVIEST = 255 / _QUANTUM

TermVector = tuple[NDArray[np.uint32], NDArray[np.float32], NDArray[np.uint16]]


def term_vectors(
    words: Words, langs: Sequence[str | None], title_lengths: Sequence[int], params: AttachParams
) -> list[TermVector]:
    """Terms, weights and background documents of each text, as a sketch holds them.

    Words too frequent in the language and single letters are left out; of the others the ``max_terms`` heaviest are
    kept, by weight times rarity in the language.

    Parameters
    ----------
    words
        One text an article, its title first.
    langs
        Language tag of each text; None where nobody knows.
    title_lengths
        How many words of each text are its title.

    Returns
    -------
    For each text: terms (uint32, ascending, distinct: the lower half of the word's hash), weights (float32, at least
    1, multiples of 1/16) and background documents (uint16), of equal length.
    """
    if not langs:
        return []
    background, language = _background(words, langs)
    lengths = np.asarray(title_lengths, dtype=np.int64)
    known = Occurrences(words.vocabulary, words.ids, words.offsets, lengths, words.capitalised, background, language)
    weights = term_weights(known, params.terms)
    documents = background[np.repeat(language, np.diff(weights.indptr)), weights.indices]
    term = (words.hashes[weights.indices] & np.uint64(0xFFFF_FFFF)).astype(np.uint32)
    rows = WeighedTerms(term, _quantised(weights.data), weights.data * _rarity(documents), documents, weights.indptr)
    kept, ends = heaviest_of_each(rows, params.max_terms)
    columns = (term[kept], rows.weight[kept], np.rint(documents[kept]).astype(np.uint16))
    pieces = [slice(*own) for own in pairwise([0, *ends.tolist()])]
    return [(columns[0][own], columns[1][own], columns[2][own]) for own in pieces]


def _background(words: Words, langs: Sequence[str | None]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Background documents, shape ``(n_languages, n_vocabulary)``, and each text's row of them."""
    names = ["" if lang is None else lang for lang in langs]
    known = sorted(set(names))
    rows = [background_documents(background_frequency(words.vocabulary, name or None)) for name in known]
    row_of = np.array([known.index(name) for name in names], dtype=np.int64)
    return np.array(rows).reshape(len(known), len(words.vocabulary)), row_of


def _rarity(documents: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log((1 + BACKGROUND_DOCUMENTS) / (1 + documents)) + 1)


def _quantised(weight: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(np.rint(np.minimum(weight, _HEAVIEST) * _QUANTUM) / _QUANTUM, dtype=np.float32)


def attach(
    neighbours: Sequence[tuple[ArticleId, float]],
    story_of: Mapping[ArticleId, StoryId],
    params: AttachParams,
) -> tuple[StoryId | None, float]:
    """Story to join, None for a new one, and a confidence in ``[0, 1]``.

    The neighbours vote for their stories by their squared similarity; a new story has the vote of one neighbour at
    ``min_similarity``. The story with the most votes is joined if one of its articles is at least that similar. The
    confidence is the share of the votes. Neighbours without a story have no vote.
    """
    votes: dict[StoryId, float] = {}
    nearest: dict[StoryId, float] = {}
    for article, similarity in neighbours[: params.n_neighbors]:
        story = story_of.get(article)
        if story is not None:
            votes[story] = votes.get(story, 0.0) + similarity**2
            nearest[story] = max(nearest.get(story, 0.0), similarity)
    for_none = params.min_similarity**2
    total = for_none + sum(votes.values())
    near = [story for story in votes if nearest[story] >= params.min_similarity]
    if not near:
        return None, for_none / total
    best = min(near, key=lambda story: (-votes[story], story))
    return best, votes[best] / total
