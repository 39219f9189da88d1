import pytest

from dedupe.environment import read_settings
from dedupe.errors import InvalidSettings, StackError
from dedupe.wiring import resolve


def test_every_wrong_setting_is_named_at_once(monkeypatch):
    monkeypatch.setenv("DEDUPE_MAX_PENDING", "many")
    monkeypatch.setenv("DEDUPE_WINDOW_DAYS", "-1")
    monkeypatch.setenv("DEDUPE_STORE_URL", "http://example.org")

    with pytest.raises(InvalidSettings) as error:
        read_settings()

    assert set(error.value.problems) == {"DEDUPE_MAX_PENDING", "DEDUPE_WINDOW_DAYS", "DEDUPE_STORE_URL"}
    assert "many" in str(error.value)


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
