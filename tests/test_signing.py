import doctest
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedupe
from dedupe import signing
from dedupe.signing import sign, verify_webhook

NOW = datetime(2021, 5, 18, 9, 30, tzinfo=UTC)
AT = int(NOW.timestamp())
SECRET = "a-secret-that-both-know"


def test_a_signature_is_the_hmac_of_time_and_body():
    digest = hmac.new(SECRET.encode(), f"{AT}.".encode() + b"body", hashlib.sha256).hexdigest()

    assert sign(b"body", SECRET, at=AT) == f"t={AT},v1={digest}"


@given(body=st.binary(max_size=200), secret=st.text(min_size=1, max_size=40).filter(lambda text: text.isascii()))
def test_what_was_signed_is_verified_and_nothing_else(body, secret):
    header = sign(body, secret, at=AT)

    assert verify_webhook(body, header, secret, now=NOW)
    assert not verify_webhook(body + b" ", header, secret, now=NOW)
    assert not verify_webhook(body, header, secret + "x", now=NOW)
    assert not verify_webhook(body, header.replace(f"t={AT}", f"t={AT + 1}"), secret, now=NOW)


@pytest.mark.parametrize(("seconds", "is_fresh"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_a_delivery_of_another_time_is_refused(seconds, is_fresh):
    header = sign(b"body", SECRET, at=AT)

    assert verify_webhook(b"body", header, SECRET, now=NOW + timedelta(seconds=seconds)) is is_fresh


def test_one_right_signature_of_several_is_enough():
    right = sign(b"body", SECRET, at=AT).partition("v1=")[2]

    assert verify_webhook(b"body", f"t={AT},v1={'0' * 64},v1={right}", SECRET, now=NOW)
    assert verify_webhook(b"body", f"t={AT}, v0={'0' * 64}, v1={right}", SECRET, now=NOW)
    assert not verify_webhook(b"body", f"t={AT},v0={right}", SECRET, now=NOW)


@given(st.text(max_size=60) | st.from_regex(r"t=[0-9]{1,20},v1=[0-9a-f]*", fullmatch=True))
def test_a_header_of_anything_else_is_refused_and_never_an_error(header):
    assert not verify_webhook(b"body", header, SECRET, now=NOW)


def test_a_time_without_a_zone_is_a_slip():
    with pytest.raises(ValueError, match="timezone"):
        verify_webhook(b"body", sign(b"body", SECRET, at=AT), SECRET, now=datetime(2021, 5, 18))  # noqa: DTZ001


def test_it_is_a_public_name_whose_example_is_true():
    assert dedupe.verify_webhook is verify_webhook
    assert doctest.testmod(signing) == (0, 4)
