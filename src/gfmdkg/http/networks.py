"""``/api/network`` and ``/api/matrix``: networks, their evidence, and tables for heat maps."""

import json

from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.http.formats import JSON
from gfmdkg.http.network_answers import NetworkAnswers
from gfmdkg.http.network_description import (
    evidence_operation,
    kinds_operation,
    matrix_operation,
    network_operation,
)
from gfmdkg.http.network_filters import filter_parameters
from gfmdkg.http.network_request import MATRIX_MEDIA, NETWORK_MEDIA, read_wish
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.responses import Answer, AnswerResponse
from gfmdkg.http.search_indexes import SearchIndexes
from gfmdkg.http.service import Service
from gfmdkg.network import KINDS, MATRIX_KINDS, describe_kind, kind_named

__all__ = ["networks_router"]


def networks_router(service: Service, searches: SearchIndexes) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api", tags=["Networks"])
    answers = NetworkAnswers(service, searches)
    filters = filter_parameters()
    router.add_api_route(
        "/network",
        _list_kinds,
        summary="The kinds of network",
        operation_id="listNetworks",
        openapi_extra=kinds_operation(),
    )

    @router.get(
        "/network/{network}",
        summary="A network",
        operation_id="network",
        openapi_extra=network_operation(filters, NETWORK_MEDIA),
    )
    async def network(request: Request) -> Response:
        """Nodes with measures, a community and a place to be drawn at; edges with evidence.

        The filters choose the passages that count, as in the list of passages. Measures are
        those of the whole network; JSON shows its heaviest part, `left_out` says how much is
        missing, and the other formats have all of it. The JSON is node-link data as networkx
        and D3 read it. Explicit links count unless `assertion` asks for others.
        """
        names = ("limit", "edge_limit")
        return await answers.network(
            read_wish(request, kind_named(request.path_params["network"]), NETWORK_MEDIA, names)
        )

    @router.get(
        "/network/{network}/evidence",
        summary="The evidence of an edge",
        operation_id="networkEvidence",
        openapi_extra=evidence_operation(filters, service.settings),
    )
    async def evidence(request: Request) -> Response:
        """All that links two nodes of a network under the same filters, and the SPARQL for it."""
        names = ("source", "target", "page", "per_page")
        return await answers.evidence(
            read_wish(request, kind_named(request.path_params["network"]), (JSON,), names)
        )

    @router.get(
        "/matrix/{matrix}",
        summary="A matrix",
        operation_id="matrix",
        openapi_extra=matrix_operation(filters, MATRIX_MEDIA),
    )
    async def matrix(request: Request) -> Response:
        """A network between two sides as a table for a heat map, with totals.

        Rows and columns come by their totals, the highest first. A line's `total` adds up all
        its cells, those left out as well; its `count` is the number of passages in which the
        resource occurs, for a passage with two topics counts in two cells.
        """
        found = kind_named(request.path_params["matrix"], MATRIX_KINDS, what="matrix")
        return await answers.matrix(read_wish(request, found, MATRIX_MEDIA, ("rows", "columns")))

    return router


async def _list_kinds(request: Request) -> Response:
    """What networks there are: their nodes, and what the weight of an edge counts."""
    Parameters(request.query_params.multi_items()).only(())
    items = []
    for kind in KINDS.values():
        links = {"network": f"/api/network/{kind.name}"}
        if kind.is_bipartite:
            links["matrix"] = f"/api/matrix/{kind.name}"
        items.append({**describe_kind(kind), "links": links})
    body = json.dumps({"items": items, "total": len(items)}, ensure_ascii=False).encode()
    return AnswerResponse(Answer(media_type=JSON.media_type, body=body))
