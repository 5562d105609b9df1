"""``/api/recommendations`` and the other lists: their routes."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.facets import LISTS, FacetedList
from gfmdkg.http.disconnect import while_connected
from gfmdkg.http.list_answers import answer_list
from gfmdkg.http.list_description import faceted_operation
from gfmdkg.http.list_wish import read_wish
from gfmdkg.http.responses import Answer, AnswerResponse, entity_tag, is_fresh
from gfmdkg.http.search_indexes import SearchIndexes
from gfmdkg.http.service import Service

__all__ = ["lists_router"]


def lists_router(service: Service, indexes: SearchIndexes) -> APIRouter:
    """The routes of all lists; ``indexes`` answer their full-text filter."""
    router = APIRouter(prefix="/api", tags=["Lists"])
    for faceted in LISTS.values():
        _add_route(router, service, indexes, faceted)
    return router


def _add_route(
    router: APIRouter, service: Service, indexes: SearchIndexes, faceted: FacetedList
) -> None:
    async def run(request: Request) -> Response:
        return await _run(service, indexes, faceted, request)

    router.add_api_route(
        f"/{faceted.name}",
        run,
        methods=["GET"],
        summary=faceted.summary,
        description=faceted.description,
        operation_id=faceted.name,
        openapi_extra=faceted_operation(faceted, service.settings),
    )


async def _run(
    service: Service, indexes: SearchIndexes, faceted: FacetedList, request: Request
) -> Response:
    wish = read_wish(service.settings, faceted, request)
    wanted = await service.version(wish.number)
    tag = entity_tag(wanted, request.scope, wish.format.media_type, service.fingerprint)
    answer = Answer(
        media_type=wish.format.media_type,
        body=b"",
        version=wanted,
        pinned=wish.number is not None,
        etag=tag,
    )
    if is_fresh(request.scope, tag):
        return AnswerResponse(answer)
    work = answer_list(service, indexes, wish, answer)
    return AnswerResponse(await while_connected(work, request.receive))
