"""Answering requests for networks, for matrices, and for the evidence of an edge."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.responses import Response

from gfmdkg.http.disconnect import while_connected
from gfmdkg.http.network_filters import Chosen, choose_passages
from gfmdkg.http.network_request import (
    EDGES,
    EDGES_LIMIT,
    LINES,
    LINES_LIMIT,
    NODES,
    NODES_LIMIT,
    NetworkWish,
    network_links,
    sparql_link,
)
from gfmdkg.http.queries import link_header, page_links
from gfmdkg.http.responses import Answer, AnswerResponse, entity_tag, is_fresh
from gfmdkg.http.search_indexes import SearchIndexes
from gfmdkg.http.service import Service
from gfmdkg.network import NetworkRequest, evidence_query
from gfmdkg.store.versions import Version

__all__ = ["NetworkAnswers"]

# No edge has so many pieces of evidence.
_FURTHEST = 2**53

Make = Callable[[Chosen, Version], Awaitable[NetworkRequest]]
Finish = Callable[[Answer], Answer]


class NetworkAnswers:
    """What a request wishes, worked out in a process whose role is networks.

    ``searches`` answer the full-text filter. Each method raises what reading its parameters
    and filters raises, and what ``Workers.request`` raises.
    """

    def __init__(self, service: Service, searches: SearchIndexes) -> None:
        self._service, self._searches = service, searches

    async def network(self, wish: NetworkWish) -> Response:
        """A network, in JSON as much of it as can be drawn."""
        limit = wish.cap("limit", usual=NODES, most=NODES_LIMIT)
        edge_limit = wish.cap("edge_limit", usual=EDGES, most=EDGES_LIMIT)

        async def make(chosen: Chosen, version: Version) -> NetworkRequest:
            asked = _request(wish, chosen, version, network_links(wish, chosen))
            return replace(asked, limit=limit, edge_limit=edge_limit)

        return await self._respond(wish, make)

    async def matrix(self, wish: NetworkWish) -> Response:
        """A network between two sides as a table."""
        rows = wish.cap("rows", usual=LINES, most=LINES_LIMIT)
        columns = wish.cap("columns", usual=LINES, most=LINES_LIMIT)

        async def make(chosen: Chosen, version: Version) -> NetworkRequest:
            asked = _request(wish, chosen, version, network_links(wish, chosen))
            return replace(asked, is_matrix=True, rows=rows, columns=columns)

        return await self._respond(wish, make)

    async def evidence(self, wish: NetworkWish) -> Response:
        """A page of what links two nodes."""
        ends = wish.required("source"), wish.required("target")
        paging = wish.parameters.paging(self._service.settings)

        async def make(chosen: Chosen, version: Version) -> NetworkRequest:
            edge = await self._resolve(version, ends)
            query = evidence_query(wish.kind, chosen.grounds, edge, items=chosen.query)
            asked = _request(wish, chosen, version, sparql_link(query, wish))
            page = {"page": paging.page, "per_page": paging.per_page}
            return replace(
                asked,
                edge=edge,
                start=min(paging.start, _FURTHEST),
                limit=paging.per_page,
                members={**page, **asked.members},
            )

        def finish(answer: Answer) -> Answer:
            assert isinstance(answer.body, bytes)  # noqa: S101 - as _respond made it
            document = json.loads(answer.body)
            links = page_links(wish.request, document["total"], paging)
            document["links"] |= links
            body = json.dumps(document, ensure_ascii=False).encode()
            return replace(answer, body=body, headers=link_header(links))

        return await self._respond(wish, make, finish)

    async def _respond(
        self, wish: NetworkWish, make: Make, finish: Finish = lambda answer: answer
    ) -> Response:
        service, scope = self._service, wish.request.scope
        version = await service.version(wish.number)
        media_type = wish.format.media_type
        tag = entity_tag(version, scope, media_type, service.fingerprint)
        answer = Answer(
            media_type=media_type,
            body=b"",
            version=version,
            pinned=wish.number is not None,
            etag=tag,
        )
        if is_fresh(scope, tag):
            return AnswerResponse(answer)

        async def work() -> Answer:
            chosen = await choose_passages(service, self._searches, wish.parameters, version)
            asked = await make(chosen, version)
            head, items = asked.pack(version.database)
            limit = service.settings.network_timeout_seconds
            reply = await service.workers.request("network", head, items, limit_seconds=limit)
            return finish(replace(answer, body=reply.body))

        return AnswerResponse(await while_connected(work(), wish.request.receive))

    async def _resolve(self, version: Version, ends: tuple[str, str]) -> tuple[str, str]:
        """The IRIs of the nodes that two names mean. Raises ``NotFound`` and ``Ambiguous``."""
        terms = await self._service.terms(version)

        def resolve() -> tuple[str, str]:
            source, target = (terms.resolve(end, what="node") for end in ends)
            return source, target

        # The search for the nearest names of an unknown one takes long in a large graph.
        return await asyncio.to_thread(resolve)


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
