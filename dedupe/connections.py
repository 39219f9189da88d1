"""Where store and broker are, and a connection to the store."""

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError, TimeoutError  # noqa: A004 (the driver's names)
from redis.retry import Retry

from dedupe.environment import Settings
from dedupe.local import locate_server


def resolve(settings: Settings) -> tuple[str, str]:
    """The URLs of store and broker: those given, or those of the stack that runs on the data directory.

    Raises ``StackError`` when there is neither.
    """
    server = locate_server(settings.data, store_url=settings.store_url, broker_url=settings.broker_url)
    return server.store_url, server.broker_url


def connect(url: str) -> Redis:
    """A client that notices a dead connection in seconds and tries again what may pass."""
    return Redis.from_url(
        _redis_url(url),
        socket_timeout=10,
        socket_connect_timeout=5,
        health_check_interval=10,
        retry=Retry(ExponentialBackoff(cap=1, base=0.02), 5),
        retry_on_error=[ConnectionError, TimeoutError],
    )


def connect_briefly(url: str) -> Redis:
    """A client for whoever is waited for: a server that does not answer is given up after three seconds."""
    return Redis.from_url(
        _redis_url(url),
        socket_timeout=3,
        socket_connect_timeout=2,
        health_check_interval=10,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), 3, supported_errors=(ConnectionError,)),
        retry_on_error=[ConnectionError],
    )


def _redis_url(url: str) -> str:
    scheme, rest = url.split("://", 1)
    return f"{scheme.replace('valkey', 'redis')}://{rest}"
