"""What the compiled loops ask of the processor and numba has no name for: LLVM's own vectors, so for any processor."""

# ruff: noqa: ANN401, ARG001 - numba hands over values of its own

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core.cgutils import alloca_once_value, for_range
from numba.extending import intrinsic
from numpy.typing import NDArray

from dedupe.text.kernels_numba import inlined

N_LANES = 32
"""Permutations of `lower_lanes`: as many as the registers of a processor with 256 bits hold."""

_BIT, _BYTE, _INT, _LONG = (ir.IntType(n_bits) for n_bits in (1, 8, 32, 64))
_BYTES, _CODES, _LANES = ir.VectorType(_BYTE, 64), ir.VectorType(_INT, 64), ir.VectorType(_INT, N_LANES)


@intrinsic
def _trailing_zeros(_: Any, value: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(_BIT, 0))

    return types.int64(types.uint64), emit


@intrinsic
def _n_ones(_: Any, value: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), emit


@intrinsic
def _load_eight(_: Any, data: Any, at: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data, at = arguments
        return builder.load(_place(context, builder, signature.args[0], data, at, _LONG), align=1)

    return types.uint64(data, types.intp), emit


@intrinsic
def _read_64(_: Any, codes: Any, at: Any, lower: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        codes, at, lower = arguments
        wide = builder.load(_place(context, builder, signature.args[0], codes, at, _CODES), align=4)
        is_far = builder.icmp_unsigned(">", wide, _all(_CODES, 0xFF))
        own = builder.trunc(builder.select(is_far, _all(_CODES, 0xFF), wide), _BYTES)
        is_upper = _is_among(builder, own, "A", "Z")
        small = builder.or_(own, builder.select(is_upper, _all(_BYTES, 0x20), _all(_BYTES, 0)))
        builder.store(small, _place(context, builder, signature.args[2], lower, at, _BYTES), align=1)
        is_capital = builder.or_(is_upper, _is_among(builder, own, "0", "9"))
        is_word = builder.or_(is_capital, _is_among(builder, own, "a", "z"))
        is_word = builder.or_(is_word, _is_among(builder, own, "_", "_"))
        is_odd = builder.not_(_is_among(builder, own, " ", "~"))
        flags = [builder.bitcast(flag, _LONG) for flag in (is_word, is_capital, is_odd)]
        return context.make_tuple(builder, signature.return_type, flags)

    flags = types.UniTuple(types.uint64, 3)  # type: ignore[no-untyped-call]
    return flags(codes, types.intp, lower), emit


@intrinsic
def _lower_lanes(_: Any, hashes: Any, size: Any, factors: Any, addends: Any, row: Any, lane: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        hashes, size, *lanes, lane = arguments
        kinds = signature.args[2:5]
        places = [_place(context, builder, kind, array, lane, _LANES) for kind, array in zip(kinds, lanes, strict=True)]
        factor, addend, first = (builder.load(place, align=4) for place in places)
        lowest = alloca_once_value(builder, first)  # type: ignore[no-untyped-call]
        none = ir.Constant(_LANES, ir.Undefined)
        with for_range(builder, size) as loop:
            one = builder.load(_place(context, builder, signature.args[0], hashes, loop.index, _INT), align=4)
            all_same = builder.shuffle_vector(
                builder.insert_element(none, one, ir.Constant(_INT, 0)), none, _all(_LANES, 0)
            )
            permuted = builder.add(builder.mul(all_same, factor), addend)
            held = builder.load(lowest)
            builder.store(builder.select(builder.icmp_unsigned("<", permuted, held), permuted, held), lowest)
        builder.store(builder.load(lowest), places[2], align=4)
        return context.get_dummy_value()

    return types.void(hashes, types.intp, factors, addends, row, types.intp), emit


def _place(context: Any, builder: Any, array_type: Any, array: Any, at: Any, kind: Any) -> Any:
    """Pointer to what an array holds from an element on."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), kind.as_pointer())


def _all(vector: Any, value: int) -> Any:
    return ir.Constant(vector, [value] * vector.count)


def _is_among(builder: Any, values: Any, first: str, last: str) -> Any:
    shifted = builder.sub(values, _all(_BYTES, ord(first)))
    return builder.icmp_unsigned("<=", shifted, _all(_BYTES, ord(last) - ord(first)))


trailing_zeros = cast("Callable[[np.uint64], int]", _trailing_zeros)
"""The place of a number's lowest bit, 64 where there is none."""

n_ones = cast("Callable[[np.uint64], np.uint64]", _n_ones)
"""How many bits of a number are set."""

load_eight = cast("Callable[[NDArray[np.uint8], int], np.uint64]", _load_eight)
"""Eight bytes from a place on, as they lie there."""

read_64 = cast(
    "Callable[[NDArray[np.uint32], int, NDArray[np.uint8]], tuple[np.uint64, np.uint64, np.uint64]]", _read_64
)
"""Write the lower case of 64 characters; which are of words, are capitals or digits, are not printable ASCII.

The characters are given as code points from a place on, and lower case goes to the same place. Of those above 254, 255
is written. The first character is the lowest bit.
"""

lower_lanes = cast(
    "Callable[[NDArray[np.uint32], int, NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32], int], None]",
    _lower_lanes,
)
"""Lower `N_LANES` values of a row, from a lane on, by as many permutations of the first hashes, given their number."""


@inlined
def has_flag(flags: NDArray[np.uint64], at: int) -> bool:
    """Whether a bit is set among flags kept 64 in a number."""
    return bool((flags[at >> 6] >> np.uint64(at & 63)) & np.uint64(1))
