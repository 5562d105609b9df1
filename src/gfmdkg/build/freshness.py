"""Whether a version was built from the sources as they are, without reading them each time.

Beside a version stands a file with the size and the time of the last change of every source and
folder, as they were when the sources were last found to be those of the version. Only where one
of them differs are all sources read and hashed.
"""

import os
import time
from collections.abc import Iterable
from contextlib import suppress

from gfmdkg.about import VERSION
from gfmdkg.paths import Content
from gfmdkg.store.files import replacing
from gfmdkg.store.version import Version

__all__ = ["is_built_from"]

_STAMP_NAME = "sources.stamp"
# What changed less than this before it was looked at may change again at the same time of the
# file system's clock.
_SETTLED_NS = 2 * 10**9


def is_built_from(version: Version, content: Content, *, default_graph: str) -> bool:
    """Whether the sources of a version are those of the content, with this very software."""
    stamp = version.folder / _STAMP_NAME
    key = f"{VERSION} {default_graph} {content.root}"
    with suppress(OSError, UnicodeDecodeError):
        first, *lines = stamp.read_text("utf-8").splitlines()
        if first == key and lines == _look_at(line.partition("\t")[0] for line in lines):
            return True
    # Rarely needed, and hashing takes a library of its own.
    from gfmdkg.build.sources import hash_sources, source_paths

    now = time.time_ns()
    seen = _look_at(map(str, source_paths(content)))
    if version.sources_hash != hash_sources(content, default_graph=default_graph):
        return False
    if all(int(line.rpartition("\t")[2]) < now - _SETTLED_NS for line in seen):
        with suppress(OSError), replacing(stamp) as draft:  # it only saves time
            draft.write_text("\n".join((key, *seen)), "utf-8")
    return True


def _look_at(paths: Iterable[str]) -> list[str]:
    """Path, size and time of last change; the latter cannot be set by who writes the file."""
    stats = [(path, os.stat(path)) for path in paths]  # noqa: PTH116 - at each command
    return [f"{path}\t{status.st_size}\t{status.st_ctime_ns}" for path, status in stats]
