"""Metrics for Prometheus: read from the ledger when they are asked for, so that every process tells the same."""

from collections.abc import Iterator

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from dedupe.api.inside import ServiceOf
from dedupe.measures import Measures

router = APIRouter(tags=["health"])

_COUNTERS = {
    "accepted": "articles accepted",
    "assigned": "articles that got their verdict and their story",
    "duplicates": "articles that repeat another",
    "failed": "articles given up, less those put back to work",
}
_GAUGES = {
    "pending": "articles accepted and not done",
    "oldest_pending_seconds": "how long the oldest of them has waited",
    "window_articles": "articles in the window",
    "stories": "stories of the current generation",
    "generation": "number of the current generation",
    "recluster_age_seconds": "time since the last recluster ended",
    "recluster_seconds": "how long the last recluster took",
    "recluster_churn": "share of articles that the last recluster moved",
    "store_memory_bytes": "memory that the store's data takes",
}


class _Taken(Collector):
    """What was measured at one moment, in the client library's own form."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures

    def collect(self) -> Iterator[Metric]:
        """One family a measure; what is not known yet is left out."""
        for name, help_text in _COUNTERS.items():
            yield CounterMetricFamily(f"dedupe_articles_{name}", help_text, value=getattr(self._measures, name))
        for name, help_text in _GAUGES.items():
            value = getattr(self._measures, name)
            if value is not None:
                yield GaugeMetricFamily(f"dedupe_{name}", help_text, value=value)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def read_metrics(service: ServiceOf) -> Response:
    """Read what Prometheus asks for: counts of the ledger, ages, the last recluster, the store's memory."""
    registry = CollectorRegistry()
    registry.register(_Taken(service.measures()))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)
