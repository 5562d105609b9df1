"""Figures of a version that its descriptions state: graphs, classes, properties, totals."""

from dataclasses import dataclass

from gfmdkg.errors import LimitError
from gfmdkg.http.service import Service
from gfmdkg.http.version_cache import VersionCache
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import Iri, Literal

__all__ = ["Figures", "FiguresCache"]

_LIMIT_SECONDS = 60.0

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


class FiguresCache(VersionCache[Figures]):
    """The figures of each version."""

    def __init__(self, service: Service) -> None:
        super().__init__(self._count, what="the description")
        self._service = service

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
