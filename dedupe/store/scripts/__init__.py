"""The Lua scripts, each a file with its keys and arguments listed at its head."""

from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any

from redis import Redis

from dedupe.store.clock import Clock

# What goes before some of the scripts, besides the time.
_PRELUDES = {"attach": ("telling",), "publish": ("telling",), "trim": ("telling",)}


def load_script(redis: Redis, name: str, clock: Clock | None = None) -> Callable[[Sequence[str], Sequence[Any]], Any]:
    """The script ``name``.lua, sent by its digest and again whole where the server has forgotten it.

    The time it goes by is the clock's, the server's own without one.
    """
    parts = ("now", *_PRELUDES.get(name, ()), name)
    source = "\n".join(files(__name__).joinpath(f"{part}.lua").read_text(encoding="utf-8") for part in parts)
    script = redis.register_script(source)

    return lambda keys, args: script(keys=keys, args=[*args, "" if clock is None else clock()])
