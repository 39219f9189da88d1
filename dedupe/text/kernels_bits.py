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
from dedupe.text.words import FINISH, FIRST, MULTIPLY

N_LANES = 32
"""Permutations of `lower_lanes`: as many as the registers of a processor with 256 bits hold."""

_BIT, _BYTE, _PAIR, _INT, _LONG = (ir.IntType(n_bits) for n_bits in (1, 8, 16, 32, 64))
_BYTES, _CODES, _LANES = ir.VectorType(_BYTE, 64), ir.VectorType(_PAIR, 64), ir.VectorType(_INT, N_LANES)
_PAIRS, _WORDS, _ONES = ir.VectorType(_INT, 16), ir.VectorType(_LONG, 8), (1 << 64) - 1
_TWO_WORDS = ir.VectorType(_LONG, 2)
_EIGHT_BYTES, _EIGHT_PLACES = ir.VectorType(_BYTE, 8), ir.VectorType(_INT, 8)


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
        wide = builder.load(_place(context, builder, signature.args[0], codes, at, _CODES), align=2)
        own = _to_bytes(builder, wide)
        is_upper = _is_among(builder, own, "A", "Z")
        small = builder.or_(own, builder.select(is_upper, _all(_BYTES, 0x20), _all(_BYTES, 0)))
        builder.store(small, _place(context, builder, signature.args[2], lower, at, _BYTES), align=1)
        is_capital = builder.or_(is_upper, _is_among(builder, own, "0", "9"))
        is_word = builder.or_(is_capital, _is_among(builder, own, "a", "z"))
        is_word = builder.or_(is_word, _is_among(builder, own, "_", "_"))
        is_end = builder.or_(_is_among(builder, own, "\n", "\n"), _is_among(builder, own, "\r", "\r"))
        is_known = builder.or_(_is_among(builder, own, " ", "~"), is_end)
        flags = [builder.bitcast(flag, _LONG) for flag in (is_word, is_capital, is_end, builder.not_(is_known))]
        return context.make_tuple(builder, signature.return_type, flags)

    flags = types.UniTuple(types.uint64, 4)  # type: ignore[no-untyped-call]
    return flags(codes, types.intp, lower), emit


