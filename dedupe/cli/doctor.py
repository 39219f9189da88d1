"""``dedupe doctor``: whether the parts of a service do their work, and what to do about those that do not."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

import click

import dedupe
from dedupe.cli.output import ExitCode
from dedupe.cli.service import service_options, service_url, show
from dedupe.client import Client
from dedupe.environment import Settings, read_settings
from dedupe.errors import DedupeError, StackError
from dedupe.models import Health, Json

COLUMNS = ("check", "result", "found", "advice")
MAX_PENDING_AGE_SECONDS = 60.0
_PATIENCE_SECONDS = 1.0
_PING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Check:
    """One check: ``holds`` is None where it could not be made."""

    name: str
    holds: bool | None
    found: str
    advice: str = ""

    def to_row(self) -> dict[str, Json]:
        """Shape the check as a row; advice only where it is needed."""
        result = {True: "ok", False: "FAILED", None: "skipped"}[self.holds]
        advice = "" if self.holds else self.advice
        return {"check": self.name, "result": result, "found": self.found, "advice": advice}


NOT_KNOWN = Check("store's settings", None, "not known here", "set DEDUPE_STORE_URL to have the store checked")


@click.command()
@service_options
def doctor(*, url: str | None, as_json: bool) -> None:
    """Check the service, its store and its workers; each failure says what to do."""
    checks = list(examine(url, read_settings()))
    show([check.to_row() for check in checks], columns=COLUMNS, as_json=as_json)
    if any(check.holds is False for check in checks):
        raise click.exceptions.Exit(ExitCode.CHECK_FAILED)


def examine(url: str | None, settings: Settings) -> Iterator[Check]:
    """Every check, the ones that later ones build on first."""
    address = service_url(url)
    try:
        with Client(address, settings.api_key, 10.0, patience_seconds=_PATIENCE_SECONDS) as client:
            yield version_check(client.version())
            yield from _api_checks(client)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--url") from None
    except DedupeError as error:
        yield Check("service", False, str(error), "start it with `dedupe up`, or name another with --url")
    if settings.store_url is not None or url is None or url.rstrip("/") == service_url(None):
        yield from _store_checks(settings)
    else:
        yield NOT_KNOWN


def version_check(version: str) -> Check:
    """Whether the service runs the version of this command."""
    found = f"answers, version {version}"
    return Check("service", version == dedupe.__version__, found, f"restart it: this command is {dedupe.__version__}")


def _api_checks(client: Client) -> Iterator[Check]:
    try:
        health = client.health()
    except DedupeError as error:
        yield Check("store", False, str(error), "look at the server's log; DEDUPE_STORE_URL says where the API looks")
        return
    yield Check("store", True, f"{health.accepted} accepted, {health.assigned} assigned, {health.stories} stories")
    yield pending_check(health)
    advice = "read the reasons with `dedupe dead-letters`; put them back with --requeue"
    n_dead = len(client.dead_letters())
    yield Check("dead letters", n_dead == 0, f"{n_dead} articles given up", advice)


def pending_check(health: Health) -> Check:
    """Whether accepted articles are worked off."""
    age = health.oldest_pending_seconds
    advice = "start a worker, or more of them: `dedupe worker --queues ingest`"
    return Check("pending", age <= MAX_PENDING_AGE_SECONDS, f"{health.pending} waiting, the oldest {age:.0f} s", advice)


def _store_checks(settings: Settings) -> Iterator[Check]:
    # Here, because the service's libraries take a second to load.
    from redis.exceptions import RedisError  # noqa: PLC0415

    from dedupe.celery_app import build_celery  # noqa: PLC0415
    from dedupe.connections import connect, resolve  # noqa: PLC0415

    try:
        store_url, _ = resolve(settings)
    except StackError:
        yield NOT_KNOWN
        return
    try:
        with connect(store_url) as redis:
            yield from info_checks(redis.info())
        found = build_celery(settings).control.inspect(timeout=_PING_SECONDS).active_queues() or {}
    except (RedisError, OSError) as error:
        yield Check("store's settings", False, f"no answer: {error}", "is the server at DEDUPE_STORE_URL running?")
        return
    yield from worker_checks({worker: {str(queue["name"]) for queue in queues} for worker, queues in found.items()})


def info_checks(info: Mapping[str, object]) -> Iterator[Check]:
    """Whether a server that answers INFO so keeps what it is told."""
    version = str(info.get("valkey_version") or info.get("redis_version", "0"))
    major = int(version.split(".", maxsplit=1)[0])
    yield Check("server's version", major >= 7, version, "use Valkey, or Redis 7 or later")
    appendonly = info.get("aof_enabled") == 1
    found = "on" if appendonly else "off"
    yield Check("appendonly", appendonly, found, "set `appendonly yes`: without it a restart loses what was accepted")
    policy = str(info.get("maxmemory_policy"))
    advice = "set `maxmemory-policy noeviction`: any other one deletes accepted articles when memory is short"
    yield Check("maxmemory-policy", policy == "noeviction", policy, advice)


def worker_checks(queues_by_worker: Mapping[str, Set[str]]) -> Iterator[Check]:
    """Whether each queue has a worker that answers."""
    for queue in ("ingest", "recluster"):
        workers = [name for name, queues in queues_by_worker.items() if queue in queues]
        found = ", ".join(sorted(workers)) or "no worker answers"
        yield Check(f"workers of {queue}", bool(workers), found, f"start one: `dedupe worker --queues {queue}`")
