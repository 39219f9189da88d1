"""Tests of several processes at once need semaphores, which a container without /dev/shm does not have."""

import pytest

from dedupe.local.programs import pool_options

needs_semaphores = pytest.mark.skipif(
    pool_options(2) != ("--concurrency", "2"), reason="the system has no semaphores to share"
)
