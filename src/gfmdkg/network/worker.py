"""The role of a process that works out networks: a version's store, one request at a time."""

import resource
import sys
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gfmdkg.engine.child import Handler, Reply
from gfmdkg.engine.frames import Frame
from gfmdkg.engine.workers import Role
from gfmdkg.network.answering import Networks
from gfmdkg.network.request import NetworkRequest
from gfmdkg.settings import Settings
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.selecting import select_from

__all__ = ["create_handler", "network_role"]

_PROCESSES = 2
_MOST_WAITING = 16

_VERSIONS_KEPT = 2
# A process that grew this far beyond its share gives the memory back by ending.
_RETIRE_ABOVE = 0.25


def network_role(settings: Settings) -> Role:
    """The role of the processes that work out networks."""
    return Role(
        module=__name__,
        options={
            "backend": settings.network_backend or None,
            "memory_limit_bytes": settings.worker_memory_limit_bytes,
        },
        places=_PROCESSES,
        queue=_MOST_WAITING,
        wait_seconds=settings.query_queue_seconds,
        cause="all processes that draw networks are busy",
    )


def create_handler(options: Mapping[str, Any]) -> Handler:
    """Answer requests; ``options`` has ``memory_limit_bytes``, and a ``backend`` or null."""
    retire_bytes = int(options["memory_limit_bytes"] * _RETIRE_ABOVE)
    kept: OrderedDict[Path, tuple[OxigraphStore, Networks]] = OrderedDict()

    def networks_of(folder: Path) -> Networks:
        if folder not in kept:
            store = OxigraphStore.open_read_only(folder)
            networks = Networks(select_from(store), backend=options["backend"])
            kept[folder] = store, networks
            if len(kept) > _VERSIONS_KEPT:
                kept.popitem(last=False)[1][0].close()
        kept.move_to_end(folder)
        return kept[folder][1]

    def handle(frame: Frame) -> Reply:
        folder, request = NetworkRequest.unpack(frame.head, frame.body)
        body = networks_of(folder).answer(request)
        return Reply(head={}, body=body, retires=_largest_bytes() > retire_bytes)

    return handle


def _largest_bytes() -> int:
    """The most memory that this process ever took."""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest if sys.platform == "darwin" else largest * 1024
