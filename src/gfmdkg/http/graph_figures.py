"""Figures of a version that its descriptions state: graphs, classes, properties, totals."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from gfmdkg.errors import LimitError
from gfmdkg.http.service import Service
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import Iri, Literal

__all__ = ["Figures", "FiguresShelf"]

_LIMIT_SECONDS = 60.0
_VERSIONS_KEPT = 2

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts by IRI, sorted; ``None`` where counting ran into its limit.

    ``classes`` counts instances, ``properties`` triples, both of the default graph;
    ``graphs`` counts the triples of each named graph.
    """

    triples: int | None
    subjects: int | None
    objects: int | None
    graphs: Counts | None
    classes: Counts | None
    properties: Counts | None


class FiguresShelf:
    """Counts a version once, and keeps the figures of the last two."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._tasks: OrderedDict[int, asyncio.Task[Figures]] = OrderedDict()

    async def figures(self, version: Version) -> Figures:
        """The figures of a version."""
        task = self._tasks.get(version.number)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = asyncio.create_task(self._count(version))
            self._tasks[version.number] = task
            while len(self._tasks) > _VERSIONS_KEPT:
                self._tasks.popitem(last=False)
        # Shielded: the figures are for everybody, so one caller's going must not stop it.
        return await asyncio.shield(task)

    def close(self) -> None:
        """Stop counting."""
        for task in self._tasks.values():
            task.cancel()

    async def _count(self, version: Version) -> Figures:
        totals = await self._rows("count-totals", version)
        total = None if totals is None else totals[0]
        return Figures(
            triples=None if total is None else _number(total[0]),
            subjects=None if total is None else _number(total[1]),
            objects=None if total is None else _number(total[2]),
            graphs=_counts(await self._rows("count-graphs", version)),
            classes=_counts(await self._rows("count-classes", version)),
            properties=_counts(await self._rows("count-properties", version)),
        )

    async def _rows(self, name: str, version: Version) -> tuple[tuple[object, ...], ...] | None:
        try:
            found = await self._service.solutions(
                packaged_query("gfmdkg.http", f"rq/{name}.rq").text,
                version=version,
                time_limit_seconds=_LIMIT_SECONDS,
            )
        except LimitError:
            return None  # a description without this figure is better than none
        return tuple(found.rows)


def _number(term: object) -> int:
    assert isinstance(term, Literal)  # noqa: S101 - COUNT gives a number
    return int(term.lexical)


def _counts(rows: tuple[tuple[object, ...], ...] | None) -> Counts | None:
    if rows is None:
        return None
    return tuple((name.value, _number(n)) for name, n in rows if isinstance(name, Iri))
