"""A second look at a small topic whose articles contradict each other: which of them report the same event.

Related events share their actors and their background, so most of what two reports have in common says nothing. What
tells is what the leads share and few others have, the day each article names first, when each was published, and that
an outlet reports an event once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedupe.stories.event_days import DayWords, are_comparable, first_day, read_day_words
from dedupe.stories.event_groups import agreeing_groups
from dedupe.stories.event_leads import TopicWords, covered_share, lead_likeness, read_topic_words
from dedupe.stories.occurrences import Occurrences
from dedupe.story_settings import EventLookParams

_LEAST_GAP_DAYS = 0.3
_NO_OUTLET = -1


@dataclass(frozen=True, slots=True)
class Reports:
    """What the second look reads of a collection.

    ``outlet`` and ``day`` have one entry an article: equal numbers for equal outlets, below 0 for an unknown one; and
    when it was published, in days since any fixed day, NaN where nobody knows.
    """

    words: Occurrences
    day_words: DayWords
    outlet: NDArray[np.int64]
    day: NDArray[np.float64]


def read_reports(words: Occurrences, outlets: Sequence[str | None], days: NDArray[np.float64]) -> Reports:
    """Reports of a collection, one entry of ``outlets`` and ``days`` an article."""
    number = {name: at for at, name in enumerate(dict.fromkeys(name for name in outlets if name))}
    outlet = np.array([number[name] if name else _NO_OUTLET for name in outlets], dtype=np.int64)
    return Reports(words=words, day_words=read_day_words(words.vocabulary), outlet=outlet, day=days)


def tell_events_apart(
    reports: Reports, topic: NDArray[np.int64], params: EventLookParams
) -> list[NDArray[np.int64]] | None:
    """Rows of each story of one topic, ascending, the story with the first row first; None if it gets no second look.

    Parameters
    ----------
    topic
        Rows of the topic's articles, ascending. Nothing depends on any other row.
    """
    lengths = np.diff(reports.words.offsets)[topic]
    if not params.min_articles <= len(topic) <= params.max_articles or np.median(lengths) < params.min_words:
        return None
    circumstances = _circumstances(reports, topic, params)
    pairs = np.triu_indices(len(topic), 1)
    if (circumstances[pairs] < 0).mean() < params.min_contradicted:
        return None
    words = read_topic_words(reports.words, topic)
    if not _leads_differ(words, params):
        return None
    likeness = lead_likeness(words, fading_words=params.fading_words)
    return [topic[group] for group in agreeing_groups(likeness + circumstances)]


def _leads_differ(words: TopicWords, params: EventLookParams) -> bool:
    lead = words.place < params.lead_words
    covered = covered_share(words, lead)
    return covered <= min(params.max_lead_coverage, params.max_lead_excess * covered_share(words, ~lead))


def _circumstances(reports: Reports, topic: NDArray[np.int64], params: EventLookParams) -> NDArray[np.float64]:
    """Evidence of each pair from days and outlets: shape ``(n, n)``, below 0 where the two contradict each other."""
    named = np.array([first_day(reports.words.terms_of(int(row)), reports.day_words) for row in topic])
    by_day = _evidence_of_days_named(named, params) + _evidence_of_days_published(reports.day[topic], params)
    return by_day + _evidence_of_outlets(reports.outlet[topic], params)


def _evidence_of_days_named(named: NDArray[np.int64], params: EventLookParams) -> NDArray[np.float64]:
    one, other = named[:, np.newaxis], named
    evidence = np.where(one == other, params.same_day, -params.other_day)
    return np.where(are_comparable(one, other), evidence, 0.0)


def _evidence_of_days_published(days: NDArray[np.float64], params: EventLookParams) -> NDArray[np.float64]:
    gap = np.maximum(np.abs(days[:, np.newaxis] - days), _LEAST_GAP_DAYS)
    evidence = np.clip(np.log2(params.near_days / gap), -params.most_apart, params.most_together)
    return np.where(np.isnan(gap), 0.0, evidence)


def _evidence_of_outlets(outlet: NDArray[np.int64], params: EventLookParams) -> NDArray[np.float64]:
    same = outlet[:, np.newaxis] == outlet
    tells = (outlet != _NO_OUTLET) & (same.mean(axis=1) <= params.max_outlet_share)
    return np.where(same & tells, -params.same_outlet, 0.0)
