"""Events put into the log of changes by hand, at times that the test says."""

from redis import Redis

from dedupe.changes import EventType
from dedupe.models import Article, ArticleId, StoryId
from dedupe.store.keys import Keys
from dedupe.store.telling import encode_event
from tests.serving import Site

KEYS = Keys("test", "00000000")
UPDATED, CLOSED, ASSIGNED = EventType.STORY_UPDATED, EventType.STORY_CLOSED, EventType.ARTICLE_ASSIGNED


def tell(redis: Redis, cursor: str, type_: EventType = UPDATED, story: str = "s1", *, keys: Keys = KEYS) -> str:
    article = ArticleId("a1") if type_ is ASSIGNED else None
    event = encode_event(type_, StoryId(story), article, {"n_articles": 2})
    return redis.xadd(keys.events, {"event": event}, id=cursor).decode()


def add(site: Site, name: str) -> None:
    """Have something told by the service: an article that gets a story of its own."""
    site.bell.works = True
    site.service.submit([Article(ArticleId(name), f"Words about {name} that nobody else has written so far.")])
