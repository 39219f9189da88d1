"""What the DEDUPE_* environment variables mean: one class, checked together.

``wiring`` makes the one instance of a process; everything else is handed it or a part of it.
"""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from dedupe.errors import InvalidSettings

PREFIX = "DEDUPE_"
OTHERS = frozenset({"DEDUPE_URL", "DEDUPE_OWNER_PID"})  # of the command line, and of make


def _default_data() -> Path:
    return Path(platformdirs.user_data_dir("dedupe", appauthor=False))


class Settings(BaseSettings):
    """Every setting of the service, with its default, its unit in its name, and what it is for."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True, extra="ignore")

    store_url: str | None = Field(
        default=None,
        pattern=r"^(rediss?|valkeys?|unix)://",
        description="Redis or Valkey that keeps articles, verdicts, stories and jobs; without it, the embedded server",
    )
    broker_url: str | None = Field(
        default=None,
        pattern=r"^(rediss?|redis\+socket|sentinel|amqps?)://",
        description="Celery's broker; without it, the store's server",
    )
    data: Path = Field(
        default_factory=_default_data,
        description="directory of the embedded server and of the running stack's state",
    )
    durability: Literal["everysec", "always"] = Field(
        default="everysec",
        description="when the embedded server flushes to disk: a power cut costs up to a second, or nothing",
    )
    namespace: str = Field(
        default="dedupe", pattern=r"^[A-Za-z0-9_.-]{1,40}$", description="prefix of every key in the store"
    )
    shards: int = Field(
        default=1, ge=1, le=256, description="ledgers the pending articles are spread over; fixed once data is in"
    )
    window_days: float = Field(
        default=30.0, gt=0, le=3650, description="how long an article can be matched and clustered"
    )
    max_pending: int = Field(
        default=100_000, ge=1, description="accepted articles that may wait; more are refused for now"
    )
    max_batch: int = Field(default=1_000, ge=1, le=10_000, description="articles in one submission")
    max_article_chars: int = Field(default=1_000_000, ge=1_000, description="characters in an article's title and text")
    max_body_bytes: int = Field(
        default=64_000_000, ge=10_000, description="bytes in the body of one HTTP request, before and after unzipping"
    )
    api_key: str | None = Field(
        default=None,
        min_length=16,
        repr=False,
        description="key that HTTP requests must carry (Authorization: Bearer); without it, loopback only",
    )
    max_streams: int = Field(default=100, ge=0, description="streams of events that one API process has open at once")
    webhooks_private: bool = Field(
        default=False, description="whether webhooks may go to addresses that are not public: private, loopback, local"
    )
    claim_limit: int = Field(default=100, ge=1, le=1_000, description="articles a worker takes at once")
    lease_seconds: float = Field(default=30.0, gt=0, le=3_600, description="how long a worker may keep what it took")
    max_attempts: int = Field(default=5, ge=1, le=100, description="times an article is taken before it is given up")
    recluster_minutes: float = Field(
        default=15.0,
        ge=0,
        description="minutes after which new articles are reclustered at the latest, sooner where cheap; 0: never",
    )


def read_settings() -> Settings:
    """Settings from the environment of this process.

    Raises ``InvalidSettings`` naming every wrong variable at once, and every ``DEDUPE_*`` one that is no setting.
    """
    unknown = {name: _nearest(name) for name, value in os.environ.items() if value and _is_unknown(name)}
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = {_variable(p): _rule(str(p["loc"][0]), p["msg"], p["input"]) for p in error.errors()}
        raise InvalidSettings(wrong | unknown) from None
    if unknown:
        raise InvalidSettings(unknown)
    return settings


def _variable(problem: Mapping[str, Any]) -> str:
    return PREFIX + str(problem["loc"][0]).upper()


def _is_unknown(name: str) -> bool:
    # The case does not matter to pydantic either.
    return name.upper().startswith(PREFIX) and name.upper() not in known_variables()


def known_variables() -> frozenset[str]:
    """Every environment variable with our prefix that something reads."""
    return frozenset(PREFIX + name.upper() for name in Settings.model_fields) | OTHERS


def _nearest(name: str) -> str:
    near = get_close_matches(name.upper(), sorted(known_variables()), n=1)
    return f"is no setting; did you mean {near[0]}?" if near else "is no setting; README.md has the table of them"


def _rule(name: str, message: str, value: object) -> str:
    # A key that is too short must not stand in a log either.
    return message if name == "api_key" else f"{message}, got {value!r}"
