"""What wakes workers, as the use cases see it."""

from typing import Protocol

from dedupe.models import JobId
from dedupe.store.blocks import RoundId
from dedupe.store.keys import Shard


class Doorbell(Protocol):
    """Wakes workers; a ring may get lost or come twice, and changes nothing but the time work starts."""

    def drain(self, shard: Shard) -> None:
        """Say that a shard has work."""

    def recluster(self, job_id: JobId) -> None:
        """Say that a job is queued."""

    def help(self, round_id: RoundId) -> None:
        """Say that a job has work for others."""
