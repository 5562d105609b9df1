"""``/api/network`` and ``/api/matrix``: networks, their evidence, and tables for heat maps."""

import asyncio
import json
import pickle
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, params
from pydantic import BaseModel
from starlette.responses import Response

from gfmdkg.engine.workers import Role
from gfmdkg.http.answer import Answer, AnswerResponse
from gfmdkg.http.described import (
    READING,
    answers,
    described_router,
    format_model,
    in_path,
    query_string,
)
from gfmdkg.http.models import AtVersion, SparqlIncluded, one_of, page_parameters
from gfmdkg.http.parameters import (
    INCLUDE,
    JSON,
    ROW_FORMATS,
    Parameters,
    choose_format,
    link_header,
    page_members,
    sparql_link,
)
from gfmdkg.http.service import Service
from gfmdkg.lists.definitions import ASSERTION, CONFIDENCE, LISTS
from gfmdkg.lists.indexes import ListIndexes
from gfmdkg.lists.models import filter_names, select
from gfmdkg.lists.selection import selection_query
from gfmdkg.networks.kinds import KINDS, MATRIX_KINDS, NetworkKind, describe_weight, kind_named
from gfmdkg.networks.models import (
    CAPS,
    EdgeEnds,
    EvidencePage,
    Matrix,
    Network,
    NetworkKindList,
    PassageFilters,
    caps_model,
)
from gfmdkg.networks.occurrences import Grounds, NetworkRequest, edges_query, evidence_query
from gfmdkg.rdf.media import MediaType
from gfmdkg.rdf.values import write_json
from gfmdkg.settings import Settings
from gfmdkg.store.versions import Version

__all__ = ["FILTER_NAMES", "NETWORK_MEDIA", "network_role", "networks_router"]

_CSV = next(media for media in ROW_FORMATS if media.name == "csv")
NETWORK_MEDIA = (
    JSON,
    MediaType(name="graphml", media_type="application/graphml+xml", extension=".graphml"),
    MediaType(name="gexf", media_type="application/gexf+xml", extension=".gexf"),
    _CSV,
    MediaType(
        name="dot",
        media_type="text/vnd.graphviz",
        extension=".dot",
        aliases=("text/x-graphviz",),
    ),
)
"""The formats of a network, the preferred one first."""

_MATRIX_MEDIA = (JSON, _CSV)

_PASSAGES = LISTS["passages"]
FILTER_NAMES = filter_names(_PASSAGES)
"""The parameters that choose passages and links."""

_NETWORK = in_path("network", "The kind of network.", "cocitation", one_of(KINDS))
_MATRIX = in_path("matrix", "The kind of matrix.", "instrument-topic", one_of(MATRIX_KINDS))
# No edge has so many pieces of evidence.
_FURTHEST = 2**53
_PROCESSES = 2
_MOST_WAITING = 16


def network_role(settings: Settings) -> Role:
    """The role of the processes that work out networks."""
    return Role(
        module="gfmdkg.networks.worker",
        options={"memory_limit_bytes": settings.worker_memory_limit_bytes},
        places=_PROCESSES,
        queue=_MOST_WAITING,
        wait_seconds=settings.query_queue_seconds,
        cause="all processes that draw networks are busy",
    )


