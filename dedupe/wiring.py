"""Builds everything, once, from the environment: the only composition root."""

import logging
from collections.abc import Sequence
from functools import partial

from celery import Celery
from kombu.exceptions import OperationalError
from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError, TimeoutError  # noqa: A004 (the driver's names)
from redis.retry import Retry

from dedupe.environment import Settings, read_settings
from dedupe.errors import StackError
from dedupe.follower import Follower
from dedupe.local import broker_of, find_running
from dedupe.models import Article, JobId, Story
from dedupe.recluster import Recluster
from dedupe.service import Doorbell, Service
from dedupe.settings import DuplicateParams, StoryParams, fingerprint
from dedupe.sketches import candidates_of, sketch_articles
from dedupe.store.jobs import Jobs
from dedupe.store.keys import Keys, Shard
from dedupe.store.ledger import Ledger
from dedupe.store.log import Log
from dedupe.store.partitions import Partitions
from dedupe.text.normalise import NORMALISER_VERSION
from dedupe.window import Window

logger = logging.getLogger(__name__)

INGEST_QUEUE = "ingest"
RECLUSTER_QUEUE = "recluster"
DRAIN_TASK = "dedupe.drain"
RECLUSTER_TASK = "dedupe.recluster"
RECONCILE_TASK = "dedupe.reconcile"
SCHEDULED_RECLUSTER_TASK = "dedupe.scheduled_recluster"
RECONCILE_SECONDS = 5.0
RING_SECONDS = 60.0  # a ring nobody heard for so long is one of many by then
RING_RETRY = {"max_retries": 2, "interval_start": 0.05, "interval_step": 0.1, "interval_max": 0.2}


def resolve(settings: Settings) -> tuple[str, str]:
    """The URLs of store and broker: those given, or those of the stack that runs on the data directory.

    Raises ``StackError`` when there is neither.
    """
    if settings.store_url is not None:
        return settings.store_url, settings.broker_url or broker_of(settings.store_url)
    running = find_running(settings.data)
    if running is None:
        raise StackError(
            "no server: set DEDUPE_STORE_URL, or start the embedded one with `dedupe up` "
            f"(nothing runs on {settings.data})"
        )
    return running.store_url, settings.broker_url or running.broker_url


def connect(url: str) -> Redis:
    """A client that notices a dead connection in seconds and tries again what may pass."""
    scheme, rest = url.split("://", 1)
    return Redis.from_url(
        f"{scheme.replace('valkey', 'redis')}://{rest}",
        socket_timeout=10,
        socket_connect_timeout=5,
        health_check_interval=10,
        retry=Retry(ExponentialBackoff(cap=1, base=0.02), 5),
        retry_on_error=[ConnectionError, TimeoutError],
    )


def build_celery(settings: Settings) -> Celery:
    """An ordinary Celery app: JSON only, late acknowledgement, no stored results."""
    _, broker_url = resolve(settings)
    app = Celery("dedupe", broker=broker_url)
    app.conf.update(
        task_serializer="json",
        result_serializer="json",
        event_serializer="json",
        accept_content=["json"],
        result_accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_default_queue=INGEST_QUEUE,
        task_routes={
            RECLUSTER_TASK: {"queue": RECLUSTER_QUEUE},
            SCHEDULED_RECLUSTER_TASK: {"queue": RECLUSTER_QUEUE},
        },
        task_soft_time_limit=240,
        task_time_limit=300,
        worker_soft_shutdown_timeout=20.0,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": 900,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_timeout": 10,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 10,
        }
        if "redis" in broker_url
        else {},
        # The default scheduler keeps its state in a pickle; this one has none to keep.
        beat_scheduler="celery.beat:Scheduler",
        beat_schedule=_schedule(settings),
    )
    return app


def _schedule(settings: Settings) -> dict[str, dict[str, object]]:
    schedule: dict[str, dict[str, object]] = {
        "reconcile": {
            "task": RECONCILE_TASK,
            "schedule": RECONCILE_SECONDS,
            "options": {"expires": RECONCILE_SECONDS},
        }
    }
    if settings.recluster_minutes:
        seconds = settings.recluster_minutes * 60
        schedule["recluster"] = {
            "task": SCHEDULED_RECLUSTER_TASK,
            "schedule": seconds,
            "options": {"expires": seconds},
        }
    return schedule


class CeleryDoorbell:
    """Rings by sending a Celery message without content; one that fails is logged, and the reconciler rings again."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def drain(self, shard: Shard) -> None:
        """Say that a shard has work."""
        self._ring(DRAIN_TASK, shard, INGEST_QUEUE)

    def recluster(self, job_id: JobId) -> None:
        """Say that a job is queued."""
        self._ring(RECLUSTER_TASK, job_id, RECLUSTER_QUEUE)

    def _ring(self, task: str, argument: int | str, queue: str) -> None:
        try:
            self._app.send_task(task, args=[argument], queue=queue, expires=RING_SECONDS, retry_policy=RING_RETRY)
        except OperationalError as error:
            logger.warning("could not ring task=%s argument=%s error=%s", task, argument, error)


def build_service(settings: Settings | None = None, app: Celery | None = None) -> Service:
    """The service of this process, wired to the store and the queue."""
    settings = read_settings() if settings is None else settings
    store_url, _ = resolve(settings)
    app = build_celery(settings) if app is None else app
    return assemble(settings, connect(store_url), CeleryDoorbell(app))


def assemble(settings: Settings, redis: Redis, doorbell: Doorbell) -> Service:
    """The service over a given connection and doorbell."""
    duplicates, stories = DuplicateParams(), StoryParams()
    keys = Keys(
        settings.namespace,
        fingerprint(duplicates, stories, version=NORMALISER_VERSION),
        n_shards=settings.shards,
    )
    ledger = Ledger(
        redis,
        keys,
        window_days=settings.window_days,
        max_pending=settings.max_pending,
        lease_seconds=settings.lease_seconds,
    )
    log, partitions, jobs = (
        Log(redis, keys, window_days=settings.window_days),
        Partitions(redis, keys),
        Jobs(redis, keys),
    )
    new_window = partial(
        Window, duplicates=duplicates, attaching=stories.attach, window_ms=int(settings.window_days * 86_400_000)
    )
    return Service(
        keys=keys,
        ledger=ledger,
        log=log,
        partitions=partitions,
        jobs=jobs,
        doorbell=doorbell,
        new_follower=partial(
            Follower,
            ledger,
            log,
            partitions,
            new_window=new_window,
            candidates_of=partial(candidates_of, duplicates=duplicates),
        ),
        sketch=partial(sketch_articles, duplicates=duplicates, attach=stories.attach),
        recluster=Recluster(ledger, log, partitions, jobs, partial(_cluster, params=stories)),
        max_batch=settings.max_batch,
        max_article_chars=settings.max_article_chars,
        claim_limit=settings.claim_limit,
        max_attempts=settings.max_attempts,
    )


def _cluster(articles: Sequence[Article], params: StoryParams) -> list[Story]:
    # Here, because the API and the scheduler never need it, and it takes a second.
    from dedupe.stories.cluster import cluster_stories  # noqa: PLC0415

    return cluster_stories(articles, params)
