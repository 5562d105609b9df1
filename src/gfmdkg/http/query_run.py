"""Running a canned query: a page of typed rows, their total, and what to look at instead."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gfmdkg.catalog import CannedQuery, Row
from gfmdkg.http.parameters import Paging
from gfmdkg.http.service import Service
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import Literal

__all__ = ["Hint", "RowsPage", "bind_query", "count_rows", "run_query", "suggest_instead"]

# In an index of this size a name without a match is looked for in well under a
# millisecond; beyond it the search for the nearest ones goes to a thread.
_SMALL_INDEX = 5_000
_HINT_ROWS = 50

Values = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsPage:
    """One page of a canned query's rows; ``text`` is the SPARQL that gives all of them."""

    query: CannedQuery
    text: str
    rows: tuple[Row, ...]
    total: int
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What another query finds where this one found nothing."""

    message: str
    query: CannedQuery
    values: Values
    rows: tuple[Row, ...]


async def bind_query(service: Service, query: CannedQuery, values: Values, version: Version) -> str:
    """The SPARQL of a query with these values; raises what ``CannedQuery.bind`` raises."""
    terms = await service.terms(version)
    if len(terms) < _SMALL_INDEX:
        return query.bind(values, terms)
    return await asyncio.to_thread(query.bind, values, terms)


async def run_query(
    service: Service, query: CannedQuery, values: Values, *, version: Version, paging: Paging
) -> RowsPage:
    """A page of the query's rows. A total is counted only where the page does not tell it."""
    text = await bind_query(service, query, values, version)
    paged = query.paged(text, limit=paging.per_page, offset=paging.start)
    rows = query.rows(await service.solutions(paged, version=version))
    is_last = len(rows) < paging.per_page and (rows or paging.page == 1)
    total = (
        paging.start + len(rows)
        if is_last
        else await count_rows(service, query, text, version=version)
    )
    return RowsPage(query=query, text=text, rows=rows, total=total, paging=paging)


async def count_rows(service: Service, query: CannedQuery, text: str, *, version: Version) -> int:
    """How many rows the bound query has."""
    counted = await service.solutions(query.count(text), version=version)
    match counted.rows[0][0]:
        case Literal(lexical=lexical):
            return int(lexical)
        case other:  # pragma: no cover - COUNT gives a number
            raise TypeError(f"COUNT gave {other!r}")


async def suggest_instead(
    service: Service, query: CannedQuery, values: Values, *, version: Version
) -> Hint | None:
    """What the query's ``when_empty`` finds, or ``None`` where it finds nothing either."""
    if query.when_empty is None:
        return None
    other = service.catalog[query.when_empty.query]
    handed_on = query.when_empty.values(values)
    paging = Paging(page=1, per_page=_HINT_ROWS, is_given=False)
    found = await run_query(service, other, handed_on, version=version, paging=paging)
    if not found.rows:
        return None
    return Hint(message=query.when_empty.message, query=other, values=handed_on, rows=found.rows)
