"""Running a canned query: a page of typed rows, their total, and what to look at instead."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gfmdkg.catalog import CannedQuery, Row
from gfmdkg.http.parameters import Paging
from gfmdkg.http.row_memory import Question
from gfmdkg.http.service import Service, decode_solutions, read_body
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
    service: Service,
    query: CannedQuery,
    values: Values,
    *,
    version: Version,
    paging: Paging,
    is_anew: bool = False,
) -> RowsPage:
    """A page of the query's rows. A total is counted only where nothing else tells it.

    ``is_anew`` asks the engine whatever is remembered.
    """
    text = await bind_query(service, query, values, version)
    question = Question.of(text, version)
    body = None if is_anew else service.row_memory.page(question, paging)
    if body is None:
        paged = query.paged(text, limit=paging.per_page, offset=paging.start)
        body = await read_body(await service.answer(paged, version=version))
        service.row_memory.keep_page(question, paging, body)
    rows = query.rows(await decode_solutions(body))
    is_last = len(rows) < paging.per_page and (rows or paging.page == 1)
    if is_last:
        total = paging.start + len(rows)
        service.row_memory.keep_total(question, total)
    else:
        total = await count_rows(service, query, text, version=version, is_anew=is_anew)
    return RowsPage(query=query, text=text, rows=rows, total=total, paging=paging)


async def count_rows(
    service: Service, query: CannedQuery, text: str, *, version: Version, is_anew: bool = False
) -> int:
    """How many rows the bound query has: remembered or, with ``is_anew`` always, counted."""
    question = Question.of(text, version)
    known = None if is_anew else service.row_memory.total(question)
    if known is not None:
        return known
    counted = await service.solutions(query.count(text), version=version)
    match counted.rows[0][0]:
        case Literal(lexical=lexical):
            service.row_memory.keep_total(question, int(lexical))
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
