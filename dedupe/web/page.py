"""HTML of the pages: one template each, everything escaped, the style inside, no script and no other resource."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import dedupe
from dedupe.models import Health, StoryPage
from dedupe.web.shown import ShownChange, ShownStory

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
REFRESH_SECONDS = 5


def _content_security_policy() -> str:
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


# Nothing but our own style: whatever else gets into the page does not run and loads nothing.
CONTENT_SECURITY_POLICY = _content_security_policy()


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["minute"] = _minute
    environment.filters["thousands"] = lambda number: f"{number:,}".replace(",", "\u202f")
    environment.globals.update(style=Markup(_STYLE), version=dedupe.__version__)  # noqa: S704 - our own file
    return environment


_ENVIRONMENT = _environment()


def stories_page(stories: Sequence[ShownStory], health: Health, *, page: StoryPage, is_first: bool) -> str:
    """Page of stories; the first one refreshes itself while articles are waiting."""
    return _ENVIRONMENT.get_template("stories.html").render(
        stories=stories,
        health=health,
        total=page.total,
        next_cursor=page.next_cursor,
        is_first=is_first,
        refresh_seconds=REFRESH_SECONDS if is_first and health.pending else None,
    )


def story_page(story: ShownStory, history: Sequence[ShownChange]) -> str:
    """Page of one story: all that is shown of it, and what happened to it."""
    return _ENVIRONMENT.get_template("story.html").render(story=story, history=history)


@dataclass(frozen=True, slots=True)
class KindOfProblem:
    """A kind of problem as the documentation shows it."""

    slug: str
    status: int
    title: str
    advice: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An endpoint as the documentation shows it."""

    method: str
    path: str
    summary: str
    parameters: tuple[str, ...]
    body: str
    statuses: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]


def docs_page(openapi: Mapping[str, object], kinds: Sequence[KindOfProblem]) -> str:
    """Page that documents the endpoints of an OpenAPI description, and every kind of problem."""
    description: Any = openapi
    operations = [
        Operation(
            method.upper(),
            path,
            operation.get("description", "").replace("``", "").strip(),
            tuple(p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"),
            ", ".join(operation.get("requestBody", {}).get("content", {})),
            tuple(sorted(operation["responses"])),
            tuple(_examples(operation)),
        )
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    return _ENVIRONMENT.get_template("docs.html").render(
        title=description["info"]["title"], operations=operations, kinds=kinds
    )


def _examples(operation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
    for name, body in bodies.items():
        content = body.get("content", {}).get("application/json", {})
        if "example" in content:
            yield name, json.dumps(content["example"], indent=2, ensure_ascii=False)
