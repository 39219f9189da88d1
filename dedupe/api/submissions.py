"""Endpoints that take articles: one, or a batch in which a bad item spoils nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi import APIRouter, Response

from dedupe.api.bodies import BodyOf, items_of, json_of
from dedupe.api.described import body_problems, located, repeatable, takes
from dedupe.api.inside import ServiceOf, SettingsOf
from dedupe.api.problems import Kind, Problem, ProblemError, invalid
from dedupe.api.schemas.articles import BatchOut, ItemOut, SubmissionOut
from dedupe.api.schemas.fields import ProblemOut, article_path
from dedupe.api.schemas.inputs import ArticleIn
from dedupe.errors import BadInput
from dedupe.files.articles import article_from_mapping, json_type
from dedupe.files.limits import Limits
from dedupe.models import MAX_ID_LENGTH, Article, Submission
from dedupe.service import Service
from dedupe.store.ledger import OTHER_TEXT

router = APIRouter(tags=["articles"])

_MANY = {
    "requestBody": {
        "required": True,
        "description": "a JSON array, or one article a line; gzip is welcome",
        "content": {
            "application/json": {"schema": {"type": "array", "items": ArticleIn.model_json_schema()}},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}
_OF_ANY = (Kind.REQUEST_UNDER_WAY, Kind.KEY_REUSED, Kind.QUEUE_FULL)
_PROBLEMS_OF_ONE = body_problems(Kind.ID_TAKEN, *_OF_ANY) | located(202)
_PROBLEMS_OF_MANY = body_problems(*_OF_ANY)


@router.post(
    "/articles",
    status_code=202,
    openapi_extra=repeatable(takes(ArticleIn)),
    responses={200: {"model": SubmissionOut, "description": "The same article was known already."}, **_PROBLEMS_OF_ONE},
)
def submit(body: BodyOf, service: ServiceOf, settings: SettingsOf, response: Response) -> SubmissionOut:
    """Accept an article: 202 with where to follow it, 200 where the same article was known already.

    An id that stands for another text already is a conflict. To send the same again is harmless.
    """
    article = _article(json_of(body), limits=Limits(settings.max_article_chars))
    if isinstance(article, Problem):
        raise ProblemError(article)
    answer = submit_known(service, [article])[0]
    if answer.status is None:
        raise ProblemError(_refusal(answer))
    response.status_code = 202 if answer.created else 200
    response.headers["Location"] = article_path(article.id)
    return SubmissionOut.from_status(article.id, answer.status, created=answer.created)


@router.post(
    "/articles:batch",
    status_code=202,
    openapi_extra=repeatable(_MANY),
    responses={200: {"model": BatchOut, "description": "None of them was new."}, **_PROBLEMS_OF_MANY},
)
def submit_batch(body: BodyOf, service: ServiceOf, settings: SettingsOf, response: Response) -> BatchOut:
    """Accept a batch: one result an item, in order; 202 where any of them is new, else 200."""
    items = items_of(body, limit=settings.max_batch)
    limits = Limits(settings.max_article_chars)
    results: dict[int, ItemOut] = {}
    articles: dict[int, Article] = {}
    for index, item in enumerate(items):
        article = _article(item, limits=limits)
        if isinstance(article, Problem):
            results[index] = ItemOut(index=index, id=_id_of(item), problem=_problem_out(article))
        else:
            articles[index] = article
    answers = submit_known(service, list(articles.values())) if articles else []
    results.update((i, _item(i, answer)) for i, answer in zip(articles, answers, strict=True))
    response.status_code = 202 if any(answer.created for answer in answers) else 200
    return BatchOut(results=[results[index] for index in range(len(items))])


def submit_known(service: Service, articles: Sequence[Article]) -> list[Submission]:
    """Submissions in order; one that was known already has the status the ledger says it has now."""
    answers = service.submit(articles)
    known = {answer.article_id for answer in answers if answer.status is not None and not answer.created}
    if not known:
        return answers
    now = {view.article.id: view.status for view in service.articles(list(known)) if view is not None}
    return [
        replace(answer, status=now.get(answer.article_id, answer.status)) if answer.status is not None else answer
        for answer in answers
    ]


def _article(item: object, *, limits: Limits) -> Article | Problem:
    if isinstance(item, ValueError):
        return Problem(Kind.MALFORMED, f"the line {item}")
    if not isinstance(item, Mapping):
        return invalid(None, f"an article must be a JSON object, got {json_type(item)}")
    try:
        return article_from_mapping(item, source="body", line=None, limits=limits)
    except BadInput as bad:
        return invalid(bad.field, bad.rule)


def _refusal(answer: Submission) -> Problem:
    if answer.problem == OTHER_TEXT:
        links = {"article": article_path(answer.article_id)}
        return Problem(Kind.ID_TAKEN, f"id {answer.article_id!r}: {OTHER_TEXT}", {"id": answer.article_id, **links})
    return invalid(None, str(answer.problem))


def _item(index: int, answer: Submission) -> ItemOut:
    problem = None if answer.status is not None else _problem_out(_refusal(answer))
    return ItemOut(index=index, id=answer.article_id, status=answer.status, created=answer.created, problem=problem)


def _problem_out(problem: Problem) -> ProblemOut:
    return ProblemOut.model_validate(problem.to_json())


def _id_of(item: object) -> str | None:
    value = item.get("id") if isinstance(item, Mapping) else None
    return value if isinstance(value, str) and len(value) <= MAX_ID_LENGTH and value.isprintable() else None
