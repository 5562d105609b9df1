"""The SPARQL 1.1 Graph Store HTTP Protocol, as raw ASGI.

``/graphs?graph=IRI`` and ``/graphs?default`` name a graph indirectly. Directly, the graph's
IRI is the address itself: ``/graphs/…`` as it was asked for, and ``/graph/…`` for the graphs
below the project's base, which dereference here.
"""

import json
from dataclasses import dataclass, replace
from uuid import uuid4

import pyoxigraph as ox
from starlette.types import Receive, Scope

from gfmdkg.curation.writer import Document, GraphRequest
from gfmdkg.curation.writing import DeleteGraph, Written
from gfmdkg.engine.answers import EngineAnswer, read_body
from gfmdkg.engine.pool import QueryRequest
from gfmdkg.engine.supervisor import Lane
from gfmdkg.errors import (
    DataError,
    MalformedBody,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    ParameterError,
    RequestError,
    UnsupportedMedia,
)
from gfmdkg.formats.media import GRAPHS
from gfmdkg.http.multipart import MULTIPART, BodyPart, read_parts
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.request import (
    header,
    read_content,
    read_content_type,
    request_url,
    while_connected,
)
from gfmdkg.http.responses import Answer, entity_tag, is_fresh, options_answer
from gfmdkg.http.service import Service
from gfmdkg.http.sparql_request import choose_formats, parse_parameters
from gfmdkg.http.writes import Writes
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.store.answers import AnswerFormats, Dataset
from gfmdkg.store.versions import Version

__all__ = ["ACCEPTED", "GraphStore"]

_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT")
_STORE, _DIRECT, _OWN = "/graphs", "/graphs/", "/graph/"
_MOST_PARTS = 1000
# Formats of one graph; those of whole datasets belong into an update or a build.
_WRITTEN = ("text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml")
_ALIASES = {
    alias: media.media_type
    for media in GRAPHS
    if media.media_type in _WRITTEN
    for alias in media.aliases
    if alias not in ("text/plain", "application/json", "application/xml", "text/xml")
}
ACCEPTED = (*_WRITTEN, *_ALIASES, MULTIPART)
_TRIPLES = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_CREATED, _NO_CONTENT = 201, 204


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """The graph of a request; ``""`` is the default graph, ``None`` none that has a name."""

    graph: str | None
    parameters: Parameters

    @property
    def required(self) -> str:
        if self.graph is None:
            raise RequestError("which graph? Add ?graph=IRI, or ?default for the default graph")
        return self.graph


