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

import pyoxigraph as ox
from fastapi import APIRouter, Request, params
from pydantic import BaseModel
from starlette.responses import Response

from gfmdkg.description import not_found, triples_query
from gfmdkg.engine.answers import SpooledAnswer, read_body
from gfmdkg.errors import NotFound, ParameterError
from gfmdkg.formats.json_ld import JSON_LD
from gfmdkg.formats.media import MediaType
from gfmdkg.http.described import (
    READING,
    Responses,
    answers,
    described_router,
    format_model,
    in_path,
    query_string,
)
from gfmdkg.http.models import AtVersion, asked
from gfmdkg.http.parameters import PAGE, RESOURCE_FORMATS, Parameters, choose_format
from gfmdkg.http.rendering import form_path, page
from gfmdkg.http.request import while_connected
from gfmdkg.http.resource_description import read_description
from gfmdkg.http.responses import Answer, AnswerResponse
from gfmdkg.http.service import Service
from gfmdkg.namespaces import BASE, GFMD, compact
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.store.answers import AnswerFormats
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import Resource

__all__ = ["RESOURCE_PARAMETERS", "dereference", "resource_answers", "resource_router"]

_ONTOLOGY_IRI = BASE + "ontology"
_SUFFIXES: Mapping[str, MediaType] = {media.extension: media for media in RESOURCE_FORMATS}
_IRI_SAFE = ":/?#[]@!$&'()*+,;=%~"


def _path(example: str) -> params.Depends:
    text = "The rest of the IRI, which may hold slashes; with a suffix such as .ttl a format."
    return in_path("path", text, example)


class ResourceIri(BaseModel):
    """The parameter that names any resource."""

    iri: str = asked("The IRI of the resource.", "http://metadata.un.org/sdg/10.7", default=...)


RESOURCE_PARAMETERS = (AtVersion, format_model(*(media.name for media in RESOURCE_FORMATS)))
"""The parameters of a route that describes a resource, as models."""


def resource_router(service: Service) -> APIRouter:
    """The routes of all IRIs."""
    router = described_router("Resources")
    suffixes = [media.extension.removeprefix(".") for media in RESOURCE_FORMATS]
    asked, described = query_string(*RESOURCE_PARAMETERS), resource_answers()

    @router.get(
        "/id/{path:path}",
        summary="Describe a resource",
        operation_id="getResource",
        dependencies=[_path("instrument/cmw"), *asked],
        responses=described,
    )
    async def get_resource(request: Request, path: str) -> Response:
        """Describe a resource: session, actor, instrument, passage, citation and so on."""
        return await dereference(service, request, "id/" + path)

    @router.get(
        "/scheme/{path:path}",
        summary="Describe a concept or a concept scheme",
        operation_id="getConcept",
        dependencies=[_path("topic/detention"), *asked],
        responses=described,
    )
    async def get_concept(request: Request, path: str) -> Response:
        """Describe a concept or a whole concept scheme."""
        return await dereference(service, request, "scheme/" + path)

    @router.get(
        "/ontology",
        summary="The ontology",
        operation_id="getOntology",
        dependencies=asked,
        responses=described,
    )
    async def get_ontology(request: Request) -> Response:
        """The ontology: its classes and properties."""
        return await dereference(service, request, "ontology")

    @router.get(
        "/ontology.{suffix}",
        summary="The ontology in one format",
        operation_id="getOntologyFile",
        dependencies=[in_path("suffix", "The format.", "ttl", enum=suffixes), *asked[:1]],
        responses=described,
    )
    async def get_ontology_file(request: Request, suffix: str) -> Response:
        """The ontology in the format of the suffix."""
        return await dereference(service, request, f"ontology.{suffix}")

    @router.get(
        "/ontology/context.jsonld",
        summary="The JSON-LD context",
        operation_id="getContext",
        responses=answers("The context.", None, [JSON_LD], also=(304, 400)),
    )
    async def get_context(request: Request) -> Response:
        """Short names for what the graph is made of, for JSON-LD that is written by hand."""
        Parameters.of(request)
        return AnswerResponse(Answer(media_type=JSON_LD, body=service.content.context.read_bytes()))

    @router.get(
        "/resource",
        summary="Describe any resource by its IRI",
        operation_id="describeResource",
        dependencies=query_string(ResourceIri, *RESOURCE_PARAMETERS),
        responses=described,
    )
    async def describe_resource(request: Request) -> Response:
        """Describe any resource that the graph knows, such as an SDG, by its IRI."""
        parameters = Parameters.of(request, {"iri", "format", "version"})
        text = parameters.one("iri")
        if text is None:
            raise ParameterError("iri", "is required")
        try:
            iri = ox.NamedNode(text)
        except ValueError as error:
            raise ParameterError("iri", "is not an absolute IRI", value=text) from error
        return await _answer(service, request, parameters, iri)

    return router


def resource_answers(*more_errors: int) -> Responses:
    """The responses of a route that describes a resource."""
    return answers(
        "The description.",
        None,
        (media.media_type for media in RESOURCE_FORMATS),
        also=(*READING, 413, *more_errors),
    )


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
        iri = ox.NamedNode(BASE + stem)
    except ValueError as error:
        raise NotFound("resource", BASE + stem) from error
    return await _answer(service, request, parameters, iri, by_suffix)


async def _answer(
    service: Service,
    request: Request,
    parameters: Parameters,
    iri: ox.NamedNode,
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
    service: Service, iri: ox.NamedNode, media_type: str, version: Version
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


async def _page(service: Service, iri: ox.NamedNode, number: int | None, **shown: Any) -> Answer:
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
    parents: dict[Resource, None]


async def _read_ontology(
    service: Service, version: Version
) -> tuple[list[_OntologyTerm], list[_OntologyTerm]]:
    """The classes and the properties of the ontology's own namespace, each by local name."""
    terms = await service.terms(version)
    text = packaged_query("gfmdkg.http", "rq/ontology-terms.rq").text
    found: dict[str, _OntologyTerm] = {}
    for row in (await service.solutions(text, version=version)).rows:
        iri, label, definition, parent = (getattr(cell, "value", "") for cell in row)
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
            term.parents[terms.resource(parent)] = None
    classes = [term for term in found.values() if term.name[:1].isupper()]
    return classes, [term for term in found.values() if not term.name[:1].isupper()]
