"""The Lua scripts, each a file with its keys and arguments listed at its head."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from redis import Redis


def load_script(redis: Redis, name: str) -> Callable[..., Any]:
    """The script ``name``.lua, sent by its digest and again whole where the server has forgotten it."""
    source = files(__name__).joinpath(f"{name}.lua").read_text(encoding="utf-8")
    return redis.register_script(source)
