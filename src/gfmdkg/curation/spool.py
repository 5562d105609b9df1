"""Values that wait on disk, where memory should not grow with their number."""

import pickle
import zlib
from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import Generic, Self, TypeVar, overload

__all__ = ["Spool"]

T = TypeVar("T")


class Spool(Sequence[T], Generic[T]):
    """A sequence in a temporary file that has no name, and so is gone with the process.

    A value is packed when it is added, and made anew each time that it is asked for.
    """

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - ``close`` lets it go
        self._places: list[tuple[int, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def append(self, value: T) -> None:
        """Add a value that can be pickled."""
        packed = zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), 1)
        start = self._file.seek(0, 2)
        self._file.write(packed)
        self._places.append((start, len(packed)))

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...

    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        start, size = self._places[index]
        self._file.seek(start)
        # Nobody but this process can have written to a file without a name.
        value: T = pickle.loads(zlib.decompress(self._file.read(size)))  # noqa: S301
        return value
