"""Versions over HTTP: their records, and the difference of two of them."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.curation.changes import RDF_PATCH
from gfmdkg.curation.changes.history import difference
from gfmdkg.curation.changes.views import (
    as_html,
    as_json,
    as_text,
    labels_query,
    read_labels,
    resources_of,
)
from gfmdkg.errors import NotFound
from gfmdkg.formats.media import MediaType
from gfmdkg.http.changes_description import VIEWS, difference_operation, number_parameter
from gfmdkg.http.description import json_operation
from gfmdkg.http.parameters import Parameters, choose_format
from gfmdkg.http.responses import Answer, AnswerResponse
from gfmdkg.http.service import Service
from gfmdkg.http.shapes import ref
from gfmdkg.store.patches import Patch
from gfmdkg.store.versions import Version

__all__ = [
    "answer_difference",
    "answer_json",
    "describe_version",
    "read_number",
    "read_view",
    "versions_router",
]

_JSON, _HTML = "application/json", "text/html"
_OFFERED = tuple(
    MediaType(name=name, media_type=media_type, extension=f".{name}")
    for name, media_type in VIEWS.items()
)
_DIGITS = 15


def versions_router(service: Service) -> APIRouter:
    """``/api/versions`` and what is below it, for reading."""
    router = APIRouter(prefix="/api")

    @router.get(
        "/versions",
        tags=["Curation"],
        summary="All versions",
        operation_id="listVersions",
        openapi_extra=json_operation(
            "The versions, the latest first.",
            ref("VersionList"),
            "unknown-parameter",
            "content",
        ),
    )
    async def list_versions(request: Request) -> Response:
        """All versions of the graph: when, why and how each came to be."""
        Parameters(request.query_params.multi_items()).only(())
        history = await asyncio.to_thread(service.versions.history)
        items = [describe_version(version) for version in reversed(history)]
        return answer_json({"items": items, "total": len(items)})

    @router.get(
        "/versions/{number}",
        tags=["Curation"],
        summary="One version",
        operation_id="showVersion",
        openapi_extra=json_operation(
            "Its record.",
            ref("Version"),
            "not-found",
            "unknown-parameter",
            "content",
            parameters=[number_parameter("version")],
        ),
    )
    async def show_version(number: str, request: Request) -> Response:
        """What is known of a version; `available` says whether it can be queried still."""
        Parameters(request.query_params.multi_items()).only(())
        return answer_json(describe_version(_recorded(service, number)))

    @router.get(
        "/versions/{first}/diff/{last}",
        tags=["Curation"],
        summary="The difference of two versions",
        operation_id="diffVersions",
        openapi_extra=difference_operation(
            parameters=[
                number_parameter("version", "first"),
                number_parameter("version", "last", example=2),
            ]
        ),
    )
    async def diff_versions(first: str, last: str, request: Request) -> Response:
        """What version `last` has more and less than `first`, by resource."""
        media_type = read_view(request)
        one, other = _recorded(service, first), _recorded(service, last)
        patch = await asyncio.to_thread(difference, service.versions, one.number, other.number)
        labelled = other if other.is_available else await service.version()
        return await answer_difference(service, patch, labelled, media_type)

    return router


def read_number(kind: str, text: str) -> int:
    """The number in a path; raises ``NotFound`` where there is none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise NotFound(kind, text)
    return int(text)


def _recorded(service: Service, number: str) -> Version:
    wanted = read_number("version", number)
    current = service.versions.require_current()
    if wanted > current.number:
        raise NotFound("version", number)
    return service.versions.record(wanted)


def read_view(request: Request) -> str:
    """The media type of a difference. Raises ``NotAcceptable`` and ``ParameterError``."""
    parameters = Parameters(request.query_params.multi_items())
    parameters.only({"format"})
    return choose_format(parameters, request.headers.get("accept"), _OFFERED).media_type


async def answer_difference(
    service: Service, patch: Patch, version: Version, media_type: str
) -> Response:
    """A patch in one of ``VIEWS``, with the labels that a version has."""
    if media_type == RDF_PATCH:
        return _text(patch.to_text(), media_type)
    solutions = await service.solutions(labels_query(resources_of(patch)), version=version)
    labels = read_labels(solutions)
    if media_type == _JSON:
        return answer_json(as_json(patch, labels))
    return _text((as_html if media_type == _HTML else as_text)(patch, labels), media_type)


def _text(text: str, media_type: str) -> Response:
    return AnswerResponse(
        Answer(media_type=media_type, body=text.encode(), headers=(("vary", "Accept"),))
    )


def answer_json(
    document: Mapping[str, Any], *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()
) -> Response:
    """A JSON answer that no cache keeps."""
    body = json.dumps(document, ensure_ascii=False).encode()
    return AnswerResponse(
        Answer(media_type=_JSON, body=body, status=status, headers=headers, cacheable=False)
    )


def describe_version(version: Version) -> dict[str, Any]:
    """What is told of a version."""
    return {
        "number": version.number,
        "created": version.created.isoformat(),
        "origin": version.origin.value,
        "message": version.message,
        "author": version.author,
        "change": version.change,
        "reverts": version.reverts,
        "added": version.added,
        "removed": version.removed,
        "quads": version.quads,
        "content_hash": version.content_hash,
        "available": version.is_available,
    }
