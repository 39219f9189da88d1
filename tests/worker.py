"""A service over a real store whose doorbell only counts rings: the test decides when a worker works."""

from redis import Redis

from dedupe.environment import Settings
from dedupe.models import ArticleId, JobId
from dedupe.service import Service
from dedupe.store.blocks import RoundId
from dedupe.store.keys import Shard
from dedupe.wiring import assemble


class CountingDoorbell:
    """Remembers who rang for what."""

    def __init__(self) -> None:
        self.drains: list[Shard] = []
        self.jobs: list[JobId] = []
        self.rounds: list[RoundId] = []

    def drain(self, shard: Shard) -> None:
        self.drains.append(shard)

    def recluster(self, job_id: JobId) -> None:
        self.jobs.append(job_id)

    def help(self, round_id: RoundId) -> None:
        self.rounds.append(round_id)


def make_service(redis: Redis, doorbell: CountingDoorbell | None = None, **settings: object) -> Service:
    return assemble(Settings(**settings), redis, doorbell or CountingDoorbell())


def settle(service: Service) -> dict[ArticleId, str]:
    """Drain, recluster, and say which story every article is in."""
    service.drain(Shard(0))
    job = service.start_recluster()
    service.recluster(job.id)
    page = service.stories(limit=10_000)
    return {m.article_id: view.story.id for view in page.stories for m in view.story.members}


def partition_of(story_by_article: dict[ArticleId, str]) -> set[frozenset[ArticleId]]:
    """The stories as sets of articles."""
    stories: dict[str, set[ArticleId]] = {}
    for article_id, story_id in story_by_article.items():
        stories.setdefault(story_id, set()).add(article_id)
    return {frozenset(members) for members in stories.values()}
