from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import sparse

from dedupe.errors import Overtaken
from dedupe.local.seeds import read_seeds
from dedupe.shared_search import SharedSearch, decode_search, encode_search, help_with, work_off
from dedupe.store.blocks import Blocks
from dedupe.store.keys import Keys
from dedupe.stories.cluster import cluster_stories
from dedupe.stories.neighbours import Reach, Search, finder_of, search_here, similarity_graph

KEYS = Keys("test", "00000000")
N_ROWS = 4_200  # three blocks


def unit_rows(n, *, seed=0):
    random = np.random.default_rng(seed)
    rows = sparse.random(n, 300, density=0.01, format="csr", random_state=random, dtype=np.float64)
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.maximum(lengths, 1e-9)) @ rows)


@pytest.fixture(scope="module")
def search():
    rows = unit_rows(N_ROWS)
    everywhere = np.zeros(N_ROWS, dtype=np.int64), np.zeros(N_ROWS, dtype=np.int64)
    return Search(rows, rows, Reach(*everywhere, 0), n_neighbors=10, min_similarity=0.2)


@pytest.fixture(scope="module")
def expected(search):
    return search_here(search)


def assert_same(found, expected):
    for column, wanted in zip(zip(*found, strict=True), zip(*expected, strict=True), strict=True):
        np.testing.assert_array_equal(np.concatenate(column), np.concatenate(wanted))


def alone(redis, *, ring=lambda _: None, go_on=lambda: None, lease_seconds=60.0):
    return SharedSearch(Blocks(redis, KEYS, lease_seconds=lease_seconds), ring, go_on, worth_sharing=1)


def test_a_search_survives_its_encoding(search, expected):
    assert_same(search_here(decode_search(encode_search(search))), expected)


def test_a_search_nobody_helps_with_ends_all_the_same_and_leaves_nothing_behind(redis, search, expected):
    assert_same(alone(redis)(search), expected)
    assert list(redis.scan_iter("*blocks*")) == []


def test_blocks_that_others_computed_are_taken_as_they_are(redis, search, expected):
    blocks = Blocks(redis, KEYS)
    helped = []

    with ThreadPoolExecutor() as pool:
        found = alone(redis, ring=lambda i: helped.append(pool.submit(help_with, blocks, i).result()))(search)

    assert helped == [len(search.blocks())]
    assert_same(found, expected)


def test_a_helper_that_is_gone_costs_its_block_and_no_more(redis, search, expected):
    blocks = Blocks(redis, KEYS, lease_seconds=0.2)

    found = alone(redis, ring=blocks.claim, lease_seconds=0.2)(search)

    assert_same(found, expected)


def test_a_late_result_changes_nothing(redis, search):
    blocks = Blocks(redis, KEYS)
    round_id = blocks.open(encode_search(search), n_blocks=len(search.blocks()))
    block = blocks.claim(round_id)
    first = blocks.finish(round_id, block, b"first")
    second = blocks.finish(round_id, block, b"second")
    kept = blocks.results(round_id, [block])
    blocks.close(round_id)

    assert (first, second, kept) == (True, False, {block: b"first"})
    assert not blocks.finish(round_id, 1, b"late")
    assert help_with(blocks, round_id) == 0
    assert list(redis.scan_iter("*blocks*")) == []


def test_a_search_whose_result_nobody_wants_stops(redis, search):
    def overtaken():
        raise Overtaken

    with pytest.raises(Overtaken):
        alone(redis, go_on=overtaken)(search)
    assert list(redis.scan_iter("*blocks*")) == []


def test_two_workers_share_the_blocks_between_them(redis, search):
    blocks = Blocks(redis, KEYS)
    round_id = blocks.open(encode_search(search), n_blocks=len(search.blocks()))

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: work_off(blocks, round_id, search.blocks(), finder_of(search)), range(2)))

    assert sum(done) == len(search.blocks())


def test_the_graph_does_not_depend_on_who_searched(redis):
    rows = unit_rows(N_ROWS, seed=1)
    days = np.arange(N_ROWS) % 40.0
    limits = {"n_neighbors": 5, "min_similarity": 0.1, "days": days, "window_days": 10.0}

    here = similarity_graph(rows, **limits)
    shared = similarity_graph(rows, **limits, searcher=alone(redis))

    assert (here != shared).nnz == 0


def test_stories_do_not_depend_on_who_searched(redis):
    articles = read_seeds()

    assert cluster_stories(articles, searcher=alone(redis)) == cluster_stories(articles)
