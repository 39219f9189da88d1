from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from pathlib import Path

import pytest

from dedupe.environment import Settings
from dedupe.errors import JobConflict, Overtaken, QueueFull, UnknownId
from dedupe.files.read import read_articles
from dedupe.models import Article, ArticleId, ArticleStatus, DuplicateKind, JobState, StoryId
from dedupe.settings import DuplicateParams
from dedupe.store.keys import DAY_MS, Shard
from dedupe.wiring import assemble
from tests.worker import CountingDoorbell, make_service, partition_of, settle

ONLY = Shard(0)
SEEDS = [a for a in read_articles([str(p) for p in sorted(Path("seeds").glob("*.txt"))]) if isinstance(a, Article)]
THREE_STORIES = {
    frozenset(a.id for a in SEEDS if a.id[:3] in numbers) for numbers in (("000", "001"), ("002", "004"), ("003",))
}


@pytest.fixture
def service(redis):
    return make_service(redis)


def words(*numbers):
    return " ".join(f"word{n}" for n in numbers)


def test_the_seeds_come_through_the_queue_as_three_stories(service):
    submissions = service.submit(SEEDS)

    assert [s.created for s in submissions] == [True] * 5
    assert partition_of(settle(service)) == THREE_STORIES
    assert {service.article(a.id).status for a in SEEDS} == {ArticleStatus.ASSIGNED}
    assert [service.article(a.id).verdict.kind for a in SEEDS] == [None] * 5


def test_the_seeds_come_out_the_same_in_every_order_of_submission(redis):
    outcomes = set()
    for order in permutations(SEEDS):
        redis.flushall()
        service = make_service(redis)
        for article in order:
            service.submit([article])
            service.drain(ONLY)
        outcomes.add(frozenset(partition_of(settle(service))))

    assert outcomes == {frozenset(THREE_STORIES)}


def test_an_article_has_a_provisional_story_before_any_recluster(service):
    service.submit(SEEDS)
    service.drain(ONLY)

    assignments = [service.article(a.id).assignment for a in SEEDS]

    assert all(a is not None and not a.settled for a in assignments)
    stories = service.stories(limit=100).stories
    assert sorted(m.article_id for v in stories for m in v.story.members) == [a.id for a in SEEDS]
    assert all(view.story.label for view in stories)


def test_a_recluster_settles_what_was_provisional(service):
    service.submit(SEEDS)
    settle(service)

    assert all(service.article(a.id).assignment.settled for a in SEEDS)
    assert all(view.settled for view in service.stories(limit=100).stories)


def test_a_second_recluster_changes_nothing(service):
    service.submit(SEEDS)
    first = settle(service)
    job = service.start_recluster()
    service.recluster(job.id)

    diff = service.job(job.id).diff
    assert (diff.churn, diff.moved, diff.born, diff.gone) == (0.0, (), (), ())
    assert settle(service) == first


def test_a_dry_run_says_what_would_change_and_changes_nothing(service):
    service.submit(SEEDS)
    service.drain(ONLY)
    before = service.stories(limit=100)

    job = service.start_recluster(dry_run=True)
    service.recluster(job.id)

    assert service.job(job.id).state is JobState.SUCCEEDED
    assert service.job(job.id).diff.n_articles == 5
    assert service.stories(limit=100) == before


def test_an_article_that_arrives_after_a_recluster_joins_on_top_of_it(service):
    service.submit(SEEDS[:1] + SEEDS[2:])
    settle(service)

    service.submit(SEEDS[1:2])
    service.drain(ONLY)

    view = service.article(SEEDS[1].id)
    assert view.assignment is not None
    assert not view.assignment.settled
    assert service.health().assigned == 5


def test_a_copy_is_found_and_joins_its_originals_story(service):
    original = Article(ArticleId("original"), SEEDS[0].text)
    copy = Article(ArticleId("copy"), SEEDS[0].text.upper())
    service.submit([original])
    service.drain(ONLY)
    service.submit([copy])
    service.drain(ONLY)

    view = service.article(copy.id)

    assert (view.verdict.duplicate_of, view.verdict.kind) == ("original", DuplicateKind.EXACT)
    assert view.assignment.story_id == service.article(original.id).assignment.story_id
    members = service.story(view.assignment.story_id).story.members
    assert {m.article_id: m.duplicate_of for m in members} == {"original": None, "copy": "original"}


