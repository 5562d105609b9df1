"""The application: everything is built from the settings, and nothing at import."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from gfmdkg.errors import MethodNotAllowed, NotFound, RequestError
from gfmdkg.http.curation import curation_router
from gfmdkg.http.graph_store import GraphStore
from gfmdkg.http.lists import lists_router
from gfmdkg.http.machines import machines_router
from gfmdkg.http.networks import networks_router
from gfmdkg.http.openapi import openapi_document
from gfmdkg.http.pages import pages_router, state_router
from gfmdkg.http.queries import queries_router
from gfmdkg.http.query_pages import query_pages_router
from gfmdkg.http.resources import resource_router
from gfmdkg.http.search import search_router
from gfmdkg.http.server import Handler, Server
from gfmdkg.http.service import Service
from gfmdkg.http.service_description import Descriptions
from gfmdkg.http.sparql import SparqlEndpoint
from gfmdkg.http.validation import validation_router
from gfmdkg.http.warming import Warming
from gfmdkg.http.writes import Writes
from gfmdkg.paths import Content
from gfmdkg.settings import Settings

__all__ = ["api_document", "app_from_environment", "create_app", "running_app"]


def create_app(settings: Settings, *, content: Content | None = None) -> ASGIApp:
    """The service as an ASGI application. Raises ``CatalogError`` for faulty canned queries."""
    server, _ = _assemble(settings, content)
    return server


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
    _, app = _assemble(settings, None)
    return openapi_document(app)


def _assemble(settings: Settings, content: Content | None) -> tuple[Server, FastAPI]:
    """The whole service, and the application in it that has the routes of the framework."""
    service = Service(settings, content=content)
    writes, descriptions = Writes(service), Descriptions(service)
    sparql, graphs = SparqlEndpoint(service, writes, descriptions), GraphStore(service, writes)
    warming = Warming(service)
    service.follow(warming.warm)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        try:
            yield
        finally:
            await descriptions.close()
            await warming.close()
            await service.close()

    app = FastAPI(
        title="gfmdkg",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    described: dict[str, Any] = {}

    def document() -> Mapping[str, Any]:
        if not described:
            described.update(openapi_document(app))
        return described

    for router in (
        queries_router(service),
        lists_router(service),
        search_router(service),
        networks_router(service),
        validation_router(service),
        resource_router(service),
        query_pages_router(service),
        curation_router(service, writes),
        pages_router(service, document),
        state_router(service, document),
        machines_router(service, document),
    ):
        app.include_router(router)
    app.add_exception_handler(HTTPException, _raise_ours)
    exact: dict[str, Handler] = {
        "/sparql": sparql,
        "/sparql/": sparql,
        "/graphs": graphs,
        "/.well-known/void": descriptions,
        "/dataset": descriptions,
    }
    return Server(service, app, exact, {"/graphs/": graphs, "/graph/": graphs}), app


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
