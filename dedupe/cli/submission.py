"""Sending files to a service: streamed in batches, counted, and every refusal named."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import click

from dedupe.cli.output import ExitCode, say
from dedupe.cli.reading import Reading
from dedupe.client import Client
from dedupe.errors import BadInput
from dedupe.files.limits import Limits
from dedupe.files.read import Repeat, read_items
from dedupe.models import Article, ArticleId, ArticleStatus, Json

SUMMARY_COLUMNS = ("accepted", "known", "refused", "bad_rows", "repeats", "seconds", "articles_per_second")
_WAIT_ARTICLES = 200


@dataclass(slots=True)
class Submitting:
    """One run of ``dedupe submit``: what was read, what became of it, and how long it took."""

    reading: Reading
    accepted: int = 0
    known: int = 0
    refused: int = 0
    bad_rows: int = 0
    repeats: int = 0
    seconds: float = 0.0
    waited_seconds: float | None = None
    assigned: int = 0
    failed: int = 0
    ids: list[ArticleId] = field(default_factory=list)

    def send(self, client: Client, files: Sequence[str], *, update: Callable[[str], None]) -> None:
        """Send every article of the files, and name what is refused."""
        started = time.monotonic()
        for answer in client.submit_each(self._articles(files)):
            if answer.problem is not None:
                self.refused += 1
                say(f"article {answer.article_id!r} was refused: {answer.problem}")
                continue
            self.accepted += answer.created
            self.known += not answer.created
            self.ids.append(answer.article_id)
            if len(self.ids) % _WAIT_ARTICLES == 0:
                update(f"submitting: {len(self.ids)} articles")
        self.seconds = time.monotonic() - started

    def _articles(self, files: Sequence[str]) -> Iterator[Article]:
        try:
            items = read_items(files, limits=Limits(max_article_chars=self.reading.max_article_chars))
        except BadInput as error:
            raise click.UsageError(str(error)) from None
        for item in items:
            if isinstance(item, Article):
                yield item
            elif isinstance(item, Repeat):
                self.repeats += 1
            elif self.reading.on_error == "stop":
                raise item
            else:
                say(str(item))
                self.bad_rows += 1

    def wait(self, client: Client, *, timeout_seconds: float, update: Callable[[str], None]) -> None:
        """Wait until everything that was taken is assigned or failed."""
        started = time.monotonic()
        for start in range(0, len(self.ids), _WAIT_ARTICLES):
            left_seconds = max(0.0, started + timeout_seconds - time.monotonic())
            for view in client.wait(self.ids[start : start + _WAIT_ARTICLES], timeout_seconds=left_seconds):
                if view.status is ArticleStatus.ASSIGNED:
                    self.assigned += 1
                else:
                    self.failed += 1
                    say(f"article {view.article.id!r} failed: {view.failure}")
            update(f"waiting: {self.assigned + self.failed} of {len(self.ids)} articles")
        self.waited_seconds = time.monotonic() - started

    def summary(self) -> dict[str, Json]:
        """Counts and rates; those of waiting only where there was any."""
        row: dict[str, Json] = {
            "accepted": self.accepted,
            "known": self.known,
            "refused": self.refused,
            "bad_rows": self.bad_rows,
            "repeats": self.repeats,
            "seconds": round(self.seconds, 3),
            "articles_per_second": _rate(len(self.ids), self.seconds),
        }
        if self.waited_seconds is not None:
            total = self.seconds + self.waited_seconds
            row |= {"assigned": self.assigned, "failed": self.failed, "total_seconds": round(total, 3)}
            row["assigned_per_second"] = _rate(self.assigned, total)
        return row

    def sentence(self) -> str:
        """State the counts for a person."""
        row = self.summary()
        text = (
            f"accepted {self.accepted}, known {self.known}, refused {self.refused}, bad rows {self.bad_rows} "
            f"in {self.seconds:.1f} s ({row['articles_per_second']} articles/s)"
        )
        if self.waited_seconds is None:
            return text
        rate = f"{row['total_seconds']} s, {row['assigned_per_second']} articles/s"
        return f"{text}\nassigned {self.assigned}, failed {self.failed} ({rate})"

    def exit_code(self) -> ExitCode:
        """Exit with 3 where a row was bad or refused, 1 where an article failed."""
        if self.bad_rows or self.refused:
            return ExitCode.BAD_INPUT
        return ExitCode.CHECK_FAILED if self.failed else ExitCode.DONE


def _rate(count: int, seconds: float) -> float:
    return round(count / seconds, 1) if seconds > 0 else 0.0
