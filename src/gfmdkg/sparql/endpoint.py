"""The SPARQL endpoint: the SPARQL 1.1 Protocol for queries and updates, without the framework."""

import asyncio
from functools import partial
from typing import Any

from starlette.requests import Request

from gfmdkg.curation.writer import Writer
from gfmdkg.engine.pool import QueryRequest
from gfmdkg.engine.supervisor import Lane
from gfmdkg.errors import GfmdkgError, RequestError
from gfmdkg.http.answer import Answer, entity_tag
from gfmdkg.http.parameters import JSON, PAGE
from gfmdkg.http.rendering import page
from gfmdkg.http.request import (
    cancel_on_disconnect,
    header,
    is_fresh,
    read_content,
    read_content_type,
)
from gfmdkg.http.service import Service
from gfmdkg.namespaces import PREFIXES
from gfmdkg.rdf.guard import check_query
from gfmdkg.rdf.media import GRAPHS, negotiate
from gfmdkg.rdf.values import write_json
from gfmdkg.sparql.request import Pairs, parse_parameters, parse_query, parse_update
from gfmdkg.sparql.service_description import Descriptions

__all__ = ["SparqlEndpoint"]

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

    def __init__(self, service: Service, writer: Writer, descriptions: Descriptions) -> None:
        self.service, self._writer, self._descriptions = service, writer, descriptions

    async def __call__(self, request: Request) -> Answer:
        """Answer a GET or a POST."""
        pairs = parse_parameters(request.scope["query_string"])
        if request.method == "POST":
            return await self._post(pairs, request)
        names = {name for name, _ in pairs}
        if names <= _BARE_PARAMETERS:
            return await self._describe(pairs, request)
        if "update" in names:
            raise RequestError("an update has to be sent by POST")
        return await self._answer_query(pairs, request)

    async def _post(self, pairs: Pairs, request: Request) -> Answer:
        scope = request.scope
        media_type = read_content_type(scope, _ACCEPTED).media_type
        settings = self.service.settings
        limit = settings.body_limit_bytes
        if media_type == _UPDATE:
            self._writer.authorize(scope)
        elif media_type == _QUERY:
            limit = min(limit, settings.query_limit_bytes)
        elif not self._writer.allows(scope):
            # A form may hold an update of any length, but only from somebody who may send one:
            # to take a form of megabytes apart keeps all others waiting.
            limit = min(limit, _FORM_FACTOR * settings.query_limit_bytes)
        body = await read_content(scope, request.receive, limit_bytes=limit)
        if media_type == _FORM:
            pairs = (*pairs, *parse_parameters(body))
        else:
            pairs = (*pairs, ("query" if media_type == _QUERY else "update", _decode(body)))
        if media_type != _QUERY and any(name == "update" for name, _ in pairs):
            return await self._update(pairs, request)
        return await self._answer_query(pairs, request)

    async def _update(self, pairs: Pairs, request: Request) -> Answer:
        update, limit_seconds = parse_update(pairs)
        who = self._writer.authorize(request.scope)
        written = await self._writer.write(
            update, what="SPARQL update", who=who, limit_seconds=limit_seconds
        )
        return Answer(status=_NO_CONTENT, version=written.version, cacheable=False)

    async def _answer_query(self, pairs: Pairs, request: Request) -> Answer:
        scope = request.scope
        text, asked = parse_query(pairs, accept=header(scope, b"accept"))
        version = await self.service.version(asked.version)
        is_volatile = await self._check(text)
        limit = self.service.settings.query_timeout_seconds
        query = QueryRequest(
            text=text,
            version=version,
            formats=asked.formats,
            dataset=asked.dataset,
            lane=Lane.ADHOC,
            time_limit_seconds=min(asked.timeout_seconds or limit, limit),
        )
        if asked.explain:
            return await cancel_on_disconnect(self._explain(query), request.receive)
        etag = None
        # The answer to a POST must not be stored on the way.
        may_store = request.method != "POST" and not is_volatile
        if may_store:
            formats = f"{asked.formats.results} {asked.formats.graph}"
            etag = entity_tag(version, scope, formats, self.service.fingerprint)
            if is_fresh(scope, etag):
                return Answer(version=version, etag=etag)
        found = await cancel_on_disconnect(self.service.pool.query(query), request.receive)
        return Answer(
            media_type=found.media_type,
            body=found.body,
            version=version,
            pinned=asked.version is not None,
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
        """The times of a query that is run, and its algebra where that can be made in time."""
        found = await self.service.pool.query(query)
        if not isinstance(found.body, bytes):
            found.body.close()
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
            "stages": [{"name": n, "seconds": s, "description": text} for n, s, text in stages],
            "algebra_note": _ALGEBRA_NOTE,
        }
        try:
            # In a process of its own: the parser can take any time for a query of any size.
            reply = await self.service.workers.request(
                "algebra", b"{}", query.text.encode(), limit_seconds=_ALGEBRA_SECONDS
            )
            document["algebra"] = reply.body.decode()
        except GfmdkgError as error:
            document |= {"algebra": None, "algebra_error": error.message}
        body = write_json(document, indent=1).encode()
        return Answer(media_type=JSON.media_type, body=body, version=query.version, cacheable=False)

    async def _describe(self, pairs: Pairs, request: Request) -> Answer:
        accept = header(request.scope, b"accept")
        if not pairs and accept and negotiate(accept, (*GRAPHS, PAGE)) is PAGE:
            return page("sparql.html", prefixes=PREFIXES, section="/sparql")
        return await self._descriptions.service(request)


def _decode(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RequestError(f"the body is not UTF-8 at byte {error.start}") from error
