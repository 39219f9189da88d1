"""Every key the service writes: its name, its type and its lifetime.

A name in braces is a Redis Cluster hash tag: the keys of one script share one tag, so each script runs on one node.
``FP`` names the parameters of the sketches and the format of the log's entries. All keys of a log live for a window and
a day after it was last appended to or trimmed: those of parameters that no worker has any more go by themselves.

| key | type | holds | lives |
|---|---|---|---|
| ``{ns:shard}:article:ID`` | hash | an accepted article, its attempts and verdict | the window and a day |
| ``{ns:shard}:pending`` | sorted set | accepted and not done, by the time (ms) it is due | while pending |
| ``{ns:shard}:dead`` | sorted set | given up, by the time (ms) it was | until requeued, the window and a day at most |
| ``{ns:shard}:counters`` | hash | accepted, assigned, duplicates, failed | for ever |
| ``{ns:log:FP}:entries`` | stream | article id and sketch, in order; ``NUMBER-TIME`` | the window and an hour |
| ``{ns:log:FP}:numbers`` | hash | article id -> its number in the log | as its entry |
| ``{ns:log:FP}:head`` | string | the last number given | as the log |
| ``{ns:log:FP}:generation`` | hash | the current partition: number, position, constraints, job; fence | as the log |
| ``{ns:log:FP}:generations`` | string | the last generation number given | as the log |
| ``{ns:log:FP}:gen:N:…`` | hash, sorted set | assignments, stories, members, updated, topics | an hour after the next |
|   an article in it, a story without any | | | as the article's entry |
| ``{ns:log:FP}:gen:N:staged`` | hash | what publishing the generation will tell, by its place | until it is published |
| ``{ns:log:FP}:facts`` | hash | article id -> what its story's summary counts | as its entry |
| ``{ns:log:FP}:events`` | stream | the changes, in order | three days |
| ``{ns:log:FP}:histories`` | hash | story id -> its history | as the story, then as its fate |
| ``{ns:log:FP}:fates`` | hash | id of a story that ended -> what became of it | as long again as the window |
| ``{ns:log:FP}:ended`` | sorted set | id of a story that ended, by the time (ms) it did | as its fate |
| ``{ns:constraints}:all`` | hash | id of a constraint -> what it says of two articles | until removed |
| ``{ns:constraints}:version`` | hash | how often they were changed, and by which call last | for ever |
| ``{ns:jobs}:current`` | string | the recluster job that is queued or running | while it is |
| ``{ns:jobs}:last`` | hash | when (ms) the last job that was no dry run ended, and how long it took | for ever |
| ``{ns:jobs}:fence`` | string | the last fencing token given | for ever |
| ``{ns:jobs}:blocks:ID:…`` | list, sorted set, hash | input, blocks that are due, results | an hour at most |
| ``{ns:jobs}:job:ID`` | hash | a job | a week after its end |
| ``{ns:shards}`` | string | how many shards the articles are spread over | for ever |
| ``{ns:requests}:KEY`` | hash | a request that came with a key of the client's, and its answer | a day |
| ``{ns:webhooks}:due`` | sorted set | webhooks by the time (ms) they may be claimed; ``inf``: given up | for ever |
| ``{ns:webhooks}:webhook:NAME`` | hash | a webhook: url, types, cursor, fence; its secret, only here | until deleted |
| ``{ns:webhooks}:deliveries:NAME`` | stream | its latest deliveries | a week after the last |
"""

from dataclasses import dataclass
from typing import NewType
from zlib import crc32

from dedupe.models import ArticleId, JobId
from dedupe.store.entries import FORMAT

DAY_MS = 86_400_000
TOLD_MS = 3 * DAY_MS  # how long a change can be read
# How far behind the clock a cursor is at which nothing has been told yet. A clock that is put back by less costs nobody
# an event.
SETTLED_MS = 3_600_000

LEAST_RESOLVED_MS = 8 * DAY_MS

Shard = NewType("Shard", int)


def idle_ms(window_days: float) -> int:
    """How long what nobody touches lives: an article's record, and the keys of a log."""
    return int(window_days * DAY_MS) + DAY_MS


def resolved_ms(window_days: float) -> int:
    """How long the id of a story leads somewhere after its end: as long again as the window, a week at least."""
    return max(idle_ms(window_days), LEAST_RESOLVED_MS)


@dataclass(frozen=True, slots=True)
class GenerationKeys:
    """The keys of one partition."""

    assignments: str
    stories: str
    members: str
    updated: str
    topics: str

    def all(self) -> list[str]:
        """Every key, in the order the scripts take them."""
        return [self.assignments, self.stories, self.members, self.updated, self.topics]


