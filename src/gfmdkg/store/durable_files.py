"""Files that are on disk, and whole, before anyone is told that they are there."""

import os
from pathlib import Path

__all__ = ["replace_durably", "sync_folder", "write_durably"]


def write_durably(path: Path, text: str, *, mode: int = 0o666) -> None:
    """Write a file; its text is on disk when this returns, its name not until ``sync_folder``.

    ``mode`` is who may read and write it, as far as the process gives that away.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def replace_durably(path: Path, text: str, *, mode: int = 0o666) -> None:
    """Put a text in a file's place at once: readers see the former or this one, never a half."""
    draft = path.with_suffix(f".{os.getpid()}.next")
    write_durably(draft, text, mode=mode)
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Have the names in a folder on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
