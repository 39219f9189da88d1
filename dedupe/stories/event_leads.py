"""What the leads of a topic's articles say alike, and how much of it the other articles repeat."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedupe.stories.occurrences import Occurrences
from dedupe.text.background import BACKGROUND_DOCUMENTS
from dedupe.text.words import is_cut_inside

_PIECE_CHARACTERS = 5
_MAX_DF = 0.14  # of the documents of a language; more frequent words tell nothing


@dataclass(frozen=True, slots=True)
class TopicWords:
    """The telling words of one topic: one row an article, one column a word.

    ``place`` has shape ``(n, n_words)``: how many words of the text stand before the first occurrence, below 0 in the
    title, infinite where the article lacks the word. ``rarity``, shape ``(n_words,)``, is that of its language.
    """

    words: tuple[str, ...]
    place: NDArray[np.float64]
    rarity: NDArray[np.float64]


def read_topic_words(words: Occurrences, rows: NDArray[np.int64]) -> TopicWords:
    """Words of some articles, without those that are frequent in their language and single letters."""
    terms = [words.terms_of(int(row)) for row in rows]
    vocabulary, column = np.unique(np.concatenate(terms), return_inverse=True)
    places = np.concatenate(
        [np.arange(len(own)) - words.title_lengths[row] for row, own in zip(rows, terms, strict=True)]
    )
    place = np.full((len(rows), len(vocabulary)), np.inf)
    np.minimum.at(place, (np.repeat(np.arange(len(rows)), [len(own) for own in terms]), column), places)
    documents = words.background[words.language[rows]][:, vocabulary]
    documents = np.where(np.isfinite(place), documents, BACKGROUND_DOCUMENTS).min(axis=0)
    told = np.array([_tells(words.vocabulary[term]) for term in vocabulary], dtype=np.bool_)
    told &= documents <= _MAX_DF * BACKGROUND_DOCUMENTS
    return TopicWords(
        words=tuple(words.vocabulary[term] for term in vocabulary[told]),
        place=place[:, told],
        rarity=np.log((1 + BACKGROUND_DOCUMENTS) / (1 + documents[told])),
    )


def _tells(word: str) -> bool:
    return len(word) > 1 or not word.isascii() or word.isdecimal()


def covered_share(topic: TopicWords, part: NDArray[np.bool_]) -> float:
    """Mean share, by rarity, of the part of an article that another article has anywhere, in [0, 1]; 0 without words.

    Parameters
    ----------
    part
        Shape ``(n, n_words)``: which words of each article are its part. Words it lacks do not count.
    """
    has = np.isfinite(topic.place)
    said = np.where(part & has, topic.rarity, 0.0)
    total = said.sum(axis=1)
    speaks = total > 0
    covered = (said @ has.T)[speaks] / total[speaks, np.newaxis]
    others = ~np.eye(len(has), dtype=np.bool_)[speaks]
    return float(covered[others].mean()) if others.any() else 0.0


def lead_likeness(topic: TopicWords, *, fading_words: int) -> NDArray[np.float64]:
    """How far what each two leads share stands out, shape ``(n, n)``: over the pairs of mean 0 and deviation 1.

    Words are compared by their pieces of five characters, so that inflections and compounds meet. A piece weighs by
    where its word stands in both articles (1 in the title, falling to 0 over the first ``fading_words``), by the word's
    rarity in its language, and by how few articles of the topic have it anywhere: what all share counts nothing. It
    stands out from what two articles would share that share as much with all the others together, as in Newman's
    modularity. All 0 where no pair stands out.

    References
    ----------
    Newman, *Modularity and community structure in networks* (2006).
    """
    emphasis = np.clip(1 - topic.place / fading_words, 0, 1)
    pieces, word = _pieces_of(topic.words)
    n_pieces = int(pieces.max(initial=-1)) + 1
    shape = (len(topic.place), n_pieces)
    held, has, rarity = np.zeros(shape), np.zeros(shape, dtype=np.bool_), np.zeros(n_pieces)
    np.maximum.at(held.T, pieces, emphasis.T[word])
    np.logical_or.at(has.T, pieces, np.isfinite(topic.place).T[word])
    spread = np.sqrt(np.bincount(word, minlength=len(topic.words)))
    np.maximum.at(rarity, pieces, (topic.rarity * emphasis.any(axis=0))[word] / spread[word])
    return _standing_out((held * rarity * _local_rarity(has)) @ held.T)


def _pieces_of(words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number of each piece of each word, and the word it is cut from."""
    cut = [_pieces(word) for word in words]
    number = {piece: at for at, piece in enumerate(dict.fromkeys(piece for own in cut for piece in own))}
    pieces = np.array([number[piece] for own in cut for piece in own], dtype=np.int64)
    return pieces, np.repeat(np.arange(len(cut)), [len(own) for own in cut])


def _pieces(word: str) -> list[str]:
    if len(word) <= _PIECE_CHARACTERS or word.isdecimal() or is_cut_inside(word[0]):
        return [word]
    return [word[at : at + _PIECE_CHARACTERS] for at in range(len(word) - _PIECE_CHARACTERS + 1)]


def _local_rarity(has: NDArray[np.bool_]) -> NDArray[np.float64]:
    """1 for a piece that two articles of the topic have, 0 for one that all or one have."""
    holders = has.sum(axis=0)
    n = len(has)
    if n < 3:
        return np.zeros(has.shape[1])
    return np.where(holders >= 2, np.log(n / np.maximum(holders, 2)) / np.log(n / 2), 0.0)


def _standing_out(shared: NDArray[np.float64]) -> NDArray[np.float64]:
    between = shared.copy()
    np.fill_diagonal(between, 0.0)
    each = between.sum(axis=1)
    if each.sum() <= 0:
        return np.zeros_like(between)
    more = between - np.outer(each, each) / each.sum()
    pairs = more[np.triu_indices(len(more), 1)]
    deviation = float(pairs.std())
    return (more - pairs.mean()) / deviation if deviation > 0 else np.zeros_like(more)
