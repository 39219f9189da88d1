import pytest

from dedupe.store.idempotency import KEPT_MS, LEASE_MS, KeptAnswer, KeyedRequests, NotTaken, Taken
from dedupe.store.keys import Keys

KEYS = Keys("test", "00000000")
ANSWER = KeptAnswer(202, {"location": "/v1/articles/a"}, b'{"id": "a"}\x00\xff')


@pytest.fixture
def requests(redis):
    return KeyedRequests(redis, KEYS)


def lifetime(redis, key):
    return redis.pttl(KEYS.keyed_request(key))


def test_a_request_is_taken_once_and_its_answer_is_there_for_a_day(requests, redis):
    taken = requests.begin("k", "digest")
    meanwhile = requests.begin("k", "digest")
    kept = requests.keep(taken, ANSWER)
    again = requests.begin("k", "digest")

    assert isinstance(taken, Taken)
    assert (meanwhile, kept, again) == (NotTaken.UNDER_WAY, True, ANSWER)
    assert KEPT_MS - 60_000 < lifetime(redis, "k") <= KEPT_MS


def test_a_key_stands_for_one_request_also_while_that_is_under_way(requests):
    taken = requests.begin("k", "digest")
    before = requests.begin("k", "other digest")
    requests.keep(taken, ANSWER)

    assert before is requests.begin("k", "other digest") is NotTaken.OTHER_REQUEST


def test_a_forgotten_request_is_taken_anew_also_with_other_contents(requests):
    requests.forget(requests.begin("k", "digest"))

    assert isinstance(requests.begin("k", "other digest"), Taken)


def test_what_its_server_left_behind_comes_free_and_is_ended_by_nobody_else(requests, redis):
    late = requests.begin("k", "digest")
    waits = lifetime(redis, "k")
    redis.delete(KEYS.keyed_request("k"))
    second = requests.begin("k", "digest")

    assert 0 < waits <= LEASE_MS
    assert (requests.keep(late, ANSWER), requests.forget(late)) == (False, False)
    assert requests.begin("k", "digest") is NotTaken.UNDER_WAY
    assert requests.keep(second, ANSWER)


@pytest.mark.parametrize("key", ["{}", "a b", "~" * 200, "a:b"])
def test_any_printable_key_is_its_own(requests, key):
    requests.keep(requests.begin(key, "digest"), ANSWER)

    assert requests.begin(key, "digest") == ANSWER
    assert isinstance(requests.begin("another", "digest"), Taken)
