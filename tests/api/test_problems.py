import asyncio

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from dedupe.api.gate import is_local, keep_encoded_slashes
from dedupe.environment import Settings
from tests.serving import Bell, make_site_app, served

pytest_plugins = ["tests.serving_fixtures"]

PATHS = [
    "/v1/articles",
    "/v1/articles:batch",
    "/v1/articles:lookup",
    "/v1/articles/nobody",
    "/v1/articles/nobody/assignment",
    "/v1/stories",
    "/v1/stories/nobody",
    "/v1/stories/nobody/articles",
    "/v1/jobs",
    "/v1/jobs/nobody",
    "/v1/nothing",
    "/v1/stories/",
    "/nothing",
]
KEY = "a key of many letters"


def assert_is_problem(answer):
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["type"].startswith("/docs#")
    assert isinstance(body["title"], str)
    assert isinstance(body["detail"], str)


MEDIA_TYPES = ["application/json", "application/x-ndjson", "text/plain", "a/b;=\x80".encode("latin-1")]
BODIES = [b"{}", b"[1]", b'{"id": "\\ud800"}', b'{"ids": ["\\ud800"]}', b"[" * 9_000]
REQUESTS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH"]),
        "url": st.sampled_from(PATHS),
        "content": st.binary(max_size=40) | st.sampled_from(BODIES),
        "headers": st.fixed_dictionaries(
            {
                "content-type": st.sampled_from(MEDIA_TYPES),
                "content-encoding": st.sampled_from(["identity", "gzip", "br"]),
            }
        ),
        "params": st.dictionaries(
            st.sampled_from(["limit", "cursor", "since", "wait", "q"]), st.text(max_size=8), max_size=2
        ),
    }
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=REQUESTS)
def test_every_error_is_a_problem(http, request):
    answer = http.request(**request)

    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert_is_problem(answer)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(min_size=1, max_size=30))
def test_any_bytes_for_an_id_are_answered_with_a_problem(http, raw):
    path = "".join(f"%{byte:02X}" for byte in raw)

    for answer in (http.get(f"/v1/articles/{path}"), http.get(f"/v1/stories/{path}"), http.get(f"/v1/jobs/{path}")):
        assert answer.status_code == 404
        assert_is_problem(answer)


def test_a_request_keeps_the_id_it_came_with_and_gets_one_otherwise(http):
    named = http.get("/healthz", headers={"x-request-id": "mine-1"})
    unnamed = http.get("/healthz")
    hostile = http.get("/healthz", headers={"x-request-id": "<script>"})

    assert named.headers["x-request-id"] == "mine-1"
    assert len(unnamed.headers["x-request-id"]) == len(hostile.headers["x-request-id"]) == 32


def test_a_store_that_does_not_answer_is_a_503_that_tells_strangers_nothing(tmp_path):
    nowhere = Redis(unix_socket_path=str(tmp_path / "nowhere.sock"), retry=Retry(NoBackoff(), 0))
    with served(make_site_app(nowhere, Bell(), Settings())) as url, httpx.Client(base_url=url, trust_env=False) as http:
        answers = [http.get("/readyz"), http.get("/v1/stories"), http.post("/v1/articles", json={"text": "t"})]
        alive = http.get("/healthz")

    assert alive.status_code == 200
    for answer in answers:
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "nowhere" not in answer.text
        assert_is_problem(answer)


def test_an_error_nobody_foresaw_is_a_problem_with_a_number_and_no_reason(site, http, caplog):
    site.app.state.service = None

    answer = http.get("/v1/stories")

    assert answer.status_code == 500
    assert_is_problem(answer)
    assert "NoneType" not in answer.text
    assert answer.headers["x-request-id"] in caplog.text


def test_a_key_is_asked_for_everywhere_but_by_probes(make_site, http):
    make_site(api_key=KEY)
    right, wrong = {"authorization": f"Bearer {KEY}"}, {"authorization": "Bearer something else"}

    for path in ("/", "/docs", "/openapi.json", "/v1/stories", "/v1/nothing"):
        assert http.get(path).status_code == http.get(path, headers=wrong).status_code == 401
        assert http.get(path).headers["www-authenticate"].startswith("Bearer")
        assert http.get(path, headers=right).status_code in (200, 404)
    assert http.get("/healthz").status_code == http.get("/readyz").status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_local(host):
    assert is_local((host, 8080))
    assert is_local(("/run/api.sock", None))


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.7", "192.168.1.2", "2001:db8::1", "example.org", ""])
def test_what_other_machines_reach_is_not_local(host):
    assert not is_local((host, 8080))


def test_without_a_key_other_machines_are_refused_and_told_why(site):
    transport = httpx.ASGITransport(site.app)

    async def ask():
        async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.7:8080") as http:
            return await http.get("/v1/stories"), await http.get("/healthz")

    refused, alive = asyncio.run(ask())

    assert refused.status_code == 403
    assert "DEDUPE_API_KEY" in refused.json()["detail"]
    assert alive.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8080"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "[not an address"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_without_a_key_no_web_page_from_elsewhere_gets_through_a_browser(http, headers):
    assert http.get("/v1/stories", headers=headers).status_code == 403
    assert http.post("/v1/dead-letters:requeue", headers=headers).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:9999", "localhost", "[::1]:8080", "dedupe.localhost"])
def test_this_machines_own_names_are_let_in(http, host):
    assert http.get("/v1/stories", headers={"host": host, "origin": f"http://{host}"}).status_code == 200


def test_encoded_slashes_stay_encoded_until_the_route_is_found():
    assert keep_encoded_slashes(b"/v1/articles/a%2Fb%20c%25", "ignored") == "/v1/articles/a%2Fb c%25"
    assert keep_encoded_slashes(None, "/as/given") == "/as/given"
