"""Who published an article: the name it gives, else the host of its address."""

from urllib.parse import urlsplit

from dedupe.models import Article


def source_of(article: Article) -> str | None:
    """Name of the publisher, None where nobody knows.

    Examples
    --------
    >>> from dedupe.models import ArticleId
    >>> source_of(Article(ArticleId("a"), "The bridge is open.", url="https://www.example.org/bridge"))
    'example.org'
    """
    if article.source is not None and article.source.strip():
        return article.source.strip()
    return None if article.url is None else _host(article.url)


def _host(url: str) -> str | None:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None
