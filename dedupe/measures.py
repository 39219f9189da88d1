"""What there is to observe of a corpus."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measures:
    """What there is to observe: counts since the corpus began, ages in seconds; None is not known (yet)."""

    accepted: int
    assigned: int
    duplicates: int
    failed: int
    pending: int
    oldest_pending_seconds: float
    window_articles: int
    stories: int
    generation: int
    recluster_age_seconds: float | None
    recluster_seconds: float | None
    recluster_churn: float | None
    store_memory_bytes: int
