"""What ``dedupe duplicates`` does: articles in, rows out as they are decided, and a way on after an interruption."""

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import NoReturn, TypeAlias

import click

import dedupe
from dedupe.cli.duplicates import Request
from dedupe.cli.output import ExitCode, is_watched, note, say, stdout_stream
from dedupe.cli.reading import Tally, articles_of, finish
from dedupe.cli.resuming import goes_on, obstacle_of, writing_alone
from dedupe.cli.watching import Run, watched
from dedupe.errors import BadInput
from dedupe.files.corpora import columns_told_apart, row_marked, row_told_apart
from dedupe.files.deciding import (
    Block,
    Keep,
    blocks_of_articles,
    pairs_in_order,
    verdicts_by_rank,
    verdicts_in_order,
)
from dedupe.files.odometer import total_bytes
from dedupe.files.places import InputFile, input_files
from dedupe.files.results import PAIR_COLUMNS, VERDICT_COLUMNS, row_of_pair, row_of_verdict, verdict_of_row
from dedupe.files.unfinished import described_files, drop_note, write_note
from dedupe.files.write import RowWriter, row_writer
from dedupe.files.written import ForeignRows, cut_torn_line, last_run, written_rows
from dedupe.models import ArticleId, Json, Verdict
from dedupe.settings import DuplicateParams, fingerprint
from dedupe.text.normalise import NORMALISER_VERSION

Rows: TypeAlias = Iterator[Sequence[Mapping[str, Json]]]


def find(request: Request) -> None:
    """Write the rows of a request; exit with 3 where rows of the input were bad."""
    files, corpus = _inputs(request)
    noted, obstacle = _described(request, files, corpus), _obstacle(request, [*files, *corpus])
    with writing_alone(request.out):
        on = goes_on(request.out, noted, request.wish, obstacle=obstacle)
        _run(request, [*corpus, *files], noted=noted, obstacle=obstacle, going_on=on)


def _run(
    request: Request, inputs: Sequence[InputFile], *, noted: Mapping[str, Json], obstacle: str | None, going_on: bool
) -> None:
    noun = "pairs" if request.pairs else "duplicates"
    run = Run(noun, total_bytes(inputs), ranks=request.keep != "first")
    try:
        with _terminating_like_ctrl_c(), _shown(request, run):
            rows = _rows(request, run, going_on=going_on)
            _write(rows, request, noted=None if obstacle else noted, going_on=going_on)
    except KeyboardInterrupt:
        _say_how_to_go_on(request, obstacle)
        raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None
    except ForeignRows as fault:
        raise click.UsageError(f"{fault}; --restart starts over") from None
    if described_files(inputs) != {**_files_of(noted, "against"), **_files_of(noted, "files")}:
        raise click.ClickException("the files that were read have changed meanwhile: what was found is of no one state")
    finish(_together(run.files, run.corpus), f"{run.n_found} {run.noun}", quiet=request.reading.quiet)


def _inputs(request: Request) -> tuple[list[InputFile], list[InputFile]]:
    try:
        input_files((*request.files, *request.against))
        return input_files(request.files), input_files(request.against)
    except BadInput as error:
        raise click.UsageError(str(error)) from None


def _described(request: Request, files: Sequence[InputFile], corpus: Sequence[InputFile]) -> dict[str, Json]:
    """What has to be the same for a run to be gone on with."""
    params = request.params
    return {
        "dedupe": dedupe.__version__,
        "lines": "pairs" if request.pairs else "articles",
        "kinds": ",".join(params.kinds),
        "threshold": params.jaccard,
        "containment": params.containment,
        "templates": "join" if params == params.joining_templates() else "apart",
        "max-article-chars": request.reading.max_article_chars,
        "defaults": fingerprint(DuplicateParams(), version=NORMALISER_VERSION),
        "files": described_files(files),
        "against": described_files(corpus),
    }


def _files_of(noted: Mapping[str, Json], role: str) -> dict[str, Json]:
    files = noted[role]
    return files if isinstance(files, dict) else {}


def _obstacle(request: Request, files: Sequence[InputFile]) -> str | None:
    """Why the request could not be gone on with after an interruption; None where it could."""
    if request.out is None:
        return "what went to standard output is gone"
    if request.keep != "first":
        return f"--keep {request.keep} decides all before it writes the first line, and always starts over"
    if not all(os.path.isfile(file.path) for file in files):
        return "standard input and pipes cannot be read again"
    return obstacle_of(request.out)


def _columns(request: Request) -> tuple[str, ...]:
    columns = PAIR_COLUMNS if request.pairs else VERDICT_COLUMNS
    return columns_told_apart(columns) if request.against else columns


