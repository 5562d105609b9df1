"""What ``explain=true`` answers: measured times, and the parsed algebra, honestly labelled."""

from typing import Any

from gfmdkg.engine.answers import EngineAnswer
from gfmdkg.engine.workers import Workers
from gfmdkg.errors import GfmdkgError

__all__ = ["explain"]

_ALGEBRA_SECONDS = 5.0
_ALGEBRA_NOTE = (
    "The SPARQL algebra of the query, as rdflib reads it. The engine gives no plan: it orders "
    "joins by itself, which does not show here."
)
_FIRST = (
    "the query is parsed and planned, what must be whole before the first row is worked out"
    " (ASK, sorting, grouping), and the first rows are found"
)
_REST = "rows are found and written in turn, so the two cannot be told apart"


async def explain(text: str, found: EngineAnswer, workers: Workers) -> dict[str, Any]:
    """The times of a query that was run, and its algebra where that could be made in time."""
    rest_seconds = max(0.0, found.engine_seconds - found.first_seconds)
    stages = (
        ("until the answer begins", found.first_seconds, _FIRST),
        ("until it ends", rest_seconds, _REST),
    )
    document: dict[str, Any] = {
        "kind": found.kind.value,
        "media_type": found.media_type,
        "rows": found.rows,
        "size_bytes": found.size_bytes,
        "queue_seconds": found.queue_seconds,
        "engine_seconds": found.engine_seconds,
        "stages": [
            {"name": name, "seconds": seconds, "description": description}
            for name, seconds, description in stages
        ],
        "algebra_note": _ALGEBRA_NOTE,
    }
    try:
        # In a process of its own: the parser can take any time for a query of any size.
        reply = await workers.request(
            "algebra", b"{}", text.encode(), limit_seconds=_ALGEBRA_SECONDS
        )
        document["algebra"] = reply.body.decode()
    except GfmdkgError as error:
        document["algebra"] = None
        document["algebra_error"] = error.message
    return document
