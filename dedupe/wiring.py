"""Builds everything, once, from the environment: the only composition root."""

import logging
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from celery import Celery
from redis import Redis

from dedupe.celery_app import INGEST_QUEUE, RECLUSTER_QUEUE, CeleryDoorbell, build_celery
from dedupe.connections import connect, connect_briefly, resolve
from dedupe.doorbell import Doorbell
from dedupe.environment import Settings, read_settings
from dedupe.errors import InvalidSettings, StoreUnavailable
from dedupe.events import Events
from dedupe.models import Article, ArticleId, Sketch, Story, StoryId, StoryView, Verdict
from dedupe.service import Service
from dedupe.settings import AttachParams, DuplicateParams, StoryParams, fingerprint
from dedupe.store.blocks import Blocks
from dedupe.store.clock import Clock
from dedupe.store.constraints import StoredConstraints
from dedupe.store.idempotency import KeyedRequests
from dedupe.store.jobs import Jobs
from dedupe.store.keys import Keys
from dedupe.store.ledger import Ledger
from dedupe.store.lives import Lives
from dedupe.store.log import Log
from dedupe.store.partitions import Partitions
from dedupe.store.server import Server
from dedupe.store.shards import Shards
from dedupe.store.webhooks import Webhooks
from dedupe.stories.constraints import Constraints
from dedupe.text.normalise import NORMALISER_VERSION

if TYPE_CHECKING:
    from dedupe.follower import Follower
    from dedupe.reasons import Reasons
    from dedupe.recluster import Recluster
    from dedupe.sketches import Sketched
    from dedupe.stories.neighbours import Searcher
    from dedupe.webhooks.courier import Courier

logger = logging.getLogger(__name__)


def build_service(settings: Settings | None = None, app: Celery | None = None, *, is_asked: bool = False) -> Service:
    """The service of this process, wired to the store and the queue.

    One that ``is_asked`` (the API's) gives up a server that does not answer within seconds; a worker waits for it.
    """
    settings = read_settings() if settings is None else settings
    store_url, _ = resolve(settings)
    app = build_celery(settings) if app is None else app
    redis = connect_briefly(store_url) if is_asked else connect(store_url)
    check_shards(settings, redis)
    return assemble(settings, redis, CeleryDoorbell(app))


def check_shards(settings: Settings, redis: Redis) -> None:
    """Raise ``InvalidSettings`` where the stored articles are spread over another number of shards.

    A store that does not answer now is not waited for.
    """
    try:
        agreed = Shards(redis, Keys(settings.namespace, "", n_shards=settings.shards)).agreed()
    except StoreUnavailable as error:
        logger.warning("shards not checked reason=%s", error.reason)
        return
    if agreed != settings.shards:
        rule = f"must be {agreed}, over which the stored articles are spread, got {settings.shards}"
        raise InvalidSettings({"DEDUPE_SHARDS": f"{rule}; another number needs another DEDUPE_NAMESPACE"})


def assemble(
    settings: Settings,
    redis: Redis,
    doorbell: Doorbell,
    *,
    duplicates: DuplicateParams = DuplicateParams(),  # noqa: B008 (frozen)
    stories: StoryParams = StoryParams(),  # noqa: B008
    clock: Clock | None = None,
) -> Service:
    """The service over a given connection and doorbell; it goes by the server's time where no clock is given.

    With other parameters it has a log and a partition of its own, over the same articles.
    """
    keys = Keys(
        settings.namespace, fingerprint(duplicates, stories, version=NORMALISER_VERSION), n_shards=settings.shards
    )
    stores = _Stores(
        Ledger(
            redis,
            keys,
            window_days=settings.window_days,
            max_pending=settings.max_pending,
            lease_seconds=settings.lease_seconds,
            clock=clock,
        ),
        Log(redis, keys, window_days=settings.window_days, clock=clock),
        Partitions(redis, keys, window_days=settings.window_days, clock=clock),
        Jobs(redis, keys, clock=clock),
        StoredConstraints(redis, keys, clock=clock),
        Blocks(redis, keys, clock=clock),
    )
    lives = Lives(redis, keys)
    return Service(
        keys=keys,
        ledger=stores.ledger,
        log=stores.log,
        partitions=stores.partitions,
        lives=lives,
        jobs=stores.jobs,
        server=Server(redis),
        blocks=stores.blocks,
        constraints=stores.constraints,
        keyed_requests=KeyedRequests(redis, keys),
        events=Events(lives, now=stores.partitions.now),
        webhooks=Webhooks(redis, keys, clock=clock),
        doorbell=doorbell,
        new_follower=partial(_new_follower, stores, duplicates, stories.attach, settings.window_days),
        sketch=partial(_sketch, duplicates=duplicates, attach=stories.attach),
        new_recluster=partial(_new_recluster, stores, stories, doorbell),
        new_reasons=partial(_new_reasons, stores),
        max_batch=settings.max_batch,
        max_article_chars=settings.max_article_chars,
        claim_limit=settings.claim_limit,
        max_attempts=settings.max_attempts,
        recluster_seconds=settings.recluster_minutes * 60,
    )


