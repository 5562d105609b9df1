"""The start page, the documentation, problem types, static files, and the service's state."""

import asyncio
import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import pyoxigraph as ox
from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.about import VERSION
from gfmdkg.errors import NotFound
from gfmdkg.http.answer import Answer, AnswerResponse
from gfmdkg.http.described import answers, described_router, in_path, page_answers, query_string
from gfmdkg.http.models import Readiness, ServiceState, one_of
from gfmdkg.http.parameters import PAGE, RESOURCE_FORMATS, Parameters, choose_format
from gfmdkg.http.problems import PROBLEM_TYPES
from gfmdkg.http.rendering import STATIC_FILES, page
from gfmdkg.http.request import cancel_on_disconnect
from gfmdkg.http.service import Service
from gfmdkg.namespaces import GFMD, PREFIXES
from gfmdkg.pages.llms_txt import language_model_guide
from gfmdkg.pages.operations import read_operations
from gfmdkg.pages.queries import show_query
from gfmdkg.queries import CannedQuery, Catalog
from gfmdkg.rdf.query_text import packaged_query
from gfmdkg.resources.routes import RESOURCE_PARAMETERS, dereference, resource_answers

__all__ = ["pages_router", "query_pages_router", "state_router"]

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


def pages_router(
    service: Service, catalog: Catalog, document: Callable[[], Mapping[str, Any]]
) -> APIRouter:
    """``document`` gives the OpenAPI description once all routes are there."""
    router = described_router("Pages")

    @router.get(
        "/", operation_id="getStartPage", summary="The start page", responses=page_answers(400)
    )
    async def start(request: Request) -> Response:
        """What is in the graph, and questions to begin with."""
        Parameters.of(request)
        version = await service.version()
        text = packaged_query("gfmdkg.pages", "rq/counts.rq").text
        counts = {
            class_iri.value.removeprefix(GFMD): int(count.value)
            for class_iri, count in await service.solutions(text, version=version)
            if isinstance(class_iri, ox.NamedNode) and isinstance(count, ox.Literal)
        }
        answer = page(
            "start.html",
            figures=[(counts.get(name, 0), text) for name, text in _COUNTED],
            form_query=_FEATURED[0] if _FEATURED[0] in catalog.queries else None,
            featured=[catalog[name] for name in _FEATURED if name in catalog.queries],
            query_count=len(catalog.queries),
            version=version,
        )
        return AnswerResponse(answer)

    @router.get(
        "/docs",
        operation_id="getDocumentation",
        summary="The documentation of all routes",
        responses=page_answers(400),
    )
    async def docs(request: Request) -> Response:
        """All routes with their parameters, each with a form to try it; without any script."""
        Parameters.of(request)
        groups = read_operations(await asyncio.to_thread(document))
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
        "/problems/{name}",
        operation_id="getProblemType",
        summary="What a type of problem means",
        dependencies=[in_path("name", "The problem type.", "bad-parameter", one_of(PROBLEM_TYPES))],
        responses=page_answers(404),
    )
    async def problem_type(_: Request, name: str) -> Response:
        """What the `type` of a problem leads to: its meaning, and the members it carries."""
        kind = PROBLEM_TYPES.get(name)
        if kind is None:
            raise NotFound("problem type", name)
        return AnswerResponse(page("problem-type.html", kind=kind))

    @router.get(
        "/static/{name}",
        operation_id="getStaticFile",
        summary="A style sheet or image of the pages",
        dependencies=[in_path("name", "The file.", "icon.svg", one_of(STATIC_FILES))],
        responses=answers("The file.", None, STATIC_FILES.values(), also=(304, 404)),
    )
    async def static_file(request: Request, name: str) -> Response:
        """A file of the pages; with `?v=` it may be kept for good."""
        if name not in STATIC_FILES:
            raise NotFound("page", request.url.path)
        body = (files("gfmdkg.http") / "static" / name).read_bytes()
        pinned = "v" in request.query_params
        return AnswerResponse(Answer(media_type=STATIC_FILES[name], body=body, pinned=pinned))

    return router


