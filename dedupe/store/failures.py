"""Driver errors become the project's own, so that callers know what to retry."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import (
    BusyLoadingError,
    ConnectionError,  # noqa: A004 (the driver's name)
    OutOfMemoryError,
    ReadOnlyError,
    TimeoutError,  # noqa: A004 (the driver's name)
)

from dedupe.errors import StoreUnavailable

PASSING = (ConnectionError, TimeoutError, BusyLoadingError, OutOfMemoryError, ReadOnlyError)


@contextmanager
def store_failures() -> Iterator[None]:
    """Raise ``StoreUnavailable`` for what may pass by itself; let everything else through."""
    try:
        yield
    except PASSING as error:
        raise StoreUnavailable(str(error)) from error
