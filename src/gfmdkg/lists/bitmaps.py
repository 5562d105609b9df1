"""Sets of items as whole numbers: bit n stands for the item at position n."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache, reduce
from operator import or_

import pyoxigraph as ox

from gfmdkg.rdf.values import Term

__all__ = ["LinkTable", "bitmap_of", "positions_of", "union_of"]


def bitmap_of(positions: Iterable[int], size: int) -> int:
    """The set of these positions among ``size`` items.

    >>> bin(bitmap_of((0, 3), 8))
    '0b1001'
    """
    octets = bytearray(size // 8 + 1)
    for position in positions:
        octets[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(octets, "little")


def positions_of(bitmap: int) -> Iterator[int]:
    """The positions in a set, ascending.

    >>> list(positions_of(0b1001))
    [0, 3]
    """
    digits = f"{bitmap:b}"[::-1]
    position = digits.find("1")
    while position >= 0:
        yield position
        position = digits.find("1", position + 1)


def union_of(bitmaps: Iterable[int]) -> int:
    """The items that are in any of the sets."""
    return reduce(or_, bitmaps, 0)


_KEPT = 16
# The engine keeps so many digits of a decimal after its point, and takes no others for a number.
_ENGINE_DIGITS = 18

LinkRow = tuple[int, Term, Term | None, Term | None]
"""Position of the item, value, assertion and confidence."""


class LinkTable:
    """Which items have which value, by the links that count. Threads may share it."""

    def __init__(self, rows: Iterable[LinkRow], size: int) -> None:
        self._size = size
        self._positions, self._values = array("I"), array("I")
        self._assertions, self._ranks = array("I"), array("I")
        values: dict[Term, int] = {}
        assertions: dict[Term | None, int] = {}
        confidences: list[Decimal | None] = []
        for position, value, assertion, confidence in rows:
            self._positions.append(position)
            self._values.append(values.setdefault(value, len(values)))
            self._assertions.append(assertions.setdefault(assertion, len(assertions)))
            confidences.append(_number(confidence))
        self._terms = tuple(values)
        self._assertion_numbers = assertions
        # A link without a confidence has rank 0, below every one that can be asked for.
        self._levels = sorted({c for c in confidences if c is not None})
        rank_of = {level: rank for rank, level in enumerate(self._levels, start=1)}
        self._ranks.extend(0 if c is None else rank_of[c] for c in confidences)
        # The last settings asked for, as a rule those of everybody.
        self._counted = lru_cache(_KEPT)(self._count)

    def bitmaps(
        self,
        assertions: Iterable[Term] | None,
        excluded: Iterable[Term] = (),
        confidence: Decimal | None = None,
    ) -> Mapping[Term, int]:
        """The items of each value; only links of these assertions and confidence count.

        ``assertions`` of ``None`` are all.
        """
        rank = 0 if confidence is None else bisect_left(self._levels, confidence) + 1
        named = None if assertions is None else frozenset(assertions)
        return self._counted(named, frozenset(excluded), rank)

    def _count(
        self, assertions: frozenset[Term] | None, excluded: frozenset[Term], rank: int
    ) -> Mapping[Term, int]:
        counting = {
            number
            for assertion, number in self._assertion_numbers.items()
            if (assertions is None or assertion in assertions)
            # Without an assertion a link is neither in nor out of a list of them.
            and not (excluded and (assertion is None or assertion in excluded))
        }
        found: dict[int, list[int]] = {}
        rows = zip(self._positions, self._values, self._assertions, self._ranks, strict=True)
        for position, value, assertion, level in rows:
            if level >= rank and assertion in counting:
                found.setdefault(value, []).append(position)
        return {
            self._terms[value]: bitmap_of(positions, self._size)
            for value, positions in found.items()
        }


def _number(confidence: Term | None) -> Decimal | None:
    """The number that the engine would compare; ``None`` for what is none to it."""
    if not isinstance(confidence, ox.Literal):
        return None
    try:
        number = Decimal(confidence.value)
    except InvalidOperation:
        return None
    exponent = number.as_tuple().exponent
    return number if isinstance(exponent, int) and -exponent <= _ENGINE_DIGITS else None
