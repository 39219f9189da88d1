"""The tasks: what wakes the service. Each carries no content, and running it twice changes nothing."""

from functools import cache

from celery.signals import worker_init, worker_process_init

from dedupe.celery_app import BLOCKS_TASK, DRAIN_TASK, RECLUSTER_TASK, RECONCILE_TASK, SCHEDULED_RECLUSTER_TASK
from dedupe.environment import read_settings
from dedupe.errors import InvalidSettings
from dedupe.models import JobId
from dedupe.service import Service
from dedupe.store.blocks import RoundId
from dedupe.store.keys import Shard
from dedupe.wiring import build_service, warm_libraries
from workers.app import app

RECLUSTER_SECONDS = 3_600


@cache
def service() -> Service:
    """The service of this worker process, made after the fork so that no connection is shared."""
    return build_service(read_settings(), app)


@worker_init.connect
def load(**_: object) -> None:
    """Load the libraries once, before the fork, for all worker processes; refuse settings the store contradicts."""
    try:
        build_service(read_settings(), app)
    except InvalidSettings as error:
        raise SystemExit(f"Error: {error}") from None  # any other exception Celery would log, and go on
    warm_libraries(app.amqp.queues.consume_from)


@worker_process_init.connect
def warm(**_: object) -> None:
    """Replay the window before the first task, not during it."""
    service().warm()


@app.task(name=DRAIN_TASK)
def drain(shard: int) -> None:
    """Work off what is pending in a shard."""
    service().drain(Shard(shard))


@app.task(name=RECLUSTER_TASK, soft_time_limit=RECLUSTER_SECONDS, time_limit=RECLUSTER_SECONDS + 60)
def recluster(job_id: str) -> None:
    """Run a recluster job."""
    service().recluster(JobId(job_id))


@app.task(name=BLOCKS_TASK)
def help_recluster(round_id: str) -> None:
    """Compute what another worker's recluster has left for others."""
    service().help(RoundId(round_id))


@app.task(name=RECONCILE_TASK)
def reconcile() -> None:
    """Ring again for what is due."""
    service().reconcile()


@app.task(name=SCHEDULED_RECLUSTER_TASK)
def scheduled_recluster() -> None:
    """Recluster when something has changed."""
    service().start_scheduled_recluster()
