"""Files that are on disk, and whole, before anyone is told that they are there."""

import os
from pathlib import Path

__all__ = ["replace_durably", "sync_folder", "write_durably"]


def write_durably(path: Path, text: str) -> None:
    """Write a file; its text is on disk when this returns, its name not until ``sync_folder``."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def replace_durably(path: Path, text: str) -> None:
    """Put a text in a file's place at once: readers see the former or this one, never a half."""
    draft = path.with_suffix(f".{os.getpid()}.next")
    write_durably(draft, text)
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Have the names in a folder on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
