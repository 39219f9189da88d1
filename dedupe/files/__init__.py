"""Readers and writers: strangers' files become articles, results become files."""

from dedupe.files.articles import article_from_mapping, mapping_from_article
from dedupe.files.identity import content_id
from dedupe.files.labels import Labels, read_labels
from dedupe.files.limits import Limits
from dedupe.files.read import Repeat, read_articles, read_items
from dedupe.files.write import write_rows

__all__ = [
    "Labels",
    "Limits",
    "Repeat",
    "article_from_mapping",
    "content_id",
    "mapping_from_article",
    "read_articles",
    "read_items",
    "read_labels",
    "write_rows",
]
