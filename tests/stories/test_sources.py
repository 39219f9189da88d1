import pytest

from dedupe.models import Article, ArticleId
from dedupe.stories.sources import source_of


@pytest.mark.parametrize(
    ("source", "url", "expected"),
    [
        ("Valley Post", "https://www.example.org/a", "Valley Post"),
        ("  Valley Post ", None, "Valley Post"),
        ("  ", "https://www.example.org/a", "example.org"),
        (None, "https://news.example.org:8443/a?b=www.other.org", "news.example.org"),
        (None, "HTTPS://WWW.Example.ORG", "example.org"),
        (None, "not an address", None),
        (None, "https://[broken/a", None),
        (None, "", None),
        (None, None, None),
    ],
)
def test_a_source_is_the_name_given_or_the_host_of_the_address(source, url, expected):
    assert source_of(Article(ArticleId("a"), "text", source=source, url=url)) == expected
