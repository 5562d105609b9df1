"""The SPARQL endpoint: the SPARQL 1.1 Protocol for queries and updates, as raw ASGI."""

import asyncio
import json
from functools import partial
from typing import Any

from starlette.types import Receive, Scope

from gfmdkg.curation.writer import Writes
from gfmdkg.curation.writing import SparqlUpdate
from gfmdkg.engine.answers import EngineAnswer
from gfmdkg.engine.pool import QueryRequest
from gfmdkg.engine.supervisor import Lane
from gfmdkg.engine.workers import Workers
from gfmdkg.errors import BodyTooLarge, GfmdkgError, MethodNotAllowed, RequestError
from gfmdkg.http.answer import Answer, entity_tag, is_fresh, options_answer
from gfmdkg.http.parameters import PAGE
from gfmdkg.http.rendering import page
from gfmdkg.http.request import (
    cancel_on_disconnect,
    header,
    read_content,
    read_content_type,
)
from gfmdkg.http.service import Service
from gfmdkg.namespaces import BASE, PREFIXES
from gfmdkg.rdf.guard import check_query
from gfmdkg.rdf.media import GRAPHS, negotiate
from gfmdkg.sparql.request import (
    Pairs,
    SparqlUpdateRequest,
    parse_parameters,
    parse_query,
    parse_update,
)
from gfmdkg.sparql.service_description import Descriptions

__all__ = ["SparqlEndpoint"]

_METHODS = ("GET", "HEAD", "OPTIONS", "POST")
_FORM = "application/x-www-form-urlencoded"
_QUERY, _UPDATE = "application/sparql-query", "application/sparql-update"
_ACCEPTED = (_FORM, _QUERY, _UPDATE)
# Percent-encoding takes at most three characters for one byte; some room for the rest.
_FORM_FACTOR = 4
# Reading a longer text may take milliseconds, which the other requests shall not wait for.
_SHORT_CHARACTERS = 20_000
_NO_CONTENT = 204
_BARE_PARAMETERS = frozenset({"format", "output", "results", "version"})
_ALGEBRA_SECONDS = 5.0
_ALGEBRA_NOTE = (
    "The SPARQL algebra of the query, as rdflib reads it. The engine gives no plan: it orders "
    "joins by itself, which does not show here."
)
_FIRST = (
    "the query is parsed and planned, what must be whole before the first row is worked out"
    " (ASK, sorting, grouping), and the first rows are found"
)
_REST = "rows are found and written in turn, so the two cannot be told apart"