def networks_router(service: Service, lists: ListIndexes) -> APIRouter:
    """The routes."""
    router = described_router("Networks", "/api")
    also = (*READING, 409, 413)
    router.add_api_route(
        "/network",
        _list_kinds,
        summary="The kinds of network",
        operation_id="listNetworks",
        responses=answers("The kinds of network.", NetworkKindList, also=[400]),
    )

    @router.get(
        "/network/{network}",
        summary="A network",
        operation_id="network",
        dependencies=[_NETWORK, *_parameters(NETWORK_MEDIA, caps_model("limit", "edge_limit"))],
        responses=answers(
            "The network.", Network, [media.media_type for media in NETWORK_MEDIA], also=also
        ),
    )
    async def network(request: Request, network: str) -> Response:
        """Nodes with measures, a community and a place to be drawn at; edges with evidence.

        The filters choose the passages that count, as in the list of passages. Measures are
        those of the whole network; JSON shows its heaviest part, `left_out` says how much is
        missing, and the other formats have all of it. The JSON is node-link data as networkx
        and D3 read it. Explicit links count unless `assertions` asks for others.
        """
        asked = _read(request, kind_named(network), NETWORK_MEDIA, ("limit", "edge_limit"))
        return await _respond(service, lists, asked)

    @router.get(
        "/network/{network}/evidence",
        summary="The evidence of an edge",
        operation_id="networkEvidence",
        dependencies=[
            _NETWORK,
            *query_string(EdgeEnds),
            *_parameters((JSON,), page_parameters(service.settings)),
        ],
        responses=answers("A page of the evidence.", EvidencePage, also=also),
    )
    async def evidence(request: Request, network: str) -> Response:
        """All that links two nodes of a network under the same filters, with the words for it."""
        names = ("source", "target", "page", "per_page")
        asked = _read(request, kind_named(network), (JSON,), names)
        return await _respond_evidence(service, lists, asked)

    @router.get(
        "/matrix/{matrix}",
        summary="A matrix",
        operation_id="matrix",
        dependencies=[_MATRIX, *_parameters(_MATRIX_MEDIA, caps_model("rows", "columns"))],
        responses=answers(
            "The matrix.", Matrix, [media.media_type for media in _MATRIX_MEDIA], also=also
        ),
    )
    async def matrix(request: Request, matrix: str) -> Response:
        """A network between two sides as a table for a heat map, with totals.

        Rows and columns come by their totals, the highest first. A line's `total` adds up all
        its cells, those left out as well; its `count` is the number of passages in which the
        resource occurs, for a passage with two topics counts in two cells.
        """
        kind = kind_named(matrix, MATRIX_KINDS, what="matrix")
        asked = _read(request, kind, _MATRIX_MEDIA, ("rows", "columns"))
        return await _respond(service, lists, asked, is_matrix=True)

    return router


def _parameters(formats: Collection[MediaType], caps: type[BaseModel]) -> list[params.Depends]:
    """The parameters of a network or a matrix, as they are described."""
    names = format_model(*(media.name for media in formats))
    return query_string(PassageFilters, caps, SparqlIncluded, AtVersion, names)


async def _list_kinds(request: Request) -> Response:
    """What networks there are: their nodes, and what the weight of an edge counts."""
    Parameters.of(request)
    items = [
        {
            "name": kind.name,
            "title": kind.title,
            "description": kind.description,
            "bipartite": kind.is_bipartite,
            "sides": [{"name": s.name, "description": s.description} for s in kind.sides],
            "weight": describe_weight(kind),
            "links": {
                what: f"/api/{what}/{kind.name}"
                for what in ("network", "matrix")[: len(kind.sides)]
            },
        }
        for kind in KINDS.values()
    ]
    body = write_json({"items": items, "total": len(items)}).encode()
    return AnswerResponse(Answer(media_type=JSON.media_type, body=body))


@dataclass(frozen=True, slots=True, kw_only=True)
class _NetworkParameters:
    """What a request asks for; ``number`` is the version that it names, if any."""

    request: Request
    kind: NetworkKind
    parameters: Parameters
    format: MediaType
    minimum: int
    number: int | None
    includes_sparql: bool

    def cap(self, name: str) -> int | None:
        """How many of something are shown. Files for other programs are whole unless capped."""
        usual, most, _ = CAPS[name]
        given = self.parameters.integer(name, minimum=1, maximum=most)
        return given or (usual if self.format is JSON else None)


def _read(
    request: Request, kind: NetworkKind, formats: tuple[MediaType, ...], names: Collection[str]
) -> _NetworkParameters:
    """What a request asks for; ``names`` are its parameters beside the filters.

    Raises ``UnknownParameter``, ``ParameterError``, ``NotAcceptable``.
    """
    others = ("format", INCLUDE, "minimum", "version")
    parameters = Parameters.of(request, {*FILTER_NAMES, *names, *others})
    return _NetworkParameters(
        request=request,
        kind=kind,
        parameters=parameters,
        format=choose_format(parameters, request.headers.get("accept"), formats),
        minimum=parameters.integer("minimum", minimum=1) or 1,
        number=parameters.version(),
        includes_sparql=parameters.includes_sparql(),
    )


async def _respond(
    service: Service, lists: ListIndexes, asked: _NetworkParameters, *, is_matrix: bool = False
) -> Response:
    """A network or a matrix."""
    caps: dict[str, Any] = {name: asked.cap(name) for name in CAPS}

    async def make(answer: Answer, version: Version) -> Answer:
        wanted, items = await _choose(service, lists, asked, version)
        links = _links(asked, wanted.grounds, items)
        wanted = replace(wanted, is_matrix=is_matrix, **caps)
        return replace(answer, body=await _work(service, version, wanted, links))

    return await service.respond(asked.request, asked.number, asked.format.media_type, make)


