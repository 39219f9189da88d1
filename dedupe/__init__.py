"""Near-duplicate detection and news-story clustering: have we seen this text before, and which story is it part of?"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedupe.client import AsyncClient, Client
    from dedupe.errors import DedupeError
    from dedupe.estimators import NearDuplicates, StoryClusterer
    from dedupe.models import Article, DuplicateKind, DuplicatePair, Member, Story, Verdict
    from dedupe.near_duplicates.find import find_near_duplicates, verdicts
    from dedupe.near_duplicates.live import NearDuplicateIndex
    from dedupe.near_duplicates.shingles import cut_shingles, shingle_hash
    from dedupe.near_duplicates.signatures import signatures
    from dedupe.settings import DuplicateParams, SketchParams, StoryParams
    from dedupe.signing import verify_webhook
    from dedupe.stories.cluster import cluster_stories
    from dedupe.stories.constraints import Constraints
    from dedupe.stories.explain import explain
    from dedupe.stories.explained import Explanation

__version__ = "0.1.0"

__all__ = [
    "Article",
    "AsyncClient",
    "Client",
    "Constraints",
    "DedupeError",
    "DuplicateKind",
    "DuplicatePair",
    "DuplicateParams",
    "Explanation",
    "Member",
    "NearDuplicateIndex",
    "NearDuplicates",
    "SketchParams",
    "Story",
    "StoryClusterer",
    "StoryParams",
    "Verdict",
    "cluster_stories",
    "cut_shingles",
    "explain",
    "find_near_duplicates",
    "shingle_hash",
    "signatures",
    "verdicts",
    "verify_webhook",
]

# Where each public name lives: loaded when it is first asked for, so that importing the package costs nothing.
_HOMES = {
    "Article": "dedupe.models",
    "AsyncClient": "dedupe.client",
    "Client": "dedupe.client",
    "Constraints": "dedupe.stories.constraints",
    "DedupeError": "dedupe.errors",
    "DuplicateKind": "dedupe.models",
    "DuplicatePair": "dedupe.models",
    "DuplicateParams": "dedupe.settings",
    "Explanation": "dedupe.stories.explained",
    "Member": "dedupe.models",
    "NearDuplicateIndex": "dedupe.near_duplicates.live",
    "NearDuplicates": "dedupe.estimators",
    "SketchParams": "dedupe.settings",
    "Story": "dedupe.models",
    "StoryClusterer": "dedupe.estimators",
    "StoryParams": "dedupe.settings",
    "Verdict": "dedupe.models",
    "cluster_stories": "dedupe.stories.cluster",
    "cut_shingles": "dedupe.near_duplicates.shingles",
    "explain": "dedupe.stories.explain",
    "find_near_duplicates": "dedupe.near_duplicates.find",
    "shingle_hash": "dedupe.near_duplicates.shingles",
    "signatures": "dedupe.near_duplicates.signatures",
    "verdicts": "dedupe.near_duplicates.find",
    "verify_webhook": "dedupe.signing",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'dedupe' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
