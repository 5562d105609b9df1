"""A sign that other processes see in their memory: that they should look at a file again."""

import mmap
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

__all__ = ["Signal"]

_SIZE_BYTES = 16


class Signal:
    """A file of a few bytes, which readers map into memory and a writer changes in place.

    The bytes mean nothing but that they are others than before, so that a reader who sees them
    half written looks once too often and never too rarely.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._map: mmap.mmap | None = None

    def read(self) -> bytes | None:
        """The sign as it is now; ``None`` where it was not found when it was last sought."""
        return None if self._map is None else self._map[:]

    def seek(self) -> None:
        """Map the file as it is named now."""
        self._map = None
        with suppress(OSError, ValueError), self._path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE_BYTES, access=mmap.ACCESS_READ)

    def give(self) -> None:
        """Change the sign, for every process that has it mapped."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.pwrite(descriptor, uuid4().bytes, 0)
        finally:
            os.close(descriptor)
