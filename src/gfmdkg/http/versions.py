"""Versions over HTTP: their records, and the difference of two of them."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
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
from gfmdkg.http.curation_models import Difference, VersionList, VersionRecord
from gfmdkg.http.described import (
    READING,
    Responses,
    answers,
    described_router,
    format_model,
    number_in_path,
    query_string,
)
from gfmdkg.http.parameters import Parameters, choose_format
from gfmdkg.http.responses import Answer, AnswerResponse
from gfmdkg.http.service import Service
from gfmdkg.store.patches import Patch
from gfmdkg.store.versions import Version

__all__ = [
    "IN_VIEWS",
    "answer_difference",
    "answer_json",
    "describe_version",
    "difference_answers",
    "read_number",
    "read_view",
    "record_answers",
    "versions_router",
]

_JSON, _HTML = "application/json", "text/html"
_OFFERED = tuple(
    MediaType(name=name, media_type=media_type, extension=f".{name}")
    for name, media_type in (
        ("json", _JSON),
        ("txt", "text/plain"),
        ("rdfp", RDF_PATCH),
        ("html", _HTML),
    )
)
IN_VIEWS = query_string(format_model(*(view.name for view in _OFFERED)))
"""The parameters of a route that answers with a difference."""
_DIGITS = 15


def versions_router(service: Service) -> APIRouter:
    """``/api/versions`` and what is below it, for reading."""
    router = described_router("Curation", "/api")

    @router.get(
        "/versions",
        summary="All versions",
        operation_id="listVersions",
        responses=record_answers("The versions, the latest first.", VersionList, 400),
    )
    async def list_versions(request: Request) -> Response:
        """All versions of the graph: when, why and how each came to be."""
        Parameters.of(request)
        history = await asyncio.to_thread(service.versions.history)
        items = [describe_version(version) for version in reversed(history)]
        return answer_json({"items": items, "total": len(items)})

    @router.get(
        "/versions/{number}",
        summary="One version",
        operation_id="showVersion",
        dependencies=[number_in_path("version")],
        responses=record_answers("Its record.", VersionRecord, 400, 404),
    )
    async def show_version(request: Request, number: str) -> Response:
        """What is known of a version; `available` says whether it can be queried still."""
        Parameters.of(request)
        return answer_json(describe_version(_recorded(service, number)))

    @router.get(
        "/versions/{first}/diff/{last}",
        summary="The difference of two versions",
        operation_id="diffVersions",
        dependencies=[
            number_in_path("version", "first"),
            number_in_path("version", "last", 2),
            *IN_VIEWS,
        ],
        responses=difference_answers(),
    )
    async def diff_versions(request: Request, first: str, last: str) -> Response:
        """What version `last` has more and less than `first`, by resource."""
        media_type = read_view(request)
        one, other = _recorded(service, first), _recorded(service, last)
        patch = await asyncio.to_thread(difference, service.versions, one.number, other.number)
        labelled = other if other.is_available else await service.version()
        return await answer_difference(service, patch, labelled, media_type)

    return router


def record_answers(text: str, model: type[BaseModel], *errors: int) -> Responses:
    """The responses of a route that answers with a record, which no cache keeps."""
    return answers(text, model, also=errors)


def difference_answers(*more_errors: int) -> Responses:
    """The responses of a route that answers with a difference."""
    return answers(
        "The difference.",
        Difference,
        (view.media_type for view in _OFFERED[1:]),
        also=(*READING, *more_errors),
    )


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
    parameters = Parameters.of(request, {"format"})
    return choose_format(parameters, request.headers.get("accept"), _OFFERED).media_type


async def answer_difference(
    service: Service, patch: Patch, version: Version, media_type: str
) -> Response:
    """A patch in one of these forms, with the labels that a version has."""
    if media_type == RDF_PATCH:
        return _text(patch.to_text(), media_type)
    solutions = await service.solutions(labels_query(resources_of(patch)), version=version)
    labels = read_labels(solutions)
    if media_type == _JSON:
        return answer_json(as_json(patch, labels))
    return _text((as_html if media_type == _HTML else as_text)(patch, labels), media_type)


def _text(text: str, media_type: str) -> Response:
    return AnswerResponse(Answer(media_type=media_type, body=text.encode()))


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
