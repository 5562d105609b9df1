"""Every IRI of the graph dereferences: as RDF, or as a page for people.

``/id/…``, ``/scheme/…``, ``/ontology…`` and ``/shapes`` are the project's own IRIs below its base;
``/resource?iri=…`` describes whatever else the graph knows, such as the UN's SDG IRIs, and
``/api/resource`` says for programs what the page of a resource says for people.
The format comes from a suffix, else from ``?format=``, else from Accept.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
from fastapi import APIRouter, Request
from fastapi.params import Depends
from pydantic import BaseModel
from starlette.responses import Response

from gfmdkg.engine.answers import SpooledAnswer
from gfmdkg.errors import NotFound, ParameterError
from gfmdkg.http.answer import Answer, AnswerResponse
from gfmdkg.http.described import (
    READING,
    Responses,
    answers,
    described_router,
    format_model,
    in_path,
    query_string,
)
from gfmdkg.http.models import AtVersion, SparqlIncluded, asked, one_of
from gfmdkg.http.parameters import (
    INCLUDE,
    JSON,
    PAGE,
    RESOURCE_FORMATS,
    Parameters,
    absolute_iri,
    choose_format,
)
from gfmdkg.http.rendering import form_path, page
from gfmdkg.http.request import cancel_on_disconnect
from gfmdkg.http.service import Service
from gfmdkg.namespaces import BASE
from gfmdkg.rdf.json_ld import JSON_LD
from gfmdkg.rdf.media import MediaType
from gfmdkg.rdf.values import write_json
from gfmdkg.resources import Description, describing, identify, not_found, resource_query
from gfmdkg.resources.documents import (
    DOCUMENTS,
    entries_of,
    example_names,
    graph_query,
    is_example,
    read_example,
    write_example,
)
from gfmdkg.store.versions import Version

__all__ = ["RESOURCE_PARAMETERS", "dereference", "resource_answers", "resource_router"]

_SUFFIXES: Mapping[str, MediaType] = {media.extension: media for media in RESOURCE_FORMATS}
_IRI_SAFE = ":/?#[]@!$&'()*+,;=%~"
_PATH = "The rest of the IRI, which may hold slashes; with a suffix such as .ttl a format."


class ResourceIri(BaseModel):
    """The parameter that names any resource."""

    iri: str = asked("The IRI of the resource.", "http://metadata.un.org/sdg/10.7", default=...)


class ResourceName(BaseModel):
    """The parameter that names a resource."""

    iri: str = asked(
        "The resource: its IRI, a CURIE such as `sdg:10.7`, a path below /id/, or any of its "
        "names in any language.",
        "ICRMW",
        default=...,
        min_length=1,
    )


RESOURCE_PARAMETERS = (AtVersion, format_model(*(media.name for media in RESOURCE_FORMATS)))
"""The parameters of a route that describes a resource, as models."""


def resource_router(service: Service) -> APIRouter:
    """The routes of all IRIs."""
    router = described_router("Resources")
    suffixes = [media.extension.removeprefix(".") for media in RESOURCE_FORMATS]
    asked = query_string(*RESOURCE_PARAMETERS)
    get = partial(router.get, responses=resource_answers())

    @get(
        "/id/{path:path}",
        operation_id="getResource",
        summary="Describe a resource",
        dependencies=[in_path("path", _PATH, "instrument/cmw"), *asked],
    )
    async def get_resource(request: Request, path: str) -> Response:
        """Describe a resource: session, actor, instrument, passage, citation and so on."""
        return await dereference(service, request, f"id/{path}")

    @get(
        "/scheme/{path:path}",
        operation_id="getConcept",
        summary="Describe a concept or a concept scheme",
        dependencies=[in_path("path", _PATH, "topic/detention"), *asked],
    )
    async def get_concept(request: Request, path: str) -> Response:
        """Describe a concept or a whole concept scheme."""
        return await dereference(service, request, f"scheme/{path}")

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

    for path in ("ontology", "shapes"):
        _add_document(service, router, path, asked, suffixes)

    @get(
        "/ontology/{path:path}",
        operation_id="getPartOfOntology",
        summary="The alignments, or an example of a record",
        dependencies=[in_path("path", _PATH, "alignments"), *asked],
    )
    async def get_part_of_ontology(request: Request, path: str) -> Response:
        """The alignments, or `examples/{shape}/{name}`: a record that conforms or breaks a rule.

        Examples are no part of the graph and have no versions.
        """
        return await dereference(service, request, f"ontology/{path}")

    @get(
        "/resource",
        operation_id="describeResource",
        summary="Describe any resource by its IRI",
        dependencies=[*query_string(ResourceIri), *asked],
    )
    async def describe_resource(request: Request) -> Response:
        """Describe any resource that the graph knows, such as an SDG, by its IRI."""
        parameters = Parameters.of(request, {"iri", "format", "version"})
        iri = ox.NamedNode(absolute_iri("iri", parameters.required("iri")))
        return await _answer(service, request, parameters, iri)

    @router.get(
        "/api/resource",
        summary="Describe a resource for programs",
        operation_id="readResource",
        dependencies=query_string(ResourceName, SparqlIncluded, AtVersion, format_model(JSON.name)),
        responses=answers("The description.", Description, also=(*READING, 409)),
    )
    async def read_resource(request: Request) -> Response:
        """All that the service knows of one resource, in one answer.

        Its names in all languages, its properties with labels, what points to it, grouped by
        property and counted, the evidence for each link (which passage, which words), where
        the statements are from, which version changed them last, and how to cite them.
        """
        parameters = Parameters.of(request, {"iri", "format", "version", INCLUDE})
        text = parameters.required("iri")
        choose_format(parameters, request.headers.get("accept"), (JSON,))
        number, includes_sparql = parameters.version(), parameters.includes_sparql()

        async def make(answer: Answer, version: Version) -> Answer:
            iri = identify(text, await service.terms(version))
            links = {m.name: form_path(iri.value, m, version=number) for m in RESOURCE_FORMATS}
            described = await _describe(service, iri, version)
            shown = described if includes_sparql else described.without_queries()
            return replace(answer, body=write_json(replace(shown, links=links)).encode())

        return await service.respond(request, number, JSON.media_type, make)

    return router


def _add_document(
    service: Service,
    router: APIRouter,
    path: str,
    asked: Sequence[Depends],
    suffixes: Sequence[str],
) -> None:
    """The routes of a document at the top of the base, one of them with a suffix."""
    name, lead = path.capitalize(), DOCUMENTS[BASE + path].lead
    get = partial(router.get, responses=resource_answers(), description=lead)

    @get(f"/{path}", operation_id=f"get{name}", summary=f"The {path}", dependencies=asked)
    async def get_document(request: Request) -> Response:
        return await dereference(service, request, path)

    @get(
        f"/{path}.{{suffix}}",
        operation_id=f"get{name}File",
        summary=f"The {path} in one format",
        dependencies=[in_path("suffix", "The format.", "ttl", one_of(suffixes)), *asked[:1]],
    )
    async def get_document_file(request: Request, suffix: str) -> Response:
        return await dereference(service, request, f"{path}.{suffix}")


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
    if is_example(iri.value) and number is not None:
        raise ParameterError("version", "is not for examples, which have none", value=str(number))
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
    if is_example(iri.value):
        return AnswerResponse(await _example(service, iri.value, chosen, formats, headers))
    if chosen is PAGE:
        work = _page(service, iri, number, formats=formats, headers=headers)
        return AnswerResponse(await cancel_on_disconnect(work, request.receive))

    async def make(answer: Answer, version: Version) -> Answer:
        return replace(answer, body=await _triples(service, iri, answer.media_type, version))

    return await service.respond(request, number, chosen.media_type, make, headers=headers)


async def _triples(
    service: Service, iri: ox.NamedNode, media_type: str, version: Version
) -> bytes | SpooledAnswer:
    found, known = await asyncio.gather(
        service.graph(graph_query(iri), version=version, media_type=media_type, root=iri.value),
        service.ask(resource_query("exists", iri), version=version),
    )
    if not known:
        raise not_found(iri.value, await service.terms(version))
    return found


async def _describe(service: Service, iri: ox.NamedNode, version: Version) -> Description:
    """The description of a resource; raises ``NotFound`` where the graph says nothing of it."""
    touched = await asyncio.to_thread(service.versions.last_touch, iri.value, number=version.number)
    steps = describing(iri, await service.terms(version), version, touched)
    texts = next(steps)
    while True:
        asked = (service.solutions(text, version=version) for text in texts)
        try:
            texts = steps.send(await asyncio.gather(*asked))
        except StopIteration as end:
            description: Description = end.value
            return description


async def _page(service: Service, iri: ox.NamedNode, number: int | None, **shown: Any) -> Answer:
    version = await service.version(number)
    shown |= {"version": version, "pinned": number is not None}
    if (document := DOCUMENTS.get(iri.value)) is not None:
        found = await service.solutions(document.entries_query, version=version)
        shown |= {
            "document": document,
            "groups": entries_of(document, found, await service.terms(version)),
            "examples": example_names(service.content) if document.name == "shapes" else {},
        }
        return page("document.html", section="/ontology", **shown)
    return page("resource.html", resource=await _describe(service, iri, version), **shown)


async def _example(
    service: Service,
    iri: str,
    chosen: MediaType,
    formats: Sequence[tuple[str, str, str]],
    headers: tuple[tuple[str, str], ...],
) -> Answer:
    turtle = await asyncio.to_thread(read_example, iri, service.content)
    if chosen is PAGE:
        return page(
            "example.html",
            section="/ontology",
            iri=iri,
            turtle=turtle,
            formats=formats,
            headers=headers,
        )
    body = write_example(turtle, chosen.media_type)
    if chosen.media_type == JSON_LD:
        body = service.json_ld.compact(body, root=None)
    return Answer(media_type=chosen.media_type, body=body, headers=headers)
