"""The role of a process that works out networks: a version's store, one request at a time."""

import os
import resource
import sys
from collections.abc import Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

from gfmdkg.engine.child import Handler, Reply
from gfmdkg.engine.frames import Frame
from gfmdkg.formats.solutions import Solutions
from gfmdkg.network.answering import Networks
from gfmdkg.network.request import NetworkRequest
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.selecting import select_from

__all__ = ["create_handler"]

_VERSIONS_KEPT = 2
# A process that grew this far beyond its share gives the memory back by ending.
_RETIRE_ABOVE = 0.25


def create_handler(options: Mapping[str, Any]) -> Handler:
    """Answer requests; ``options`` has ``memory_limit_bytes``."""
    # Numpy's linear algebra starts a thread for each core, and each takes 40 MiB of the limit.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    retire_bytes = int(options["memory_limit_bytes"] * _RETIRE_ABOVE)

    @lru_cache(maxsize=_VERSIONS_KEPT)
    def networks_of(folder: Path) -> Networks:
        def select(query: str) -> Solutions:
            # To open it takes milliseconds, and its caches more memory than the networks.
            with closing(OxigraphStore.open_read_only(folder)) as store:
                return select_from(store)(query)

        return Networks(select)

    def handle(frame: Frame) -> Reply:
        folder, request = NetworkRequest.unpack(frame.head, frame.body)
        body = networks_of(folder).answer(request)
        return Reply(head={}, body=body, retires=_largest_bytes() > retire_bytes)

    return handle


def _largest_bytes() -> int:
    """The most memory that this process ever took."""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest if sys.platform == "darwin" else largest * 1024
