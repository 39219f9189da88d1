"""Score the duplicate finder where pages carry the furniture of their source: cookie notices, navigation, newsletters.

    furniture.py ARTICLES.jsonl [--articles N] [--sources N] [--seed S] [--leave-out PAIRS.tsv] [--json OUT]

Each article gets a source, and each source has 30 to 150 words of furniture that stand at the head, at the end or
between the paragraphs of all its articles. Copies are the same text under another source's furniture, or bare.
Printed are precision, recall and F1 over the pairs inside groups, the recall of each kind of copy, and how many
pairs of different articles were joined that share a source.
"""

import argparse
import csv
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from floors import check
from nearpairs import read_articles
from planted import pairs_inside, recall_by_kind, score

from dedupe.models import Article, ArticleId
from dedupe.near_duplicates.find import verdicts
from dedupe.text.normalise import content

_FURNITURE = """
We and our {n} partners store and access information on a device, such as cookies, to personalise content and
ads. You can change your choices at any time in the {site} privacy settings.

{site} uses cookies to give you the best experience. By continuing to browse you agree to our use of cookies.

Home News Politics Business {city} Sport Opinion Culture Travel Weather Video Podcasts Jobs Puzzles

Top stories World UK US {city} Tech Science Health Money Life Style Entertainment Photos Shop Obituaries

Download the {site} app for breaking news alerts, live scores and the stories that matter to you.

Get the {site} morning briefing, a free daily newsletter with everything you need to know about {city} and
beyond.

Thank you for reading {site}. You have {n} free articles left this month. Subscribe from {n} a week to keep
reading.

{author} is a senior reporter at {site} who covers {topic}. Before joining the {city} bureau, {author} worked
for several regional newspapers and won an award for reporting on {topic}.

{author} writes about {topic} for {site}. Contact the newsroom at news@{domain} or call {n} {n}.

Support independent journalism. {site} is free for everyone thanks to readers like you. Make a contribution
today.

Comments are moderated and must follow the {site} community guidelines. Log in or create an account to
comment.

Most read: what to watch this weekend in {city}, the best places to eat, and the quiz of the week about
{topic}.

More on this topic: {topic} explained in five charts. Also in {city}: the week in pictures.

{site} is part of the {city} Media Group, registered office {n} Market Street, {city}, company number {n}{n}.

This story was produced by the {site} newsroom with the help of our readers. Do you know more? Write to our
reporters in confidence. We never share your data with third parties.

Sign up to our weekly letter about {topic}, written by {author} and sent every Friday at noon. You can
unsubscribe at any time with one click at the foot of the mail.

Share on Facebook Share on X Share on WhatsApp Copy link Print Save for later Listen to this article {n} min

About us Contact Advertise with {site} Terms of use Privacy policy Cookie policy Accessibility Corrections
"""
_PIECES = tuple(" ".join(piece.split()) for piece in _FURNITURE.split("\n\n"))
_TOPICS = ("energy", "the courts", "local government", "schools", "technology", "health care", "transport", "housing")
_LEAST_WORDS, _MOST_WORDS = 60, 600
_COPIED_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class Source:
    """A source's furniture: lines for the head, between the paragraphs, and the end; joined where it has no lines."""

    head: tuple[str, ...]
    between: tuple[str, ...]
    end: tuple[str, ...]
    is_joined: bool


def main() -> int:
    """Run the benchmark; 0 when every floor is reached."""
    arguments = _arguments()
    chance = random.Random(arguments.seed)  # noqa: S311 - nothing here is secret
    texts = _texts(arguments.file, arguments.leave_out, chance)
    rows = list(plant(texts[: arguments.n], _sources(arguments.sources, texts, chance), chance))
    chance.shuffle(rows)
    began = time.perf_counter()
    given = verdicts(Article(ArticleId(row["id"]), row["text"]) for row in rows)
    seconds = time.perf_counter() - began

    grouped = pairs_inside({v.article_id: v.group for v in given})
    gold = pairs_inside({row["id"]: row["dup"] for row in rows})
    total, kinds = score(grouped, gold, set(), seconds), recall_by_kind(rows, grouped)
    source = {row["id"]: row["source"] for row in rows}
    n_same = sum(source[a] == source[b] for a, b in grouped - gold)
    print(f"{len(rows)} articles  P {total.precision:.4f}  R {total.recall:.4f}  F1 {total.f1:.4f}  {seconds:.1f} s")
    print("  ".join(f"{kind} {share:.3f}" for kind, share in kinds.items()))
    print(f"different articles joined: {len(grouped - gold)} pairs, {n_same} of one source")
    if arguments.json is not None:
        result = {"furniture": {"groups": asdict(total), "recall_by_kind": kinds}}
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")
    quality = {"groups F1": total.f1, "precision": total.precision}
    return check(quality | {f"recall {kind}": share for kind, share in kinds.items()}, arguments.floors, "furniture")


