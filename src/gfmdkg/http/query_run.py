"""Running a canned query: a page of typed rows, their total, and what to look at instead."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from gfmdkg.catalog import CannedQuery, Row
from gfmdkg.engine.answers import read_body
from gfmdkg.http.parameters import Paging
from gfmdkg.http.service import Service, decode_solutions
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import Literal

__all__ = [
    "Hint",
    "Question",
    "RowsPage",
    "bind_query",
    "count_rows",
    "keep_total",
    "run_query",
    "suggest_instead",
]

# In an index of this size a name without a match is looked for in well under a
# millisecond; beyond it the search for the nearest ones goes to a thread.
_SMALL_INDEX = 5_000
_HINT_ROWS = 50

# What an entry of the cache takes beside its bytes: objects, dictionary slots.
_OVERHEAD_BYTES = 512

Values = Mapping[str, Sequence[str]]


class Question(NamedTuple):
    """A bound query, by the digest of its text, in one version.

    A version never changes, so what is known of a question holds for all its other pages,
    formats and sizes. ``start`` and ``limit`` name a page of its rows; 0 and 0 their total.
    """

    version: int
    content_hash: str
    digest: bytes
    start: int = 0
    limit: int = 0

    @classmethod
    def of(cls, text: str, version: Version) -> Self:
        """The question that this bound text asks of this version."""
        return cls(version.number, version.content_hash, hashlib.sha256(text.encode()).digest())

    def page(self, paging: Paging) -> Self:
        """One page of its rows."""
        return self._replace(start=paging.start, limit=paging.per_page)


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
    page = question.page(paging)
    body = None if is_anew else service.cache.get(page)
    if body is None:
        paged = query.paged(text, limit=paging.per_page, offset=paging.start)
        body = await read_body(await service.answer(paged, version=version))
        service.cache.put(page, body, size_bytes=len(body) + _OVERHEAD_BYTES)
    rows = query.rows(await decode_solutions(body))
    is_last = len(rows) < paging.per_page and (rows or paging.page == 1)
    if is_last:
        total = paging.start + len(rows)
        keep_total(service, question, total)
    else:
        total = await count_rows(service, query, text, version=version, is_anew=is_anew)
    return RowsPage(query=query, text=text, rows=rows, total=total, paging=paging)


async def count_rows(
    service: Service, query: CannedQuery, text: str, *, version: Version, is_anew: bool = False
) -> int:
    """How many rows the bound query has: remembered or, with ``is_anew`` always, counted."""
    question = Question.of(text, version)
    known: int | None = None if is_anew else service.cache.get(question)
    if known is not None:
        return known
    counted = await service.solutions(query.count(text), version=version)
    match counted.rows[0][0]:
        case Literal(lexical=lexical):
            keep_total(service, question, int(lexical))
            return int(lexical)
        case other:  # pragma: no cover - COUNT gives a number
            raise TypeError(f"COUNT gave {other!r}")


def keep_total(service: Service, question: Question, total: int) -> None:
    """Remember how many rows the question has."""
    service.cache.put(question, total, size_bytes=_OVERHEAD_BYTES)


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