def test_of_twins_drained_by_many_workers_exactly_the_later_one_is_the_copy(redis):
    service = make_service(redis, claim_limit=7)
    texts = [words(*range(n * 100, n * 100 + 60)) for n in range(40)]
    service.submit([Article(ArticleId(f"{side}{n}"), text) for side in "ab" for n, text in enumerate(texts)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: make_service(redis, claim_limit=7).drain(ONLY), range(4)))

    assert service.health().assigned == 80
    for n in range(40):
        pair = [service.article(ArticleId(f"{side}{n}")) for side in "ab"]
        copies = [view.verdict.duplicate_of for view in pair]
        assert sorted(copies, key=str) == [None, pair[copies.index(None)].article.id] or copies.count(None) == 1
        assert pair[0].assignment.story_id == pair[1].assignment.story_id


def test_workers_that_work_at_once_and_one_that_replays_agree(redis):
    service = make_service(redis, claim_limit=5)
    articles = [Article(ArticleId(f"{a.id}-{n}"), f"{a.text} {words(n)}") for n in range(12) for a in SEEDS]
    service.submit(articles)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: make_service(redis, claim_limit=5).drain(ONLY), range(3)))

    ids = [a.id for a in articles]
    stored = {view.article.id: (view.verdict, view.assignment.story_id) for view in service.articles(ids)}
    for key in redis.scan_iter("*:gen:*"):
        redis.delete(key)
    for key in redis.scan_iter("*:article:*"):
        redis.hdel(key, "verdict")
    replay = make_service(redis)
    replay.follower().catch_up()
    verdicts = {v.article_id: v for v in replay.follower().decided(ids)}
    replayed = replay._partitions.assignments(replay._partitions.current(), ids)
    assert {i: (verdicts[i], replayed[i].story_id) for i in ids} == stored


def test_a_worker_that_dies_after_its_log_entry_costs_a_lease_and_nothing_else(redis, eventually):
    service = make_service(redis, lease_seconds=0.1)
    service.submit(SEEDS)
    ids = service._ledger.claim(ONLY, limit=10)
    articles = service._ledger.attempt(ONLY, ids, max_attempts=5)
    service._log.append([item.sketch for item in service._sketch(articles)])

    eventually(lambda: service.drain(ONLY) == 5)

    assert service._log.head() == 5
    assert service.health().pending == 0


def test_a_batch_over_its_limit_and_an_article_over_its_size_are_refused_by_name(redis):
    service = make_service(redis, max_batch=2, max_article_chars=1000)

    with pytest.raises(ValueError, match="at most 2 articles, got 3"):
        service.submit(SEEDS[:3])
    answers = service.submit([Article(ArticleId("long"), "x" * 1001), Article(ArticleId("short"), "text")])

    assert "at most 1000 characters, got 1001" in answers[0].problem
    assert answers[1].created


def test_a_full_queue_refuses_and_a_drained_one_accepts(redis):
    service = make_service(redis, max_pending=5)
    service.submit(SEEDS)

    with pytest.raises(QueueFull):
        service.submit([Article(ArticleId("sixth"), "text")])
    service.drain(ONLY)

    assert service.submit([Article(ArticleId("sixth"), "text")])[0].created


def test_an_article_is_submitted_once_however_often_it_is_sent(redis):
    doorbell = CountingDoorbell()
    service = make_service(redis, doorbell)

    for _ in range(3):
        service.submit(SEEDS)
        service.drain(ONLY)

    assert service.health().accepted == service.health().assigned == 5
    assert doorbell.drains == [ONLY]


def test_lost_doorbells_are_rung_again_by_the_reconciler(redis):
    doorbell = CountingDoorbell()
    service = make_service(redis, doorbell)
    service.submit(SEEDS)
    job = service.start_recluster()
    doorbell.drains.clear()
    doorbell.jobs.clear()

    service.reconcile()

    assert (doorbell.drains, doorbell.jobs) == ([ONLY], [job.id])


