"""From a row of anyone's making to an article, and back."""

from collections.abc import Mapping, Set
from datetime import UTC, datetime
from typing import cast

import orjson

from dedupe.errors import BadInput, InvalidArticle
from dedupe.files.dates import parse_time
from dedupe.files.field_names import FIELD_NAMES, find_values, is_blank
from dedupe.files.identity import content_id
from dedupe.files.limits import DEFAULT_LIMITS, Limits
from dedupe.models import Article, ArticleId, Json

_TIME_RULE = "must be an RFC 3339 time such as 2021-05-18T09:30:00Z, or a date"


def article_from_mapping(
    row: Mapping[str, object], *, source: str, line: int | None, limits: Limits = DEFAULT_LIMITS
) -> Article:
    """Make an article of a row; keys nobody here reads are kept in ``extra``.

    ``source`` and ``line`` say where the row stood. An integer id becomes its decimal string. Raises
    ``BadInput`` with the name the row itself uses for the field, for the first rule that is broken.
    """
    try:
        return _checked_article(row, limits=limits)
    except InvalidArticle as broken:
        raise BadInput(source, line, broken.field or None, broken.rule) from None


def mapping_from_article(article: Article) -> dict[str, Json]:
    """Row of an article under our own names, then its ``extra`` keys; absent fields are left out."""
    published_at = None if article.published_at is None else format_time(article.published_at)
    plain: dict[str, Json] = {
        "id": article.id,
        "title": article.title,
        "text": article.text,
        "published_at": published_at,
        "source": article.source,
        "url": article.url,
        "lang": article.lang,
    }
    kept = {name: value for name, value in article.extra.items() if name not in plain}
    return {name: value for name, value in plain.items() if value is not None} | kept


def format_time(time: datetime) -> str:
    """RFC 3339 in UTC with a Z, without a fraction where it is zero."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _checked_article(row: Mapping[str, object], *, limits: Limits) -> Article:
    found = find_values(row)
    title, text = _string(found, "title"), _string(found, "text") or ""
    if title is None and not text:
        raise InvalidArticle("", "text", "must be given, or else a title")
    if len(text) + len(title or "") > limits.max_article_chars:
        limit = limits.max_article_chars
        raise InvalidArticle("", "text", f"must not exceed {limit} characters with the title (max_article_chars)")
    source, url = _string(found, "source"), _string(found, "url")
    own_id = _own_id(row, found)
    return Article(
        id=content_id(source=source, url=url, title=title, text=text) if own_id is None else own_id,
        text=text,
        title=title,
        published_at=_published_at(found),
        source=source,
        url=url,
        lang=_string(found, "lang"),
        extra=_extra(row, read={name for name, _ in found.values()}),
    )


def _string(found: Mapping[str, tuple[str, object]], field: str) -> str | None:
    if field not in found:
        return None
    name, value = found[field]
    if not isinstance(value, str):
        raise InvalidArticle("", name, f"must be a string, got {json_type(value)}")
    _require_clean(name, value)
    return value


def _require_clean(name: str, value: str) -> None:
    if "\0" in value:
        raise InvalidArticle("", name, "must not hold NUL characters")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidArticle("", name, _surrogate_rule(value, error.start)) from None


def _surrogate_rule(value: str, at: int) -> str:
    code = ord(value[at])
    # Readers of tables decode with "surrogateescape", which leaves a bad byte as U+DC00 plus its value.
    if 0xDC80 <= code <= 0xDCFF:
        return f"must be UTF-8, got the byte 0x{code - 0xDC00:02x} at character {at + 1}"
    return f"must not hold lone surrogates, got \\u{code:04x} at character {at + 1}"


def _own_id(row: Mapping[str, object], found: Mapping[str, tuple[str, object]]) -> ArticleId | None:
    if isinstance(row.get("id"), str) and is_blank(row["id"]):
        raise InvalidArticle("", "id", "must not be blank; leave it out to have one made")
    name, value = found.get("id", ("id", None))
    if isinstance(value, str):
        return ArticleId(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return ArticleId(str(value))
    # What others call an identifier may be an object; that is no id, and one is made.
    if value is None or name != "id":
        return None
    raise InvalidArticle("", name, f"must be a string or an integer, got {json_type(value)}")


def _published_at(found: Mapping[str, tuple[str, object]]) -> datetime | None:
    if "published_at" not in found:
        return None
    name, value = found["published_at"]
    if not isinstance(value, str):
        # Seconds and milliseconds since 1970 look alike, so a number is never guessed at.
        raise InvalidArticle("", name, f"{_TIME_RULE}, got {json_type(value)}")
    try:
        return parse_time(value)
    except ValueError:
        raise InvalidArticle("", name, f"{_TIME_RULE}, got {value[:40]!r}") from None


def _extra(row: Mapping[str, object], *, read: Set[str]) -> dict[str, Json]:
    extra = {name: value for name, value in row.items() if name not in FIELD_NAMES and name not in read}
    for name, value in extra.items():
        if not _is_json(name, value):
            rule = "must be JSON: no lone surrogates, nested less than 250 deep"
            raise InvalidArticle("", ascii(name)[1:-1], rule)
    return cast("dict[str, Json]", extra)


def _is_json(name: str, value: object) -> bool:
    try:
        orjson.dumps({name: value})
    except TypeError:  # orjson's own error is one
        return False
    return True


def json_type(value: object) -> str:
    """JSON's word for the type of a value, with its article: "a number", "an object"."""
    names: dict[type, str] = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "an array",
        type(None): "null",
    }
    return "an object" if isinstance(value, Mapping) else names.get(type(value), type(value).__name__)
