"""How loops are compiled. Importing this imports numba, which takes a second: `dedupe.text.kernels` decides when.

Compiled code is kept on disk and made anew when its file changes, so a loop and the loops it calls stay in one file; a
constant from another file changes only together with this one's tests.
No bounds are checked: the arrays must be as the docstrings say.
"""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Loop = TypeVar("Loop", bound=Callable[..., object])


def compiled(loop: Loop) -> Loop:
    """The same loop in machine code, compiled at its first call; it does not hold the interpreter's lock."""
    try:
        return cast("Loop", njit(cache=True, nogil=True, boundscheck=False)(loop))
    except RuntimeError:  # nowhere to keep it: a read-only installation and no home
        return cast("Loop", njit(nogil=True, boundscheck=False)(loop))


def inlined(step: Loop) -> Loop:
    """A step that becomes part of every loop that takes it: a call with arrays costs more than most steps."""
    return cast("Loop", njit(nogil=True, boundscheck=False, forceinline=True)(step))
