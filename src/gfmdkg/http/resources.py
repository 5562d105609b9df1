"""Every IRI of the graph dereferences: as RDF, or as a page for people.

``/id/…``, ``/scheme/…`` and ``/ontology`` are the project's own IRIs below its base;
``/resource?iri=…`` describes whatever else the graph knows, such as the UN's SDG IRIs.
The format comes from a suffix, else from ``?format=``, else from Accept.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from fastapi import APIRouter, Request, params
from pydantic import BaseModel
from starlette.responses import Response

from gfmdkg.description import not_found, triples_query
from gfmdkg.engine.answers import read_body
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
from gfmdkg.http.ontology_page import read_ontology_page
from gfmdkg.http.parameters import PAGE, RESOURCE_FORMATS, Parameters, choose_format
from gfmdkg.http.rendering import form_path, page
from gfmdkg.http.request import while_connected
from gfmdkg.http.resource_description import read_description
from gfmdkg.http.responses import Answer, AnswerResponse, entity_tag, is_fresh
from gfmdkg.http.service import Service
from gfmdkg.namespaces import BASE
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.store.answers import AnswerFormats
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import Iri

__all__ = ["RESOURCE_PARAMETERS", "dereference", "resource_answers", "resource_router"]

_ONTOLOGY = "ontology"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What is asked for: a resource, in a format, of a version."""

    request: Request
    iri: Iri
    format: MediaType
    version: Version
    pinned: bool

    def location(self, media: MediaType) -> str:
        """The path of the description in one format."""
        number = self.version.number if self.pinned else None
        return form_path(self.iri.value, media, version=number)

    def formats(self) -> tuple[tuple[str, str, str], ...]:
        """Short name, media type and path of every format."""
        return tuple((m.name, m.media_type, self.location(m)) for m in RESOURCE_FORMATS)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Where this format and the others have addresses of their own."""
        links = [f'<{path}>; rel="alternate"; type="{media}"' for _, media, path in self.formats()]
        described = f'<{quote(self.iri.value, safe=_IRI_SAFE)}>; rel="describes"'
        return (
            ("content-location", self.location(self.format)),
            ("link", ", ".join([described, *links])),
        )


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
        return await dereference(service, request, _ONTOLOGY)

    @router.get(
        "/ontology.{suffix}",
        summary="The ontology in one format",
        operation_id="getOntologyFile",
        dependencies=[in_path("suffix", "The format.", "ttl", enum=suffixes), *asked[:1]],
        responses=described,
    )
    async def get_ontology_file(request: Request, suffix: str) -> Response:
        """The ontology in the format of the suffix."""
        return await dereference(service, request, f"{_ONTOLOGY}.{suffix}")

    @router.get(
        "/ontology/context.jsonld",
        summary="The JSON-LD context",
        operation_id="getContext",
        responses=answers("The context.", None, [JSON_LD], also=(304, 400)),
    )
    async def get_context(request: Request) -> Response:
        """Short names for what the graph is made of, for JSON-LD that is written by hand."""
        Parameters(request.query_params.multi_items()).only(())
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
        parameters = Parameters(request.query_params.multi_items())
        parameters.only({"iri", "format", "version"})
        text = parameters.one("iri")
        if text is None:
            raise ParameterError("iri", "is required")
        try:
            iri = Iri(text)
        except ValueError as error:
            raise ParameterError("iri", "is not an absolute IRI", value=text) from error
        return await _answer(service, await _wish(service, request, parameters, iri, None))

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
    parameters = Parameters(request.query_params.multi_items())
    parameters.only({"format", "version"})
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
    return await _answer(service, await _wish(service, request, parameters, iri, by_suffix))


async def _wish(
    service: Service, request: Request, parameters: Parameters, iri: Iri, given: MediaType | None
) -> _Wish:
    number = parameters.version()
    accept = request.headers.get("accept")
    return _Wish(
        request=request,
        iri=iri,
        format=given or choose_format(parameters, accept, RESOURCE_FORMATS),
        version=await service.version(number),
        pinned=number is not None,
    )


async def _answer(service: Service, wish: _Wish) -> Response:
    etag = entity_tag(wish.version, wish.request.scope, wish.format.media_type, service.fingerprint)
    if wish.format is PAGE:
        return AnswerResponse(await while_connected(_page(service, wish), wish.request.receive))
    answer = Answer(
        media_type=wish.format.media_type,
        body=b"",
        headers=wish.headers(),
        version=wish.version,
        pinned=wish.pinned,
        etag=etag,
    )
    if is_fresh(wish.request.scope, etag):
        return AnswerResponse(answer)
    return AnswerResponse(
        await while_connected(_with_triples(service, wish, answer), wish.request.receive)
    )


async def _with_triples(service: Service, wish: _Wish, answer: Answer) -> Answer:
    is_ontology = wish.iri.value == BASE + _ONTOLOGY
    text = (
        packaged_query("gfmdkg.http", f"rq/{_ONTOLOGY}.rq").text
        if is_ontology
        else triples_query(wish.iri)
    )
    formats = AnswerFormats(results=None, graph=wish.format.media_type)
    found, known = await asyncio.gather(
        service.answer(text, version=wish.version, formats=formats),
        service.answer(
            packaged_query("gfmdkg.http", "rq/exists.rq").fill(resource=[wish.iri]),
            version=wish.version,
        ),
    )
    if not json.loads(await read_body(known))["boolean"]:
        raise not_found(wish.iri.value, await service.terms(wish.version))
    return replace(answer, body=await service.graph_body(found, root=wish.iri.value))


async def _page(service: Service, wish: _Wish) -> Answer:
    if wish.iri.value == BASE + _ONTOLOGY:
        ontology = await read_ontology_page(service, wish.version)
        answer = page(
            "ontology.html",
            ontology=ontology,
            version=wish.version,
            formats=wish.formats(),
            section="/ontology",
        )
    else:
        answer = page(
            "resource.html",
            resource=await read_description(service, wish.iri, wish.version),
            version=wish.version,
            formats=wish.formats(),
        )
    return replace(
        answer,
        headers=(*answer.headers, *wish.headers()),
        version=wish.version,
        pinned=wish.pinned,
    )
