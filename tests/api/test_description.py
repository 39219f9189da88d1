"""The OpenAPI description, held against what the service does."""

import os
import re

import orjson
import pytest
from jsonschema import Draft202012Validator
from redis import Redis

from dedupe.api.gate import OPEN_PATHS
from dedupe.api.problems import Kind
from dedupe.environment import Settings
from tests.api.provoking import EXAMPLES, PROVOKED, ask_anyhow, make_examples, shape
from tests.api.world import KEY, World, from_elsewhere, without_key, without_store
from tests.serving import Bell, make_site_app

pytest_plugins = ["tests.serving_fixtures"]

EVERYWHERE = frozenset({401, 403, 503})  # provoked for all endpoints at once


def description(**settings):
    return make_site_app(Redis(), Bell(), Settings(**settings)).openapi()


DESCRIPTION = description()
OPERATIONS = [
    (method, path, operation) for path, methods in DESCRIPTION["paths"].items() for method, operation in methods.items()
]
STATUSES = [
    pytest.param(operation, int(status), id=f"{operation['operationId']}-{status}")
    for _, _, operation in OPERATIONS
    for status in operation["responses"]
    if int(status) not in EVERYWHERE
]


@pytest.fixture
def world(make_site, http, redis):
    return World(make_site(), http, redis, make_site)


def schema_at(operation, status, media_type):
    schema = operation["responses"][str(status)]["content"][media_type].get("schema", {})
    return Draft202012Validator({**schema, "components": DESCRIPTION["components"]})


@pytest.mark.parametrize(("operation", "status"), STATUSES)
def test_every_documented_status_can_be_got_and_its_answer_is_as_described(world, operation, status):
    provoke = PROVOKED[operation["operationId"], status]

    answer = provoke(world.settle())

    assert_is_as_described(answer, operation, status)


def assert_is_as_described(answer, operation, status):
    response = operation["responses"][str(status)]
    assert answer.status_code == status, answer.text
    assert {name.lower() for name in response.get("headers", {})} <= set(answer.headers)
    if answer.content and "content" in response:
        media_type = answer.headers["content-type"].partition(";")[0]
        assert media_type in response["content"]
        if media_type.endswith("json"):
            schema_at(operation, status, media_type).validate(answer.json())


def test_every_endpoint_but_the_probes_asks_for_the_key(world):
    http = without_key(world)

    for method, path, operation in OPERATIONS:
        if "401" in operation["responses"]:
            assert_is_as_described(ask_anyhow(http, method, path, operation["operationId"]), operation, 401)
        else:
            assert path in OPEN_PATHS


def test_every_endpoint_but_the_probes_is_closed_to_other_machines_without_a_key(world):
    with from_elsewhere(world) as http:
        for method, path, operation in OPERATIONS:
            if "403" in operation["responses"]:
                assert_is_as_described(ask_anyhow(http, method, path, operation["operationId"]), operation, 403)
            else:
                assert path in OPEN_PATHS


def test_every_endpoint_that_needs_the_store_says_so_while_it_is_away():
    with without_store() as http:
        for method, path, operation in OPERATIONS:
            if "503" in operation["responses"]:
                assert_is_as_described(ask_anyhow(http, method, path, operation["operationId"]), operation, 503)


def test_no_request_provokes_what_is_not_documented():
    documented = {(o["operationId"], int(status)) for _, _, o in OPERATIONS for status in o["responses"]}

    assert set(PROVOKED) <= documented


def test_every_reference_leads_somewhere_in_every_description_that_is_made():
    for described in (DESCRIPTION, description()):
        named = set(re.findall(r"#/components/schemas/(\w+)", orjson.dumps(described).decode()))

        assert named <= set(described["components"]["schemas"])
        assert "#/$defs" not in orjson.dumps(described).decode()


def test_operations_have_names_of_their_own_and_a_sentence():
    names = [operation["operationId"] for _, _, operation in OPERATIONS]

    assert len(set(names)) == len(names)
    assert all(operation["description"].strip().endswith((".", "``")) for _, _, operation in OPERATIONS)


@pytest.mark.parametrize(("api_key", "asked"), [(None, None), (KEY, [{"key": []}])])
def test_the_description_asks_for_a_key_where_the_service_does(api_key, asked):
    described = description(api_key=api_key)
    operations = {o["operationId"]: o for methods in described["paths"].values() for o in methods.values()}

    assert operations["read_stories"].get("security") == asked
    assert operations["read_liveness"].get("security") == (None if api_key is None else [])
    assert ("securitySchemes" in described["components"]) == (api_key is not None)


def test_the_examples_are_what_the_service_says(make_site, http, redis):
    def make_world():
        redis.flushall()
        return World(make_site(), http, redis, make_site).settle()

    made = make_examples(make_world)

    if os.environ.get("WRITE_EXAMPLES"):
        EXAMPLES.write_bytes(orjson.dumps(made, option=orjson.OPT_INDENT_2) + b"\n")
    assert shape(orjson.loads(EXAMPLES.read_bytes())) == shape(made)


def test_every_kind_of_problem_has_an_example_and_every_answer_in_json_too():
    problems = orjson.loads(EXAMPLES.read_bytes())["problems"]
    without = [
        (operation["operationId"], status)
        for _, _, operation in OPERATIONS
        for status, response in operation["responses"].items()
        if "example" not in response.get("content", {}).get("application/json", {"example": None})
    ]

    assert set(problems) == {kind.slug for kind in Kind}
    assert without == []


def test_every_example_is_of_the_shape_it_is_an_example_of():
    for _, _, operation in OPERATIONS:
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (shown for body in bodies for shown in body.get("content", {}).values()):
            validator = Draft202012Validator({**content.get("schema", {}), "components": DESCRIPTION["components"]})
            examples = [content[name] for name in ("example",) if name in content]
            for example in [*examples, *(shown["value"] for shown in content.get("examples", {}).values())]:
                validator.validate(example)
