from random import Random

import pytest
from scipy import sparse
from sklearn.metrics.cluster import expected_mutual_information

from dedupe.evaluation.chance import information_by_chance
from dedupe.evaluation.overlaps import cluster_overlaps


def clusterings(n, *, n_gold, n_pred, seed):
    random = Random(seed)
    gold = {str(at): str(int(random.paretovariate(1)) % n_gold) for at in range(n)}
    return gold, {article: str(random.randrange(n_pred)) for article in gold}


@pytest.mark.parametrize(("n", "n_gold", "n_pred"), [(7, 1, 3), (50, 40, 2), (3000, 300, 200)])
def test_the_information_by_chance_is_what_scikit_learn_expects(n, n_gold, n_pred):
    overlaps = cluster_overlaps(*clusterings(n, n_gold=n_gold, n_pred=n_pred, seed=3))
    table = sparse.csr_matrix((overlaps.counts, (overlaps.rows, overlaps.columns)))

    total = information_by_chance(overlaps)

    assert total == pytest.approx(expected_mutual_information(table, n), rel=1e-9, abs=1e-12)


def test_articles_that_are_all_alone_share_everything_by_chance():
    alone = {name: name for name in "abcd"}

    information = information_by_chance(cluster_overlaps(alone, alone))

    assert information == pytest.approx(1.3862943611198906)
