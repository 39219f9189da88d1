import pytest

from dedupe.environment import Settings
from dedupe.errors import InvalidSettings
from dedupe.models import Article, ArticleId
from dedupe.store.keys import Keys
from dedupe.store.shards import Shards
from dedupe.wiring import assemble, build_service, check_shards
from tests.serving import Bell


def agreed(redis, n_shards):
    return Shards(redis, Keys("dedupe", "", n_shards=n_shards)).agreed()


def test_an_empty_corpus_takes_the_number_of_who_asks_last(redis):
    assert [agreed(redis, n) for n in (2, 3, 3, 1)] == [2, 3, 3, 1]


def test_a_corpus_with_articles_keeps_the_number_it_was_begun_with(redis):
    settings = Settings(shards=3)
    check_shards(settings, redis)
    assemble(settings, redis, Bell()).submit([Article(ArticleId("a"), "A text.")])

    assert [agreed(redis, n) for n in (1, 3, 4)] == [3, 3, 3]


def test_a_start_with_another_number_of_shards_is_refused_with_both_numbers(redis, server):
    given = {"store_url": server.store_url, "broker_url": server.broker_url}
    build_service(Settings(shards=2, **given))
    assemble(Settings(shards=2), redis, Bell()).submit([Article(ArticleId("a"), "A text.")])

    with pytest.raises(InvalidSettings, match=r"DEDUPE_SHARDS: must be 2.*got 1"):
        build_service(Settings(**given))

    build_service(Settings(shards=2, **given))


def test_corpora_of_other_namespaces_have_their_own_number(redis, server):
    given = {"store_url": server.store_url, "broker_url": server.broker_url}
    assemble(Settings(shards=2), redis, Bell()).submit([Article(ArticleId("a"), "A text.")])

    assert build_service(Settings(shards=5, namespace="other", **given)).health().accepted == 0
