"""What ``explain=true`` answers: measured times, and the parsed algebra, honestly labelled."""

from typing import Any

from gfmdkg.engine.process import ProcessSpec, WorkerProcess
from gfmdkg.engine.request import EngineAnswer
from gfmdkg.errors import GfmdkgError
from gfmdkg.settings import Settings

__all__ = ["explain"]

_ALGEBRA_SECONDS = 5.0
_ALGEBRA_NOTE = (
    "The SPARQL algebra of the query, as rdflib reads it. The engine gives no plan: it orders "
    "joins by itself, which does not show here."
)


async def explain(text: str, found: EngineAnswer, settings: Settings) -> dict[str, Any]:
    """The times of a query that was run, and its algebra where that could be made in time."""
    document: dict[str, Any] = {
        "kind": found.kind.value,
        "media_type": found.media_type,
        "rows": found.rows,
        "size_bytes": found.size_bytes,
        "queue_seconds": found.queue_seconds,
        "engine_seconds": found.engine_seconds,
        "stages": [
            {"name": s.name, "seconds": s.seconds, "description": s.description}
            for s in found.stages
        ],
        "algebra_note": _ALGEBRA_NOTE,
    }
    try:
        document["algebra"] = await _parse(text, settings)
    except GfmdkgError as error:
        document["algebra"] = None
        document["algebra_error"] = error.message
    return document


async def _parse(text: str, settings: Settings) -> str:
    """Parse in a process of its own: the parser can take any time for a query of any size."""
    spec = ProcessSpec(
        module="gfmdkg.validation.algebra",
        memory_limit_bytes=settings.worker_memory_limit_bytes,
    )
    process = await WorkerProcess.start(spec)
    try:
        reply = await process.request(b"{}", text.encode(), limit_seconds=_ALGEBRA_SECONDS)
    finally:
        process.close()
        await process.ended
    return reply.body.decode()
