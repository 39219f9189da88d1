"""Endpoints that start, follow and cancel jobs."""

from fastapi import APIRouter, Response

from dedupe.api.bodies import BodyOf, json_of
from dedupe.api.described import body_problems, located, problems, repeatable, takes
from dedupe.api.inside import ServiceOf
from dedupe.api.problems import Kind
from dedupe.api.schemas.inputs import IdInPath, JobIn
from dedupe.api.schemas.jobs import JobOut
from dedupe.api.schemas.validation import validated
from dedupe.models import JobId

router = APIRouter(tags=["jobs"])


@router.post(
    "/jobs",
    status_code=202,
    openapi_extra=repeatable(takes(JobIn)),
    responses=body_problems(Kind.JOB_UNDER_WAY, Kind.REQUEST_UNDER_WAY, Kind.KEY_REUSED) | located(202),
)
def start_job(body: BodyOf, service: ServiceOf, response: Response) -> JobOut:
    """Start a job: 202 with where to follow it; 409 pointing to the one that is queued or running already."""
    job = JobOut.from_job(service.start_recluster(dry_run=validated(JobIn, json_of(body)).dry_run))
    response.headers["Location"] = job.links["self"]
    return job


@router.get("/jobs/{job_id:path}", responses=problems(Kind.NOT_FOUND))
def read_job(job_id: IdInPath, service: ServiceOf) -> JobOut:
    """Read a job as it stands: its progress, and what it changed once it succeeded."""
    return JobOut.from_job(service.job(JobId(job_id)))


@router.delete("/jobs/{job_id:path}", responses=problems(Kind.NOT_FOUND))
def cancel_job(job_id: IdInPath, service: ServiceOf) -> JobOut:
    """Ask a job to end, and read it after that; one that had ended stays as it was."""
    return JobOut.from_job(service.cancel_job(JobId(job_id)))
