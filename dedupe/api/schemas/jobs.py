"""Jobs and the health of the service as they go out."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from dedupe.api.schemas.fields import Time
from dedupe.models import Health, Job, JobState, ReclusterDiff


class DiffOut(BaseModel):
    """What a recluster changes; ``churn`` is the share of the articles that change story."""

    model_config = ConfigDict(from_attributes=True)

    n_articles: int
    n_stories: int
    moved: list[str]
    born: list[str]
    merged: dict[str, str]
    split: dict[str, list[str]]
    gone: list[str]
    churn: float

    @classmethod
    def from_diff(cls, diff: ReclusterDiff) -> "DiffOut":
        """Shape of a diff."""
        return cls.model_validate(diff)


class JobOut(BaseModel):
    """A job as it stands; ``churn`` is the diff's."""

    id: str
    type: Literal["recluster"] = "recluster"
    status: JobState
    dry_run: bool
    phase: str
    progress: float
    created_at: Time
    started_at: Time | None
    finished_at: Time | None
    diff: DiffOut | None
    churn: float | None
    error: str | None
    links: dict[str, str]

    @classmethod
    def from_job(cls, job: Job) -> "JobOut":
        """Shape of a job."""
        diff = None if job.diff is None else DiffOut.from_diff(job.diff)
        return cls(
            id=job.id,
            status=job.state,
            dry_run=job.dry_run,
            phase=job.phase,
            progress=job.progress,
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            diff=diff,
            churn=None if diff is None else diff.churn,
            error=job.error,
            links={"self": f"/v1/jobs/{job.id}"},
        )


class HealthOut(BaseModel):
    """What the ledger says: counts since the corpus began, and what waits now."""

    model_config = ConfigDict(from_attributes=True)

    store: bool
    generation: int
    accepted: int
    assigned: int
    failed: int
    pending: int
    oldest_pending_seconds: float
    stories: int
    version: str = ""

    @classmethod
    def from_health(cls, health: Health, *, version: str) -> "HealthOut":
        """Shape of the service's health."""
        return cls.model_validate(health).model_copy(update={"version": version})


class AliveOut(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str
