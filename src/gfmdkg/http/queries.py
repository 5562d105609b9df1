"""Canned queries over REST: their list, a route for each, and a page of typed rows."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self
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
    "Hint",
    "Question",
    "RowsPage",
    "Values",
    "add_query_route",
    "answer_query",
    "bind_query",
    "link_header",
    "page_links",
    "queries_router",
    "run_query",
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

    text: str
    rows: tuple[Row, ...]
    total: int


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
    return RowsPage(text=text, rows=rows, total=total)


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
        case ox.Literal(value=lexical):
            keep_total(service, question, int(lexical))
            return int(lexical)
        case other:  # pragma: no cover - COUNT gives a number
            raise TypeError(f"COUNT gave {other!r}")


def keep_total(service: Service, question: Question, total: int) -> None:
    """Remember how many rows the question has."""
    service.cache.put(question, total, size_bytes=_OVERHEAD_BYTES)


async def answer_query(
    service: Service,
    query: CannedQuery,
    values: Values,
    *,
    version: Version,
    paging: Paging,
    request: Request,
) -> tuple[RowsPage, Hint | None]:
    """A page of the query's rows; where it has none, what its ``when_empty`` finds."""
    found = await run_query(
        service, query, values, version=version, paging=paging, is_anew=_is_anew(request)
    )
    return found, None if found.total else await _suggest(service, query, values, version)


async def _suggest(
    service: Service, query: CannedQuery, values: Values, version: Version
) -> Hint | None:
    if query.when_empty is None:
        return None
    other = service.catalog[query.when_empty.query]
    handed_on = query.when_empty.values(values)
    paging = Paging(page=1, per_page=_HINT_ROWS, is_given=False)
    found = await run_query(service, other, handed_on, version=version, paging=paging)
    if not found.rows:
        return None
    return Hint(message=query.when_empty.message, query=other, values=handed_on, rows=found.rows)


def queries_router(service: Service) -> APIRouter:
    """``/api/queries`` and a route for each canned query below it."""
    router = described_router("Canned queries", "/api/queries")

    @router.get(
        "",
        summary="All canned queries",
        operation_id="listQueries",
        responses=answers(
            "The canned queries.",
            CannedQueryList,
            also=[400],
        ),
    )
    async def list_queries(request: Request) -> Response:
        """All canned queries with their parameters and columns."""
        Parameters.of(request)
        items = [_describe(query) for query in service.catalog]
        body = _json({"items": items, "total": len(items)})
        return AnswerResponse(Answer(media_type=JSON.media_type, body=body))

    for query in service.catalog:
        add_query_route(router, service, f"/{query.name}", query)

    @router.get("/{name}", include_in_schema=False)
    async def unknown_query(_: Request, name: str) -> Response:
        # The catalog knows the nearest names; a query it has is routed above.
        raise AssertionError(service.catalog[name])

    return router


def add_query_route(router: APIRouter, service: Service, path: str, query: CannedQuery) -> None:
    """Answer ``path`` with this query's rows."""

    async def run(request: Request) -> Response:
        return await _run(service, query, request)

    router.add_api_route(
        path,
        run,
        methods=["GET"],
        summary=query.summary,
        description=query.description,
        operation_id=_operation_id(router.prefix + path),
        dependencies=query_parameters(query, service.settings),
        responses=query_answers(query),
    )


def _operation_id(path: str) -> str:
    words = path.removeprefix("/api/").replace("/", "-").split("-")
    return words[0] + "".join(word.capitalize() for word in words[1:])


async def _run(service: Service, query: CannedQuery, request: Request) -> Response:
    parameters = Parameters.of(request, {*query.parameters, *RESERVED})
    chosen = choose_format(parameters, request.headers.get("accept"), ROW_FORMATS)
    paging = parameters.paging(service.settings)
    values = parameters.given(query.parameters)
    write = _as_json if chosen is JSON else _as_table

    async def make(answer: Answer, version: Version) -> Answer:
        return await write(service, query, values, paging, version, answer, request)

    return await service.respond(request, parameters.version(), chosen.media_type, make)


async def _as_json(
    service: Service,
    query: CannedQuery,
    values: Values,
    paging: Paging,
    version: Version,
    answer: Answer,
    request: Request,
) -> Answer:
    found, hint = await answer_query(
        service, query, values, version=version, paging=paging, request=request
    )
    links = page_links(request, found.total, paging)
    document: dict[str, object] = {
        "items": [_row(row) for row in found.rows],
        "total": found.total,
        "page": paging.page,
        "per_page": paging.per_page,
        "version": str(version.number),
        "links": {**links, "sparql": f"/sparql?query={quote(found.text, safe='')}"},
    }
    if hint is not None:
        document["hint"] = _hint(hint)
    return replace(answer, body=_json(document), headers=link_header(links))


async def _as_table(
    service: Service,
    query: CannedQuery,
    values: Values,
    paging: Paging,
    version: Version,
    answer: Answer,
    request: Request,
) -> Answer:
    """All rows as the engine writes them or, where a page is asked for, those of the page."""
    text = await bind_query(service, query, values, version)
    headers: tuple[tuple[str, str], ...] = ()
    paged: str | None = None
    if paging.is_given:
        total = await count_rows(service, query, text, version=version, is_anew=_is_anew(request))
        headers = link_header(page_links(request, total, paging))
        paged = query.paged(text, limit=paging.per_page, offset=paging.start)
    found = await service.answer(
        paged or text,
        version=version,
        formats=AnswerFormats(results=answer.media_type, graph=None),
    )
    if paged is None and found.rows is not None:
        keep_total(service, Question.of(text, version), found.rows)
    return replace(answer, body=found.body, headers=headers)


def _is_anew(request: Request) -> bool:
    """Whether the client wants an answer that is worked out for it."""
    return not reads_cache(request.scope)


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
    return {column: as_json(cell) for column, cell in row.as_dict().items()}


def _hint(hint: Hint) -> dict[str, object]:
    target = f"/api/queries/{hint.query.name}"
    given = urlencode([(name, value) for name in hint.values for value in hint.values[name]])
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
