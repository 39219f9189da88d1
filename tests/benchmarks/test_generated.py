from hashlib import sha256
from itertools import pairwise

from generated import COPY_SHARE, LEAST_WORDS, MOST_WORDS, document, documents

N = 2000


def test_the_documents_of_a_seed_are_the_same_everywhere_and_always():
    texts = "\n".join(one.text for one in documents(200, seed=1))

    assert sha256(texts.encode()).hexdigest() == "ef82494d624e1f435f308d7ddf7ed9f4e41eabcf9e6409710adbf9b2f8fd8f7a"


def test_fewer_documents_are_the_first_of_more():
    assert list(documents(50)) == list(documents(80))[:50]
    assert document(49) == list(documents(50))[49]


def test_another_seed_gives_other_documents():
    assert {one.text for one in documents(50, seed=1)}.isdisjoint(one.text for one in documents(50, seed=2))


def test_about_the_wanted_share_are_copies_and_each_is_of_an_earlier_document_that_is_none():
    made = list(documents(N))

    copies = {at: one.copy_of for at, one in enumerate(made) if one.copy_of is not None}

    four_standard_errors = 4 * (COPY_SHARE * (1 - COPY_SHARE) / N) ** 0.5
    assert abs(len(copies) / N - COPY_SHARE) < four_standard_errors
    assert all(of < at and made[of].copy_of is None for at, of in copies.items())


def test_a_copy_shares_most_neighbouring_words_with_its_original_and_hardly_any_with_another_document():
    made = list(documents(N))
    copies = [(at, one.copy_of) for at, one in enumerate(made) if one.copy_of is not None]

    to_original = [likeness(made[at].text, made[of].text) for at, of in copies]
    to_another = [likeness(made[at].text, made[(of + 1) % N].text) for at, of in copies if (of + 1) % N != at]

    assert min(to_original) > 0.6
    assert sorted(to_another)[len(to_another) * 95 // 100] < 0.1


def test_originals_are_as_long_as_promised():
    lengths = {len(one.text.split()) for one in documents(N) if one.copy_of is None}

    assert (min(lengths), max(lengths)) == (LEAST_WORDS, MOST_WORDS)


def likeness(left, right):
    a, b = (set(pairwise(words)) for words in (left.lower().split(), right.lower().split()))
    return len(a & b) / min(len(a), len(b))
