"""Canned queries over REST: their list, a route for each, and a page of typed rows."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.catalog import CannedQuery, Parameter, Row, as_json
from gfmdkg.engine.answers import read_body
from gfmdkg.http.described import answers, described_router
from gfmdkg.http.parameters import JSON, ROW_FORMATS, Paging, Parameters, choose_format
from gfmdkg.http.query_models import CannedQueryList, query_answers, query_parameters
from gfmdkg.http.request import reads_cache
from gfmdkg.http.responses import Answer, AnswerResponse
from gfmdkg.http.service import Service, decode_solutions
from gfmdkg.store.answers import AnswerFormats
from gfmdkg.store.versions import Version

__all__ = [
    "RESERVED",
    "BoundQuery",
    "Hint",
    "Question",
    "RowsPage",
    "Values",
    "bind_query",
    "link_header",
    "page_links",
    "queries_router",
]

RESERVED = ("format", "page", "per_page", "version")
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
class RowsPage:
    """One page of a canned query's rows, and how many there are in all."""

    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What another query finds where this one found nothing."""

    message: str
    query: CannedQuery
    values: Values
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundQuery:
    """A canned query with its values, in one version; ``text`` is the SPARQL of all its rows.

    ``is_anew`` asks the engine whatever is remembered.
    """

    service: Service
    query: CannedQuery
    values: Values
    version: Version
    text: str
    question: Question
    is_anew: bool

    async def page(self, paging: Paging) -> RowsPage:
        """A page of the rows. A total is counted only where nothing else tells it."""
        cache, question = self.service.cache, self.question_of(paging)
        body = None if self.is_anew else cache.get(question)
        if body is None:
            paged = self.query.paged(self.text, limit=paging.per_page, offset=paging.start)
            body = await read_body(await self.service.answer(paged, version=self.version))
            cache.put(question, body, size_bytes=len(body) + _OVERHEAD_BYTES)
        rows = self.query.rows(await decode_solutions(body))
        if len(rows) < paging.per_page and (rows or paging.page == 1):
            total = self.keep_total(paging.start + len(rows))
        else:
            total = await self.total()
        return RowsPage(rows=rows, total=total)

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

    async def hint(self) -> Hint | None:
        """What the query that its ``when_empty`` names finds, where this one finds nothing."""
        when_empty = self.query.when_empty
        if when_empty is None:
            return None
        other, values = self.service.catalog[when_empty.query], when_empty.values(self.values)
        bound = await bind_query(self.service, other, values, self.version)
        found = await bound.page(Paging(page=1, per_page=_HINT_ROWS, is_given=False))
        if not found.rows:
            return None
        return Hint(message=when_empty.message, query=other, values=values, rows=found.rows)


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
        query=query,
        values=values,
        version=version,
        text=text,
        question=Question(version.number, version.content_hash, digest),
        is_anew=request is not None and not reads_cache(request.scope),
    )


def queries_router(service: Service) -> APIRouter:
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
        items = [_describe(query) for query in service.catalog]
        body = _json({"items": items, "total": len(items)})
        return AnswerResponse(Answer(media_type=JSON.media_type, body=body))

    for query in service.catalog:
        _add_route(router, service, query)

    @router.get("/{name}", include_in_schema=False)
    async def unknown_query(_: Request, name: str) -> Response:
        # The catalog knows the nearest names; a query it has is routed above.
        raise AssertionError(service.catalog[name])

    return router


def _add_route(router: APIRouter, service: Service, query: CannedQuery) -> None:
    async def run(request: Request) -> Response:
        return await _run(service, query, request)

    router.add_api_route(
        f"/{query.name}",
        run,
        methods=["GET"],
        summary=query.summary,
        description=query.description,
        operation_id="queries" + "".join(word.capitalize() for word in query.name.split("-")),
        dependencies=query_parameters(query, service.settings),
        responses=query_answers(query),
    )


async def _run(service: Service, query: CannedQuery, request: Request) -> Response:
    parameters = Parameters.of(request, {*query.parameters, *RESERVED})
    chosen = choose_format(parameters, request.headers.get("accept"), ROW_FORMATS)
    paging = parameters.paging(service.settings)
    values = parameters.given(query.parameters)
    write = _as_json if chosen is JSON else _as_table

    async def make(answer: Answer, version: Version) -> Answer:
        bound = await bind_query(service, query, values, version, request=request)
        return await write(bound, paging, answer, request)

    return await service.respond(request, parameters.version(), chosen.media_type, make)


async def _as_json(bound: BoundQuery, paging: Paging, answer: Answer, request: Request) -> Answer:
    """A page of the rows; where there are none, with what its ``when_empty`` finds."""
    found = await bound.page(paging)
    hint = None if found.total else await bound.hint()
    links = page_links(request, found.total, paging)
    document: dict[str, object] = {
        "items": [_row(row) for row in found.rows],
        "total": found.total,
        "page": paging.page,
        "per_page": paging.per_page,
        "version": str(bound.version.number),
        "links": {**links, "sparql": f"/sparql?query={quote(bound.text, safe='')}"},
    }
    if hint is not None:
        document["hint"] = _hint(hint)
    return replace(answer, body=_json(document), headers=link_header(links))


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


def page_links(request: Request, total: int, paging: Paging) -> dict[str, str]:
    """Paths of the first, previous, next and last page, as far as there are any."""
    others = [(n, v) for n, v in request.query_params.multi_items() if n != "page" and v]

    def path(page: int) -> str:
        return f"{request.url.path}?{urlencode([*others, ('page', str(page))])}"

    last = paging.pages(total)
    links = {"first": path(1), "last": path(last)}
    if paging.page > 1:
        links["prev"] = path(min(paging.page - 1, last))
    if paging.page < last:
        links["next"] = path(paging.page + 1)
    return links


def link_header(links: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The links as one Link header (RFC 8288)."""
    return (("link", ", ".join(f'<{path}>; rel="{name}"' for name, path in links.items())),)


def _row(row: Row) -> dict[str, object]:
    return {column: as_json(cell) for column, cell in row.items()}


def _hint(hint: Hint) -> dict[str, object]:
    target = f"/api/queries/{hint.query.name}"
    given = urlencode(hint.values, doseq=True)
    return {
        "message": hint.message,
        "query": hint.query.name,
        "items": [_row(row) for row in hint.rows],
        "links": {"query": f"{target}?{given}" if given else target},
    }


def _describe(query: CannedQuery) -> dict[str, object]:
    return {
        "name": query.name,
        "topic": query.topic,
        "summary": query.summary,
        "description": query.description,
        "tags": list(query.tags),
        "parameters": [_describe_parameter(p) for p in query.parameters.values()],
        "columns": [
            {"name": c.name, "type": c.type.value, "description": c.description}
            for c in query.columns.values()
        ],
        "sparql": query.text,
        "links": {"run": f"/api/queries/{query.name}", "page": f"/query/{query.name}"},
    }


def _describe_parameter(parameter: Parameter) -> dict[str, object]:
    members = ("name", "type", "description", "required", "many", "default", "values", "classes")
    return {name: getattr(parameter, name) for name in (*members, "schemes", "example")}


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
