"""``POST /api/validate``: a report on documents that are sent, of which nothing is stored."""

import re
from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.build.sources import EXTENSIONS, SYNTAXES
from gfmdkg.curation.documents import SubmittedDocument
from gfmdkg.curation.models import DocumentName, ValidationReport
from gfmdkg.curation.worker import ValidationRequest, ask
from gfmdkg.errors import UnsupportedMedia
from gfmdkg.http.answer import Answer, AnswerResponse
from gfmdkg.http.described import (
    READING,
    answers,
    described_router,
    format_model,
    query_string,
    request_body,
)
from gfmdkg.http.models import AtVersion
from gfmdkg.http.multipart import MULTIPART, BodyPart, read_parts
from gfmdkg.http.parameters import Parameters, choose_format
from gfmdkg.http.request import ContentType, cancel_on_disconnect, read_content, read_content_type
from gfmdkg.http.service import Service
from gfmdkg.rdf.media import TABLE_EXTENSIONS, MediaType
from gfmdkg.validation.views import VIEWS

__all__ = ["validation_router"]

_SYNTAXES = SYNTAXES | TABLE_EXTENSIONS
_READ = {media_type: name for name, media_type in _SYNTAXES.items()}
_ALIASES = {"application/json": "application/ld+json", "application/x-turtle": "text/turtle"}
_EXTENSIONS = EXTENSIONS | TABLE_EXTENSIONS
_ACCEPTED = (*_READ, *_ALIASES, MULTIPART)
# The first is the default; the view “github” has a media type that others have, too.
_OFFERED = tuple(
    MediaType(name=name, media_type=VIEWS[name].media_type, extension=f".{name}")
    for name in ("json", "text", "sarif", "html", "ttl", "csv", "github")
)
_MOST_PARTS = 200
_EXAMPLE = (
    "@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .\n"
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    "<https://w3id.org/gfmdkg/id/instrument/pact> a gfmd:Instrument ;\n"
    '    skos:prefLabel "Pact"@en .\n'
)
_SAFE_NAME = re.compile(r"[^\w.() /-]")


def validation_router(service: Service) -> APIRouter:
    """The route."""
    router = described_router("Validation", "/api")

    @router.post(
        "/validate",
        summary="Validate documents",
        operation_id="validate",
        dependencies=query_string(
            DocumentName, AtVersion, format_model(*(view.name for view in _OFFERED))
        ),
        openapi_extra=request_body((*_READ, MULTIPART), {"text/turtle": _EXAMPLE}),
        responses=answers(
            "The report.",
            ValidationReport,
            dict.fromkeys(view.media_type for view in _OFFERED),
            also=(*READING[1:], 413, 415),
        ),
    )
    async def validate(request: Request) -> Response:
        """Validate documents against the shapes and checks, in the context of the graph.

        The answer is 200 with the report whatever it says; `conforms` gives the verdict.
        """
        parameters = Parameters.of(request, ("format", "name", "version"))
        view = choose_format(parameters, request.headers.get("accept"), _OFFERED)
        content_type = read_content_type(request.scope, _ACCEPTED)
        number = parameters.version()
        version = await service.version(number)
        body = await read_content(
            request.scope, request.receive, limit_bytes=service.settings.body_limit_bytes
        )
        documents = _documents(content_type, body, parameters.one("name"))
        work = ValidationRequest(documents=documents, view=view.name, version=version.number)
        limit = service.settings.update_timeout_seconds
        reply = await cancel_on_disconnect(
            ask(service.workers, work, limit_seconds=limit), request.receive
        )
        return AnswerResponse(
            Answer(media_type=view.media_type, body=reply.body, version=version, cacheable=False)
        )

    return router


def _documents(
    content_type: ContentType, body: bytes, name: str | None
) -> Sequence[SubmittedDocument]:
    if content_type.media_type == MULTIPART:
        parts = read_parts(body, content_type, most=_MOST_PARTS)
        return [_document(f"document-{n}", part) for n, part in enumerate(parts, start=1)]
    part = BodyPart(content_type=content_type.media_type, filename=name, body=body)
    return [_document("document", part)]


def _document(stem: str, part: BodyPart) -> SubmittedDocument:
    media_type = _ALIASES.get(part.media_type, part.media_type)
    if media_type not in _READ:
        # Browsers know few of these types; the name of the file tells.
        media_type = _EXTENSIONS.get((part.filename or "").rpartition(".")[2].lower(), "")
    if not media_type:
        given = part.content_type or "a part without Content-Type"
        raise UnsupportedMedia(given, tuple(_READ))
    name = part.filename or f"{stem}.{_READ[media_type]}"
    return SubmittedDocument(name=_tidy(name), media_type=media_type, body=part.body)


def _tidy(name: str) -> str:
    return _SAFE_NAME.sub("_", name)[:200].strip() or "document"
