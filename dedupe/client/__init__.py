"""The Python client of the HTTP API, in the ordinary and in the asynchronous manner."""

from dedupe.client.asynchronous import AsyncClient
from dedupe.client.blocking import Client

__all__ = ["AsyncClient", "Client"]
