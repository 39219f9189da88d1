import re
from pathlib import Path

import pytest

from dedupe.connections import resolve
from dedupe.environment import known_variables, read_settings
from dedupe.errors import InvalidSettings, StackError


def test_every_wrong_setting_is_named_at_once(monkeypatch):
    monkeypatch.setenv("DEDUPE_MAX_PENDING", "many")
    monkeypatch.setenv("DEDUPE_WINDOW_DAYS", "-1")
    monkeypatch.setenv("DEDUPE_STORE_URL", "http://example.org")

    with pytest.raises(InvalidSettings) as error:
        read_settings()

    assert set(error.value.problems) == {"DEDUPE_MAX_PENDING", "DEDUPE_WINDOW_DAYS", "DEDUPE_STORE_URL"}
    assert "many" in str(error.value)


def test_a_variable_that_is_no_setting_is_named_with_the_setting_it_may_have_meant(monkeypatch):
    monkeypatch.setenv("DEDUPE_MAX_PENDIGN", "5")
    monkeypatch.setenv("DEDUPE_COLOUR_OF_MY_SOCKS", "green")
    monkeypatch.setenv("DEDUPE_SHARDS", "0")

    with pytest.raises(InvalidSettings) as error:
        read_settings()

    assert set(error.value.problems) == {"DEDUPE_MAX_PENDIGN", "DEDUPE_COLOUR_OF_MY_SOCKS", "DEDUPE_SHARDS"}
    assert error.value.problems["DEDUPE_MAX_PENDIGN"] == "is no setting; did you mean DEDUPE_MAX_PENDING?"
    assert "socks" not in str(error.value.problems["DEDUPE_COLOUR_OF_MY_SOCKS"])


@pytest.mark.parametrize("name", ["DEDUPE_URL", "DEDUPE_OWNER_PID", "dedupe_url", "XDEDUPE_NOTHING"])
def test_variables_that_something_else_reads_are_left_alone(monkeypatch, name):
    monkeypatch.setenv(name, "1")

    assert read_settings().shards == 1


def test_every_variable_the_code_reads_is_known():
    read = {
        name
        for folder in ("dedupe", "workers")
        for path in Path(folder).rglob("*.py")
        for name in re.findall(r"DEDUPE_[A-Z_]+", path.read_text(encoding="utf-8"))
    }

    assert read - {"DEDUPE_"} <= known_variables()


def test_an_empty_variable_is_an_absent_one(monkeypatch):
    monkeypatch.setenv("DEDUPE_STORE_URL", "")

    assert read_settings().store_url is None


def test_without_a_url_and_without_a_running_stack_the_ways_out_are_named(monkeypatch, tmp_path):
    monkeypatch.delenv("DEDUPE_STORE_URL", raising=False)
    monkeypatch.setenv("DEDUPE_DATA", str(tmp_path))

    with pytest.raises(StackError, match=r"DEDUPE_STORE_URL.*dedupe up"):
        resolve(read_settings())


@pytest.mark.parametrize(
    ("store", "broker"),
    [
        ("redis://h:1/2", "redis://h:1/2"),
        ("rediss://h:1", "rediss://h:1"),
        ("valkey://h:1", "redis://h:1"),
        ("unix:///run/my%20store.sock", "redis+socket:///run/my%20store.sock"),
    ],
)
def test_the_broker_is_the_stores_server_unless_another_is_given(monkeypatch, store, broker):
    monkeypatch.setenv("DEDUPE_STORE_URL", store)
    monkeypatch.delenv("DEDUPE_BROKER_URL", raising=False)
    assert resolve(read_settings()) == (store, broker)

    monkeypatch.setenv("DEDUPE_BROKER_URL", "amqp://queue")
    assert resolve(read_settings()) == (store, "amqp://queue")
