"""Every IRI of the graph dereferences: as RDF, or as a page for people.

``/id/…``, ``/scheme/…`` and ``/ontology`` are the project's own IRIs below its base;
``/resource?iri=…`` describes whatever else the graph knows, such as the UN's SDG IRIs.
The format comes from a suffix, else from ``?format=``, else from Accept.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.description import Named, not_found, triples_query
from gfmdkg.engine.answers import SpooledAnswer, read_body
from gfmdkg.errors import NotFound, ParameterError
from gfmdkg.formats.json_ld import JSON_LD
from gfmdkg.formats.media import MediaType
from gfmdkg.http.description import resource_operation
from gfmdkg.http.parameter_description import path_parameter
from gfmdkg.http.parameters import PAGE, RESOURCE_FORMATS, Parameters, choose_format
from gfmdkg.http.problem_schemas import problem_responses
from gfmdkg.http.rendering import form_path, page
from gfmdkg.http.request import while_connected
from gfmdkg.http.resource_description import read_description
from gfmdkg.http.responses import Answer, AnswerResponse
from gfmdkg.http.service import Service
from gfmdkg.namespaces import BASE, GFMD, compact
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.store.answers import AnswerFormats
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import Iri

__all__ = ["dereference", "resource_router"]

_ONTOLOGY_IRI = BASE + "ontology"
_SUFFIXES: Mapping[str, MediaType] = {media.extension: media for media in RESOURCE_FORMATS}
_IRI_SAFE = ":/?#[]@!$&'()*+,;=%~"


def resource_router(service: Service) -> APIRouter:
    """The routes of all IRIs."""
    router = APIRouter(tags=["Resources"])

    @router.get(
        "/id/{path:path}",
        summary="Describe a resource",
        operation_id="getResource",
        openapi_extra=resource_operation(example="instrument/cmw"),
    )
    async def get_resource(path: str, request: Request) -> Response:
        """Describe a resource: session, actor, instrument, passage, citation and so on."""
        return await dereference(service, request, "id/" + path)

    @router.get(
        "/scheme/{path:path}",
        summary="Describe a concept or a concept scheme",
        operation_id="getConcept",
        openapi_extra=resource_operation(example="topic/detention"),
    )
    async def get_concept(path: str, request: Request) -> Response:
        """Describe a concept or a whole concept scheme."""
        return await dereference(service, request, "scheme/" + path)

    @router.get(
        "/ontology",
        summary="The ontology",
        operation_id="getOntology",
        openapi_extra=resource_operation(example=None),
    )
    async def get_ontology(request: Request) -> Response:
        """The ontology: its classes and properties."""
        return await dereference(service, request, "ontology")

    @router.get(
        "/ontology.{suffix}",
        summary="The ontology in one format",
        operation_id="getOntologyFile",
        openapi_extra=_file_operation(),
    )
    async def get_ontology_file(suffix: str, request: Request) -> Response:
        """The ontology in the format of the suffix."""
        return await dereference(service, request, f"ontology.{suffix}")

    @router.get(
        "/ontology/context.jsonld",
        summary="The JSON-LD context",
        operation_id="getContext",
        openapi_extra=_context_operation(),
    )
    async def get_context(request: Request) -> Response:
        """Short names for what the graph is made of, for JSON-LD that is written by hand."""
        Parameters.of(request)
        return AnswerResponse(Answer(media_type=JSON_LD, body=service.content.context.read_bytes()))

    @router.get(
        "/resource",
        summary="Describe any resource by its IRI",
        operation_id="describeResource",
        openapi_extra=resource_operation(example="http://metadata.un.org/sdg/10.7", in_path=False),
    )
    async def describe_resource(request: Request) -> Response:
        """Describe any resource that the graph knows, such as an SDG, by its IRI."""
        parameters = Parameters.of(request, {"iri", "format", "version"})
        text = parameters.one("iri")
        if text is None:
            raise ParameterError("iri", "is required")
        try:
            iri = Iri(text)
        except ValueError as error:
            raise ParameterError("iri", "is not an absolute IRI", value=text) from error
        return await _answer(service, request, parameters, iri)

    return router


def _context_operation() -> dict[str, Any]:
    content = {JSON_LD: {"schema": {"type": "object"}}}
    return {
        "responses": {
            "200": {"description": "The context.", "content": content},
            "304": {"description": "Nothing changed."},
            **problem_responses("unknown-parameter", "internal-error"),
        }
    }


def _file_operation() -> dict[str, Any]:
    operation = resource_operation(example=None)
    suffixes = [media.extension.removeprefix(".") for media in RESOURCE_FORMATS]
    suffix = path_parameter("suffix", "The format.", "ttl", enum=suffixes)
    others = [p for p in operation["parameters"] if p["name"] != "format"]
    operation["parameters"] = [suffix, *others]
    return operation


async def dereference(service: Service, request: Request, path: str) -> Response:
    """Describe the resource whose IRI is the project's base and ``path``."""
    parameters = Parameters.of(request, {"format", "version"})
    stem, dot, suffix = path.rpartition(".")
    by_suffix = _SUFFIXES.get(dot + suffix) if stem else None
    if by_suffix is None:
        stem = path
    elif parameters.one("format"):
        raise ParameterError("format", "stands beside a suffix", value=parameters.one("format"))
    try:
        iri = Iri(BASE + stem)
    except ValueError as error:
        raise NotFound("resource", BASE + stem) from error
    return await _answer(service, request, parameters, iri, by_suffix)