class GraphStore:
    """Answers ``/graphs``, ``/graphs/…`` and ``/graph/…``."""

    def __init__(self, service: Service, writes: Writes) -> None:
        self.service, self._writes = service, writes

    async def __call__(self, scope: Scope, receive: Receive) -> Answer:
        """Answer one request; whatever is wrong with it is raised as a ``GfmdkgError``."""
        match scope["method"]:
            case "GET" | "HEAD":
                return await self._get(scope, receive)
            case "PUT" | "POST":
                return await self._put(scope, receive)
            case "DELETE":
                return await self._delete(scope)
            case "OPTIONS":
                return options_answer(_METHODS)
            case _:
                raise MethodNotAllowed(scope["method"], scope["path"], _METHODS)

    # Reading

    async def _get(self, scope: Scope, receive: Receive) -> Answer:
        target = _read_target(scope, "format", "version")
        graph, number = target.required, target.parameters.version()
        formats = replace(
            choose_formats(parse_parameters(scope["query_string"]), header(scope, b"accept")),
            results=None,
        )
        if formats.graph is None:
            offered = [media.media_type for media in GRAPHS]
            raise NotAcceptable(header(scope, b"accept") or "", offered)
        version = await self.service.version(number)
        etag = entity_tag(version, scope, formats.graph, self.service.fingerprint)
        answer = Answer(
            media_type=formats.graph,
            body=b"",
            version=version,
            pinned=number is not None,
            etag=etag,
        )
        if not is_fresh(scope, etag):
            found = await while_connected(self._read(graph, version, formats), receive)
            answer = replace(answer, body=found.body)
        return answer

    async def _read(self, graph: str, version: Version, formats: AnswerFormats) -> EngineAnswer:
        if graph and not await self._has_graph(graph, version):
            raise NotFound("graph", graph)
        return await self._query(
            _TRIPLES, version, formats, Dataset(default_graphs=(graph,) if graph else ())
        )

    async def _has_graph(self, graph: str, version: Version) -> bool:
        ask = f"ASK {{ GRAPH {ox.NamedNode(graph)} {{}} }}"
        found = await self._query(ask, version, AnswerFormats(), Dataset())
        return bool(json.loads(await read_body(found))["boolean"])

    async def _query(
        self, text: str, version: Version, formats: AnswerFormats, dataset: Dataset
    ) -> EngineAnswer:
        return await self.service.pool.query(
            QueryRequest(
                text=text,
                version=version,
                formats=formats,
                dataset=dataset,
                lane=Lane.ADHOC,
            )
        )

    # Writing

    async def _put(self, scope: Scope, receive: Receive) -> Answer:
        who = self._writes.authorize(scope)
        target = _read_target(scope)
        replaces = scope["method"] == "PUT"
        is_new = target.graph is None and not replaces
        url = request_url(scope)
        graph = f"{url.rstrip('/')}/{uuid4()}" if is_new else target.required
        request = GraphRequest(
            graph=graph, documents=await self._documents(scope, receive), replaces=replaces
        )
        name = graph or "the default graph"
        try:
            written = await self._writes.write(
                request, what=f"{scope['method']} of {name}", who=who
            )
        except DataError as error:
            raise MalformedBody(error) from error
        return _written_answer(written, graph if is_new else None)

    async def _documents(self, scope: Scope, receive: Receive) -> tuple[Document, ...]:
        given = read_content_type(scope, ACCEPTED)
        limit = self.service.settings.body_limit_bytes
        body = await read_content(scope, receive, limit_bytes=limit)
        if given.media_type != MULTIPART:
            return (_document(given.media_type, body),)
        return tuple(map(_read_part, read_parts(body, given, most=_MOST_PARTS)))

    async def _delete(self, scope: Scope) -> Answer:
        who = self._writes.authorize(scope)
        graph = _read_target(scope).required
        what = f"DELETE of {graph or 'the default graph'}"
        written = await self._writes.write(DeleteGraph(graph=graph), what=what, who=who)
        return _written_answer(replace(written, created=False), None)


def _read_part(part: BodyPart) -> Document:
    """The document in a part. Raises ``UnsupportedMedia``."""
    accepted = (*_WRITTEN, *_ALIASES)
    if part.media_type not in accepted:
        raise UnsupportedMedia(part.content_type or "a part without Content-Type", accepted)
    return _document(part.media_type, part.body)


def _document(media_type: str, body: bytes) -> Document:
    return Document(media_type=_ALIASES.get(media_type, media_type), body=body)


def _read_target(scope: Scope, *others: str) -> _Target:
    """The graph that a request names. Raises ``RequestError`` and ``ParameterError``."""
    pairs = parse_parameters(scope["query_string"])
    parameters = Parameters(pairs)
    path: str = scope["path"]
    if path.rstrip("/") != _STORE:
        parameters.only(others)
        # As it stands in the request: a graph's name is not decoded.
        url = request_url(scope)
        graph = GRAPH_BASE + url.partition(_OWN)[2] if path.startswith(_OWN) else url
        return _Target(graph=_checked(graph), parameters=parameters)
    parameters.only({"default", "graph", *others})
    names = [name for name, _ in pairs if name in ("default", "graph")]
    if len(names) > 1:
        raise RequestError("name one graph: ?graph=IRI once, or ?default")
    if not names:
        return _Target(graph=None, parameters=parameters)
    if names == ["default"]:
        if parameters.one("default") is not None:
            raise ParameterError("default", "has no value", value=parameters.one("default"))
        return _Target(graph="", parameters=parameters)
    return _Target(graph=_checked(parameters.one("graph") or ""), parameters=parameters)


def _checked(graph: str) -> str:
    try:
        return ox.NamedNode(graph).value
    except ValueError as error:
        raise ParameterError("graph", "is not an absolute IRI", value=graph[:200]) from error


def _written_answer(written: Written, location: str | None) -> Answer:
    return Answer(
        status=_CREATED if written.created else _NO_CONTENT,
        version=written.version,
        headers=() if location is None else (("location", location),),
        cacheable=False,
    )
