"""``/api/network`` and ``/api/matrix``: networks, their evidence, and tables for heat maps."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, params
from pydantic import BaseModel
from starlette.responses import Response

from gfmdkg.formats.media import MediaType
from gfmdkg.http.described import (
    READING,
    answers,
    described_router,
    format_model,
    in_path,
    query_string,
)
from gfmdkg.http.models import AtVersion, page_parameters
from gfmdkg.http.network_models import (
    EdgeEnds,
    EvidencePage,
    Matrix,
    MatrixCaps,
    Minimum,
    Network,
    NetworkCaps,
    NetworkKindList,
    PassageFilters,
)
from gfmdkg.http.network_request import (
    EDGES,
    EDGES_LIMIT,
    LINES,
    LINES_LIMIT,
    MATRIX_MEDIA,
    NETWORK_MEDIA,
    NODES,
    NODES_LIMIT,
    NetworkWish,
    choose_passages,
    network_links,
    read_wish,
    sparql_link,
)
from gfmdkg.http.parameters import JSON, Paging, Parameters
from gfmdkg.http.queries import link_header, page_links
from gfmdkg.http.responses import Answer, AnswerResponse
from gfmdkg.http.service import Service
from gfmdkg.network import (
    KINDS,
    MATRIX_KINDS,
    NetworkRequest,
    describe_kind,
    evidence_query,
    kind_named,
)
from gfmdkg.store.versions import Version

__all__ = ["networks_router"]

_NETWORK = in_path("network", "The kind of network.", "cocitation", enum=list(KINDS))
_MATRIX = in_path("matrix", "The kind of matrix.", "instrument-topic", enum=list(MATRIX_KINDS))
# No edge has so many pieces of evidence.
_FURTHEST = 2**53


def networks_router(service: Service) -> APIRouter:
    """The routes."""
    router = described_router("Networks", "/api")
    asked = _Answers(service)
    also = (*READING, 409, 413)
    router.add_api_route(
        "/network",
        _list_kinds,
        summary="The kinds of network",
        operation_id="listNetworks",
        responses=answers(
            "The kinds of network.",
            NetworkKindList,
            also=[400],
        ),
    )

    @router.get(
        "/network/{network}",
        summary="A network",
        operation_id="network",
        dependencies=[_NETWORK, *_asked(NETWORK_MEDIA, NetworkCaps)],
        responses=answers("The network.", Network, _beside_json(NETWORK_MEDIA), also=also),
    )
    async def network(request: Request, network: str) -> Response:
        """Nodes with measures, a community and a place to be drawn at; edges with evidence.

        The filters choose the passages that count, as in the list of passages. Measures are
        those of the whole network; JSON shows its heaviest part, `left_out` says how much is
        missing, and the other formats have all of it. The JSON is node-link data as networkx
        and D3 read it. Explicit links count unless `assertion` asks for others.
        """
        kind = kind_named(network)
        wish = read_wish(request, kind, NETWORK_MEDIA, ("limit", "edge_limit"))
        return await asked.respond(
            wish,
            limit=wish.cap("limit", usual=NODES, most=NODES_LIMIT),
            edge_limit=wish.cap("edge_limit", usual=EDGES, most=EDGES_LIMIT),
        )

    @router.get(
        "/network/{network}/evidence",
        summary="The evidence of an edge",
        operation_id="networkEvidence",
        dependencies=[
            _NETWORK,
            *query_string(EdgeEnds),
            *_asked((JSON,), page_parameters(service.settings)),
        ],
        responses=answers("A page of the evidence.", EvidencePage, also=also),
    )
    async def evidence(request: Request, network: str) -> Response:
        """All that links two nodes of a network under the same filters, and the SPARQL for it."""
        names = ("source", "target", "page", "per_page")
        kind = kind_named(network)
        wish = read_wish(request, kind, (JSON,), names)
        ends = wish.required("source"), wish.required("target")
        paging = wish.parameters.paging(service.settings)
        start = min(paging.start, _FURTHEST)
        return await asked.respond(
            wish, ends=ends, paging=paging, start=start, limit=paging.per_page
        )

    @router.get(
        "/matrix/{matrix}",
        summary="A matrix",
        operation_id="matrix",
        dependencies=[_MATRIX, *_asked(MATRIX_MEDIA, MatrixCaps)],
        responses=answers("The matrix.", Matrix, _beside_json(MATRIX_MEDIA), also=also),
    )
    async def matrix(request: Request, matrix: str) -> Response:
        """A network between two sides as a table for a heat map, with totals.

        Rows and columns come by their totals, the highest first. A line's `total` adds up all
        its cells, those left out as well; its `count` is the number of passages in which the
        resource occurs, for a passage with two topics counts in two cells.
        """
        kind = kind_named(matrix, MATRIX_KINDS, what="matrix")
        wish = read_wish(request, kind, MATRIX_MEDIA, ("rows", "columns"))
        return await asked.respond(
            wish,
            is_matrix=True,
            rows=wish.cap("rows", usual=LINES, most=LINES_LIMIT),
            columns=wish.cap("columns", usual=LINES, most=LINES_LIMIT),
        )

    return router


def _asked(formats: Iterable[MediaType], caps: type[BaseModel]) -> list[params.Depends]:
    """The parameters of a network or a matrix."""
    names = format_model(*(media.name for media in formats))
    return query_string(PassageFilters, Minimum, caps, AtVersion, names)


def _beside_json(formats: Iterable[MediaType]) -> list[str]:
    return [media.media_type for media in formats if media is not JSON]


async def _list_kinds(request: Request) -> Response:
    """What networks there are: their nodes, and what the weight of an edge counts."""
    Parameters.of(request)
    items = []
    for kind in KINDS.values():
        links = {"network": f"/api/network/{kind.name}"}
        if kind.is_bipartite:
            links["matrix"] = f"/api/matrix/{kind.name}"
        items.append({**describe_kind(kind), "links": links})
    body = json.dumps({"items": items, "total": len(items)}, ensure_ascii=False).encode()
    return AnswerResponse(Answer(media_type=JSON.media_type, body=body))


class _Answers:
    """What a request wishes, worked out in a process of its own."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def respond(
        self,
        wish: NetworkWish,
        *,
        ends: tuple[str, str] | None = None,
        paging: Paging | None = None,
        **shown: Any,
    ) -> Response:
        """A network or a matrix, of which is ``shown`` what these fields of its request say.

        Or a page of the evidence between two ``ends``. Raises what reading filters raises, and
        what ``Workers.request`` raises.
        """

        async def make(answer: Answer, version: Version) -> Answer:
            page = {} if paging is None else {"page": paging.page, "per_page": paging.per_page}
            body = await self._work(wish, version, ends, page, shown)
            if paging is None:
                return replace(answer, body=body)
            document = json.loads(body)
            links = page_links(wish.request, document["total"], paging)
            document["links"] |= links
            body = json.dumps(document, ensure_ascii=False).encode()
            return replace(answer, body=body, headers=link_header(links))

        return await self._service.respond(wish.request, wish.number, wish.format.media_type, make)

    async def _work(
        self,
        wish: NetworkWish,
        version: Version,
        ends: tuple[str, str] | None,
        page: Mapping[str, int],
        shown: Mapping[str, Any],
    ) -> bytes:
        chosen = await choose_passages(self._service, wish.parameters, version)
        if ends is None:
            edge, links = None, network_links(wish, chosen)
        else:
            edge = await self._resolve(version, ends)
            query = evidence_query(wish.kind, chosen.grounds, edge, items=chosen.query)
            links = sparql_link(query, wish)
        request = NetworkRequest(
            kind=wish.kind.name,
            format=wish.format.name,
            grounds=chosen.grounds,
            items=chosen.items,
            minimum=wish.minimum,
            edge=edge,
            members={**page, "version": str(version.number), "links": links},
            **shown,
        )
        head, items = request.pack(version.database)
        limit_seconds = self._service.settings.network_timeout_seconds
        reply = await self._service.workers.request(
            "network", head, items, limit_seconds=limit_seconds
        )
        return reply.body

    async def _resolve(self, version: Version, ends: tuple[str, str]) -> tuple[str, str]:
        """The IRIs of the nodes that two names mean. Raises ``NotFound`` and ``Ambiguous``."""
        terms = await self._service.terms(version)

        def resolve() -> tuple[str, str]:
            source, target = (terms.resolve(end, what="node") for end in ends)
            return source, target

        # The search for the nearest names of an unknown one takes long in a large graph.
        return await asyncio.to_thread(resolve)
