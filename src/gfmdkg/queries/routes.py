"""Canned queries over REST: their list, a route for each, and a page of typed rows."""

import asyncio
import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from pydantic import create_model
from starlette.responses import Response

from gfmdkg.engine.answers import read_body
from gfmdkg.errors import ParameterError
from gfmdkg.http.answer import Answer, AnswerResponse
from gfmdkg.http.described import (
    READING,
    Responses,
    answers,
    cell_of,
    described_router,
    field_of,
    format_model,
    own_parameters,
    query_string,
)
from gfmdkg.http.models import AtVersion, Links, SparqlIncluded, page_parameters
from gfmdkg.http.parameters import (
    INCLUDE,
    JSON,
    ROW_FORMATS,
    Paging,
    Parameters,
    choose_format,
    link_header,
    page_links,
    page_members,
    sparql_link,
)
from gfmdkg.http.request import header
from gfmdkg.http.service import Service, decode_solutions
from gfmdkg.queries.catalog import Catalog
from gfmdkg.queries.models import RESERVED, CannedQueryList, QueryHint, RowsPage
from gfmdkg.queries.query import CannedQuery, Row
from gfmdkg.rdf.media import AnswerFormats
from gfmdkg.rdf.values import write_json
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.parameters import ParameterType

__all__ = ["BoundQuery", "RowsOfPage", "Values", "bind_query", "queries_router"]

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
    terms: TermIndex
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
        rows = self.query.rows(await decode_solutions(body), self.terms)
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
        terms=terms,
        query=query,
        values=values,
        version=version,
        text=text,
        digest=hashlib.sha256(text.encode()).digest(),
        is_anew=request is not None
        and "no-cache" in (header(request.scope, b"cache-control") or ""),
    )


_FORMAT = format_model(*(media.name for media in ROW_FORMATS))


def queries_router(service: Service, catalog: Catalog) -> APIRouter:
    """``/api/queries`` and a route for each canned query below it."""
    router = described_router("Canned queries", "/api/queries")

    @router.get(
        "",
        summary="All canned queries",
        operation_id="listQueries",
        responses=answers("The canned queries.", CannedQueryList, also=[400]),
    )
    async def list_queries(request: Request) -> Response:
        """All canned queries with their parameters and columns."""
        Parameters.of(request)
        items = [_describe(query) for query in catalog]
        body = write_json({"items": items, "total": len(items)}).encode()
        return AnswerResponse(Answer(media_type=JSON.media_type, body=body))

    for query in catalog:
        _add_route(router, service, catalog, query)

    @router.get("/{name}", include_in_schema=False)
    async def unknown_query(_: Request, name: str) -> Response:
        # The catalog knows the nearest names; a query it has is routed above.
        raise AssertionError(catalog[name])

    return router


def _add_route(router: APIRouter, service: Service, catalog: Catalog, query: CannedQuery) -> None:
    async def run(request: Request) -> Response:
        parameters = Parameters.of(request, {*query.parameters, *RESERVED})
        chosen = choose_format(parameters, request.headers.get("accept"), ROW_FORMATS)
        paging = parameters.paging(service.settings)
        values = parameters.given(query.parameters)
        includes_sparql = parameters.includes_sparql()
        if includes_sparql and chosen is not JSON:
            raise ParameterError(INCLUDE, f"has no meaning in the format {chosen.name}")

        async def make(answer: Answer, version: Version) -> Answer:
            bound = await bind_query(service, query, values, version, request=request)
            if chosen is not JSON:
                return await _as_table(bound, paging, answer, request)
            links = sparql_link(bound.text) if includes_sparql else {}
            return await _as_json(bound, catalog, paging, answer, request, links)

        return await service.respond(request, parameters.version(), chosen.media_type, make)

    name = "".join(word.capitalize() for word in query.name.split("-"))
    router.add_api_route(
        f"/{query.name}",
        run,
        methods=["GET"],
        summary=query.summary,
        description=query.description,
        operation_id=f"queries{name}",
        dependencies=[
            own_parameters({each: field_of(p) for each, p in query.parameters.items()}),
            *query_string(page_parameters(service.settings), SparqlIncluded, AtVersion, _FORMAT),
        ],
        responses=_answers(query, name),
    )


def _answers(query: CannedQuery, name: str) -> Responses:
    """The responses of a canned query's route, whose models begin with ``name``."""
    cells: dict[str, Any] = {n: cell_of(c) for n, c in query.columns.items()}
    row = create_model(f"{name}Row", **cells)
    has_names = any(p.type is ParameterType.RESOURCE for p in query.parameters.values())
    return answers(
        "The rows.",
        create_model(f"{name}Page", __base__=RowsPage, items=(list[row], ...)),  # type: ignore[valid-type]
        (media.media_type for media in ROW_FORMATS),
        also=(*READING, *([409] if has_names else []), 413),
    )


async def _as_json(
    bound: BoundQuery,
    catalog: Catalog,
    paging: Paging,
    answer: Answer,
    request: Request,
    query_links: Links,
) -> Answer:
    """A page of the rows; where there are none, with what its ``when_empty`` finds."""
    found = await bound.page(paging)
    hint = None if found.total else await bound.hint(catalog)
    page = page_members(request, found.total, paging)
    headers = link_header(page["links"])
    page["links"] |= query_links
    document = {"items": found.rows, **page, "version": str(bound.version.number)}
    if hint is not None:
        document["hint"] = hint
    return replace(answer, body=write_json(document).encode(), headers=headers)


async def _as_table(bound: BoundQuery, paging: Paging, answer: Answer, request: Request) -> Answer:
    """All rows as the engine writes them or, where a page is asked for, those of the page."""
    text = bound.text
    if paging.is_given:
        links = page_links(request, await bound.total(), paging)
        answer = replace(answer, headers=link_header(links))
        text = bound.query.paged(text, limit=paging.per_page, offset=paging.start)
    formats = AnswerFormats(results=answer.media_type, graph=None)
    found = await bound.service.answer(text, version=bound.version, formats=formats)
    if not paging.is_given and found.rows is not None:
        bound.keep_total(found.rows)
    return replace(answer, body=found.body)


def _describe(query: CannedQuery) -> dict[str, object]:
    return {
        "name": query.name,
        "topic": query.topic,
        "summary": query.summary,
        "description": query.description,
        "tags": list(query.tags),
        "parameters": list(query.parameters.values()),
        "columns": [
            {"name": c.name, "type": c.type.value, "description": c.description}
            for c in query.columns.values()
        ],
        "sparql": query.text,
        "links": {"run": f"/api/queries/{query.name}", "page": f"/query/{query.name}"},
    }