@dataclass(frozen=True, slots=True)
class BlockKeys:
    """The keys of one round of work in blocks."""

    input: str
    due: str
    results: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Key names for a corpus: ``fingerprint`` names the parameters its sketches were made with."""

    namespace: str
    fingerprint: str
    n_shards: int = 1

    def shards(self) -> list[Shard]:
        """Every shard of the ledger."""
        return [Shard(number) for number in range(self.n_shards)]

    def shard_of(self, article_id: ArticleId) -> Shard:
        """The shard an article lives in; it depends on nothing but the id."""
        return Shard(crc32(article_id.encode()) % self.n_shards)

    @property
    def shards_agreed(self) -> str:
        """How many shards the articles are spread over."""
        return f"{{{self.namespace}:shards}}"

    def article(self, article_id: ArticleId) -> str:
        """The article's record."""
        return f"{{{self.namespace}:{self.shard_of(article_id)}}}:article:{article_id}"

    def pending(self, shard: Shard) -> str:
        """The ledger of a shard."""
        return f"{{{self.namespace}:{shard}}}:pending"

    def dead(self, shard: Shard) -> str:
        """The dead letters of a shard."""
        return f"{{{self.namespace}:{shard}}}:dead"

    def counters(self, shard: Shard) -> str:
        """The counters of a shard."""
        return f"{{{self.namespace}:{shard}}}:counters"

    def _log(self, name: str) -> str:
        return f"{{{self.namespace}:log:{self.fingerprint}.{FORMAT}}}:{name}"

    def log(self) -> list[str]:
        """Every key of the log but those of partitions, in the order the scripts take them."""
        return [self.entries, self.numbers, self.head, self.generation, self.generations]

    @property
    def entries(self) -> str:
        """The log."""
        return self._log("entries")

    @property
    def numbers(self) -> str:
        """Which number each article has in the log."""
        return self._log("numbers")

    @property
    def head(self) -> str:
        """The last number given in the log."""
        return self._log("head")

    @property
    def generation(self) -> str:
        """Which partition is current."""
        return self._log("generation")

    @property
    def generations(self) -> str:
        """The last generation number given."""
        return self._log("generations")

    def partition(self, generation: int) -> GenerationKeys:
        """The keys of one generation's partition."""
        names = ("assignments", "stories", "members", "updated", "topics")
        return GenerationKeys(*(self._log(f"gen:{generation}:{name}") for name in names))

    def staged(self, generation: int) -> str:
        """What publishing a generation will tell."""
        return self._log(f"gen:{generation}:staged")

    @property
    def facts(self) -> str:
        """What the summaries of stories count of each article."""
        return self._log("facts")

    @property
    def events(self) -> str:
        """The changes, in order."""
        return self._log("events")

    def lives(self) -> list[str]:
        """Histories, fates and ends of stories, in the order the scripts take them."""
        return [self.histories, self.fates, self.ended]

    @property
    def histories(self) -> str:
        """What happened to each story."""
        return self._log("histories")

    @property
    def fates(self) -> str:
        """What became of each story that ended."""
        return self._log("fates")

    @property
    def ended(self) -> str:
        """When each story ended."""
        return self._log("ended")

    @property
    def constraints(self) -> str:
        """What people said of articles."""
        return f"{{{self.namespace}:constraints}}:all"

    @property
    def constraints_version(self) -> str:
        """How often that was changed."""
        return f"{{{self.namespace}:constraints}}:version"

    @property
    def current_job(self) -> str:
        """The recluster job that is queued or running."""
        return f"{{{self.namespace}:jobs}}:current"

    @property
    def last_job(self) -> str:
        """When the last job that was no dry run ended, and how long it took."""
        return f"{{{self.namespace}:jobs}}:last"

    @property
    def fence(self) -> str:
        """The last fencing token given to a job."""
        return f"{{{self.namespace}:jobs}}:fence"

    def blocks(self, round_id: str) -> BlockKeys:
        """A round of work in blocks."""
        names = ("input", "due", "results")
        return BlockKeys(*(f"{{{self.namespace}:jobs}}:blocks:{round_id}:{name}" for name in names))

    def job(self, job_id: JobId) -> str:
        """A job's record."""
        return f"{{{self.namespace}:jobs}}:job:{job_id}"

    @property
    def webhooks_due(self) -> str:
        """When each webhook may be claimed."""
        return f"{{{self.namespace}:webhooks}}:due"

    @property
    def webhook_prefix(self) -> str:
        """What the names of the webhooks' records begin with."""
        return f"{{{self.namespace}:webhooks}}:webhook:"

    def webhook(self, name: str) -> str:
        """A webhook's record."""
        return self.webhook_prefix + name

    def deliveries(self, name: str) -> str:
        """The latest deliveries of a webhook."""
        return f"{{{self.namespace}:webhooks}}:deliveries:{name}"

    def keyed_request(self, key: str) -> str:
        """What a request that came with this key of the client's was answered."""
        return f"{{{self.namespace}:requests}}:{key}"
