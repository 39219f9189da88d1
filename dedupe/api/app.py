"""The HTTP app: routes, errors and the gate around them, over one service."""

from fastapi import FastAPI

import dedupe
from dedupe.api import articles, health, jobs, pages, stories, submissions
from dedupe.api.gate import Gate
from dedupe.api.handlers import install_handlers
from dedupe.api.schemas.fields import ProblemOut
from dedupe.environment import Settings, read_settings
from dedupe.service import Service
from dedupe.wiring import build_service

DESCRIPTION = "Near-duplicate detection and news-story clustering: seen before, and part of which story?"


def create_app(service: Service | None = None, settings: Settings | None = None) -> FastAPI:
    """App over a service; without one, over the service and the settings of this process's environment."""
    settings = read_settings() if settings is None else settings
    problem = {"model": ProblemOut, "description": "a problem (RFC 9457); see /docs"}
    app = FastAPI(
        title="dedupe",
        version=dedupe.__version__,
        description=DESCRIPTION,
        docs_url=None,  # FastAPI's pages load scripts from elsewhere; ours is in ``pages``
        redoc_url=None,
        redirect_slashes=False,
        responses={"default": {**problem, "content": {"application/problem+json": {}}}},
    )
    app.state.service = build_service(settings) if service is None else service
    app.state.settings = settings
    for router in (submissions.router, articles.router, stories.router, jobs.router):
        app.include_router(router, prefix="/v1")
    app.include_router(health.router)
    app.include_router(pages.router)
    install_handlers(app)
    app.add_middleware(Gate, api_key=settings.api_key)
    return app