def test_one_recluster_at_a_time(service):
    first = service.start_recluster()

    with pytest.raises(JobConflict) as refusal:
        service.start_recluster()

    assert refusal.value.job_id == first.id


def test_a_scheduled_recluster_stays_quiet_when_nothing_arrived(service):
    assert service.start_scheduled_recluster() is None
    service.submit(SEEDS)
    settle(service)

    assert service.start_scheduled_recluster() is None


class Clock:
    """A clock that stands still until it is told how much time has passed."""

    def __init__(self):
        self.now = 1_780_000_000_000

    def __call__(self):
        return self.now


def test_a_scheduled_recluster_waits_for_quiet_and_rests_but_not_for_ever(redis):
    clock = Clock()
    service = assemble(Settings(recluster_minutes=10), redis, CountingDoorbell(), clock=clock)
    service.submit(SEEDS[:2])
    service.drain(ONLY)
    service.submit(SEEDS[2:3])
    busy = service.start_scheduled_recluster()
    service.drain(ONLY)
    resting = service.start_scheduled_recluster()
    clock.now += 5_000
    rested = service.start_scheduled_recluster()
    service.recluster(rested.id)
    service.submit(SEEDS[3:4])
    service.drain(ONLY)
    service.submit(SEEDS[4:])
    clock.now += 6_000
    busy_again = service.start_scheduled_recluster()
    clock.now += 600_000

    assert (busy, resting, busy_again) == (None, None, None)
    assert service.start_scheduled_recluster() is not None


def test_a_cancelled_recluster_publishes_nothing(service):
    service.submit(SEEDS)
    service.drain(ONLY)
    job = service.start_recluster()
    service.cancel_job(job.id)

    service.recluster(job.id)

    assert service.job(job.id).state is JobState.CANCELLED
    assert service.health().generation == 0


def test_a_recluster_of_nothing_succeeds(service):
    job = service.start_recluster()
    service.recluster(job.id)

    assert (service.job(job.id).state, service.job(job.id).diff.n_stories) == (JobState.SUCCEEDED, 0)


def test_several_shards_hold_the_same_articles_as_one(redis):
    service = make_service(redis, shards=4)
    service.submit(SEEDS)
    for shard in range(4):
        service.drain(Shard(shard))

    assert service.health().assigned == 5
    assert {service.article(a.id).status for a in SEEDS} == {ArticleStatus.ASSIGNED}


def test_what_left_the_window_is_neither_matched_nor_clustered(redis, eventually):
    service = make_service(redis, window_days=1e-6)
    service.submit([Article(ArticleId("old"), SEEDS[0].text)])
    service.drain(ONLY)
    old = service.article(ArticleId("old")).received_at
    eventually(lambda: service._partitions._now() > old.timestamp() * 1000 + 500)

    service.submit([Article(ArticleId("new"), SEEDS[0].text)])
    service.drain(ONLY)

    assert service.article(ArticleId("new")).verdict.duplicate_of is None


def test_what_is_unknown_is_named(service):
    with pytest.raises(UnknownId, match="article has the id 'none'"):
        service.article(ArticleId("none"))
    with pytest.raises(UnknownId, match="story has the id 'none'"):
        service.story(StoryId("none"))


def test_stories_come_in_pages_that_together_are_all(service):
    service.submit(SEEDS)
    settle(service)

    first = service.stories(limit=2)
    rest = service.stories(limit=2, cursor=first.next_cursor)

    assert first.total == 3
    assert len({view.story.id for view in (*first.stories, *rest.stories)}) == 3
    assert rest.next_cursor is None
    with pytest.raises(ValueError, match="not a cursor"):
        service.stories(cursor="strange")


