"""``/api/network`` and ``/api/matrix``: networks, their evidence, and tables for heat maps."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.http.disconnect import while_connected
from gfmdkg.http.formats import JSON
from gfmdkg.http.network_description import (
    EDGES,
    EDGES_LIMIT,
    LINES,
    LINES_LIMIT,
    NODES,
    NODES_LIMIT,
    evidence_operation,
    kinds_operation,
    matrix_operation,
    network_operation,
)
from gfmdkg.http.network_filters import Chosen, choose_passages, filter_parameters
from gfmdkg.http.network_request import (
    MATRIX_MEDIA,
    NETWORK_MEDIA,
    NetworkWish,
    network_links,
    read_wish,
    required,
    sparql_link,
)
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.queries import link_header, page_links
from gfmdkg.http.responses import Answer, AnswerResponse, entity_tag, is_fresh
from gfmdkg.http.service import Service
from gfmdkg.network import (
    KINDS,
    MATRIX_KINDS,
    NetworkProcesses,
    NetworkRequest,
    describe_kind,
    evidence_query,
    kind_named,
)
from gfmdkg.store.versions import Version

__all__ = ["networks_router"]

# No network has so many pieces of evidence.
_FURTHEST = 2**53

Make = Callable[[Chosen, Version], Awaitable[NetworkRequest]]


def networks_router(service: Service) -> tuple[APIRouter, NetworkProcesses]:
    """The routes, and the processes that they use: to be closed with the service."""
    router = APIRouter(prefix="/api", tags=["Networks"])
    processes = NetworkProcesses(service.settings)
    filters = filter_parameters()

    @router.get(
        "/network",
        summary="The kinds of network",
        operation_id="listNetworks",
        openapi_extra=kinds_operation(),
    )
    async def kinds(request: Request) -> Response:
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

    @router.get(
        "/network/{kind}",
        summary="A network",
        operation_id="network",
        openapi_extra=network_operation(filters, NETWORK_MEDIA),
    )
    async def network(kind: str, request: Request) -> Response:
        """Nodes with measures, a community and a place to be drawn at; edges with evidence.

        The filters choose the passages that count, as in the list of passages. Measures are
        those of the whole network; JSON shows its heaviest part, `left_out` says how much is
        missing, and the other formats have all of it. The JSON is node-link data as networkx
        and D3 read it. Explicit links count unless `assertion` asks for others.
        """
        wish = read_wish(request, kind_named(kind), NETWORK_MEDIA, ("limit", "edge_limit"))
        limit = wish.cap("limit", usual=NODES, most=NODES_LIMIT)
        edge_limit = wish.cap("edge_limit", usual=EDGES, most=EDGES_LIMIT)

        async def make(chosen: Chosen, version: Version) -> NetworkRequest:
            return replace(
                _request(wish, chosen, version, network_links(wish, chosen)),
                limit=limit,
                edge_limit=edge_limit,
            )

        return await _answer(service, processes, wish, make)

    @router.get(
        "/network/{kind}/evidence",
        summary="The evidence of an edge",
        operation_id="networkEvidence",
        openapi_extra=evidence_operation(filters, service.settings),
    )
    async def evidence(kind: str, request: Request) -> Response:
        """All that links two nodes of a network under the same filters, and the SPARQL for it."""
        names = ("source", "target", "page", "per_page")
        wish = read_wish(request, kind_named(kind), (JSON,), names)
        texts = required(wish.parameters, "source"), required(wish.parameters, "target")
        paging = wish.parameters.paging(service.settings)

        async def make(chosen: Chosen, version: Version) -> NetworkRequest:
            edge = await _edge(service, version, texts)
            query = evidence_query(wish.kind, chosen.grounds, edge, items=chosen.query)
            more = {"page": paging.page, "per_page": paging.per_page}
            asked = _request(wish, chosen, version, sparql_link(query, wish))
            return replace(
                asked,
                edge=edge,
                start=min(paging.start, _FURTHEST),
                limit=paging.per_page,
                members={**more, **asked.members},
            )

        def finish(answer: Answer) -> Answer:
            assert isinstance(answer.body, bytes)  # noqa: S101 - as _answer made it
            document = json.loads(answer.body)
            links = page_links(request, document["total"], paging)
            document["links"] = {**links, **document["links"]}
            body = json.dumps(document, ensure_ascii=False).encode()
            return replace(answer, body=body, headers=link_header(links))

        return await _answer(service, processes, wish, make, finish)

    @router.get(
        "/matrix/{kind}",
        summary="A matrix",
        operation_id="matrix",
        openapi_extra=matrix_operation(filters, MATRIX_MEDIA),
    )
    async def matrix(kind: str, request: Request) -> Response:
        """A network between two sides as a table for a heat map, with totals.

        Rows and columns come by their totals, the highest first. A line's `total` adds up all
        its cells, those left out as well; its `count` is the number of passages in which the
        resource occurs, for a passage with two topics counts in two cells.
        """
        found = kind_named(kind, MATRIX_KINDS, what="matrix")
        wish = read_wish(request, found, MATRIX_MEDIA, ("rows", "columns"))
        rows, columns = (
            wish.cap(name, usual=LINES, most=LINES_LIMIT) for name in ("rows", "columns")
        )

        async def make(chosen: Chosen, version: Version) -> NetworkRequest:
            return replace(
                _request(wish, chosen, version, network_links(wish, chosen)),
                is_matrix=True,
                rows=rows,
                columns=columns,
            )

        return await _answer(service, processes, wish, make)

    return router, processes


def _request(
    wish: NetworkWish, chosen: Chosen, version: Version, links: dict[str, str]
) -> NetworkRequest:
    return NetworkRequest(
        kind=wish.kind.name,
        format=wish.format.name,
        grounds=chosen.grounds,
        items=chosen.items,
        minimum=wish.minimum,
        members={"version": str(version.number), "links": links},
    )


async def _answer(
    service: Service,
    processes: NetworkProcesses,
    wish: NetworkWish,
    make: Make,
    finish: Callable[[Answer], Answer] = lambda answer: answer,
) -> Response:
    version = await service.version(wish.number)
    media_type, scope = wish.format.media_type, wish.request.scope
    answer = Answer(
        media_type=media_type,
        body=b"",
        version=version,
        pinned=wish.number is not None,
        etag=entity_tag(version, scope, media_type, service.fingerprint),
    )
    if answer.etag and is_fresh(scope, answer.etag):
        return AnswerResponse(answer)

    async def work() -> Answer:
        chosen = await choose_passages(wish.parameters, version)
        body = await processes.answer(await make(chosen, version), store=version.database)
        return finish(replace(answer, body=body))

    return AnswerResponse(await while_connected(work(), wish.request.receive))


async def _edge(service: Service, version: Version, texts: tuple[str, str]) -> tuple[str, str]:
    """The IRIs of the nodes that two names mean. Raises ``NotFound`` and ``Ambiguous``."""
    terms = await service.terms(version)

    def resolve() -> tuple[str, str]:
        source, target = (terms.resolve(text, what="node") for text in texts)
        return source, target

    # The search for the nearest names of an unknown one takes long in a large graph.
    return await asyncio.to_thread(resolve)
