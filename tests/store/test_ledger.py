from concurrent.futures import ThreadPoolExecutor

import pytest

from dedupe.errors import QueueFull, StoreUnavailable
from dedupe.models import Article, ArticleId, ArticleStatus, DuplicateKind, Verdict
from dedupe.store.keys import DAY_MS, Keys, Shard
from dedupe.store.ledger import Ledger

ONLY = Shard(0)
KEYS = Keys("test", "00000000")


def article(name, text="some text"):
    return Article(ArticleId(name), text)


def verdict(name, of=None):
    kind = None if of is None else DuplicateKind.EXACT
    return Verdict(ArticleId(name), ArticleId(of or name), None if of is None else ArticleId(of), kind)


def make(redis, *, max_pending=100, lease_seconds=60.0, clock=None):
    return Ledger(redis, KEYS, window_days=1, max_pending=max_pending, lease_seconds=lease_seconds, clock=clock)


@pytest.fixture
def ledger(redis):
    return make(redis)


def test_an_accepted_article_is_queued_then_processing_then_assigned(ledger):
    ledger.submit(ONLY, [article("a")])
    queued = ledger.records([ArticleId("a")])[0]
    ids = ledger.claim(ONLY, limit=10)
    ledger.attempt(ONLY, ids, max_attempts=5)
    processing = ledger.records([ArticleId("a")])[0]
    ledger.commit(ONLY, [verdict("a")])
    assigned = ledger.records([ArticleId("a")])[0]

    states = [record.status for record in (queued, processing, assigned)]
    assert states == [ArticleStatus.QUEUED, ArticleStatus.PROCESSING, ArticleStatus.ASSIGNED]
    assert assigned.verdict == verdict("a")


def test_dead_letters_go_when_their_records_have_expired(redis):
    now = [1_780_000_000_000]
    ledger = make(redis, clock=lambda: now[-1])
    ledger.submit(ONLY, [article("old"), article("new")])
    ledger.bury(ArticleId("old"), "cannot be read")
    now.append(now[-1] + 2 * DAY_MS)
    ledger.bury(ArticleId("new"), "cannot be read")

    ledger.trim()
    both = ledger.dead()
    now.append(now[-1] + 1)
    ledger.trim()

    assert (both, ledger.dead()) == (["new"], ["new"])


def test_the_same_article_again_changes_nothing(ledger):
    first = ledger.submit(ONLY, [article("a")])
    again = ledger.submit(ONLY, [article("a")])

    assert [s.created for s in (*first, *again)] == [True, False]
    assert ledger.counts().accepted == ledger.counts().pending == 1


def test_a_known_id_with_another_text_is_refused_and_the_rest_accepted(ledger):
    ledger.submit(ONLY, [article("a")])

    answers = ledger.submit(ONLY, [article("a", "another text"), article("b")])

    assert [answer.created for answer in answers] == [False, True]
    assert answers[0].problem == "the id is taken by an article with another text"
    assert ledger.records([ArticleId("a")])[0].article.text == "some text"


def test_two_texts_for_one_id_in_one_batch_are_one_article_and_one_problem(ledger):
    answers = ledger.submit(ONLY, [article("a"), article("a", "another text"), article("a")])

    assert [answer.problem is None for answer in answers] == [True, False, True]
    assert [answer.created for answer in answers] == [True, False, False]
    assert ledger.counts().accepted == 1


def test_a_leased_article_comes_back_when_its_lease_runs_out(redis, eventually):
    ledger = make(redis, lease_seconds=0.05)
    ledger.submit(ONLY, [article("a"), article("b")])

    first = ledger.claim(ONLY, limit=10)

    assert first == ["a", "b"]
    eventually(lambda: ledger.claim(ONLY, limit=10) == ["a", "b"])


def test_a_leased_article_is_nobody_elses(ledger):
    ledger.submit(ONLY, [article("a")])

    assert [ledger.claim(ONLY, limit=10), ledger.claim(ONLY, limit=10)] == [["a"], []]


def test_of_many_who_commit_an_article_one_finishes_it(ledger):
    ledger.submit(ONLY, [article(str(n)) for n in range(50)])

    with ThreadPoolExecutor(8) as pool:
        finished = list(pool.map(lambda _: ledger.commit(ONLY, [verdict(str(n)) for n in range(50)]), range(8)))

    assert sum(finished) == 50
    assert ledger.counts().assigned == 50
    assert ledger.counts().pending == 0


def test_a_full_ledger_refuses_the_whole_batch_and_names_depth_and_limit(redis):
    ledger = make(redis, max_pending=3)
    ledger.submit(ONLY, [article("a"), article("b")])

    with pytest.raises(QueueFull) as refusal:
        ledger.submit(ONLY, [article("c"), article("d")])

    assert (refusal.value.depth, refusal.value.limit) == (2, 3)
    assert ledger.counts().pending == 2


