"""The names under which feeds and vendors keep an article's fields, in one table."""

from collections.abc import Collection, Mapping

# Our own name first: it wins. Then what others call it; a dot looks inside an object.
FIELD_NAMES: Mapping[str, tuple[str, ...]] = {
    # Perigon articleId, NewsCatcher _id, RSS guid, Event Registry and ninjs uri, schema.org identifier
    "id": ("id", "articleId", "article_id", "_id", "guid", "uri", "identifier", "@id"),
    # ninjs and schema.org headline
    "title": ("title", "headline"),
    # Perigon and NewsCatcher content, Event Registry and Aylien body, ninjs body_text,
    # JSON Feed content_text,    # schema.org articleBody; summaries stand in where there is no text
    "text": (
        "text",
        "content",
        "body",
        "body_text",
        "content_text",
        "articleBody",
        "body_xhtml",
        "summary",
        "description",
        "description_text",
    ),
    # Perigon pubDate, NewsCatcher published_date, Event Registry dateTimePub, ninjs versioncreated,
    # schema.org datePublished, JSON Feed date_published
    "published_at": (
        "published_at",
        "pubDate",
        "published_date",
        "dateTimePub",
        "dateTime",
        "datePublished",
        "date_published",
        "firstpublished",
        "firstcreated",
        "versioncreated",
        "published",
    ),
    # NewsCatcher clean_url, domain_url; Perigon, Event Registry and Aylien an object; schema.org publisher
    "source": (
        "source",
        "source.domain",
        "source.uri",
        "source.title",
        "source.name",
        "clean_url",
        "domain_url",
        "publisher",
        "publisher.name",
    ),
    # NewsCatcher link, Aylien links.permalink, schema.org mainEntityOfPage
    "url": ("url", "link", "links.permalink", "mainEntityOfPage", "mainEntityOfPage.@id"),
    # schema.org inLanguage
    "lang": ("lang", "language", "inLanguage"),
}


# Each name as itself, the key it begins with, and the key inside that object or None.
_PATHS = {
    field: tuple((name, name.partition(".")[0], name.partition(".")[2] or None) for name in names)
    for field, names in FIELD_NAMES.items()
}


def find_values(row: Mapping[str, object]) -> dict[str, tuple[str, object]]:
    """Name and value of each of our fields that the row holds, as ``find_value`` finds them."""
    found = {field: find_value(row, field) for field in FIELD_NAMES}
    return {field: value for field, value in found.items() if value is not None}


def find_value(row: Mapping[str, object], field: str) -> tuple[str, object] | None:
    """Name and value of a field in a row, by the first of its names that holds something.

    An object under a name is passed over while a later name looks inside it; it is returned where nothing
    better is found, so that the reader can say what is wrong with it. None and blank strings hold nothing.
    """
    held_object = None
    for name, outer, inner in _PATHS[field]:
        if outer not in row:
            continue
        value = row[outer] if inner is None else _inside(row[outer], inner)
        if is_blank(value):
            continue
        if not isinstance(value, dict):
            return name, value
        held_object = held_object or (name, value)
    return held_object


def _inside(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def is_blank(value: object) -> bool:
    """Whether a value says nothing: None, or a string of white space."""
    return value is None or (isinstance(value, str) and not value.strip())


def names_an_article(columns: Collection[str]) -> bool:
    """Whether a table with these columns can hold articles: one of them is a title or a text."""
    return any(name in columns for field in ("title", "text") for name in FIELD_NAMES[field])
