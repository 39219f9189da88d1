"""What a person sees of a long run over files: how far it is, how fast, what it has found, how long it will take."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn

from dedupe.cli.reading import Tally
from dedupe.files.odometer import Odometer

_LEAST_SHARE = 0.005  # of less nobody can tell how long the rest will take


@dataclass(slots=True)
class Run:
    """Where a run stands; whoever works on it notes it here, and the screen looks from time to time.

    ``total_bytes`` is None where that is not known. ``ranks``: all articles are read before any is judged, and those
    that are judged then are counted by ``n_ranked``.
    """

    noun: str
    total_bytes: int | None
    ranks: bool = False
    files: Tally = field(default_factory=Tally)
    corpus: Tally = field(default_factory=Tally)
    files_read: Odometer = field(default_factory=Odometer)
    corpus_read: Odometer = field(default_factory=Odometer)
    n_found: int = 0
    n_ranked: int = 0
    clock: Callable[[], float] = time.monotonic
    _looked: "Look | None" = field(default=None, init=False)
    _started: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()

    def note_decided(self) -> None:
        """Note that all articles read so far are decided."""
        n_bytes = self.corpus_read.n_bytes + self.files_read.n_bytes
        self._note(self.files.n_articles, n_bytes / self.total_bytes if self.total_bytes else None)

    def note_ranked(self, n_articles: int) -> None:
        """Note that so many more are decided of all that were read; the first time, that all are read."""
        if self._looked is None:
            self._started = self.clock()
        self.n_ranked += n_articles
        self._note(self.n_ranked, self.n_ranked / max(1, self.files.n_articles))

    def _note(self, n_articles: int, share: float | None) -> None:
        self._looked = Look(n_articles, share, self.clock() - self._started)

    def look(self) -> "Look":
        """How far the present phase was when something was last decided; before, how far the reading is."""
        if self._looked is not None:
            return self._looked
        n_bytes = self.corpus_read.n_bytes + (self.files_read.n_bytes if self.ranks else 0)
        return Look(0, n_bytes / self.total_bytes if self.total_bytes else None, self.clock() - self._started)

    def sentence(self) -> str:
        """State the counts."""
        look, n_read, n_corpus = self.look(), self.files.n_articles, self.corpus.n_articles
        if look.n_articles == 0:
            return f"{n_read:,} articles read" + (f" and {n_corpus:,} of the corpus" if n_corpus else "")
        of_all = f" of {n_read:,}" if self.n_ranked else ""
        rate = look.n_articles / max(look.seconds, 0.1)
        return f"{look.n_articles:,}{of_all} articles, {rate:,.0f}/s, {self.n_found:,} {self.noun}"

    def time_left(self) -> str:
        """State the share that is done, and how long the rest will take if it goes on like that."""
        look = self.look()
        if look.share is None:
            return ""
        if look.share < _LEAST_SHARE:
            return f"{look.share:4.0%}"
        seconds = look.seconds / look.share - (self.clock() - self._started)
        return f"{look.share:4.0%}, {timedelta(seconds=max(0, round(seconds)))} left"


@dataclass(frozen=True, slots=True)
class Look:
    """Articles decided, the share of the phase that is done in [0, 1], None where unknown, and when that was."""

    n_articles: int
    share: float | None
    seconds: float


@contextmanager
def watched(run: Run) -> Iterator[None]:
    """Show a run on stderr while the block lasts; lines said meanwhile appear above it."""
    columns = [
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[left]}"),
    ]
    with _Polled(run, *columns):
        yield


class _Polled(Progress):
    """Progress that looks where a run stands whenever it is drawn, so that the work need not stop to say."""

    def __init__(self, run: Run, *columns: ProgressColumn) -> None:
        self._run = run  # first, for it is drawn while it is made
        super().__init__(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
        self._task = self.add_task("", total=None, left="")

    def get_renderables(self) -> Iterable[RenderableType]:
        """Draw what there is to see now."""
        share = self._run.look().share
        if self.tasks:
            self.update(
                self._task,
                description=self._run.sentence(),
                total=None if share is None else 1.0,
                completed=share or 0.0,
                left=self._run.time_left(),
            )
        yield from super().get_renderables()
