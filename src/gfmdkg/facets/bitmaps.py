"""Sets of items as whole numbers: bit n stands for the item at position n."""

from collections.abc import Iterable, Iterator

__all__ = ["bitmap_of", "positions_of", "union_of"]


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
    union = 0
    for bitmap in bitmaps:
        union |= bitmap
    return union
