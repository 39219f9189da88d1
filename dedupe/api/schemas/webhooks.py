"""Webhooks: what is asked for, and how they and their deliveries go out, never with a secret."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from dedupe.api.schemas.fields import Time
from dedupe.changes import EventType
from dedupe.store.webhooks import MOST_DELIVERIES, Delivery, Webhook, WebhookState

Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", description="letters, digits, _ . -")]


class WebhookIn(BaseModel):
    """The body of ``PUT /v1/webhooks/{name}``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: str = Field(min_length=1, max_length=2_000, description="http or https, of a public address")
    secret: str | None = Field(
        None,
        pattern=r"^[\x21-\x7e]{16,256}$",
        description="signs deliveries: 16 to 256 printable ASCII characters; never shown; left out: as it was",
    )
    types: list[Annotated[EventType, Field(strict=False)]] | None = Field(
        None, min_length=1, description="what to deliver; left out: everything"
    )
    since: str | None = Field(
        None, max_length=40, description="a cursor to begin after, or now; left out: as it was, and of a new one now"
    )


class DeliveriesParameters(BaseModel):
    """The query of a webhook's deliveries."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=MOST_DELIVERIES)


class WebhookOut(BaseModel):
    """A webhook; everything up to ``cursor`` has arrived. After ``attempts`` that failed the next is at its time."""

    name: str
    url: str
    types: list[EventType]
    state: WebhookState
    cursor: str
    created_at: Time
    updated_at: Time
    attempts: int
    failing_since: Time | None
    next_attempt_at: Time | None
    error: str | None
    links: dict[str, str]

    @classmethod
    def from_webhook(cls, webhook: Webhook) -> "WebhookOut":
        """Shape of a webhook."""
        path = webhook_path(webhook.name)
        return cls(
            name=webhook.name,
            url=webhook.url,
            types=[event for event in EventType if event in webhook.types],
            state=webhook.state,
            cursor=webhook.cursor,
            created_at=webhook.created_at,
            updated_at=webhook.updated_at,
            attempts=webhook.attempts,
            failing_since=webhook.failing_since,
            next_attempt_at=webhook.next_attempt_at,
            error=webhook.error,
            links={"self": path, "deliveries": f"{path}/deliveries"},
        )


class WebhooksOut(BaseModel):
    """Every webhook, by name."""

    webhooks: list[WebhookOut]


class DeliveryOut(BaseModel):
    """One attempt to deliver; it arrived if there is no error. ``id`` is the same for the same events."""

    id: str
    at: Time
    cursor: str = Field(description="up to where it brings everything")
    n_events: int
    attempt: int
    status: int | None
    error: str | None
    milliseconds: int
    next_attempt_at: Time | None

    @classmethod
    def from_delivery(cls, delivery: Delivery) -> "DeliveryOut":
        """Shape of a delivery."""
        attempt = delivery.attempt
        return cls(
            id=attempt.id,
            at=delivery.at,
            cursor=attempt.cursor,
            n_events=attempt.n_events,
            attempt=attempt.attempt,
            status=attempt.status,
            error=attempt.error,
            milliseconds=attempt.milliseconds,
            next_attempt_at=delivery.next_attempt_at,
        )


class DeliveriesOut(BaseModel):
    """The latest deliveries of a webhook, newest first."""

    deliveries: list[DeliveryOut]


def webhook_path(name: str) -> str:
    """Where a webhook is found; its name needs no encoding."""
    return f"/v1/webhooks/{name}"
