"""Two worlds of ids in one comparison: those of the articles in question, and those of a corpus they are held against.

The same id in both is no conflict: that of an article of the corpus carries a mark while the comparison lasts. Rows
have no marks and say instead, under ``KEY_in``, whether the id under ``KEY`` is one of the corpus or of the files.
"""

from collections.abc import Mapping, Sequence

from dedupe.models import ArticleId, Json

_MARK = "\x1f"  # an id holds no control character
_TOLD_APART = ("group", "duplicate_of", "a", "container")
CORPUS, FILES = "corpus", "files"
"""What rows say of where an id is from."""


def of_corpus(article_id: ArticleId) -> ArticleId:
    """Return the id of an article of the corpus, with its mark."""
    return ArticleId(_MARK + article_id)


def columns_told_apart(columns: Sequence[str]) -> tuple[str, ...]:
    """Columns of rows that say where their ids are from."""
    return (*columns, *(f"{key}_in" for key in columns if key in _TOLD_APART))


def row_told_apart(row: Mapping[str, Json]) -> dict[str, Json]:
    """Row without marks, that says where its ids are from."""
    ids = {key: value for key, value in row.items() if key in _TOLD_APART}
    worlds: dict[str, Json] = {f"{key}_in": _world(value) for key, value in ids.items()}
    plain: dict[str, Json] = {key: _plain(value) for key, value in ids.items()}
    return {**row, **plain, **worlds}


def row_marked(row: Mapping[str, Json]) -> dict[str, Json]:
    """Row as it was before `row_told_apart`."""
    marked: dict[str, Json] = {
        key: _MARK + value
        for key, value in row.items()
        if key in _TOLD_APART and isinstance(value, str) and row.get(f"{key}_in") == CORPUS
    }
    return {key: value for key, value in {**row, **marked}.items() if not key.endswith("_in")}


def _world(value: Json) -> str | None:
    if not isinstance(value, str):
        return None
    return CORPUS if value.startswith(_MARK) else FILES


def _plain(value: Json) -> Json:
    return value.removeprefix(_MARK) if isinstance(value, str) else value
