"""Canned queries over REST: their list, a route for each, and a page of typed rows."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pyoxigraph as ox
from fastapi import APIRouter, Request, params
from pydantic import BaseModel, create_model
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
from gfmdkg.http.models import (
    AtVersion,
    Count,
    Links,
    Page,
    SparqlIncluded,
    page_parameters,
    sometimes,
)
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
from gfmdkg.http.request import reads_cache
from gfmdkg.http.service import Service, decode_solutions
from gfmdkg.queries import CannedQuery, Catalog, Row
from gfmdkg.rdf.answers import AnswerFormats
from gfmdkg.rdf.values import write_json
from gfmdkg.settings import Settings
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.parameters import ColumnType, Parameter, ParameterType

__all__ = [
    "RESERVED",
    "BoundQuery",
    "Hint",
    "Question",
    "Rows",
    "RowsPage",
    "Values",
    "bind_query",
    "queries_router",
]

RESERVED = ("format", INCLUDE, "page", "per_page", "version")
"""Parameters that every canned query's route has beside the query's own."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One page of a canned query's rows, and how many there are in all."""

    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What a neighbouring query finds where this one has no rows."""

    message: str
    query: str
    items: Sequence[Mapping[str, Any]]
    links: Links


class RowsPage(Page):
    """A page of a canned query's rows."""

    hint: Hint = sometimes()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundQuery:
    """A canned query with its values, in one version; ``text`` is the SPARQL of all its rows.

    ``is_anew`` asks the engine whatever is remembered.
    """

    service: Service
    terms: TermIndex
    query: CannedQuery
    values: Values
    version: Version
    text: str
    question: Question
    is_anew: bool

    async def page(self, paging: Paging) -> Rows:
        """A page of the rows. A total is counted only where nothing else tells it."""
        cache, question = self.service.cache, self.question_of(paging)
        body = None if self.is_anew else cache.get(question)
        if body is None:
            paged = self.query.paged(self.text, limit=paging.per_page, offset=paging.start)
            body = await read_body(await self.service.answer(paged, version=self.version))
            cache.put(question, body, size_bytes=len(body) + _OVERHEAD_BYTES)
        rows = self.query.rows(await decode_solutions(body), self.terms)
        if len(rows) < paging.per_page and (rows or paging.page == 1):
            total = self.keep_total(paging.start + len(rows))
        else:
            total = await self.total()
        return Rows(rows=rows, total=total)

    def question_of(self, paging: Paging) -> Question:
        """What is asked for one page of the rows."""
        return self.question._replace(start=paging.start, limit=paging.per_page)

    async def total(self) -> int:
        """How many rows there are: remembered, or else counted."""
        known: int | None = None if self.is_anew else self.service.cache.get(self.question)
        if known is not None:
            return known
        counted = await self.service.solutions(self.query.count(self.text), version=self.version)
        match counted.rows[0][0]:
            case ox.Literal(value=lexical):
                return self.keep_total(int(lexical))
            case other:  # pragma: no cover - COUNT gives a number
                raise TypeError(f"COUNT gave {other!r}")

    def keep_total(self, total: int) -> int:
        """Remember how many rows there are."""
        self.service.cache.put(self.question, total, size_bytes=_OVERHEAD_BYTES)
        return total

    async def hint(self, catalog: Catalog) -> Hint | None:
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
        return Hint(
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
    digest = hashlib.sha256(text.encode()).digest()
    return BoundQuery(
        service=service,
        terms=terms,
        query=query,
        values=values,
        version=version,
        text=text,
        question=Question(version.number, version.content_hash, digest),
        is_anew=request is not None and not reads_cache(request.scope),
    )


class QueryColumn(BaseModel):
    """A column of the answer."""

    name: str
    type: ColumnType
    description: str


class CannedQueryRecord(BaseModel):
    """A ready-made question: its parameters, its columns, and its SPARQL."""

    name: str
    topic: str
    summary: str
    description: str
    tags: list[str]
    parameters: list[Parameter]
    columns: list[QueryColumn]
    sparql: str
    links: Links


class CannedQueryList(BaseModel):
    """All canned queries."""

    items: list[CannedQueryRecord]
    total: Count


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
        return await _run(service, catalog, query, request)

    router.add_api_route(
        f"/{query.name}",
        run,
        methods=["GET"],
        summary=query.summary,
        description=query.description,
        operation_id="queries" + "".join(word.capitalize() for word in query.name.split("-")),
        dependencies=_parameters(query, service.settings),
        responses=_answers(query),
    )


def _parameters(query: CannedQuery, settings: Settings) -> list[params.Depends]:
    """The parameters of a canned query's route."""
    own = own_parameters({name: field_of(p) for name, p in query.parameters.items()})
    shared = query_string(
        page_parameters(settings),
        SparqlIncluded,
        AtVersion,
        format_model(*(media.name for media in ROW_FORMATS)),
    )
    return [own, *shared]


def _answers(query: CannedQuery) -> Responses:
    """The responses of a canned query's route."""
    name = "".join(word.capitalize() for word in query.name.split("-"))
    # The first column is what a row is about.
    first = next(iter(query.columns))
    cells: dict[str, Any] = {n: cell_of(c, is_null=n != first) for n, c in query.columns.items()}
    row = create_model(f"{name}Row", **cells)
    has_names = any(p.type is ParameterType.RESOURCE for p in query.parameters.values())
    return answers(
        "The rows.",
        create_model(f"{name}Page", __base__=RowsPage, items=(list[row], ...)),  # type: ignore[valid-type]
        (media.media_type for media in ROW_FORMATS),
        also=(*READING, *([409] if has_names else []), 413),
    )


async def _run(
    service: Service, catalog: Catalog, query: CannedQuery, request: Request
) -> Response:
    parameters = Parameters.of(request, {*query.parameters, *RESERVED})
    chosen = choose_format(parameters, request.headers.get("accept"), ROW_FORMATS)
    paging = parameters.paging(service.settings)
    values = parameters.given(query.parameters)
    includes_sparql = parameters.includes_sparql()
    if includes_sparql and chosen is not JSON:
        raise ParameterError(INCLUDE, f"has no meaning in the format {chosen.name}")

    async def make(answer: Answer, version: Version) -> Answer:
        bound = await bind_query(service, query, values, version, request=request)
        if chosen is JSON:
            query_links = sparql_link(bound.text) if includes_sparql else {}
            return await _as_json(bound, catalog, paging, answer, request, query_links)
        return await _as_table(bound, paging, answer, request)

    return await service.respond(request, parameters.version(), chosen.media_type, make)


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
