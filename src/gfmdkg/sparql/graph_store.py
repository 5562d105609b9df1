"""The SPARQL 1.1 Graph Store HTTP Protocol, without the framework.

``/graphs?graph=IRI`` and ``/graphs?default`` name a graph indirectly. Directly, the graph's
IRI is the address itself: ``/graphs/…`` as it was asked for, and ``/graph/…`` for the graphs
below the project's base, which dereference here.
"""

from dataclasses import replace
from uuid import uuid4

import pyoxigraph as ox
from starlette.requests import Request
from starlette.types import Scope

from gfmdkg.curation.documents import SubmittedDocument
from gfmdkg.curation.writer import Writer
from gfmdkg.curation.writing import DeleteGraph, PutGraph
from gfmdkg.engine.pool import QueryRequest
from gfmdkg.engine.supervisor import Lane
from gfmdkg.errors import (
    DataError,
    MalformedBody,
    NotFound,
    ParameterError,
    RequestError,
    UnsupportedMedia,
)
from gfmdkg.http.answer import Answer
from gfmdkg.http.multipart import MULTIPART, BodyPart, read_parts
from gfmdkg.http.parameters import Parameters, absolute_iri
from gfmdkg.http.request import header, read_content, read_content_type, request_url
from gfmdkg.http.service import Service
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.rdf.media import GRAPHS, AnswerFormats, Dataset
from gfmdkg.sparql.request import choose_graph_format, parse_parameters
from gfmdkg.store.versions import Version

__all__ = ["ACCEPTED", "GraphStore"]

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


class GraphStore:
    """Answers ``/graphs``, ``/graphs/…`` and ``/graph/…``."""

    def __init__(self, service: Service, writer: Writer) -> None:
        self.service, self._writer = service, writer

    async def __call__(self, request: Request) -> Answer:
        """Answer one request; whatever is wrong with it is raised as a ``GfmdkgError``."""
        return await (self._read(request) if request.method == "GET" else self._write(request))

    async def _read(self, request: Request) -> Answer:
        named, parameters = _read_target(request.scope, "format", "version")
        graph, number = _required(named), parameters.version()
        media_type = choose_graph_format(parameters, header(request.scope, b"accept"))

        async def read(answer: Answer, version: Version) -> Answer:
            if graph and not await self.service.ask(
                f"ASK {{ GRAPH {ox.NamedNode(graph)} {{}} }}", version=version
            ):
                raise NotFound("graph", graph)
            query = QueryRequest(
                text=_TRIPLES,
                version=version,
                formats=AnswerFormats(results=None, graph=media_type),
                dataset=Dataset(default_graphs=(graph,) if graph else ()),
                lane=Lane.ADHOC,
            )
            found = await self.service.pool.query(query)
            return replace(answer, body=found.body)

        return (await self.service.respond(request, number, media_type, read)).answer

    async def _write(self, request: Request) -> Answer:
        scope, method = request.scope, request.method
        who = self._writer.authorize(scope)
        named, _ = _read_target(scope)
        is_new = named is None and method == "POST"
        graph = f"{request_url(scope).rstrip('/')}/{uuid4()}" if is_new else _required(named)
        change: DeleteGraph | PutGraph = DeleteGraph(graph=graph)
        if method != "DELETE":
            documents = await self._documents(request)
            change = PutGraph(graph=graph, documents=documents, replaces=method == "PUT")
        what = f"{method} of {graph or 'the default graph'}"
        try:
            written = await self._writer.write(change, what=what, who=who)
        except DataError as error:
            raise MalformedBody(error.message, error.faults) from error
        return Answer(
            status=_CREATED if written.created else _NO_CONTENT,
            version=written.version,
            headers=(("location", graph),) if is_new else (),
            cacheable=False,
        )

    async def _documents(self, request: Request) -> tuple[SubmittedDocument, ...]:
        given = read_content_type(request.scope, ACCEPTED)
        limit = self.service.settings.body_limit_bytes
        body = await read_content(request.scope, request.receive, limit_bytes=limit)
        if given.media_type != MULTIPART:
            return (_document(given.media_type, body),)
        return tuple(map(_read_part, read_parts(body, given, most=_MOST_PARTS)))


def _read_part(part: BodyPart) -> SubmittedDocument:
    """The document in a part. Raises ``UnsupportedMedia``."""
    accepted = (*_WRITTEN, *_ALIASES)
    if part.media_type not in accepted:
        raise UnsupportedMedia(part.content_type or "a part without Content-Type", accepted)
    return _document(part.media_type, part.body)


def _document(media_type: str, body: bytes) -> SubmittedDocument:
    return SubmittedDocument(media_type=_ALIASES.get(media_type, media_type), body=body)


def _required(graph: str | None) -> str:
    if graph is None:
        raise RequestError("which graph? Add ?graph=IRI, or ?default for the default graph")
    return graph


def _read_target(scope: Scope, *others: str) -> tuple[str | None, Parameters]:
    """The graph that a request names, and its parameters.

    ``""`` is the default graph, ``None`` none that has a name. Raises ``RequestError`` and
    ``ParameterError``.
    """
    pairs = parse_parameters(scope["query_string"])
    parameters = Parameters(pairs)
    path: str = scope["path"]
    if path.rstrip("/") != _STORE:
        parameters.only(others)
        # As it stands in the request: a graph's name is not decoded.
        url = request_url(scope)
        graph = GRAPH_BASE + url.partition(_OWN)[2] if path.startswith(_OWN) else url
        return absolute_iri("graph", graph), parameters
    parameters.only({"default", "graph", *others})
    names = [name for name, _ in pairs if name in ("default", "graph")]
    if len(names) > 1:
        raise RequestError("name one graph: ?graph=IRI once, or ?default")
    if not names:
        return None, parameters
    if names == ["default"]:
        if parameters.one("default") is not None:
            raise ParameterError("default", "has no value", value=parameters.one("default"))
        return "", parameters
    return absolute_iri("graph", parameters.one("graph") or ""), parameters
