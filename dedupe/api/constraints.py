"""Endpoints for constraints: which articles are of one story, and which are not, as people say."""

import re
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from dedupe.api.answers import known_tags
from dedupe.api.bodies import Body, BodyOf, json_of
from dedupe.api.described import NOT_MODIFIED, Responses, body_problems, problems, takes
from dedupe.api.inside import ServiceOf
from dedupe.api.problems import Kind, Problem, ProblemError, invalid
from dedupe.api.schemas.constraints import ConstraintsIn, ConstraintsOut
from dedupe.api.schemas.inputs import IdInPath
from dedupe.api.schemas.validation import validated
from dedupe.errors import ConstraintsChanged
from dedupe.stories.constraints import Link, LinkSet

router = APIRouter(tags=["constraints"])

IfMatch = Annotated[str | None, Header(description="the ETag that was read: nothing is done where it is another now")]
_VERSION = re.compile(r'(?:W/)?"v(\d{1,15})"')
_TAGGED: Responses = {200: NOT_MODIFIED[200]}


@router.get("/constraints", responses=NOT_MODIFIED)
def read_constraints(request: Request, service: ServiceOf, response: Response) -> ConstraintsOut:
    """Read all constraints; the ETag is that of their version."""
    said = service.constraints.read()
    tag = _tag(said)
    if tag in known_tags(request) or "*" in known_tags(request):
        return Response(status_code=304, headers={"ETag": tag})  # type: ignore[return-value] # no shape at all
    return _answer(said, response)


@router.put(
    "/constraints", openapi_extra=takes(ConstraintsIn), responses=body_problems(Kind.CHANGED_MEANWHILE) | _TAGGED
)
def replace_constraints(
    body: BodyOf, service: ServiceOf, response: Response, if_match: IfMatch = None
) -> ConstraintsOut:
    """Have these constraints and no others, and a recluster that keeps them; every later one does too.

    Articles that are not there are no error: they may come. Constraints that contradict each other are.
    """
    version = _version(if_match, service)
    try:
        return _answer(_changed(body, lambda links: service.constraints.replace(links, version=version)), response)
    except ConstraintsChanged as error:
        raise ProblemError(Problem(Kind.CHANGED_MEANWHILE, str(error))) from None


@router.post("/constraints", openapi_extra=takes(ConstraintsIn), responses=body_problems() | _TAGGED)
def add_constraints(body: BodyOf, service: ServiceOf, response: Response) -> ConstraintsOut:
    """Have these constraints too, and a recluster that keeps them; the answer has these, the others stay."""
    return _answer(_changed(body, service.constraints.add), response)


@router.delete("/constraints/{constraint_id:path}", responses=problems(Kind.NOT_FOUND) | _TAGGED)
def remove_constraint(constraint_id: IdInPath, service: ServiceOf, response: Response) -> ConstraintsOut:
    """Have a constraint no more, and a recluster without it; the answer has the one that was removed."""
    return _answer(service.constraints.remove(constraint_id), response)


def _changed(body: Body, change: Callable[[list[Link]], LinkSet]) -> LinkSet:
    given = validated(ConstraintsIn, json_of(body))
    try:
        return change(list(given.to_links()))
    except ValueError as error:
        raise ProblemError(invalid(None, str(error))) from None


def _answer(said: LinkSet, response: Response) -> ConstraintsOut:
    response.headers["ETag"] = _tag(said)
    return ConstraintsOut.from_links(said)


def _tag(said: LinkSet) -> str:
    return f'"v{said.version}"'


def _version(if_match: str | None, service: ServiceOf) -> int | None:
    """The version that the client knows; None where it does not matter."""
    if if_match is None or if_match.strip() == "*":
        return None
    known = _VERSION.fullmatch(if_match.strip())
    if known is None:  # an ETag of nothing that ever was here
        raise ProblemError(Problem(Kind.CHANGED_MEANWHILE, str(ConstraintsChanged(service.constraints.version()))))
    return int(known[1])