@dataclass(frozen=True, slots=True)
class _Stores:
    ledger: Ledger
    log: Log
    partitions: Partitions
    jobs: Jobs
    constraints: StoredConstraints
    blocks: Blocks


def build_courier(service: Service, settings: Settings) -> "Courier":
    """What delivers the webhooks of a service."""
    from dedupe.webhooks.courier import Courier  # noqa: PLC0415
    from dedupe.webhooks.sending import Sender  # noqa: PLC0415

    return Courier(service.webhooks, service.events, Sender(private=settings.webhooks_private))


# The imports below stand where workers need them: the API and the scheduler start a second sooner without.


def _new_follower(stores: _Stores, duplicates: DuplicateParams, attach: AttachParams, window_days: float) -> "Follower":
    from dedupe.follower import Follower  # noqa: PLC0415
    from dedupe.sketches import candidates_of  # noqa: PLC0415
    from dedupe.window import Window  # noqa: PLC0415

    return Follower(
        stores.ledger,
        stores.log,
        stores.partitions,
        new_window=partial(Window, duplicates=duplicates, attaching=attach, window_ms=int(window_days * 86_400_000)),
        candidates_of=partial(candidates_of, duplicates=duplicates),
    )


def _new_reasons(stores: _Stores, story: Callable[[StoryId], StoryView]) -> "Reasons":
    from dedupe.reasons import Reasons  # noqa: PLC0415

    return Reasons(stores.ledger, stores.partitions, story=story)


def _sketch(articles: Sequence[Article], *, duplicates: DuplicateParams, attach: AttachParams) -> "list[Sketched]":
    from dedupe.sketches import sketch_articles  # noqa: PLC0415

    return sketch_articles(articles, duplicates=duplicates, attach=attach)


def _new_recluster(stores: _Stores, stories: StoryParams, doorbell: Doorbell) -> "Recluster":
    from dedupe.recluster import Recluster  # noqa: PLC0415
    from dedupe.stories.cluster import cluster_stories  # noqa: PLC0415

    def cluster(articles: Sequence[Article], said: Constraints, searcher: "Searcher") -> list[Story]:
        return cluster_stories(articles, stories, said, searcher=searcher)

    return Recluster(
        ledger=stores.ledger,
        log=stores.log,
        partitions=stores.partitions,
        jobs=stores.jobs,
        constraints=stores.constraints,
        blocks=stores.blocks,
        ring=doorbell.help,
        cluster=cluster,
    )


def warm_libraries(queues: Container[str]) -> None:
    """Load what the first article of a queue (and of the recluster queue the first recluster) waits for.

    For a process that forks its workers: they share what is loaded, and nothing here starts a thread.
    """
    if INGEST_QUEUE in queues:
        from dedupe.near_duplicates import loops  # noqa: PLC0415

        if loops.load():
            from dedupe.stories import term_postings_compiled  # noqa: PLC0415

            term_postings_compiled.load()
    _work_through(DuplicateParams(), AttachParams())
    if RECLUSTER_QUEUE in queues:
        for name in ("dedupe.recluster", "dedupe.stories.cluster", "hdbscan"):
            import_module(name)


def _work_through(duplicates: DuplicateParams, attach: AttachParams) -> None:
    """Do everything that a worker does with articles, once: loops are compiled, or read from disk, at their first use.

    One article has a language to be guessed, the others that which most have; one is a copy.
    """
    from dedupe.window import Place, Window  # noqa: PLC0415

    text = "Twelve plain words about nothing, so that they are shingles of two."
    articles = [
        Article(ArticleId("guessed"), text),
        Article(ArticleId("copy"), f"{text} Again.", lang="en"),
        Article(ArticleId("other"), "Other words.", lang="en"),
    ]
    window = Window(duplicates=duplicates, attaching=attach, window_ms=1)
    items = _sketch(articles, duplicates=duplicates, attach=attach)
    known = {item.sketch.article_id: item.candidate for item in items}

    def judge(sketch: Sketch, suspects: Sequence[ArticleId]) -> Verdict:
        return window.judge(known[sketch.article_id], [known[i] for i in suspects])

    window.take([Place(number, 0, item.sketch) for number, item in enumerate(items, start=1)], judge)
    window.slide(2)
