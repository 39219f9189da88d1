"""A new article, now: which story it joins until the next recluster, and what that decision costs to remember."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.models import ArticleId, StoryId
from dedupe.settings import AttachParams, TermParams
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
    background, row_of = _background(words, langs)
    weights = _weights(words, np.asarray(title_lengths, dtype=np.int64), params.terms)
    text = np.repeat(np.arange(len(langs)), np.diff(weights.indptr))
    documents = background[row_of[text], weights.indices]
    usable = (documents <= params.terms.max_df * BACKGROUND_DOCUMENTS) & _telling(words)[weights.indices]
    text, documents, weight = text[usable], documents[usable], weights.data[usable]
    term = (words.hashes[weights.indices[usable]] & np.uint64(0xFFFF_FFFF)).astype(np.uint32)
    kept = _heaviest(text, weight * _rarity(documents), term, params.max_terms)
    kept = kept[np.lexsort((-weight[kept], term[kept], text[kept]))]
    # Of two words of one text that share the lower half of their hashes, the heavier stands for both.
    kept = kept[_starts(text[kept].astype(np.int64) << 32 | term[kept])]
    ends = np.cumsum(np.bincount(text[kept], minlength=len(langs)))[:-1]
    columns = (term[kept], _quantised(weight[kept]), np.rint(documents[kept]).astype(np.uint16))
    return list(zip(*(np.split(column, ends) for column in columns), strict=True)) if len(langs) else []


def _background(words: Words, langs: Sequence[str | None]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Background documents, shape ``(n_languages, n_vocabulary)``, and each text's row of them."""
    names = ["" if lang is None else lang for lang in langs]
    known = sorted(set(names))
    rows = [background_documents(background_frequency(words.vocabulary, name or None)) for name in known]
    row_of = np.array([known.index(name) for name in names], dtype=np.int64)
    return np.array(rows).reshape(len(known), len(words.vocabulary)), row_of


def _weights(words: Words, title_lengths: NDArray[np.int64], params: TermParams) -> sparse.csr_matrix[np.float64]:
    lengths = np.diff(words.offsets)
    position = np.arange(len(words.ids)) - np.repeat(words.offsets[:-1] + title_lengths, lengths)
    emphasis = np.where(position < params.lead_words, params.lead_weight, 1.0)
    emphasis[position < 0] = params.title_weight
    emphasis[words.capitalised] *= params.capital_weight
    text = np.repeat(np.arange(len(lengths)), lengths)
    shape = (len(lengths), len(words.vocabulary))
    counts = sparse.csr_matrix(sparse.coo_matrix((emphasis, (text, words.ids)), shape=shape))
    counts.data = 1 + np.log(counts.data)
    return counts


def _telling(words: Words) -> NDArray[np.bool_]:
    return np.array([len(word) > 1 or not word.isascii() for word in words.vocabulary], dtype=np.bool_)


def _rarity(documents: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log((1 + BACKGROUND_DOCUMENTS) / (1 + documents)) + 1)


def _heaviest(
    text: NDArray[np.int64], weight: NDArray[np.float64], term: NDArray[np.uint32], limit: int
) -> NDArray[np.int64]:
    """Positions of the ``limit`` heaviest entries of each text; of equals those of the smaller term."""
    order = np.lexsort((term, -weight, text))
    ends = np.cumsum(np.bincount(text))
    rank = np.arange(len(order)) - np.concatenate([[0], ends])[text[order]]
    return np.asarray(order[rank < limit])


def _starts(ascending: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(np.diff(ascending, prepend=-1) != 0)


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
