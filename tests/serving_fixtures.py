"""The fixtures ``site``, ``http`` and ``client``, for modules with ``pytest_plugins = ["tests.serving_fixtures"]``."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from dedupe.client import Client
from dedupe.environment import Settings
from tests.serving import Bell, Site, Stage, make_site_app, served


@pytest.fixture(scope="session")
def stage() -> Iterator[tuple[Stage, str]]:
    stage = Stage()
    with served(stage) as url:
        yield stage, url


@pytest.fixture
def make_site(redis, stage) -> Callable[..., Site]:
    """Serves a new corpus with these settings."""

    def make(**settings: object) -> Site:
        bell = Bell()
        stage[0].app = make_site_app(redis, bell, Settings(**settings))
        return Site(stage[1], bell.service, bell, stage[0].app)

    return make


@pytest.fixture
def site(make_site) -> Site:
    return make_site()


@pytest.fixture
def http(site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def client(site) -> Iterator[Client]:
    with Client(site.url, patience_seconds=2.0) as client:
        yield client
