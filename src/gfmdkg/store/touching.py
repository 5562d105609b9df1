"""Which version last changed what is said of a resource, from the recorded patches."""

import mmap
from pathlib import Path

from gfmdkg.store.versions import Version, VersionStore

__all__ = ["last_touch"]


def last_touch(versions: VersionStore, resource: str, *, number: int) -> tuple[Version, bool]:
    """The last version up to ``number`` that added or removed a statement about a resource.

    The flag is false where no recorded patch has one; the version is then the oldest on
    record. Patches are searched as bytes, not read, so this takes milliseconds for hundreds.
    Raises ``NotFound`` for a version that there never was.
    """
    oldest = versions.record(number)
    rows = [f"\n{mark} <{resource}> ".encode() for mark in "AD"]
    for version in reversed(versions.history()):
        if version.number > number:
            continue
        oldest = version
        if _has_any(version.folder / "patch.rdfp", rows):
            return version, True
    return oldest, False


def _has_any(file: Path, rows: list[bytes]) -> bool:
    try:
        with (
            file.open("rb") as source,
            mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as text,
        ):
            return any(text.find(row) >= 0 for row in rows)
    except (FileNotFoundError, ValueError):  # there is no patch, or an empty file
        return False