@intrinsic
def _hash_eight(_: Any, lower: Any, bounds: Any, word: Any, hashes: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds, (lower, bounds, word, hashes) = signature.args, arguments
        pairs = builder.mul(word, ir.Constant(_LONG, 2))
        own, more = _first_sixteen(context, builder, kinds, lower, bounds, pairs)
        sizes = _sizes_of_eight(builder, _place(context, builder, kinds[1], bounds, pairs, _PAIRS))
        size = builder.zext(sizes, _WORDS)
        to_cut, to_keep = _bits_to_cut(builder, sizes), _bits_to_keep(builder, sizes)
        own = builder.and_(own, builder.lshr(_all(_WORDS, _ONES), to_cut))
        more = builder.and_(more, builder.not_(builder.shl(_all(_WORDS, _ONES), to_keep)))
        seed = builder.xor(builder.shl(size, _all(_WORDS, 56)), _all(_WORDS, FIRST))
        short = builder.mul(builder.xor(own, seed), _all(_WORDS, MULTIPLY))
        long = builder.mul(builder.xor(_folded(builder, short), more), _all(_WORDS, MULTIPLY))
        is_short = builder.icmp_unsigned("==", to_keep, _all(_WORDS, 0))
        mixed = _folded(builder, builder.select(is_short, short, long))
        mixed = _folded(builder, builder.mul(mixed, _all(_WORDS, FINISH)))
        builder.store(mixed, _place(context, builder, kinds[3], hashes, word, _WORDS), align=8)
        is_other = builder.or_(
            builder.and_(builder.or_(own, more), _all(_WORDS, 0x8080808080808080)),
            builder.and_(size, _all(_WORDS, _ONES ^ 15)),
        )
        flags = builder.icmp_unsigned("!=", is_other, _all(_WORDS, 0))
        return builder.zext(builder.bitcast(flags, _BYTE), _LONG)

    return types.uint64(lower, bounds, types.intp, hashes), emit


def _first_sixteen(context: Any, builder: Any, kinds: Any, lower: Any, bounds: Any, pairs: Any) -> Any:
    own = more = ir.Constant(_WORDS, ir.Undefined)
    for lane in range(8):
        at = builder.add(pairs, ir.Constant(_LONG, 2 * lane))
        begin = builder.sext(builder.load(_place(context, builder, kinds[1], bounds, at, _INT), align=4), _LONG)
        both = builder.load(_place(context, builder, kinds[0], lower, begin, _TWO_WORDS), align=1)
        own, more = (
            builder.insert_element(
                held, builder.extract_element(both, ir.Constant(_INT, half)), ir.Constant(_INT, lane)
            )
            for half, held in enumerate((own, more))
        )
    return own, more


def _sizes_of_eight(builder: Any, place: Any) -> Any:
    bounds, none = builder.load(place, align=4), ir.Constant(_PAIRS, ir.Undefined)
    starts, stops = (
        builder.shuffle_vector(bounds, none, ir.Constant(_EIGHT_PLACES, [*range(first, 16, 2)])) for first in range(2)
    )
    return builder.sub(stops, starts)


def _bits_to_cut(builder: Any, sizes: Any) -> Any:
    """Of the first eight bytes of words."""
    eight = _all(_EIGHT_PLACES, 8)
    n_missing = builder.sub(eight, builder.select(builder.icmp_unsigned("<", sizes, eight), sizes, eight))
    n_bits = builder.and_(builder.shl(n_missing, _all(_EIGHT_PLACES, 3)), _all(_EIGHT_PLACES, 63))
    return builder.zext(n_bits, _WORDS)


def _bits_to_keep(builder: Any, sizes: Any) -> Any:
    """Of the next eight."""
    eight = _all(_EIGHT_PLACES, 8)
    n_more = builder.sub(builder.select(builder.icmp_unsigned(">", sizes, eight), sizes, eight), eight)
    n_bits = builder.and_(builder.shl(n_more, _all(_EIGHT_PLACES, 3)), _all(_EIGHT_PLACES, 63))
    return builder.zext(n_bits, _WORDS)


def _folded(builder: Any, value: Any) -> Any:
    return builder.xor(value, builder.lshr(value, _all(_WORDS, 32)))


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


@intrinsic
def _write_eight(_: Any, places: Any, at: Any, bits: Any, row: Any, first: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        places, at, bits, row, first = arguments
        found = builder.load(_place(context, builder, signature.args[2], bits, row, _EIGHT_BYTES), align=1)
        first = builder.trunc(first, _INT)
        none = ir.Constant(_EIGHT_PLACES, ir.Undefined)
        firsts = builder.shuffle_vector(
            builder.insert_element(none, first, ir.Constant(_INT, 0)), none, _all(_EIGHT_PLACES, 0)
        )
        own = builder.add(builder.zext(found, _EIGHT_PLACES), firsts)
        builder.store(own, _place(context, builder, signature.args[0], places, at, _EIGHT_PLACES), align=4)
        return context.get_dummy_value()

    return types.void(places, types.intp, bits, types.intp, types.intp), emit


def _place(context: Any, builder: Any, array_type: Any, array: Any, at: Any, kind: Any) -> Any:
    """Pointer to what an array holds from an element on."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), kind.as_pointer())


def _all(vector: Any, value: int) -> Any:
    return ir.Constant(vector, [value] * vector.count)


def _to_bytes(builder: Any, wide: Any) -> Any:
    is_far = builder.icmp_unsigned(">", wide, _all(_CODES, 0xFF))
    return builder.trunc(builder.select(is_far, _all(_CODES, 0xFF), wide), _BYTES)


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
    "Callable[[NDArray[np.uint16], int, NDArray[np.uint8]], tuple[np.uint64, np.uint64, np.uint64, np.uint64]]",
    _read_64,
)
"""Write the lower case of 64 characters; which are of words, are capitals or digits, end lines, are none
of these nor other printable ASCII, dashes or quotation marks.

The characters are given as code points from a place on, and lower case goes to the same place. Of those above 254, 255
is written. The first character is the lowest bit.
"""

write_eight = cast(
    "Callable[[NDArray[np.int32], np.uint64, NDArray[np.uint8], np.uint64, int], None]",
    _write_eight,
)
"""Write, from a place on, the sums of a number and of eight bytes, given where the first is."""

hash_eight = cast("Callable[[NDArray[np.uint8], NDArray[np.int32], int, NDArray[np.uint64]], np.uint64]", _hash_eight)
"""Write the `word_hash` of eight words from one on, given their lower case; which of them got a wrong one.

Words are where two ``bounds`` each say. Right are those of ASCII that have at most 15 letters, and the first word is
the lowest bit.
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
