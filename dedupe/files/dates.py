"""Publication times: RFC 3339, and the two spellings of it that files really hold."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?\s?([Zz]|[+-]\d\d:?\d\d)?)?", re.ASCII)
_RFC_2822 = re.compile(
    r"([A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d(:\d\d)? ([+-]\d{4}|[A-Z]{1,3})", re.ASCII
)


class TimeOutOfRange(ValueError):
    """The value is a time, and one that no ``datetime`` in UTC holds."""

    def __init__(self) -> None:
        super().__init__("must be in the years 1 to 9999 in UTC")


def parse_time(value: str) -> datetime:
    """Time in UTC from RFC 3339, or from the RFC 2822 form that RSS uses.

    A date alone is midnight, and a time without an offset is taken as UTC. Raises ``TimeOutOfRange`` for a time outside
    the years 1 to 9999, and another ``ValueError`` for anything else, a day that does not exist included.
    """
    value = value.strip()
    if _RFC_3339.fullmatch(value):
        if value.startswith("0000"):  # a year to RFC 3339
            raise TimeOutOfRange
        return _in_utc(datetime.fromisoformat(value.upper().replace(",", ".").replace(" Z", "Z")))
    if _RFC_2822.fullmatch(value):
        return _in_utc(parsedate_to_datetime(value))
    raise ValueError(f"no RFC 3339 time: {value[:40]!r}")


def _in_utc(time: datetime) -> datetime:
    try:
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError as error:
        raise TimeOutOfRange from error
