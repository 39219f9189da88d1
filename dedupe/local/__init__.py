"""The embedded server and the one-command stack under one supervisor."""

from dedupe.local.directory import RunningStack, find_running
from dedupe.local.server import ServerAddress, broker_of, embedded_server, locate_server

__all__ = [
    "RunningStack",
    "ServerAddress",
    "broker_of",
    "embedded_server",
    "find_running",
    "locate_server",
]
