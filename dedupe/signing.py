"""Signatures of deliveries: how one is made, and how a receiver verifies it."""

import hmac
import re
from datetime import datetime

HEADER = "Dedupe-Signature"
_SIGNATURE = re.compile(r"t=([0-9]{1,15})((?:,v[0-9]+=[0-9a-f]{1,128})+)")


def sign(body: bytes, secret: str, *, at: int) -> str:
    """Value of the ``Dedupe-Signature`` header of a body; ``at`` is the time in seconds since 1970."""
    return f"t={at},v1={_digest(body, secret, at=at)}"


def _digest(body: bytes, secret: str, *, at: int) -> str:
    return hmac.digest(secret.encode(), f"{at}.".encode() + body, "sha256").hex()


def verify_webhook(body: bytes, header: str, secret: str, *, now: datetime, tolerance_seconds: float = 300) -> bool:
    """Whether a delivery comes from one who knows the secret, and is not older (or newer) than the tolerance.

    ``body`` is as it came, before any parsing; ``header`` is that of the name ``Dedupe-Signature``. A wrong signature
    takes as long as a right one. What is sent again by a stranger is refused by its time, or known by its ``id``.

    >>> from datetime import UTC, datetime
    >>> body, secret = b'{"events":[]}', "a-secret-that-both-know"
    >>> header = "t=1621330200,v1=070539223b8d8fb96821e00cac642c23230d234447c59fddcb7e7de15a87f7ff"
    >>> verify_webhook(body, header, secret, now=datetime(2021, 5, 18, 9, 30, tzinfo=UTC))
    True
    """
    if now.tzinfo is None:
        raise ValueError(f"now must have a timezone, got {now!r}")
    found = _SIGNATURE.fullmatch(header.replace(" ", ""))
    if found is None or abs(now.timestamp() - int(found[1])) > tolerance_seconds:
        return False
    expected = _digest(body, secret, at=int(found[1]))
    given = [part.partition("=")[2] for part in found[2].split(",") if part.startswith("v1=")]
    matches = [hmac.compare_digest(expected, signature) for signature in given]  # all of them, whichever is right
    return any(matches)
