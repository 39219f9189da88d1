"""Articles of any files, in input order, with everything that is wrong among them."""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dedupe.errors import BadInput
from dedupe.files.articles import article_from_mapping
from dedupe.files.field_names import names_an_article
from dedupe.files.identity import content_id
from dedupe.files.json_documents import read_json_document
from dedupe.files.json_lines import read_json_lines
from dedupe.files.limits import DEFAULT_LIMITS, Limits
from dedupe.files.odometer import Odometer
from dedupe.files.parquet import read_parquet
from dedupe.files.places import FileFormat, InputFile, input_files
from dedupe.files.plain_text import read_plain_text
from dedupe.files.row import Row
from dedupe.files.streams import utf8_stream
from dedupe.files.tables import read_table
from dedupe.models import Article, ArticleId


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that says again what an earlier row said: the same id and the same title and text."""

    source: str
    line: int | None
    article_id: ArticleId


def read_articles(paths: Sequence[str], *, limits: Limits = DEFAULT_LIMITS) -> Iterator[Article | BadInput]:
    """Articles and bad rows in input order; a row that repeats an earlier one is left out.

    Lines and records are read one at a time; of those gone by, only the ids and a hash are kept. Raises
    ``BadInput`` at once for a path that stands for no file, a missing one aside.
    """
    return (item for item in read_items(paths, limits=limits) if not isinstance(item, Repeat))


def read_items(
    paths: Sequence[str], *, limits: Limits = DEFAULT_LIMITS, odometer: Odometer | None = None
) -> Iterator[Article | BadInput | Repeat]:
    """As ``read_articles``, with the repeats in their place, for whoever counts them."""
    return _items(input_files(paths), limits=limits, odometer=odometer)


def _items(
    files: Sequence[InputFile], *, limits: Limits, odometer: Odometer | None
) -> Iterator[Article | BadInput | Repeat]:
    firsts = _Firsts()
    for file in files:
        for row in read_rows(file, limits=limits, header_fault=_no_article_columns, odometer=odometer):
            yield row if isinstance(row, BadInput) else _item(row, firsts, limits=limits)


def _no_article_columns(columns: Sequence[str]) -> str | None:
    if names_an_article(columns):
        return None
    return f"the header must name a 'title' or 'text' column, got {', '.join(map(repr, columns))[:200]}"


def _item(row: Row, firsts: "_Firsts", *, limits: Limits) -> Article | BadInput | Repeat:
    try:
        article = article_from_mapping(row.values, source=row.source, line=row.line, limits=limits)
    except BadInput as bad:
        return bad
    content = _content_hash(article)
    first = firsts.note(article.id, content, row)
    if first is None:
        return article
    # An id made from the content may meet the same text in another spelling; that is no conflict.
    if first.content == content or _has_made_id(article):
        return Repeat(row.source, row.line, article.id)
    return BadInput(row.source, row.line, "id", f"{article.id!r} already stands for another text, at {first.place}")


@dataclass(frozen=True, slots=True)
class _First:
    content: bytes
    place: str


class _Firsts:
    """Which row had an id first. One packed string an article: there may be millions of them."""

    _PACKED = struct.Struct("<16sqq")
    _NO_LINE = -1

    def __init__(self) -> None:
        self._packed: dict[ArticleId, bytes] = {}
        self._sources: list[str] = []

    def note(self, article_id: ArticleId, content: bytes, row: Row) -> _First | None:
        """Take an id in; the row that has had it already, if there is one."""
        if not self._sources or self._sources[-1] != row.source:
            self._sources.append(row.source)
        line = self._NO_LINE if row.line is None else row.line
        here = self._PACKED.pack(content, line, len(self._sources) - 1)
        packed = self._packed.setdefault(article_id, here)
        return None if packed is here else self._unpacked(packed)

    def _unpacked(self, packed: bytes) -> _First:
        content, line, number = self._PACKED.unpack(packed)
        source = self._sources[number]
        return _First(content, source if line == self._NO_LINE else f"{source}:{line}")


def _has_made_id(article: Article) -> bool:
    return article.id == content_id(source=article.source, url=article.url, title=article.title, text=article.text)


def _content_hash(article: Article) -> bytes:
    content = f"{article.title or ''}\0{article.text}"
    return hashlib.blake2b(content.encode(), digest_size=16).digest()


def read_rows(
    file: InputFile,
    *,
    limits: Limits = DEFAULT_LIMITS,
    header_fault: Callable[[Sequence[str]], str | None] = lambda _: None,
    odometer: Odometer | None = None,
) -> Iterator[Row | BadInput]:
    """Yield the rows of one file, whatever they mean; where it cannot be read on, one ``BadInput``."""
    try:
        yield from _rows(file, limits=limits, header_fault=header_fault, odometer=odometer)
    except OSError as error:
        yield BadInput(file.path, None, None, f"cannot be read: {error.strerror or error}")
    except (EOFError, zlib.error) as error:
        yield BadInput(file.path, None, None, f"is damaged gzip: {error}")
    except UnicodeDecodeError as error:
        yield BadInput(file.path, None, None, f"must be UTF-16, as it begins: {error.reason}")


def _rows(
    file: InputFile,
    *,
    limits: Limits,
    header_fault: Callable[[Sequence[str]], str | None],
    odometer: Odometer | None,
) -> Iterator[Row | BadInput]:
    if file.format is FileFormat.PARQUET:
        yield from read_parquet(file.path)
        if odometer is not None:
            odometer.pass_by(file.path)
        return
    with utf8_stream(file.path, odometer=odometer) as stream:
        match file.format:
            case FileFormat.JSON_LINES:
                yield from read_json_lines(stream, source=file.path, limits=limits)
            case FileFormat.JSON:
                yield from read_json_document(stream, source=file.path)
            case FileFormat.TEXT:
                yield read_plain_text(stream, source=file.path, stem=file.stem, limits=limits)
            case FileFormat.CSV | FileFormat.TSV:
                delimiter = "," if file.format is FileFormat.CSV else "\t"
                yield from read_table(
                    stream, source=file.path, delimiter=delimiter, limits=limits, header_fault=header_fault
                )
