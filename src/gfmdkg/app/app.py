"""The application: everything is built from the settings, and nothing at import."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from gfmdkg.app.openapi import openapi_document
from gfmdkg.app.warming import Warming
from gfmdkg.curation.routes.changes import curation_router
from gfmdkg.curation.routes.validation import validation_router
from gfmdkg.curation.worker import curation_roles
from gfmdkg.curation.writer import Writer
from gfmdkg.errors import MethodNotAllowed, NotFound, RequestError
from gfmdkg.http.server import READING, RawRoute, Server
from gfmdkg.http.service import Service
from gfmdkg.lists.indexes import ListIndexes
from gfmdkg.lists.routes import lists_router
from gfmdkg.networks.routes import network_role, networks_router
from gfmdkg.pages.routes import pages_router, query_pages_router, state_router
from gfmdkg.paths import Content, shipped_content
from gfmdkg.queries import Catalog
from gfmdkg.queries.routes import queries_router
from gfmdkg.resources.routes import resource_router
from gfmdkg.search.routes import search_indexes, search_router
from gfmdkg.settings import Settings
from gfmdkg.sparql.endpoint import SparqlEndpoint
from gfmdkg.sparql.graph_store import GraphStore
from gfmdkg.sparql.service_description import Descriptions
from gfmdkg.validation.algebra import algebra_role

__all__ = ["api_document", "app_from_environment", "create_app", "running_app"]


def create_app(settings: Settings, *, content: Content | None = None) -> ASGIApp:
    """The service as an ASGI application. Raises ``CatalogError`` for faulty canned queries."""
    return _assemble(settings, content)[0]


@asynccontextmanager
async def running_app(settings: Settings) -> AsyncIterator[ASGIApp]:
    """The service in this process: started with the context, and closed with it."""
    server, app = _assemble(settings, None)
    try:
        async with app.router.lifespan_context(app):
            yield server
    finally:
        await asyncio.to_thread(server.log.close)


def api_document(settings: Settings) -> Mapping[str, Any]:
    """The OpenAPI document of the service, which is not started for it."""
    return openapi_document(_assemble(settings, None)[1])


def _assemble(settings: Settings, content: Content | None) -> tuple[Server, FastAPI]:
    """The whole service, and the application in it that has the routes of the framework."""
    content = content or shipped_content()
    catalog = Catalog.load(content.queries)
    roles = {
        **curation_roles(settings, content),
        "network": network_role(settings),
        "algebra": algebra_role(),
    }
    service = Service(settings, content=content, roles=roles)
    wait_seconds = settings.query_timeout_seconds
    searches = search_indexes(service.versions, wait_seconds=wait_seconds)
    lists = ListIndexes(searches, wait_seconds=wait_seconds)
    writer, descriptions = Writer(service), Descriptions(service)
    sparql, graphs = SparqlEndpoint(service, writer, descriptions), GraphStore(service, writer)
    warming = Warming(service, catalog, lists)
    service.follower = warming.warm

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        try:
            yield
        finally:
            await descriptions.figures.close()
            await warming.close()
            await lists.close()
            await searches.close()
            await service.close()

    app = FastAPI(
        title="gfmdkg",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )

    @cache
    def document() -> Mapping[str, Any]:
        return openapi_document(app)

    for router in (
        queries_router(service, catalog),
        lists_router(service, lists),
        search_router(service, searches),
        networks_router(service, lists),
        validation_router(service),
        resource_router(service),
        query_pages_router(service, catalog),
        curation_router(service, writer),
        pages_router(service, catalog, document),
        state_router(service, document),
    ):
        app.include_router(router)
    app.add_exception_handler(HTTPException, _raise_ours)
    written = ("DELETE", *READING, "POST", "PUT")
    raw = (
        *(RawRoute(path, sparql, (*READING, "POST")) for path in ("/sparql", "/sparql/")),
        *(RawRoute(path, graphs, written) for path in ("/graphs", "/graphs/…", "/graph/…")),
        *(RawRoute(path, descriptions) for path in ("/.well-known/void", "/dataset")),
    )
    return Server(service, app, raw), app


def app_from_environment() -> ASGIApp:
    """The service with the environment's settings: the factory for several server processes."""
    return create_app(Settings.load(os.environ))


async def _raise_ours(request: Request, error: Exception) -> Response:
    """The framework's own errors become ours."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    path = request.url.path
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            raise NotFound("page", path) from error
        case HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = {"OPTIONS", *(error.headers or {}).get("Allow", "").split(", ")} - {""}
            if "GET" in allowed:
                allowed.add("HEAD")
            raise MethodNotAllowed(request.method, path, sorted(allowed)) from error
        case _:
            raise RequestError(str(error.detail)) from error
