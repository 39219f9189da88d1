"""Python's strings for compiled loops: they are read where they lie, so that nothing is joined or encoded first."""

# ruff: noqa: ANN401, ARG001 - numba hands over values of its own

from collections.abc import Callable, Sequence
from ctypes import c_void_p
from typing import Any, cast

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from dedupe.text.kernels_numba import inner

PICTURE, UNKNOWN = 0x2605, 0xD800
"""Stand for a character above the Basic Multilingual Plane: for a picture and for any other one."""

_PICTURES = (0x1F300, 0x1FB00)
_LONG = ir.IntType(64)


def addresses_of(texts: Sequence[str]) -> NDArray[np.int64]:
    """Where the texts lie in memory; that says something only as long as they are kept.

    Raises
    ------
    TypeError
        For anything but strings.
    """
    if not all(issubclass(kind, str) for kind in set(map(type, texts))):
        raise TypeError("texts must be strings")
    return np.fromiter(map(id, texts), dtype=np.int64, count=len(texts))


@intrinsic
def _characters_at(_: Any, address: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        python = context.get_python_api(builder)
        string = builder.inttoptr(arguments[0], python.pyobj)
        _, data, size, n_bytes, *_ = python.string_as_string_size_and_kind(string)
        return context.make_tuple(builder, signature.return_type, (data, size, builder.zext(n_bytes, _LONG)))

    found = types.Tuple((types.voidptr, types.intp, types.int64))  # type: ignore[no-untyped-call]
    return found(types.int64), emit


_characters = cast("Callable[[int], tuple[c_void_p, int, int]]", _characters_at)
"""Of the string at an address: where its characters are, how many, and of how many bytes each."""


@inner
def copy_characters(address: int, codes: NDArray[np.uint16]) -> int:
    """Write the code points of the string at an address; their number is returned."""
    data, size, n_bytes = _characters(address)
    if n_bytes == 1:
        bytes_ = carray(data, (size,), np.uint8)
        for at in range(size):
            codes[at] = bytes_[at]
    elif n_bytes == 2:
        pairs = carray(data, (size,), np.uint16)
        for at in range(size):
            codes[at] = pairs[at]
    else:
        fours = carray(data, (size,), np.uint32)
        for at in range(size):
            code = fours[at]
            other = PICTURE if _PICTURES[0] <= code < _PICTURES[1] else UNKNOWN
            codes[at] = code if code < 0x10000 else other
    return size
