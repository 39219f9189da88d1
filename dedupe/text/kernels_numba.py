"""How loops are compiled. Importing this imports numba, which takes a second: `dedupe.text.kernels` decides when.

Compiled code is kept on disk, and made anew when a file changes that loops, or what they take from elsewhere, stand in.
No bounds are checked: the arrays must be as the docstrings say.
"""

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit

_PACKAGES = ("text", "near_duplicates", "stories")
_WITH_LOOPS = "kernels_*.py"
_TAKEN_FROM = ("words.py", "shingles.py", "keys.py", "bounds.py", "rows.py", "rule.py", "judging.py")

Loop = TypeVar("Loop", bound=Callable[..., object])

_OPTIONS: dict[str, Any] = {"nogil": True, "boundscheck": False, "no_cfunc_wrapper": True}
_INNER: dict[str, Any] = {**_OPTIONS, "no_cpython_wrapper": True}  # a way in from Python costs time to compile


def compiled(loop: Loop) -> Loop:
    """The same loop in machine code, compiled at its first call; it does not hold the interpreter's lock."""
    try:
        kept = njit(cache=True, **_OPTIONS)(loop)
    except RuntimeError:  # nowhere to keep it: a read-only installation and no home
        return cast("Loop", njit(**_OPTIONS)(loop))
    index = getattr(getattr(kept, "_cache", None), "_cache_file", None)
    if index is not None:
        # By itself numba looks at the time of the loop's own file, and only after it has unpickled the types of the
        # loop's arguments, which fails where one of them has another name by now.
        index._version = f"{index._version} {_digest_of_loops()}"
    return cast("Loop", kept)


def inner(loop: Loop) -> Loop:
    """A loop that only compiled ones call; it is kept within those."""
    return cast("Loop", njit(**_INNER)(loop))


def inlined(step: Loop) -> Loop:
    """A step that becomes part of every loop that takes it: a call with arrays costs more than most steps."""
    return cast("Loop", njit(forceinline=True, **_INNER)(step))


@cache
def _digest_of_loops() -> str:
    folders = [Path(__file__).parent.parent / package for package in _PACKAGES]
    files = {file for folder in folders for file in folder.glob(_WITH_LOOPS)}
    files |= {folder / name for folder in folders for name in _TAKEN_FROM if (folder / name).exists()}
    digest = blake2b(digest_size=8)
    for file in sorted(files):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()
