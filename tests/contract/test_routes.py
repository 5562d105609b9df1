"""Every address that the service answers is in the OpenAPI document, with all its methods."""

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute

from gfmdkg.app.app import create_app
from gfmdkg.http.server import Server
from gfmdkg.settings import Settings

BESIDE = {
    "/api/queries/{name}": "names no query: 404 with the nearest names",
    "/sparql/": "/sparql with a slash after it",
}
"""Addresses that are answered and not described, with the reason."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    app = create_app(Settings(store=tmp_path_factory.mktemp("routes")))
    assert isinstance(app, Server)
    return app


def routes_of(server: Server) -> list[BaseRoute]:
    """The framework's routes."""
    assert isinstance(server.app, FastAPI)
    found: list[BaseRoute] = []
    left = list(server.app.routes)
    while left:
        route = left.pop()
        included = getattr(route, "original_router", None)
        if included is None:
            found.append(route)
        else:
            left += included.routes
    return found


def raw_paths(server: Server) -> list[str]:
    """The addresses of the handlers beside the framework; one with a slash is a beginning."""
    return [path.removesuffix("…") for path in server.routes]


def described(document: dict[str, Any]) -> dict[str, set[str]]:
    return {path: {m.upper() for m in item} for path, item in document["paths"].items()}


def test_every_route_of_the_framework_is_described(
    server: Server, document: dict[str, Any]
) -> None:
    found = described(document)
    routes = routes_of(server)
    assert len(routes) > 50
    for route in routes:
        path, methods = address_of(route)
        if path not in BESIDE:
            assert methods <= found.get(path, set()), path


def address_of(route: BaseRoute) -> tuple[str, set[str]]:
    path = str(getattr(route, "path", "")).replace(":path}", "}")
    methods = set(getattr(route, "methods", None) or ())
    return path, methods - {"HEAD", "OPTIONS"}


def test_every_raw_handler_is_described(server: Server, document: dict[str, Any]) -> None:
    found = described(document)
    raw = raw_paths(server)
    assert {"/sparql", "/graphs", "/graphs/", "/graph/", "/metrics", "/dataset"} <= set(raw)
    for path in raw:
        described_path = path + "{path}" if path.endswith("/") and path not in BESIDE else path
        assert path in BESIDE or described_path in found, path


@pytest.mark.parametrize("path", ["/sparql", "/graphs", "/graph/{path}", "/graphs/{path}"])
def test_methods_of_raw_handlers_are_those_that_they_allow(
    client: Any, document: dict[str, Any], path: str
) -> None:
    allowed = client.options(path.replace("{path}", "x")).headers["allow"].split(", ")
    assert set(allowed) - {"HEAD", "OPTIONS"} == described(document)[path]


def test_nothing_is_described_that_is_not_there(
    client: Any, server: Server, document: dict[str, Any]
) -> None:
    real = {address_of(route)[0] for route in routes_of(server)}
    real |= {path + ("{path}" if path.endswith("/") else "") for path in raw_paths(server)}
    assert set(document["paths"]) <= real


def test_what_writes_asks_for_a_token(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            is_write = method in ("put", "delete") or (method == "post" and "validate" not in path)
            if is_write or "401" in operation["responses"]:
                assert {"bearer": []} in operation["security"], (method, path)
