"""Values that are kept while there is room for their bytes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["ByteBounded"]

_SHARE_OF_ONE = 16

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ByteBounded(Generic[K, V]):
    """The values asked for last, up to a number of bytes; ``size_of`` tells what one takes."""

    def __init__(self, limit_bytes: int, *, size_of: Callable[[K, V], int]) -> None:
        self.value_limit_bytes = limit_bytes // _SHARE_OF_ONE
        self.size_bytes = 0
        self.evictions_total = 0
        self._limit_bytes = limit_bytes
        self._size_of = size_of
        self._values: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: K) -> V | None:
        """The value with this key, which becomes the last to be dropped."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> bool:
        """Keep a value, unless it is larger than one sixteenth of all there is room for."""
        size_bytes = self._size_of(key, value)
        if size_bytes > self.value_limit_bytes:
            return False
        self._drop(key)
        self._values[key] = value
        self.size_bytes += size_bytes
        while self.size_bytes > self._limit_bytes:
            self._drop(next(iter(self._values)))
            self.evictions_total += 1
        return True

    def _drop(self, key: K) -> None:
        value = self._values.pop(key, None)
        if value is not None:
            self.size_bytes -= self._size_of(key, value)