def state_router(service: Service, document: Callable[[], Mapping[str, Any]]) -> APIRouter:
    """The description of all routes, and whether the service is well."""
    router = described_router("Service")

    @router.get(
        "/openapi.json",
        operation_id="getDescription",
        summary="The description of all routes",
        responses=answers("This description, in OpenAPI 3.1.", dict[str, Any], also=()),
    )
    async def openapi(_: Request) -> Response:
        """The description of all routes."""
        described = await asyncio.to_thread(document)
        body = json.dumps(described, ensure_ascii=False, separators=(",", ":")).encode()
        return AnswerResponse(Answer(media_type="application/json", body=body))

    @router.get(
        "/health",
        operation_id="getHealth",
        summary="Whether the process is alive",
        responses=answers("The process answers.", ServiceState, also=()),
    )
    async def health(_: Request) -> Response:
        """Whether the process is alive."""
        return _state({"status": "ok", "software": VERSION})

    @router.get(
        "/ready",
        operation_id="getReadiness",
        summary="Whether requests can be answered",
        responses=answers("Requests can be answered.", Readiness, also=()),
    )
    async def ready(_: Request) -> Response:
        """Whether a version is published and the query workers answer; else a problem, 503."""
        version = await service.version()
        await service.answer("ASK {}", version=version)
        return _state({"status": "ready", "version": str(version.number), "quads": version.quads})

    @router.get(
        "/llms.txt",
        operation_id="getLanguageModelGuide",
        summary="What a language model needs to know",
        responses=answers(
            "The guide, as https://llmstxt.org has it.", None, ["text/plain"], also=(304, 400)
        ),
    )
    async def llms(request: Request) -> Response:
        """How the graph is meant, and links to what can be asked, in Markdown."""
        Parameters.of(request)
        version = await service.version()
        base = str(request.base_url).rstrip("/")
        described = await asyncio.to_thread(document)
        body = language_model_guide(described, service.settings, version, base=base)
        return AnswerResponse(Answer(media_type="text/plain", body=body, version=version))

    return router


def query_pages_router(service: Service, catalog: Catalog) -> APIRouter:
    """``/queries`` and ``/query/{name}``, which is also the IRI of a canned query."""
    router = described_router("Pages")
    example = next((query.name for query in catalog), "")
    named = in_path("name", "The query's name; in RDF also with a suffix.", example)

    @router.get(
        "/queries",
        operation_id="getQuestions",
        summary="All questions",
        responses=page_answers(400),
    )
    async def list_questions(request: Request) -> Response:
        """The canned queries by topic, each with a link to its form."""
        Parameters.of(request)
        topics: dict[str, list[CannedQuery]] = {}
        for query in catalog:
            topics.setdefault(query.topic, []).append(query)
        return AnswerResponse(page("queries.html", topics=topics, section="/queries"))

    @router.get(
        "/query/{name:path}",
        operation_id="getQuestion",
        summary="A question with its form and answer; also the IRI of a canned query",
        dependencies=[named, *query_string(*RESOURCE_PARAMETERS)],
        responses=resource_answers(409),
    )
    async def question(request: Request, name: str) -> Response:
        """A page with the query's form and rows; in RDF, the description of the query.

        The page takes the parameters of the canned query, as `/api/queries/{name}` does.
        """
        parameters = Parameters(request.query_params.multi_items())
        query = catalog.queries.get(name) if "." in name else catalog[name]
        accept = request.headers.get("accept")
        if query is None or choose_format(parameters, accept, RESOURCE_FORMATS) is not PAGE:
            return await dereference(service, request, f"query/{name}")
        work = show_query(service, catalog, query, request)
        return AnswerResponse(await cancel_on_disconnect(work, request.receive))

    return router


def _state(document: Mapping[str, object]) -> Response:
    body = json.dumps(document).encode()
    return AnswerResponse(Answer(media_type="application/json", body=body, cacheable=False))
