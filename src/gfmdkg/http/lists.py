"""Lists of the main kinds of things: canned queries with an address of their own."""

from fastapi import APIRouter

from gfmdkg.http.queries import add_query_route
from gfmdkg.http.service import Service

__all__ = ["LISTS", "lists_router"]

LISTS = ("recommendations", "instruments", "actors", "sessions", "sdgs", "topics")
"""Each is the canned query of the same name, at ``/api/{name}``."""


def lists_router(service: Service) -> APIRouter:
    """The routes of the lists; a list whose canned query is not shipped has none."""
    router = APIRouter(prefix="/api", tags=["Lists"])
    for name in LISTS:
        if name in service.catalog:
            add_query_route(router, service, f"/{name}", service.catalog[name])
    return router
