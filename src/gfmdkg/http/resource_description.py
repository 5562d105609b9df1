"""``/api/resource``: the description of a resource as JSON; and its reading, for pages too."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import replace

import pyoxigraph as ox
from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.description import (
    Description,
    Opening,
    Touch,
    as_document,
    describe,
    identify,
    incoming_queries,
    not_found,
    opening_queries,
)
from gfmdkg.errors import ParameterError
from gfmdkg.formats.solutions import Solutions
from gfmdkg.http.described import (
    READING,
    answers,
    described_router,
    format_model,
    query_string,
)
from gfmdkg.http.models import AtVersion
from gfmdkg.http.parameters import JSON, RESOURCE_FORMATS, Parameters, choose_format
from gfmdkg.http.rendering import form_path
from gfmdkg.http.resource_models import Description as DescriptionModel
from gfmdkg.http.resource_models import ResourceName
from gfmdkg.http.responses import Answer
from gfmdkg.http.service import Service
from gfmdkg.store.versions import Version

__all__ = ["description_router", "read_description"]


def description_router(service: Service) -> APIRouter:
    """The route of ``/api/resource``."""
    router = described_router("Resources", "/api")

    @router.get(
        "/resource",
        summary="Describe a resource for programs",
        operation_id="readResource",
        dependencies=query_string(ResourceName, AtVersion, format_model(JSON.name)),
        responses=answers("The description.", DescriptionModel, also=(*READING, 409)),
    )
    async def read_resource(request: Request) -> Response:
        """All that the service knows of one resource, in one answer.

        Its names in all languages, its properties with labels, what points to it, grouped by
        property and counted, the evidence for each link (which passage, which words), where
        the statements are from, which version changed them last, and how to cite them.
        """
        parameters = Parameters.of(request, {"format", "iri", "version"})
        text = parameters.one("iri")
        if text is None:
            raise ParameterError("iri", "is required")
        choose_format(parameters, request.headers.get("accept"), (JSON,))
        number = parameters.version()

        async def make(answer: Answer, version: Version) -> Answer:
            iri = identify(text, await service.terms(version))
            description = await read_description(service, iri, version)
            links = {m.name: form_path(iri.value, m, version=number) for m in RESOURCE_FORMATS}
            document = {**as_document(description), "links": links}
            return replace(answer, body=json.dumps(document, ensure_ascii=False).encode())

        return await service.respond(request, number, JSON.media_type, make)

    return router


async def read_description(service: Service, iri: ox.NamedNode, version: Version) -> Description:
    """The description of a resource; raises ``NotFound`` where the graph says nothing of it."""
    terms = await service.terms(version)

    async def select(texts: Iterable[str]) -> list[Solutions]:
        return await asyncio.gather(*(service.solutions(text, version=version) for text in texts))

    opening = Opening(*await select(opening_queries(iri)))
    if not opening.facts.rows:
        raise not_found(iri.value, terms)
    incoming = await select(incoming_queries(iri, opening.incoming))
    touch = Touch(
        *await asyncio.to_thread(service.versions.last_touch, iri.value, number=version.number)
    )
    description = describe(iri, opening, incoming, terms, version, touch=touch)
    assert description is not None  # noqa: S101 - it has facts
    return description