async def _respond_evidence(
    service: Service, lists: ListIndexes, asked: _NetworkParameters
) -> Response:
    """A page of the evidence between two nodes. Raises ``NotFound`` and ``Ambiguous`` for them."""
    names = asked.parameters.required("source"), asked.parameters.required("target")
    paging = asked.parameters.paging(service.settings)

    async def make(answer: Answer, version: Version) -> Answer:
        wanted, items = await _choose(service, lists, asked, version)
        terms = await service.terms(version)
        types, schemes = asked.kind.types, asked.kind.schemes

        def resolve() -> list[str]:
            # A name that a node shares with something else, as CMW is convention and committee,
            # means the node.
            return [
                terms.find(name, types=types, schemes=schemes, what="node")
                or terms.resolve(name, what="node")
                for name in names
            ]

        # The search for the nearest names of an unknown one takes long in a large graph.
        source, target = await asyncio.to_thread(resolve)
        edge = source, target
        query = evidence_query(asked.kind, wanted.grounds, edge, items=items)
        links = sparql_link(query, asked.number) if asked.includes_sparql else {}
        start = min(paging.start, _FURTHEST)
        wanted = replace(wanted, edge=edge, start=start, limit=paging.per_page)
        document = json.loads(await _work(service, version, wanted, links))
        page = page_members(asked.request, document["total"], paging)
        document |= page | {"links": links | page["links"]}
        body = write_json(document).encode()
        return replace(answer, body=body, headers=link_header(page["links"]))

    return await service.respond(asked.request, asked.number, asked.format.media_type, make)


async def _choose(
    service: Service, lists: ListIndexes, asked: _NetworkParameters, version: Version
) -> tuple[NetworkRequest, str | None]:
    """The request for what the filters choose in a version, and the SPARQL for its passages.

    Raises what reading the filters raises, and ``Busy`` while the version's lists are read.
    """
    request = NetworkRequest(kind=asked.kind.name, format=asked.format.name, minimum=asked.minimum)
    given = asked.parameters.given(FILTER_NAMES)
    if not given:
        return request, None  # without the index of names, which takes time to read
    selection, _ = await select(service, lists, _PASSAGES, asked.parameters, version)
    grounds = Grounds.of(selection.of(ASSERTION), selection.confidence)
    request = replace(request, grounds=grounds)
    if given.keys() <= {ASSERTION, CONFIDENCE}:
        return request, None
    index = (await lists[_PASSAGES.name].exactly(version))[_PASSAGES.name]
    items = frozenset(await asyncio.to_thread(index.iris, selection))
    # What passes the filters is enough, and keeps the query short.
    return replace(request, items=items), selection_query(_PASSAGES, selection.among(items), None)


async def _work(
    service: Service, version: Version, request: NetworkRequest, links: dict[str, str]
) -> bytes:
    """The answer of a process for networks. Raises what ``Workers.request`` raises."""
    members = {"version": str(version.number), "links": links}
    reply = await service.workers.request(
        "network",
        b"",
        pickle.dumps((version, replace(request, members=members))),
        limit_seconds=service.settings.network_timeout_seconds,
    )
    return reply.body


def _links(asked: _NetworkParameters, grounds: Grounds, items: str | None) -> dict[str, str]:
    """The same network in other forms, and its evidence (an RFC 6570 template)."""
    kind = asked.kind
    network, matrix = f"/api/network/{kind.name}", f"/api/matrix/{kind.name}"
    links = {f.name: _link(network, asked, format=f.name) for f in NETWORK_MEDIA if f is not JSON}
    links["network"] = _link(network, asked)
    if kind.is_bipartite:
        links["matrix"] = _link(matrix, asked)
        links["matrix_csv"] = _link(matrix, asked, format="csv")
    evidence = _link(f"{network}/evidence", asked)
    links["evidence"] = evidence + ("{&source,target}" if "?" in evidence else "{?source,target}")
    if asked.includes_sparql:
        query = edges_query(kind, grounds, items=items, minimum=asked.minimum)
        links |= sparql_link(query, asked.number)
    return links


def _link(path: str, asked: _NetworkParameters, **more: str) -> str:
    """The path with this request's filters, its minimum and its version."""
    kept = {*FILTER_NAMES, "minimum", "version"}
    pairs = [(n, v) for n, v in asked.request.query_params.multi_items() if n in kept and v]
    query = urlencode([*pairs, *more.items()])
    return f"{path}?{query}" if query else path
