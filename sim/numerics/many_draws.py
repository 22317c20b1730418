"""Keyed draws for many things at once: the processor works on several counters at a time.

Philox 4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011; see ``draws`` for the other one). The counter is the number of
the thing in its cell, the cell's entity (two words), and one word of month (16 bits), purpose (8) and block (8); the
key is the seed. Eight uniforms of 32 bits, two blocks, for each: fine enough for one choice each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.numerics.compiled import block, helper, int64, rule
from sim.numerics.draws import uniform_of

_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_WORD = np.uint64(0xFFFFFFFF)
_BITS = np.uint64(32)
CHOICES = 8
"""How many uniforms each thing has."""

Words = npt.NDArray[np.uint32]


@helper
def _rounds(x0: Any, x1: Any, x2: Any, x3: Any, key_0: Any, key_1: Any) -> tuple[Any, Any, Any, Any]:
    """Return the four words of one counter, in the lower halves of 64-bit integers; keys may be longer."""
    for _ in range(10):
        product_0 = _MULTIPLIER_0 * (x0 & _WORD)
        product_1 = _MULTIPLIER_1 * (x2 & _WORD)
        x0, x1, x2, x3 = (product_1 >> _BITS) ^ x1 ^ key_0, product_1, (product_0 >> _BITS) ^ x3 ^ key_1, product_0
        key_0 += _WEYL_0
        key_1 += _WEYL_1
    return x0 & _WORD, x1 & _WORD, x2 & _WORD, x3 & _WORD


@rule
def philox_4x32(c0: int, c1: int, c2: int, c3: int, key_0: int, key_1: int) -> tuple[int, int, int, int]:
    """Return the four 32-bit words of Philox 4x32-10 at a counter of four words, with a key of two."""
    counter = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    return _rounds(*counter, np.uint64(key_0), np.uint64(key_1))


@helper
def _last_word(month: int, purpose: int, number_of_block: int) -> int:
    return (int64(month) << 16) | (int64(purpose) << 8) | int64(number_of_block)


@rule
def choices_of(seed: int, entity: int, number: int, month: int, purpose: int) -> tuple[float, ...]:
    """Return the eight uniforms of the ``number``-th thing of a cell, as ``words_of_many`` has them."""
    low, high = int64(entity) & 0xFFFFFFFF, int64(entity) >> 32
    key_0, key_1 = int64(seed) & 0xFFFFFFFF, int64(seed) >> 32
    a, b, c, d = philox_4x32(number, low, high, _last_word(month, purpose, 0), key_0, key_1)
    e, f, g, h = philox_4x32(number, low, high, _last_word(month, purpose, 1), key_0, key_1)
    first = uniform_of(a), uniform_of(b), uniform_of(c), uniform_of(d)
    return (*first, uniform_of(e), uniform_of(f), uniform_of(g), uniform_of(h))


@block
def _fill(numbers: Words, low: Words, high: Words, last: int, seed: int, to: tuple[Words, ...]) -> None:
    """Fill four arrays with the words of many counters that share their last word."""
    key_0, key_1 = np.uint64(seed) & _WORD, np.uint64(seed) >> _BITS
    to_0, to_1, to_2, to_3 = to
    for i in range(len(numbers)):
        counter = np.uint64(numbers[i]), np.uint64(low[i]), np.uint64(high[i]), np.uint64(last)
        a, b, c, d = _rounds(*counter, key_0, key_1)
        to_0[i], to_1[i], to_2[i], to_3[i] = a, b, c, d


@block
def words_of_many(seed: int, low: Words, high: Words, numbers: Words, month: int, purpose: int) -> Words:
    """Return the eight 32-bit words of each of n things, 8 x n.

    ``low`` and ``high`` are the halves of the entities of their cells, ``numbers`` which thing of the cell is meant.
    """
    words = np.empty((CHOICES, len(numbers)), np.uint32)
    last = _last_word(month, purpose, 0)
    _fill(numbers, low, high, last, seed, (words[0], words[1], words[2], words[3]))
    _fill(numbers, low, high, last + 1, seed, (words[4], words[5], words[6], words[7]))
    return words
