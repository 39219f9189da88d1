"""Endpoints for webhooks: where events are sent, and what became of the latest deliveries."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from dedupe.api.bodies import BodyOf, json_of
from dedupe.api.described import body_problems, located, problems, takes
from dedupe.api.events import NOW
from dedupe.api.inside import ServiceOf, SettingsOf
from dedupe.api.problems import Kind, ProblemError, invalid
from dedupe.api.schemas.validation import validated
from dedupe.api.schemas.webhooks import (
    DeliveriesOut,
    DeliveriesParameters,
    DeliveryOut,
    Name,
    WebhookIn,
    WebhookOut,
    WebhooksOut,
    webhook_path,
)
from dedupe.event_pages import EVERY_TYPE, cursor_at, place_of
from dedupe.store.webhooks import SecretNeeded, TooManyWebhooks
from dedupe.webhooks.addresses import check_url

router = APIRouter(tags=["webhooks"])


@router.put(
    "/webhooks/{name}",
    openapi_extra=takes(WebhookIn),
    responses=body_problems() | located(200) | {201: {"model": WebhookOut, **located(201)[201]}},
)
def put_webhook(name: Name, body: BodyOf, service: ServiceOf, settings: SettingsOf, response: Response) -> WebhookOut:
    """Have events delivered: 201 for a new webhook, 200 for one that was changed, which begins anew if it was given up.

    A delivery is a POST of ``{id, webhook, sent_at, missed, events}``, signed in the header Dedupe-Signature with
    ``t=TIME,v1=HMAC``: the SHA-256 HMAC of ``TIME.BODY``. What is not answered with 2xx in ten seconds is sent again,
    for a day. Deliveries come in order, and may come twice: with the same ``id`` they hold the same.
    """
    given = validated(WebhookIn, json_of(body))
    try:
        check_url(given.url, private=settings.webhooks_private)
    except ValueError as error:
        raise ProblemError(invalid("url", str(error))) from None
    try:
        created = service.webhooks.put(
            name,
            given.url,
            secret=given.secret,
            types=EVERY_TYPE if given.types is None else frozenset(given.types),
            since=_since(given.since, service),
            tail=service.events.tail(),
        )
    except SecretNeeded as error:
        raise ProblemError(invalid("secret", str(error))) from None
    except TooManyWebhooks as error:
        raise ProblemError(invalid("name", str(error))) from None
    response.status_code = 201 if created else 200
    response.headers["Location"] = webhook_path(name)
    return WebhookOut.from_webhook(service.webhooks.webhook(name))


def _since(given: str | None, service: ServiceOf) -> str | None:
    if given is None:
        return None
    if given == NOW:
        return service.events.tail()
    try:
        return cursor_at(place_of(given))
    except ValueError as error:
        raise ProblemError(invalid("since", str(error))) from None


@router.get("/webhooks")
def read_webhooks(service: ServiceOf) -> WebhooksOut:
    """Read every webhook, by name."""
    return WebhooksOut(webhooks=[WebhookOut.from_webhook(webhook) for webhook in service.webhooks.all()])


@router.get("/webhooks/{name}", responses=problems(Kind.INVALID, Kind.NOT_FOUND))
def read_webhook(name: Name, service: ServiceOf) -> WebhookOut:
    """Read a webhook as it stands: how far it has got, whether it fails, since when and why."""
    return WebhookOut.from_webhook(service.webhooks.webhook(name))


@router.delete("/webhooks/{name}", status_code=204, responses=problems(Kind.INVALID, Kind.NOT_FOUND))
def delete_webhook(name: Name, service: ServiceOf) -> None:
    """Forget a webhook, its secret and its deliveries; one that is under way may still arrive."""
    service.webhooks.delete(name)


@router.get("/webhooks/{name}/deliveries", responses=problems(Kind.INVALID, Kind.NOT_FOUND))
def read_deliveries(name: Name, query: Annotated[DeliveriesParameters, Query()], service: ServiceOf) -> DeliveriesOut:
    """Read the latest deliveries of a webhook, newest first: what came back, and when the next attempt is."""
    deliveries = service.webhooks.deliveries(name, limit=query.limit)
    return DeliveriesOut(deliveries=[DeliveryOut.from_delivery(delivery) for delivery in deliveries])