def test_articles_that_arrived_during_a_switch_get_their_story_from_the_reconciler(service):
    service.submit(SEEDS[:3])
    service.drain(ONLY)
    job = service.start_recluster()
    grip = service._jobs.begin(job.id)
    recluster = service._new_recluster()
    late = []

    def arrive() -> None:
        service.submit(SEEDS[3:])
        service.drain(ONLY)
        late.extend(service.article(a.id).assignment for a in SEEDS[3:])

    recluster.run(grip, dry_run=False, catch_up=arrive)  # and here its worker is killed

    assert all(late)
    assert [service.article(a.id).assignment for a in SEEDS[3:]] == [None, None]
    service.reconcile()
    assert all(service.article(a.id).assignment for a in SEEDS)


def test_a_job_cancelled_just_before_it_publishes_publishes_nothing(service):
    service.submit(SEEDS)
    service.drain(ONLY)
    job = service.start_recluster()
    grip = service._jobs.begin(job.id)

    with pytest.raises(Overtaken):
        service._new_recluster().run(grip, dry_run=False, catch_up=lambda: service.cancel_job(job.id))

    assert service.job(job.id).state is JobState.CANCELLED
    assert service.health().generation == 0


def test_a_job_that_has_published_is_not_cancelled(service):
    service.submit(SEEDS)
    service.drain(ONLY)
    job = service.start_recluster()
    grip = service._jobs.begin(job.id)
    diff = service._new_recluster().run(grip, dry_run=False, catch_up=lambda: None)

    service.cancel_job(job.id)
    service._jobs.succeed(grip, diff)

    assert service.job(job.id).state is JobState.SUCCEEDED
    assert service.health().generation == 1


def test_a_worker_outlives_a_server_that_forgot_the_end_of_the_log(redis, service):
    service.submit(SEEDS)
    service.drain(ONLY)
    redis.flushall()

    service.submit(SEEDS[:2])
    service.drain(ONLY)

    assert service.health().assigned == 2
    assert all(service.article(a.id).assignment for a in SEEDS[:2])


def test_an_interrupted_follower_replays_and_decides_as_before(redis, service, monkeypatch):
    service.submit(SEEDS[:3])
    service.drain(ONLY)
    service.submit([Article(ArticleId("copy"), SEEDS[0].text)])
    window = service.follower()._window

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(window, "_enter", interrupt)
    with pytest.raises(KeyboardInterrupt):
        service.drain(ONLY)
    redis.zadd(service._keys.pending(ONLY), {"copy": 0})
    service.drain(ONLY)

    assert service.article(ArticleId("copy")).verdict.duplicate_of == SEEDS[0].id
    assert service.health().assigned == 4


def test_a_corpus_that_is_never_reclustered_stays_as_small_as_its_window(redis):
    now = [1_780_000_000_000]
    service = assemble(Settings(window_days=2), redis, CountingDoorbell(), clock=lambda: now[-1])
    sizes = []
    for day in range(9):
        now.append(now[-1] + DAY_MS)
        service.submit([Article(ArticleId(f"{day}-{n}"), words(*range(n, n + 50))) for n in range(day % 2, 20, 5)])
        service.drain(ONLY)
        service.reconcile()
        at = service._keys.partition(0)
        log = redis.xlen(service._keys.entries), redis.hlen(service._keys.numbers)
        sizes.append((*log, redis.hlen(at.assignments), len(service.follower()._window)))

    assert sizes[:2] == [(4, 4, 4, 4), (8, 8, 8, 8)]
    assert sizes[3:] == [(12, 12, 12, 12)] * 6
    stories = service.stories(limit=100).stories
    assert sum(len(view.story.members) for view in stories) == 12
    assert redis.hlen(at.stories) == redis.hlen(at.members) == redis.zcard(at.updated) == len(stories)


