"""Whether the compiled loops are used. They give the bits of the plain path; numba takes a second to import.

So they are loaded once a process, by the first large amount of text or by `load`, and used for any text from then on.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

WORTH_LOADING_CHARACTERS = 3_000_000
"""An amount of text that the plain path takes longer for than loading takes, however few of the texts are alike."""

MOST_CHARACTERS = 1 << 26
"""In one text: places are 32-bit numbers in the loops, which take 34 bytes a character at worst."""

Value = TypeVar("Value", bound=np.generic)
Choice = Literal["by amount", "always", "never"]


@dataclass(slots=True)
class _Process:
    choice: Choice = "by amount"
    is_loaded: bool = False


_process = _Process()


def choose(choice: Choice) -> None:
    """Decide for this process when the loops are used; without numba they never are."""
    _process.choice = choice


def load() -> bool:
    """Load the loops, for a process that will read much text; whether they are there.

    The first time on a machine they are compiled, which takes some ten seconds. No thread is started: children
    forked afterwards have the loops too.
    """
    if not _process.is_loaded and _can_load():
        try:
            from dedupe.text.kernels_words import warm  # noqa: PLC0415 - imports numba
        except ImportError:  # there, but not for this NumPy or this machine
            _process.choice = "never"
            return False
        warm()
        _process.is_loaded = True
    return _process.is_loaded


def are_used() -> bool:
    """Whether the loops are used, whatever the amount."""
    return _process.choice != "never" and (_process.is_loaded or (_process.choice == "always" and load()))


def are_used_for(texts: Sequence[str]) -> bool:
    """Whether the loops are used for these texts; they are loaded here where it is worth it."""
    sizes = [len(text) for text in texts]
    if sizes and max(sizes) > MOST_CHARACTERS:
        return False
    if _process.choice == "by amount" and sum(sizes) >= WORTH_LOADING_CHARACTERS:
        return load()
    return are_used()


def _can_load() -> bool:
    # Words are hashed by eight bytes, lowest first, as they lie in memory.
    return sys.byteorder == "little" and find_spec("numba") is not None


def as_loops_take(values: NDArray[Value]) -> NDArray[Value]:
    """The same values where the loops take them: a read-only array is of another type, and compiled for again."""
    return values if values.flags.writeable and values.flags.c_contiguous else values.copy()
