"""The Celery app: its queues, its tasks' names, its schedule, and the doorbell that sends its messages."""

import logging

from celery import Celery
from kombu.exceptions import OperationalError

from dedupe.connections import resolve
from dedupe.environment import Settings
from dedupe.models import JobId
from dedupe.store.blocks import RoundId
from dedupe.store.keys import Shard

logger = logging.getLogger(__name__)

INGEST_QUEUE = "ingest"
RECLUSTER_QUEUE = "recluster"
DRAIN_TASK = "dedupe.drain"
RECLUSTER_TASK = "dedupe.recluster"
BLOCKS_TASK = "dedupe.blocks"
RECONCILE_TASK = "dedupe.reconcile"
SCHEDULED_RECLUSTER_TASK = "dedupe.scheduled_recluster"
RECONCILE_SECONDS = 5.0
_HELPERS = 8  # who finds nothing left to do is done at once
RING_SECONDS = 60.0  # a ring nobody heard for so long is one of many by then
RING_RETRY = {"max_retries": 2, "interval_start": 0.05, "interval_step": 0.1, "interval_max": 0.2}


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
            BLOCKS_TASK: {"queue": RECLUSTER_QUEUE},
            SCHEDULED_RECLUSTER_TASK: {"queue": RECLUSTER_QUEUE},
        },
        task_soft_time_limit=240,
        task_time_limit=300,
        worker_soft_shutdown_timeout=20.0,
        # A worker process replays the window before it says it is up; Celery kills it after 4 s otherwise.
        worker_proc_alive_timeout=600.0,
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
        # Whether one is due is the service's to say.
        schedule["recluster"] = {
            "task": SCHEDULED_RECLUSTER_TASK,
            "schedule": RECONCILE_SECONDS,
            "options": {"expires": RECONCILE_SECONDS},
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

    def help(self, round_id: RoundId) -> None:
        """Say, once for every other worker there may be, that a job has work for others."""
        for _ in range(_HELPERS):
            self._ring(BLOCKS_TASK, round_id, RECLUSTER_QUEUE)

    def _ring(self, task: str, argument: int | str, queue: str) -> None:
        try:
            self._app.send_task(task, args=[argument], queue=queue, expires=RING_SECONDS, retry_policy=RING_RETRY)
        except OperationalError as error:
            logger.warning("could not ring task=%s argument=%s error=%s", task, argument, error)