def test_what_leaves_the_log_during_a_recluster_is_not_in_the_new_partition(redis):
    now = [1_780_000_000_000]
    service = assemble(Settings(window_days=2), redis, CountingDoorbell(), clock=lambda: now[-1])
    service.submit(SEEDS[:2])
    service.drain(ONLY)
    now.append(now[-1] + DAY_MS)
    service.submit(SEEDS[2:])
    service.drain(ONLY)
    grip = service._jobs.begin(service.start_recluster().id)

    def pass_two_days() -> None:
        now.append(now[-1] + DAY_MS + DAY_MS // 2)
        service._trim()

    service._new_recluster().run(grip, dry_run=False, catch_up=pass_two_days)

    current = service._partitions.current()
    assert current.number == 1
    assert set(service._partitions.assignments(current)) == {a.id for a in SEEDS[2:]}


def test_changed_parameters_start_a_new_log_and_old_and_new_never_mix(redis):
    old = make_service(redis)
    new = assemble(Settings(), redis, CountingDoorbell(), duplicates=DuplicateParams(jaccard=0.4))
    old.submit([Article(ArticleId("before"), SEEDS[0].text)])
    old.drain(ONLY)
    before = redis.xrange(old._keys.entries)

    new.submit([Article(ArticleId("after"), SEEDS[0].text)])
    new.drain(ONLY)

    assert new.article(ArticleId("after")).verdict.duplicate_of is None
    assert [i for _, i in new._log.places()] == ["after"]
    assert redis.xrange(old._keys.entries) == before
    assert new.health().stories == 1
    old_keys = set(redis.scan_iter(f"*{old._keys.fingerprint}*"))
    assert old_keys
    assert all(redis.pttl(key) > 0 for key in old_keys)


def test_reconciling_keeps_the_log_of_its_own_parameters_and_lets_that_of_others_expire(redis):
    old = make_service(redis)
    new = assemble(Settings(), redis, CountingDoorbell(), duplicates=DuplicateParams(jaccard=0.4))
    for number, service in enumerate((old, new)):
        service.submit([Article(ArticleId(f"a{number}"), SEEDS[number].text)])
        service.drain(ONLY)
    logs = {name: list(redis.scan_iter(f"*{name}*")) for name in (old._keys.fingerprint, new._keys.fingerprint)}
    for key in [key for keys in logs.values() for key in keys]:
        redis.pexpire(key, 60_000)

    new.reconcile()

    assert all(redis.pttl(key) <= 60_000 for key in logs[old._keys.fingerprint])
    assert all(redis.pttl(key) > DAY_MS for key in logs[new._keys.fingerprint])


def test_every_key_but_a_few_counters_has_an_end(redis, service):
    service.submit(SEEDS)
    settle(service)

    endless = {key.decode().rpartition("}:")[2] for key in redis.scan_iter() if redis.ttl(key) < 0}

    assert endless == {"counters", "fence", "last"}


def test_numbers_of_lost_entries_that_are_given_again_mislead_nobody(redis, service):
    service.submit([Article(ArticleId(f"kept{n}"), words(*range(10 * n, 10 * n + 60))) for n in range(0, 80, 8)])
    service.drain(ONLY)
    kept = {key: redis.dump(key) for key in redis.scan_iter("*")}
    service.submit([Article(ArticleId(f"lost{n}"), words(*range(5_000 + 100 * n, 5_090 + 100 * n))) for n in range(2)])
    service.drain(ONLY)
    redis.flushall()
    for key, data in kept.items():
        redis.restore(key, 0, data)

    service.submit([Article(ArticleId(f"new{n}"), words(*range(9_000 + 100 * n, 9_090 + 100 * n))) for n in range(5)])
    service.drain(ONLY)
    service.submit([Article(ArticleId("copy of lost"), words(*range(5_000, 5_091)))])
    service.submit([Article(ArticleId("copy of new"), words(*range(9_000, 9_091)))])
    service.drain(ONLY)

    assert service.article(ArticleId("new0")).status is ArticleStatus.ASSIGNED
    assert service.article(ArticleId("copy of lost")).verdict.duplicate_of is None
    assert service.article(ArticleId("copy of new")).verdict.duplicate_of == "new0"


def test_threads_of_one_worker_share_a_window_in_turn(redis, service):
    articles = [
        Article(ArticleId(f"a{n}"), words(*range(100 * (n // 2), 100 * (n // 2) + 80 + n % 2))) for n in range(60)
    ]
    service.submit(articles)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(service.drain, [ONLY] * 8))

    found = [service.article(article.id) for article in articles]
    assert {view.status for view in found} == {ArticleStatus.ASSIGNED}
    assert sum(view.verdict.duplicate_of is not None for view in found) == 30
