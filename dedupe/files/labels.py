"""Gold labels and predictions: the story or duplicate group of an article, and duplicate pairs."""

from collections.abc import Mapping
from dataclasses import dataclass

from dedupe.errors import BadInput
from dedupe.files.corpora import CORPUS, of_corpus
from dedupe.files.field_names import find_value
from dedupe.files.identity import content_id
from dedupe.files.limits import DEFAULT_LIMITS, Limits
from dedupe.files.places import FileFormat, input_files
from dedupe.files.read import read_rows
from dedupe.files.row import Row
from dedupe.models import ArticleId

_PAIR_COLUMNS = (("a", "b"), ("id1", "id2"))
_STORY_COLUMNS = ("story",)
_GROUP_COLUMNS = ("dup", "group")


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file says of its articles, by article id; ``pairs`` are its duplicate pairs.

    A mapping is empty, and ``pairs`` is None, where the file does not speak of that at all; a file without rows
    is a command's word that there are no pairs.
    """

    story_of: Mapping[str, str]
    group_of: Mapping[str, str]
    pairs: tuple[tuple[str, str], ...] | None


def read_labels(path: str, *, limits: Limits = DEFAULT_LIMITS) -> Labels:
    """Labels in the rows of a file or folder: articles with a ``story`` or ``dup`` key, or command output.

    Stories are under ``story``, duplicate groups under ``dup`` or ``group``, pairs under ``a`` and ``b`` or
    ``id1`` and ``id2``. A null label says nothing. Raises the first ``BadInput``: half-read labels make a
    wrong score.
    """
    story_of: dict[str, str] = {}
    group_of: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    n_rows = 0
    for file in input_files([path], otherwise=FileFormat.JSON_LINES):
        for row in read_rows(file, limits=limits):
            if isinstance(row, BadInput):
                raise row
            n_rows += 1
            pair = _pair(row)
            if pair is not None:
                pairs.append(pair)
                continue
            _note(story_of, row, _STORY_COLUMNS)
            _note(group_of, row, _GROUP_COLUMNS)
    return Labels(story_of, group_of, tuple(pairs) if pairs or n_rows == 0 else None)


def _pair(row: Row) -> tuple[str, str] | None:
    for left, right in _PAIR_COLUMNS:
        if left in row.values and right in row.values:
            a, b = _label(row, left), _label(row, right)
            if a is None or b is None or a == b:
                raise BadInput(row.source, row.line, right, f"a pair must join two articles, got {a!r} and {b!r}")
            return a, b
    return None


def _note(label_of: dict[str, str], row: Row, columns: tuple[str, ...]) -> None:
    for column in columns:
        label = _label(row, column)
        if label is None:
            continue
        if row.values.get(f"{column}_in") == CORPUS:
            label = of_corpus(ArticleId(label))  # not the group of an article of the files that has this id
        article_id = _article_id(row)
        if label_of.setdefault(article_id, label) != label:
            rule = f"article {article_id!r} is already under {label_of[article_id]!r}, got {label!r}"
            raise BadInput(row.source, row.line, column, rule)


def _label(row: Row, column: str) -> str | None:
    value = row.values.get(column)
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise BadInput(row.source, row.line, column, "must be a string or an integer")


def _article_id(row: Row) -> str:
    """Return the row's own id, or the one its article would be given."""
    found = find_value(row.values, "id")
    if found is not None and isinstance(found[1], str | int):
        return str(found[1])
    said = {field: find_value(row.values, field) for field in ("source", "url", "title", "text")}
    plain = {name: value[1] for name, value in said.items() if value and isinstance(value[1], str)}
    if not plain.keys() & {"title", "text"}:
        raise BadInput(row.source, row.line, "id", "must be given, or a title or a text to make it from")
    return content_id(
        source=plain.get("source"), url=plain.get("url"), title=plain.get("title"), text=plain.get("text", "")
    )
