"""Parquet, where pyarrow is installed."""

import gzip
import importlib
import io
from collections.abc import Iterator
from datetime import date, datetime

from dedupe.errors import BadInput
from dedupe.files.row import Row
from dedupe.files.streams import GZIP_MAGIC


def read_parquet(path: str) -> Iterator[Row | BadInput]:
    """Yield the rows of a Parquet file, ``line`` being the row's number; one batch at a time."""
    try:
        arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        rule = "reading Parquet needs the optional extra pyarrow: pip install pyarrow"
        yield BadInput(path, None, None, rule)
        return
    line = 0
    try:
        for batch in parquet.ParquetFile(_unzipped(path)).iter_batches(batch_size=1_000):
            for values in batch.to_pylist():
                line += 1
                yield Row(path, line, {name: _as_json(value) for name, value in values.items()})
    except arrow.ArrowException as error:
        yield BadInput(path, None, None, f"must be valid Parquet: {str(error).splitlines()[0]}")


def _unzipped(path: str) -> str | io.BytesIO:
    """Return the path, or what is in the file where it is gzipped; Parquet is read from its end, so all of it."""
    with open(path, "rb") as file:
        if file.read(2) != GZIP_MAGIC:
            return path
    with gzip.open(path) as file:
        return io.BytesIO(file.read())


def _as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value
