"""The endpoint that says why."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread
from typing import Annotated

import orjson
from fastapi import APIRouter, FastAPI, Query, Response

from dedupe.api.described import problems
from dedupe.api.inside import ServiceOf
from dedupe.api.problems import Kind, ProblemError, invalid
from dedupe.api.schemas.reasons import ConstraintOut, ExplainParameters, ExplanationOut


@asynccontextmanager
async def _warmed(_: FastAPI) -> AsyncIterator[None]:
    """Load what the first explanation would wait for, while the app answers already."""
    Thread(target=_warm, name="reasons").start()
    yield


def _warm() -> None:
    from dedupe.reasons import warm  # noqa: PLC0415 - loads SciPy, which nothing else here needs

    warm()


router = APIRouter(tags=["stories"], lifespan=_warmed)


@router.get("/explain", response_model=ExplanationOut, responses=problems(Kind.NOT_FOUND, Kind.INVALID))
def explain(query: Annotated[ExplainParameters, Query()], service: ServiceOf) -> Response:
    """Say why two articles are in one story, or not; or why an article is in a story, or not."""
    from dedupe.stories.explained import explanation_as_dict  # noqa: PLC0415 - what it comes from is loaded then

    try:
        explanation = service.explain(query.a, query.b)
    except ValueError as error:
        raise ProblemError(invalid(None, str(error))) from None
    said = ConstraintOut.from_link(service.constraints.between(explanation.a, explanation.b))
    answer = {**explanation_as_dict(explanation), "constraint": None if said is None else said.model_dump()}
    return Response(orjson.dumps(answer), media_type="application/json")
