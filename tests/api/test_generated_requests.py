"""Requests made from the description by schemathesis, good ones and bad ones: all are answered as described.

``REQUESTS=2000 pytest tests/api/test_generated_requests.py`` tries more of each.
"""

import os
from functools import cache

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from redis import Redis
from schemathesis.checks import CHECKS, load_all_checks

from dedupe.environment import Settings
from tests.api.world import World
from tests.serving import Bell, make_site_app

pytest_plugins = ["tests.serving_fixtures"]

REQUESTS = int(os.environ.get("REQUESTS", "6"))
# That a cursor is opaque, and that two ids must not be the same, no schema says.
UNSAYABLE = {"positive_data_acceptance"}


@cache
def description():
    return schemathesis.openapi.from_dict(make_site_app(Redis(), Bell(), Settings()).openapi())


@cache
def checks():
    load_all_checks()
    return [check for check in CHECKS.get_all() if check.__name__ not in UNSAYABLE]


OPERATIONS = [
    (method.upper(), path) for path, methods in description().raw_schema["paths"].items() for method in methods
]


@pytest.fixture
def world(make_site, http, redis):
    # A stream has no end, and a long poll has one after a while.
    return World(make_site(max_streams=0), http, redis, make_site).settle()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_is_asked_is_answered_as_described(world, method, path):
    @settings(
        max_examples=REQUESTS,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=description()[path][method].as_strategy())
    def ask(case):
        if isinstance(case.query, dict) and isinstance(case.query.get("wait"), int | float):
            case.query["wait"] = 0
        case.call_and_validate(base_url=world.site.url, checks=checks())

    ask()