def test_the_limit_holds_under_many_clients(redis):
    ledger = make(redis, max_pending=500)

    def flood(client):
        for batch in range(20):
            try:
                ledger.submit(ONLY, [article(f"{client}-{batch}-{n}") for n in range(10)])
            except QueueFull:
                return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(flood, range(8)))

    assert ledger.counts().pending == 500


def test_known_articles_pass_a_full_ledger(redis):
    ledger = make(redis, max_pending=1)
    ledger.submit(ONLY, [article("a")])

    assert ledger.submit(ONLY, [article("a")])[0].created is False


def test_an_article_that_never_comes_to_an_end_is_given_up_with_a_reason(redis, eventually):
    ledger = make(redis, lease_seconds=0.01)
    ledger.submit(ONLY, [article("a")])

    for _ in range(3):
        claimed = []
        eventually(lambda: bool(claimed.extend(ledger.claim(ONLY, limit=1)) or claimed))  # noqa: B023
        ledger.attempt(ONLY, claimed, max_attempts=2)

    record = ledger.records([ArticleId("a")])[0]
    assert record.status is ArticleStatus.FAILED
    assert "given up after 2 attempts" in record.failure
    assert ledger.dead() == ["a"]
    assert ledger.counts().failed == 1


def test_a_requeued_dead_letter_is_pending_again_with_its_attempts_forgotten(ledger):
    ledger.submit(ONLY, [article("a")])
    ledger.bury(ArticleId("a"), "no reason")

    assert ledger.requeue(ArticleId("a")) is True

    record = ledger.records([ArticleId("a")])[0]
    assert (record.status, record.attempts, record.failure) == (ArticleStatus.QUEUED, 0, None)
    assert (ledger.counts().failed, ledger.counts().pending, ledger.dead()) == (0, 1, [])


def test_every_record_expires(redis, ledger):
    ledger.submit(ONLY, [article("a")])

    assert 0 < redis.ttl(KEYS.article(ArticleId("a"))) <= 2 * 86_400


def test_due_work_is_reported_until_it_is_leased(ledger):
    ledger.submit(ONLY, [article("a")])
    before = ledger.due()
    ledger.claim(ONLY, limit=1)

    assert (before, ledger.due()) == ([ONLY], [])


def test_an_article_is_read_back_as_it_was_submitted(ledger):
    whole = Article(
        ArticleId("a/b c"),
        "Text \u202e with <b>markup</b>",
        title="Title",
        lang="en",
        url="https://example.org",
        source="Example",
        extra={"desk": {"code": 7, "tags": ["x", None]}},
    )
    ledger.submit(ONLY, [whole])

    assert ledger.articles([whole.id]) == {whole.id: whole}


def test_a_server_that_does_not_answer_is_a_store_unavailable(tmp_path):
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    gone = Redis(unix_socket_path=str(tmp_path / "none.sock"), retry=Retry(NoBackoff(), 0))

    with pytest.raises(StoreUnavailable):
        make(gone).counts()


def test_the_oldest_pending_article_is_as_old_as_its_acceptance_leased_or_not(ledger, eventually):
    ledger.submit(ONLY, [article("a")])
    eventually(lambda: ledger.counts().oldest_pending_seconds > 0.05)
    ledger.claim(ONLY, limit=1)
    ledger.submit(ONLY, [article("b")])

    assert ledger.counts().oldest_pending_seconds > 0.05
    ledger.commit(ONLY, [verdict("a"), verdict("b")])
    assert ledger.counts().oldest_pending_seconds == 0.0


def test_articles_that_came_to_no_end_twice_are_tried_one_at_a_time_after_the_others(redis, eventually):
    ledger = make(redis, lease_seconds=0.05)
    ledger.submit(ONLY, [article("a"), article("b")])
    for _ in range(2):
        eventually(lambda: len(ledger.claim(ONLY, limit=9)) == 2)
        ledger.attempt(ONLY, [ArticleId("a"), ArticleId("b")], max_attempts=5)
    ledger.submit(ONLY, [article("c")])

    with_others = ledger.attempt(ONLY, [ArticleId("a"), ArticleId("b"), ArticleId("c")], max_attempts=5)
    alone = ledger.attempt(ONLY, [ArticleId("a"), ArticleId("b")], max_attempts=5)

    assert [a.id for a in with_others] == ["c"]
    assert [a.id for a in alone] == ["a"]
    assert ledger.records([ArticleId("b")])[0].attempts == 2