class SparqlEndpoint:
    """Answers ``/sparql``.

    Whatever is wrong with a request is raised as a ``GfmdkgError``.
    """

    def __init__(self, service: Service, writes: Writes, descriptions: Descriptions) -> None:
        self.service, self._writes, self._descriptions = service, writes, descriptions

    async def __call__(self, scope: Scope, receive: Receive) -> Answer:
        """Answer one request."""
        match scope["method"]:
            case "GET" | "HEAD":
                return await self._get(scope, receive)
            case "POST":
                return await self._post(scope, receive)
            case "OPTIONS":
                return options_answer(_METHODS)
            case _:
                raise MethodNotAllowed(scope["method"], scope["path"], _METHODS)

    async def _get(self, scope: Scope, receive: Receive) -> Answer:
        pairs = parse_parameters(scope["query_string"])
        names = {name for name, _ in pairs}
        if names <= _BARE_PARAMETERS:
            return await self._describe(pairs, scope, receive)
        if "update" in names:
            raise RequestError("an update has to be sent by POST")
        return await self._answer_query(pairs, scope, receive)

    async def _post(self, scope: Scope, receive: Receive) -> Answer:
        pairs = parse_parameters(scope["query_string"])
        media_type = read_content_type(scope, _ACCEPTED).media_type
        if media_type == _UPDATE:
            return await self._read_update(pairs, scope, receive)
        settings = self.service.settings
        if media_type == _QUERY:
            limit = min(settings.query_limit_bytes, settings.body_limit_bytes)
            text = _decode(await read_content(scope, receive, limit_bytes=limit))
            pairs = (*pairs, ("query", text))
        else:
            # A form may hold an update of any length, but only from somebody who may send one:
            # to take a form of megabytes apart keeps all others waiting.
            limit = settings.body_limit_bytes
            if not self._writes.allows(scope):
                limit = min(limit, _FORM_FACTOR * settings.query_limit_bytes)
            form = parse_parameters(await read_content(scope, receive, limit_bytes=limit))
            pairs = (*pairs, *form)
            if any(name == "update" for name, _ in pairs):
                return await self._carry_out(parse_update(pairs), scope)
        return await self._answer_query(pairs, scope, receive)

    # Queries

    async def _answer_query(self, pairs: Pairs, scope: Scope, receive: Receive) -> Answer:
        text, options = parse_query(pairs, accept=header(scope, b"accept"))
        version = await self.service.version(options.version)
        is_volatile = await self._check(text)
        limit = self.service.settings.query_timeout_seconds
        query = QueryRequest(
            text=text,
            version=version,
            formats=options.formats,
            dataset=options.dataset,
            lane=Lane.ADHOC,
            time_limit_seconds=min(options.timeout_seconds or limit, limit),
        )
        if options.explain:
            return await cancel_on_disconnect(self._explain(query), receive)
        etag = None
        # The answer to a POST must not be stored on the way.
        may_store = scope["method"] != "POST" and not is_volatile
        if may_store:
            formats = f"{options.formats.results} {options.formats.graph}"
            etag = entity_tag(version, scope, formats, self.service.fingerprint)
            if is_fresh(scope, etag):
                return Answer(version=version, etag=etag)
        found = await cancel_on_disconnect(self.service.pool.query(query), receive)
        return Answer(
            media_type=found.media_type,
            body=found.body,
            version=version,
            pinned=options.version is not None,
            cacheable=may_store,
            is_lasting=not is_volatile,
            etag=etag,
        )

    async def _check(self, text: str) -> bool:
        """Refuse what may not run; raises ``QueryRejected``."""
        settings = self.service.settings
        check = partial(
            check_query,
            text,
            limit_bytes=settings.query_limit_bytes,
            nesting_limit=settings.query_nesting_limit,
        )
        return check() if len(text) < _SHORT_CHARACTERS else await asyncio.to_thread(check)

    async def _explain(self, query: QueryRequest) -> Answer:
        found = await self.service.pool.query(query)
        if not isinstance(found.body, bytes):
            found.body.close()
        document: dict[str, Any] = await _explanation(query.text, found, self.service.workers)
        return Answer(
            media_type="application/json",
            body=json.dumps(document, ensure_ascii=False, indent=1).encode(),
            version=query.version,
            cacheable=False,
        )

    async def _describe(self, pairs: Pairs, scope: Scope, receive: Receive) -> Answer:
        accept = header(scope, b"accept")
        if not pairs and accept and negotiate(accept, (*GRAPHS, PAGE)) is PAGE:
            return page("sparql.html", prefixes=PREFIXES, section="/sparql")
        return await cancel_on_disconnect(self._descriptions.service(pairs, scope), receive)

    # Updates

    async def _read_update(self, pairs: Pairs, scope: Scope, receive: Receive) -> Answer:
        self._writes.authorize(scope)
        limit = self.service.settings.body_limit_bytes
        text = _decode(await read_content(scope, receive, limit_bytes=limit))
        return await self._carry_out(parse_update((*pairs, ("update", text))), scope)

    async def _carry_out(self, request: SparqlUpdateRequest, scope: Scope) -> Answer:
        who = self._writes.authorize(scope)
        size = len(request.text.encode())
        if size > self.service.settings.body_limit_bytes:
            raise BodyTooLarge(self.service.settings.body_limit_bytes)
        written = await self._writes.write(
            SparqlUpdate(
                text=request.text,
                base_iri=BASE,
                using_graphs=request.using_graphs,
                using_named_graphs=request.using_named_graphs,
            ),
            what="SPARQL update",
            who=who,
            limit_seconds=request.timeout_seconds,
        )
        return Answer(status=_NO_CONTENT, version=written.version, cacheable=False)


def _decode(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RequestError(f"the body is not UTF-8 at byte {error.start}") from error


async def _explanation(text: str, found: EngineAnswer, workers: Workers) -> dict[str, Any]:
    """The times of a query that was run, and its algebra where that could be made in time."""
    rest_seconds = max(0.0, found.engine_seconds - found.first_seconds)
    stages = (
        ("until the answer begins", found.first_seconds, _FIRST),
        ("until it ends", rest_seconds, _REST),
    )
    document: dict[str, Any] = {
        "kind": found.kind.value,
        "media_type": found.media_type,
        "rows": found.rows,
        "size_bytes": found.size_bytes,
        "queue_seconds": found.queue_seconds,
        "engine_seconds": found.engine_seconds,
        "stages": [
            {"name": name, "seconds": seconds, "description": description}
            for name, seconds, description in stages
        ],
        "algebra_note": _ALGEBRA_NOTE,
    }
    try:
        # In a process of its own: the parser can take any time for a query of any size.
        reply = await workers.request(
            "algebra", b"{}", text.encode(), limit_seconds=_ALGEBRA_SECONDS
        )
        document["algebra"] = reply.body.decode()
    except GfmdkgError as error:
        document["algebra"] = None
        document["algebra_error"] = error.message
    return document
