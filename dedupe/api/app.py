"""The HTTP app: routes, errors and the gate around them, over one service."""

from fastapi import FastAPI

import dedupe
from dedupe.api import (
    articles,
    constraints,
    events,
    health,
    jobs,
    metrics,
    pages,
    reasons,
    stories,
    submissions,
    webhooks,
)
from dedupe.api.described import COMMON, DescribedApp
from dedupe.api.feed import Feed
from dedupe.api.gate import Gate
from dedupe.api.handlers import install_handlers
from dedupe.api.replays import Replays
from dedupe.api.running import running
from dedupe.environment import Settings, read_settings
from dedupe.errors import InvalidSettings
from dedupe.service import Service
from dedupe.wiring import build_service

DESCRIPTION = "Near-duplicate detection and news-story clustering: seen before, and part of which story?"


def create_app(service: Service | None = None, settings: Settings | None = None) -> FastAPI:
    """App over a service; without one, over the service and the settings of this process's environment."""
    settings = read_settings() if settings is None else settings
    app = DescribedApp(
        title="dedupe",
        version=dedupe.__version__,
        description=DESCRIPTION,
        docs_url=None,  # FastAPI's pages load scripts from elsewhere; ours is in ``pages``
        redoc_url=None,
        redirect_slashes=False,
        lifespan=running,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.service = _built(settings) if service is None else service
    app.state.settings = settings
    app.state.feed = Feed(app.state.service.events)
    for router in (
        submissions.router,
        articles.router,
        stories.router,
        jobs.router,
        constraints.router,
        reasons.router,
        events.router,
        webhooks.router,
    ):
        app.include_router(router, prefix="/v1", responses=COMMON)
    app.include_router(health.router)
    app.include_router(metrics.router, responses=COMMON)
    app.include_router(pages.router)
    install_handlers(app)
    app.add_middleware(Replays, max_body_bytes=settings.max_body_bytes)
    app.add_middleware(Gate, api_key=settings.api_key)
    return app


def _built(settings: Settings) -> Service:
    try:
        return build_service(settings, is_asked=True)
    except InvalidSettings as error:
        raise SystemExit(f"Error: {error}") from None  # a sentence for who starts it, not a traceback