def _rows(request: Request, run: Run, *, going_on: bool) -> Rows:
    """Rows that are not in the output yet, a block at a time."""
    corpus = blocks_of_articles(articles_of(request.against, request.reading, run.corpus, odometer=run.corpus_read))
    files = blocks_of_articles(articles_of(request.files, request.reading, run.files, odometer=run.files_read))
    found = _pairs if request.pairs else _verdicts
    for rows in found(request, run, corpus, files, out=request.out if going_on else None):
        if not run.ranks:
            run.note_decided()
        yield [row_told_apart(row) for row in rows] if request.against else rows


def _pairs(request: Request, run: Run, corpus: Iterator[Block], files: Iterator[Block], *, out: str | None) -> Rows:
    begin_at = None if out is None else _cut_last_article(out, _columns(request), run)
    for pairs in pairs_in_order(corpus, files, request.params, begin_at=begin_at, folder=_folder(request)):
        run.n_found += len(pairs)
        yield [row_of_pair(pair) for pair in pairs]


def _cut_last_article(out: str, columns: Sequence[str], run: Run) -> ArticleId | None:
    """Take the pairs of the last article out, of which some may be missing; that article."""
    last = last_run(written_rows(out, columns=columns), key="b")
    if last is None:
        return None
    os.truncate(out, last.begin)
    run.n_found += last.n_before
    return ArticleId(str(last.value))


def _verdicts(request: Request, run: Run, corpus: Iterator[Block], files: Iterator[Block], *, out: str | None) -> Rows:
    def count(verdicts: Sequence[Verdict]) -> None:
        run.n_found += _n_copies(verdicts)
        run.note_ranked(len(verdicts))

    keep, folder = Keep(request.keep), _folder(request)
    if keep is Keep.FIRST:
        decided = iter(()) if out is None else _decided(out, _columns(request), run)
        for verdicts in verdicts_in_order(corpus, files, request.params, decided=decided, folder=folder):
            run.n_found += _n_copies(verdicts)
            yield [row_of_verdict(verdict) for verdict in verdicts]
        return
    for verdicts in verdicts_by_rank(corpus, files, request.params, keep=keep, folder=folder, on_judged=count):
        yield [row_of_verdict(verdict) for verdict in verdicts]


def _decided(out: str, columns: Sequence[str], run: Run) -> Iterator[Verdict]:
    for _, row in written_rows(out, columns=columns):
        try:
            verdict = verdict_of_row(row_marked(row))
        except ValueError as fault:
            raise ForeignRows(f"{out} has the row {row}: {fault}") from None
        run.n_found += _n_copies([verdict])
        yield verdict


def _n_copies(verdicts: Sequence[Verdict]) -> int:
    return sum(verdict.duplicate_of is not None for verdict in verdicts)


def _folder(request: Request) -> str | None:
    """Where there is room for what does not fit into memory: beside the output, which will be large then too."""
    return None if request.out is None else os.path.dirname(request.out) or "."


def _write(rows: Rows, request: Request, *, noted: Mapping[str, Json] | None, going_on: bool) -> None:
    """Write rows to the output, a block at a time; while they are, a note beside it says of which run they are."""
    if request.out is None:
        with stdout_stream() as stdout, row_writer(stdout) as writer:
            _write_blocks(rows, writer)
        return
    try:
        with row_writer(request.out, columns=_columns(request), appending=going_on) as writer:
            # Not before the file is empty: its old rows are not of this run.
            if noted is None:
                drop_note(request.out)
            else:
                write_note(request.out, noted)
            _write_blocks(rows, writer)
        drop_note(request.out)
    except OSError as error:
        if noted is not None:
            cut_torn_line(request.out)
        way_on = "" if noted is None else "; what is written is whole, and --resume goes on with it"
        raise click.ClickException(f"cannot write to {request.out}: {error.strerror}{way_on}") from None


def _write_blocks(blocks: Rows, writer: RowWriter) -> None:
    for rows in blocks:
        for row in rows:
            writer.write(row)
        writer.flush()


def _shown(request: Request, run: Run) -> AbstractContextManager[None]:
    """Progress for a person who watches, unless the rows themselves run over the screen."""
    rows_on_screen = request.out is None and sys.stdout is not None and sys.stdout.isatty()
    return nullcontext() if request.reading.quiet or rows_on_screen or not is_watched() else watched(run)


@contextmanager
def _terminating_like_ctrl_c() -> Iterator[None]:
    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _say_how_to_go_on(request: Request, obstacle: str | None) -> None:
    note("", quiet=request.reading.quiet)  # behind the ^C of the terminal
    if request.reading.quiet or request.out is None:
        return
    if obstacle is None:
        say(f"interrupted; {request.out} holds whole lines, and the same command with --resume goes on after them")
    else:
        say(f"interrupted; {request.out} holds whole lines and cannot be gone on with: {obstacle}")


def _together(files: Tally, corpus: Tally) -> Tally:
    return Tally(files.n_articles, files.n_bad + corpus.n_bad, files.n_repeats + corpus.n_repeats)
