import os
import signal
import time

import pytest
from redis.exceptions import TimeoutError as RedisTimeoutError

from dedupe.connections import connect_briefly
from dedupe.local.server import embedded_server


def test_a_server_that_hangs_is_given_up_within_seconds(tmp_path):
    with embedded_server(tmp_path / "data") as server, connect_briefly(server.store_url) as redis:
        process = redis.info("server")["process_id"]
        os.kill(process, signal.SIGSTOP)
        started = time.monotonic()
        try:
            with pytest.raises(RedisTimeoutError):
                redis.get("anything")
            waited_seconds = time.monotonic() - started
        finally:
            os.kill(process, signal.SIGCONT)

        assert waited_seconds < 10
        assert redis.ping()
