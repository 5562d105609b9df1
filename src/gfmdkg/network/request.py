"""What is asked of a network, in a form that crosses to another process."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from gfmdkg.engine.workers import Role
from gfmdkg.network.occurrences import Grounds
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

    def pack(self, store: Path) -> tuple[bytes, bytes]:
        """The head and the body of a message: the version's database and the request; items."""
        fields = asdict(self)
        items = fields.pop("items")
        fields["has_items"] = items is not None
        head = json.dumps({"store": str(store), "request": fields}, default=str).encode()
        return head, "\n".join(sorted(items or ())).encode()

    @classmethod
    def unpack(cls, head: bytes, body: bytes) -> tuple[Path, "NetworkRequest"]:
        """What ``pack`` was given."""
        record = json.loads(head)
        fields = record["request"]
        has_items = fields.pop("has_items")
        fields["items"] = frozenset(body.decode().split("\n")) - {""} if has_items else None
        grounds = fields["grounds"]
        confidence = grounds["confidence"]
        fields["grounds"] = Grounds(
            assertions=tuple(grounds["assertions"]),
            confidence=None if confidence is None else Decimal(confidence),
        )
        fields["edge"] = None if fields["edge"] is None else tuple(fields["edge"])
        return Path(record["store"]), cls(**fields)


def network_role(settings: Settings) -> Role:
    """The role of the processes that work out networks."""
    return Role(
        module="gfmdkg.network.worker",
        options={"memory_limit_bytes": settings.worker_memory_limit_bytes},
        places=_PROCESSES,
        queue=_MOST_WAITING,
        wait_seconds=settings.query_queue_seconds,
        cause="all processes that draw networks are busy",
    )
