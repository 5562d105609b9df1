"""The start page, the documentation, problem types, static files, and the service's state."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.about import VERSION
from gfmdkg.errors import NotFound
from gfmdkg.http.description import json_operation, page_operation
from gfmdkg.http.docs_page import read_operations
from gfmdkg.http.parameter_description import path_parameter
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.problem_schemas import members_of, problem_responses
from gfmdkg.http.problem_types import PROBLEM_TYPES
from gfmdkg.http.rendering import STATIC_FILES, page
from gfmdkg.http.responses import Answer, AnswerResponse
from gfmdkg.http.service import Service
from gfmdkg.http.shapes import ref
from gfmdkg.namespaces import GFMD, PREFIXES
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.terms.values import Iri, Literal

__all__ = ["pages_router"]

_COUNTED = (
    ("Session", "sessions"),
    ("Recommendation", "recommendations"),
    ("Paragraph", "paragraphs"),
    ("Statement", "statements"),
    ("Instrument", "instruments"),
    ("Citation", "citations"),
)
_FEATURED = (
    "recommendations-citing",
    "passages-citing",
    "instruments-cited",
    "participants",
    "recommendations-on-topic",
    "recommendations-aligned-with-objective",
    "passages-linked-to-sdg",
    "instruments-cocited",
)
"""Questions that the start page shows; the first one has a form there."""


def pages_router(service: Service, document: Callable[[], Mapping[str, Any]]) -> APIRouter:
    """``document`` gives the OpenAPI description once all routes are there."""
    router = APIRouter()

    @router.get(
        "/",
        tags=["Pages"],
        operation_id="getStartPage",
        summary="The start page",
        openapi_extra=page_operation("The page.", "unknown-parameter", "busy", "query-timeout"),
    )
    async def start(request: Request) -> Response:
        """What is in the graph, and questions to begin with."""
        Parameters.of(request)
        return AnswerResponse(await _start(service))

    @router.get(
        "/docs",
        tags=["Pages"],
        operation_id="getDocumentation",
        summary="The documentation of all routes",
        openapi_extra=page_operation("The page.", "unknown-parameter"),
    )
    async def docs(request: Request) -> Response:
        """All routes with their parameters, each with a form to try it; without any script."""
        Parameters.of(request)
        groups = read_operations(document())
        answer = page(
            "docs.html",
            groups=groups,
            problems=PROBLEM_TYPES,
            prefixes=PREFIXES,
            base=str(request.base_url).rstrip("/"),
            section="/docs",
        )
        return AnswerResponse(answer)

    @router.get(
        "/openapi.json",
        tags=["Service"],
        operation_id="getDescription",
        summary="The description of all routes",
        openapi_extra=json_operation(
            "This description, in OpenAPI 3.1.", {"type": "object"}, "content"
        ),
    )
    async def openapi() -> Response:
        """The description of all routes."""
        body = json.dumps(document(), ensure_ascii=False).encode()
        return AnswerResponse(Answer(media_type="application/json", body=body))

    @router.get(
        "/health",
        tags=["Service"],
        operation_id="getHealth",
        summary="Whether the process is alive",
        openapi_extra=json_operation("The process answers.", ref("State")),
    )
    async def health() -> Response:
        """Whether the process is alive."""
        return _state({"status": "ok", "software": VERSION})

    @router.get(
        "/ready",
        tags=["Service"],
        operation_id="getReadiness",
        summary="Whether requests can be answered",
        openapi_extra=json_operation(
            "Requests can be answered.",
            ref("Readiness"),
            "content",
            "busy",
            "query-timeout",
        ),
    )
    async def ready() -> Response:
        """Whether a version is published and the query workers answer; else a problem, 503."""
        version = await service.version()
        await service.answer("ASK {}", version=version)
        return _state({"status": "ready", "version": str(version.number), "quads": version.quads})

    @router.get(
        "/problems/{name}",
        tags=["Pages"],
        operation_id="getProblemType",
        summary="What a type of problem means",
        openapi_extra=page_operation(
            "The page.",
            "not-found",
            parameters=[
                path_parameter(
                    "name", "The problem type.", "bad-parameter", enum=list(PROBLEM_TYPES)
                )
            ],
        ),
    )
    async def problem_type(name: str) -> Response:
        """What the `type` of a problem leads to: its meaning, and the members it carries."""
        kind = PROBLEM_TYPES.get(name)
        if kind is None:
            raise NotFound("problem type", name)
        return AnswerResponse(page("problem-type.html", kind=kind, members=members_of(name)))

    @router.get(
        "/static/{name}",
        tags=["Pages"],
        operation_id="getStaticFile",
        summary="A style sheet or image of the pages",
        openapi_extra={
            "parameters": [
                path_parameter("name", "The file.", "icon.svg", enum=list(STATIC_FILES))
            ],
            "responses": {
                "200": {
                    "description": "The file.",
                    "content": {
                        media_type: {"schema": {"type": "string"}}
                        for media_type in STATIC_FILES.values()
                    },
                },
                "304": {"description": "Nothing changed."},
                **problem_responses("not-found", "internal-error"),
            },
        },
    )
    async def static_file(name: str, request: Request) -> Response:
        """A file of the pages; with `?v=` it may be kept for good."""
        if name not in STATIC_FILES:
            raise NotFound("page", request.url.path)
        body = (files("gfmdkg.http") / "static" / name).read_bytes()
        pinned = "v" in request.query_params
        return AnswerResponse(Answer(media_type=STATIC_FILES[name], body=body, pinned=pinned))

    return router


async def _start(service: Service) -> Answer:
    version = await service.version()
    counted = await service.solutions(
        packaged_query("gfmdkg.http", "rq/counts.rq").text, version=version
    )
    counts = {
        class_iri.value.removeprefix(GFMD): int(count.lexical)
        for class_iri, count in counted.rows
        if isinstance(class_iri, Iri) and isinstance(count, Literal)
    }
    return page(
        "start.html",
        figures=[(counts.get(name, 0), text) for name, text in _COUNTED],
        form_query=_FEATURED[0] if _FEATURED[0] in service.catalog else None,
        featured=[service.catalog[name] for name in _FEATURED if name in service.catalog],
        query_count=len(service.catalog),
        version=version,
    )


def _state(document: Mapping[str, object]) -> Response:
    body = json.dumps(document).encode()
    return AnswerResponse(Answer(media_type="application/json", body=body, cacheable=False))
