import base64
import hashlib
import re
from html.parser import HTMLParser

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.api.problems import Kind
from dedupe.local.seeds import read_seeds
from dedupe.models import Article, ArticleId
from dedupe.store.keys import Shard
from dedupe.web.shown import plain, safe_link
from tests.serving import expire, merge, split

pytest_plugins = ["tests.serving_fixtures"]

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    f"left {BIDI} right",
    "bell \x07 escape \x1b[31m null-like \x01 back \x08",
    "Z" + "\u0301" * 500,
    "&lt;b&gt; &amp;",
    "]]><!-- comment",
]


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self.attributes = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text.append(data)

    def links(self):
        return [value for name, value in self.attributes if name == "href"]


def test_the_page_shows_the_three_stories_with_their_members(http, site):
    site.bell.works = True
    site.service.submit(read_seeds())
    site.service.start_recluster()

    answer = http.get("/")

    page = Page(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert page.tags.count("article") == 3
    assert page.tags.count("li") == 5
    assert {f"/v1/articles/{seed.id}" for seed in read_seeds()} <= set(page.links())
    assert answer.text.count('class="state emerging"') == 3
    assert "provisional</span>" not in answer.text


def test_stories_link_to_their_pages_and_to_their_related_stories(http, site):
    site.bell.works = True
    site.service.submit(read_seeds())
    site.service.start_recluster()
    ids = [view.story.id for view in site.service.stories().stories]

    links = Page(http.get("/").text).links()

    assert all(links.count(f"/stories/{story}") >= 3 for story in ids)  # its own title, and from both others


def test_the_page_of_a_story_has_all_its_articles_its_history_and_its_related_stories(http, site):
    site.bell.works = True
    reports = [Article(ArticleId(f"n{n}"), f"Floods close the northern railway, report {n}.") for n in range(40)]
    site.service.submit([*reports, *read_seeds()])
    site.service.start_recluster()
    large, other = (
        site.service.article(ArticleId(i)).assignment.story_id for i in ("n0", read_seeds()[0].id)
    )  # fmt: skip

    page, second = Page(http.get(f"/stories/{large}").text), Page(http.get(f"/stories/{other}").text)

    assert {f"/v1/articles/n{n}" for n in range(40)} <= set(page.links())
    assert "What happened to it" in page.text
    assert "Related stories" not in page.text
    related = [f"/stories/{view.story.id}" for view in site.service.related(other)]
    assert set(related) <= set(second.links())


def test_an_article_that_could_be_elsewhere_names_the_other_story(http, site):
    site.bell.works = True
    site.service.submit(
        [Article(ArticleId("a"), "Floods close the railway."), Article(ArticleId("b"), "A rate is cut.")]
    )
    here, there = (site.service.article(ArticleId(i)).assignment.story_id for i in "ab")
    near = orjson.dumps([here, True, 0.5, there, 0.01])
    far = orjson.dumps([there, True, 0.5, here, 0.5])
    at = site.service._keys.partition(0).assignments
    site.service._partitions._redis.hset(at, mapping={"a": near, "b": far})

    text = http.get(f"/stories/{here}").text

    assert f'could be in <a href="/stories/{there}">' in text
    assert "could be in" not in http.get(f"/stories/{there}").text


def test_pages_of_stories_that_ended_lead_on(http, site, redis):
    site.bell.works = True
    site.service.submit([Article(ArticleId("a"), "Floods close the northern railway.")])
    story = site.service.article(ArticleId("a")).assignment.story_id
    merge(redis, site, "merged", story)
    split(redis, site, "parted", story)
    expire(redis, site, "expired")

    merged = http.get("/stories/merged")

    assert (merged.status_code, merged.headers["location"]) == (308, f"/stories/{story}")
    assert f"/stories/{story}" in Page(http.get("/stories/parted").text).links()
    assert http.get("/stories/expired").status_code == 410
    assert http.get("/stories/never").status_code == 404


def test_an_empty_service_says_how_to_begin(http):
    assert "dedupe submit" in http.get("/").text


def test_the_page_refreshes_itself_only_while_something_waits(http, site):
    site.service.submit(read_seeds())
    waiting = Page(http.get("/").text)
    site.service.drain(Shard(0))
    done = Page(http.get("/").text)

    assert ("http-equiv", "refresh") in waiting.attributes
    assert ("http-equiv", "refresh") not in done.attributes


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_articles_are_shown_and_do_nothing(http, site, hostile):
    printable = "".join(c for c in hostile if c.isprintable())
    article = Article(
        ArticleId(printable[:200]), title=hostile, text=hostile, source=hostile, url=f"javascript:{hostile}"
    )
    site.service.submit([article])
    site.service.drain(Shard(0))

    html = http.get("/").text

    page = Page(html)
    assert page.tags.count("li") == 1
    assert {"script", "img", "iframe", "object", "link"} & set(page.tags) <= {"link"}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [link for link in page.links() if "javascript:" in link.lower()]
    assert not set(BIDI) & set(html)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", html)
    assert "\u0301" * 5 not in html
    assert "49" not in [text.strip() for text in page.text]


def test_the_page_is_whole_in_itself_and_its_policy_allows_nothing_but_its_own_style(http):
    for path in ("/", "/docs"):
        answer = http.get(path)

        policy = answer.headers["content-security-policy"]
        style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in policy
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy
        assert "<script" not in answer.text
        assert not re.search(r"(src|href)=\"(https?:)?//", answer.text)
        assert "style=" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_pages_of_stories_follow_one_another(http, site):
    articles = [
        Article(ArticleId(f"n{n}"), title=f"{n} " + chr(97 + n) * 9, text=" ".join([chr(97 + n) * 7] * 9))
        for n in range(21)
    ]
    site.service.submit(articles)
    site.service.drain(Shard(0))

    first = Page(http.get("/").text)
    older = next(link for link in first.links() if "cursor" in link)
    second = Page(http.get(older).text)

    assert (first.tags.count("article"), second.tags.count("article")) == (20, 1)


def test_a_cursor_that_is_none_is_refused(http):
    assert http.get("/", params={"cursor": "nonsense"}).status_code == 422


def test_the_documentation_names_every_endpoint_and_every_kind_of_problem(http):
    html = http.get("/docs").text

    assert html.count("<summary>Example</summary>") > 20
    assert all(path in html for path in http.get("/openapi.json").json()["paths"])
    assert all(f'id="{kind.slug}"' in html for kind in Kind)


@pytest.mark.parametrize("url", ["https://example.org/a?b=c", "http://example.org", "https://пример.рф/"])
def test_addresses_of_the_web_are_links(url):
    assert safe_link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None, "", "javascript:alert(1)", "JAVASCRIPT:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
        "data:text/html,x",
        "//example.org", "/local", "http://", "https:///path", "vbscript:x", "ftp://example.org", "http://[",
        "http:\\\\example.org",
        "https://example.org/\u202e", "https://example.org/" + "a" * 3_000,
    ],
)  # fmt: skip
def test_other_addresses_are_none(url):
    assert safe_link(url) is None


@given(st.text(alphabet=st.characters(), max_size=300))
def test_plain_text_is_one_short_line_without_controls(text):
    line = plain(text, limit=50)

    assert len(line) <= 50
    assert line == line.strip()
    assert not set(BIDI) & set(line)
    assert all(c.isprintable() or c.isspace() or c in "\u200b\u200c\u200d\u2060\ufeff" or ord(c) > 127 for c in line)
    line.encode()
