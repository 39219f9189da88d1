"""Endpoints for probes."""

from fastapi import APIRouter

import dedupe
from dedupe.api.described import problems
from dedupe.api.inside import ServiceOf
from dedupe.api.problems import Kind
from dedupe.api.schemas.jobs import AliveOut, HealthOut

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def read_liveness() -> AliveOut:
    """Say that the process answers; nothing else is asked."""
    return AliveOut(version=dedupe.__version__)


@router.get("/readyz", responses=problems(Kind.STORE_UNAVAILABLE))
def read_readiness(service: ServiceOf) -> HealthOut:
    """Say what the store holds and what waits; 503 where the store does not answer."""
    return HealthOut.from_health(service.health(), version=dedupe.__version__)
