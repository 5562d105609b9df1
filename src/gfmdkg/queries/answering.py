"""A canned query with its values, in one version: its rows by pages, their number, and a hint."""

import asyncio
import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

from gfmdkg.engine.answers import read_body
from gfmdkg.http.parameters import Paging
from gfmdkg.http.request import reads_cache
from gfmdkg.http.service import Service, decode_solutions
from gfmdkg.queries.catalog import Catalog
from gfmdkg.queries.models import QueryHint
from gfmdkg.queries.query import CannedQuery, Row
from gfmdkg.store.versions import Version

__all__ = ["BoundQuery", "RowsOfPage", "Values", "bind_query"]

# In an index of this size a name without a match is looked for in well under a
# millisecond; beyond it the search for the nearest ones goes to a thread.
_SMALL_INDEX = 5_000
_HINT_ROWS = 50

# What an entry of the cache takes beside its bytes: objects, dictionary slots.
_OVERHEAD_BYTES = 512

Values = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsOfPage:
    """One page of a canned query's rows, and how many there are in all."""

    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundQuery:
    """A canned query with its values, in one version; ``text`` is the SPARQL of all its rows.

    ``digest`` stands for the text. ``is_anew`` asks the engine whatever is in the cache.
    """

    service: Service
    query: CannedQuery
    values: Values
    version: Version
    text: str
    digest: bytes
    is_anew: bool

    async def page(self, paging: Paging) -> RowsOfPage:
        """A page of the rows. A total is counted only where nothing else tells it."""
        cache, key = self.service.cache, self._key(paging.start, paging.per_page)
        body = None if self.is_anew else cache.get(key)
        if body is None:
            paged = self.query.paged(self.text, limit=paging.per_page, offset=paging.start)
            body = await read_body(await self.service.answer(paged, version=self.version))
            cache.put(key, body, size_bytes=len(body) + _OVERHEAD_BYTES)
        rows = self.query.rows(await decode_solutions(body))
        if len(rows) < paging.per_page and (rows or paging.page == 1):
            total = self.keep_total(paging.start + len(rows))
        else:
            total = await self.total()
        return RowsOfPage(rows=rows, total=total)

    async def total(self) -> int:
        """How many rows there are: from the cache, or else counted."""
        known: int | None = None if self.is_anew else self.service.cache.get(self._key())
        if known is not None:
            return known
        counted = await self.service.solutions(self.query.count(self.text), version=self.version)
        return self.keep_total(int(getattr(counted.rows[0][0], "value", 0)))

    def keep_total(self, total: int) -> int:
        """Keep in the cache how many rows there are."""
        self.service.cache.put(self._key(), total, size_bytes=_OVERHEAD_BYTES)
        return total

    def _key(self, start: int = 0, limit: int = 0) -> Hashable:
        """By what the cache knows a page of the rows, or, without a limit, their total.

        A version never changes, so what is known holds for all formats and sizes of pages.
        """
        return self.version.number, self.version.content_hash, self.digest, start, limit

    async def hint(self, catalog: Catalog) -> QueryHint | None:
        """What the query that its ``when_empty`` names finds, where this one finds nothing."""
        when_empty = self.query.when_empty
        if when_empty is None:
            return None
        other, values = catalog[when_empty.query], when_empty.values(self.values)
        bound = await bind_query(self.service, other, values, self.version)
        found = await bound.page(Paging(page=1, per_page=_HINT_ROWS, is_given=False))
        if not found.rows:
            return None
        given = f"?{urlencode(values, doseq=True)}" if values else ""
        return QueryHint(
            message=when_empty.message,
            query=other.name,
            items=found.rows,
            links={"query": f"/api/queries/{other.name}{given}"},
        )


async def bind_query(
    service: Service,
    query: CannedQuery,
    values: Values,
    version: Version,
    *,
    request: Request | None = None,
) -> BoundQuery:
    """A query with these values; raises what ``CannedQuery.bind`` raises.

    The ``request`` may want an answer that is worked out for it.
    """
    terms = await service.terms(version)
    if len(terms) < _SMALL_INDEX:
        text = query.bind(values, terms)
    else:
        text = await asyncio.to_thread(query.bind, values, terms)
    return BoundQuery(
        service=service,
        query=query,
        values=values,
        version=version,
        text=text,
        digest=hashlib.sha256(text.encode()).digest(),
        is_anew=request is not None and not reads_cache(request.scope),
    )