def plant(texts: Sequence[str], sources: Sequence[Source], chance: random.Random) -> Iterator[dict[str, str]]:
    """Rows with "id", "text", "dup", "kind" and "source": originals, and copies of some under other furniture."""
    n = 0
    for group, text in enumerate(texts):
        own = chance.randrange(len(sources))
        kinds = ["orig"]
        if chance.random() < _COPIED_SHARE:
            kinds += chance.choices(("moved", "bare", "cut"), k=chance.randint(1, 3))
        for kind in kinds:
            at = own if kind == "orig" else chance.choice([i for i in range(len(sources)) if i != own])
            body = _first_part(text, chance) if kind == "cut" else text
            dressed = body if kind == "bare" else dress(body, sources[at])
            source = f"bare{n}" if kind == "bare" else f"s{at}"
            yield {"id": f"f{n}", "text": dressed, "dup": f"d{group}", "kind": kind, "source": source}
            n += 1


def dress(text: str, source: Source) -> str:
    """The text as a page of the source."""
    parts = [part for part in text.split("\n") if part.strip()]
    middle = (len(parts) + 1) // 2
    lines = [*source.head, *parts[:middle], *source.between, *parts[middle:], *source.end]
    return (" " if source.is_joined else "\n").join(lines)


def _first_part(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    return " ".join(words[: int(len(words) * chance.uniform(0.6, 0.95))])


def _sources(n_sources: int, texts: Sequence[str], chance: random.Random) -> list[Source]:
    names = sorted({word for text in texts[:500] for word in text.split() if word.istitle() and word.isalpha()})
    return [_source(chance, names) for _ in range(n_sources)]


def _source(chance: random.Random, names: Sequence[str]) -> Source:
    site = f"{chance.choice(names)} {chance.choice(('Times', 'Post', 'Herald', 'Today', 'Online', 'Gazette'))}"
    author = f"{chance.choice(names)} {chance.choice(names)}"
    facts = {"site": site, "author": author, "city": chance.choice(names), "domain": f"{chance.choice(names)}.com"}
    wanted = chance.randint(30, 150)
    pieces: list[str] = []
    for piece in chance.sample(_PIECES, len(_PIECES)):
        if sum(len(p.split()) for p in pieces) >= wanted:
            break
        pieces.append(piece.format(n=chance.randint(2, 900), topic=chance.choice(_TOPICS), **facts))
    places = [chance.choice(("head", "between", "end")) for _ in pieces]
    head, between, end = (
        tuple(piece for piece, place in zip(pieces, places, strict=True) if place == wanted_place)
        for wanted_place in ("head", "between", "end")
    )
    return Source(head, between, end, is_joined=chance.random() < 0.5)


def _texts(path: Path, leave_out: Path | None, chance: random.Random) -> list[str]:
    left_out: set[str] = set()
    if leave_out is not None:
        with leave_out.open() as lines:
            left_out = {name for row in list(csv.reader(lines, delimiter="\t"))[1:] for name in row[:2]}
    texts = [content(article) for article in read_articles(path) if article.id not in left_out]
    texts = [text for text in dict.fromkeys(texts) if _LEAST_WORDS <= len(text.split()) <= _MOST_WORDS]
    chance.shuffle(texts)
    return texts


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--articles", dest="n", type=int, default=6000, help="how many originals")
    parser.add_argument("--sources", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--leave-out", type=Path, help="pairs whose articles have natural duplicates")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--floors", type=Path, help="fail below these qualities")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
