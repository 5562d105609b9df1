"""What is asked of a network, in a form that crosses to another process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gfmdkg.engine.workers import Role
from gfmdkg.networks.occurrences import Grounds
from gfmdkg.settings import Settings

__all__ = ["FORMATS", "MATRIX_FORMATS", "NetworkRequest", "network_role"]

FORMATS = ("json", "graphml", "gexf", "csv", "dot")
"""Formats of a network."""

MATRIX_FORMATS = ("json", "csv")
"""Formats of a matrix."""

_PROCESSES = 2
_MOST_WAITING = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRequest:
    """A network, a matrix, or the evidence of one edge of it, in one format.

    ``items`` are the IRIs of the passages that count; ``None`` for all. ``limit`` and
    ``edge_limit`` cap what is shown of a network, ``rows`` and ``columns`` of a matrix;
    ``None`` shows all. ``edge`` asks for the evidence between two nodes, from place ``start``
    on, at most ``limit`` pieces. ``members`` go into the JSON document as they are.

    It is pickled on its way, after the path of the version's database.
    """

    kind: str
    format: str = "json"
    grounds: Grounds = field(default_factory=Grounds)
    items: frozenset[str] | None = None
    minimum: int = 1
    limit: int | None = None
    edge_limit: int | None = None
    is_matrix: bool = False
    rows: int | None = None
    columns: int | None = None
    edge: tuple[str, str] | None = None
    start: int = 0
    members: Mapping[str, Any] = field(default_factory=dict)


def network_role(settings: Settings) -> Role:
    """The role of the processes that work out networks."""
    return Role(
        module="gfmdkg.networks.worker",
        options={"memory_limit_bytes": settings.worker_memory_limit_bytes},
        places=_PROCESSES,
        queue=_MOST_WAITING,
        wait_seconds=settings.query_queue_seconds,
        cause="all processes that draw networks are busy",
    )