async def _answer(
    service: Service,
    request: Request,
    parameters: Parameters,
    iri: Iri,
    by_suffix: MediaType | None = None,
) -> Response:
    number = parameters.version()
    accept = request.headers.get("accept")
    chosen = by_suffix or choose_format(parameters, accept, RESOURCE_FORMATS)
    formats = [
        (media.name, media.media_type, form_path(iri.value, media, version=number))
        for media in RESOURCE_FORMATS
    ]
    links = [f'<{path}>; rel="alternate"; type="{media}"' for _, media, path in formats]
    headers = (
        ("content-location", form_path(iri.value, chosen, version=number)),
        ("link", ", ".join([f'<{quote(iri.value, safe=_IRI_SAFE)}>; rel="describes"', *links])),
    )
    if chosen is PAGE:
        work = _page(service, iri, number, formats=formats, headers=headers)
        return AnswerResponse(await while_connected(work, request.receive))

    async def make(answer: Answer, version: Version) -> Answer:
        return replace(answer, body=await _triples(service, iri, answer.media_type, version))

    return await service.respond(request, number, chosen.media_type, make, headers=headers)


async def _triples(
    service: Service, iri: Iri, media_type: str, version: Version
) -> bytes | SpooledAnswer:
    if iri.value == _ONTOLOGY_IRI:
        text = packaged_query("gfmdkg.http", "rq/ontology.rq").text
    else:
        text = triples_query(iri)
    asked = packaged_query("gfmdkg.http", "rq/exists.rq").fill(resource=[iri])
    found, known = await asyncio.gather(
        service.answer(
            text, version=version, formats=AnswerFormats(results=None, graph=media_type)
        ),
        service.answer(asked, version=version),
    )
    if not json.loads(await read_body(known))["boolean"]:
        raise not_found(iri.value, await service.terms(version))
    return await service.graph_body(found, root=iri.value)


async def _page(service: Service, iri: Iri, number: int | None, **shown: Any) -> Answer:
    version = await service.version(number)
    pinned = number is not None
    if iri.value == _ONTOLOGY_IRI:
        classes, properties = await _read_ontology(service, version)
        return page(
            "ontology.html",
            classes=classes,
            properties=properties,
            section="/ontology",
            version=version,
            pinned=pinned,
            **shown,
        )
    resource = await read_description(service, iri, version)
    return page("resource.html", resource=resource, version=version, pinned=pinned, **shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class _OntologyTerm:
    """A class or property; ``name`` is its local name and its anchor on the page."""

    name: str
    curie: str
    meaning: str
    parents: dict[Named, None]


async def _read_ontology(
    service: Service, version: Version
) -> tuple[list[_OntologyTerm], list[_OntologyTerm]]:
    """The classes and the properties of the ontology's own namespace, each by local name."""
    terms = await service.terms(version)
    text = packaged_query("gfmdkg.http", "rq/ontology-terms.rq").text
    found: dict[str, _OntologyTerm] = {}
    for row in (await service.solutions(text, version=version)).rows:
        iri, label, definition, parent = (
            cell.value if isinstance(cell, Iri) else getattr(cell, "lexical", "") for cell in row
        )
        term = found.setdefault(
            iri,
            _OntologyTerm(
                name=iri.removeprefix(GFMD),
                curie=compact(iri),
                meaning=definition or label,
                parents={},
            ),
        )
        if parent:
            term.parents[Named(iri=parent, label=terms.label(parent))] = None
    classes = [term for term in found.values() if term.name[:1].isupper()]
    return classes, [term for term in found.values() if not term.name[:1].isupper()]
