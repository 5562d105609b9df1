"""``/api/resource``: the description of a resource as JSON; and its reading, for pages too."""

import asyncio
import json

from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.description import (
    Description,
    Found,
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
from gfmdkg.http.request import while_connected
from gfmdkg.http.resource_models import Description as DescriptionModel
from gfmdkg.http.resource_models import ResourceName
from gfmdkg.http.responses import Answer, AnswerResponse, entity_tag, is_fresh
from gfmdkg.http.service import Service
from gfmdkg.store.touching import last_touch
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import Iri

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
        parameters = Parameters(request.query_params.multi_items())
        parameters.only({"format", "iri", "version"})
        text = parameters.one("iri")
        if text is None:
            raise ParameterError("iri", "is required")
        choose_format(parameters, request.headers.get("accept"), (JSON,))
        number = parameters.version()
        version = await service.version(number)
        pinned = number is not None
        tag = entity_tag(version, request.scope, JSON.media_type, service.fingerprint)
        body = b""
        if not is_fresh(request.scope, tag):
            iri = identify(text, await service.terms(version))
            work = read_description(service, iri, version)
            description = await while_connected(work, request.receive)
            links = _links(iri, version if pinned else None)
            document = {**as_document(description), "links": links}
            body = json.dumps(document, ensure_ascii=False).encode()
        return AnswerResponse(
            Answer(media_type=JSON.media_type, body=body, version=version, pinned=pinned, etag=tag)
        )

    return router


async def read_description(service: Service, iri: Iri, version: Version) -> Description:
    """The description of a resource; raises ``NotFound`` where the graph says nothing of it."""
    queries = opening_queries(iri)
    terms = await service.terms(version)
    facts, sources, incoming, evidence, evidence_count = await asyncio.gather(
        *(
            service.solutions(text, version=version)
            for text in (
                queries.facts,
                queries.sources,
                queries.incoming,
                queries.evidence,
                queries.evidence_count,
            )
        ),
    )
    opening = Opening(
        facts=facts,
        sources=sources,
        incoming=incoming,
        evidence=evidence,
        evidence_count=evidence_count,
    )
    if not facts.rows:
        raise not_found(iri.value, terms)
    referrers = await asyncio.gather(
        *(
            service.solutions(text, version=version)
            for text in incoming_queries(iri, opening.incoming)
        )
    )
    touching, is_recorded = await asyncio.to_thread(
        last_touch, service.versions, iri.value, number=version.number
    )
    touch = Touch(version=touching, is_recorded=is_recorded)
    found = Found(opening=opening, incoming=referrers, touch=touch)
    description = describe(iri, found, terms, version)
    assert description is not None  # noqa: S101 - it has facts
    return description


def _links(iri: Iri, pinned: Version | None) -> dict[str, str]:
    """Where the other forms of the description are."""
    number = None if pinned is None else pinned.number
    return {m.name: form_path(iri.value, m, version=number) for m in RESOURCE_FORMATS}
