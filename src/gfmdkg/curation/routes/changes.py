"""Change sets and versions over HTTP: submit and review with a token, and read what came of it."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from gfmdkg.curation import models
from gfmdkg.curation.changes.change_sets import ChangeStore
from gfmdkg.curation.changes.history import as_html, as_json, as_text, difference
from gfmdkg.curation.changes.review import Review, activity_iri
from gfmdkg.curation.documents import RDF_PATCH, Effect, SubmittedDocument
from gfmdkg.curation.tokens import Role
from gfmdkg.curation.writer import Writer
from gfmdkg.errors import DataError, MalformedBody, NotFound, ParameterError
from gfmdkg.http.answer import Answer, AnswerResponse
from gfmdkg.http.described import (
    READING,
    WRITER,
    WRITING,
    Responses,
    answers,
    described_router,
    format_model,
    number_in_path,
    query_string,
    request_body,
)
from gfmdkg.http.parameters import Parameters, absolute_iri, choose_format
from gfmdkg.http.rendering import render
from gfmdkg.http.request import read_content, read_content_type
from gfmdkg.http.service import Service
from gfmdkg.namespaces import BASE, ID_BASE
from gfmdkg.rdf.media import GRAPH_FORMATS, TABLE_MEDIA_TYPES, MediaType
from gfmdkg.store.patches import Patch
from gfmdkg.store.versions import Origin, Version

__all__ = ["curation_router"]

_CREATED = 201
_ATOM = "application/atom+xml"
_ENTRIES = 50
_ACCEPTED = (*GRAPH_FORMATS, RDF_PATCH, *sorted(TABLE_MEDIA_TYPES))
_EXAMPLE = (
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    f'<{ID_BASE}instrument/cmw> skos:note "A note for the review."@en .\n'
)
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
_IN_VIEWS = query_string(format_model(*(view.name for view in _OFFERED)))
_DIGITS = 15


def curation_router(service: Service, writer: Writer) -> APIRouter:
    """``/api/changes``, ``/api/versions`` and what is below them."""
    router = described_router("Curation", "/api")
    _add_changes(router, service, writer)
    _add_steps(router, service, writer)
    _add_versions(router, service)
    return router


def _add_changes(router: APIRouter, service: Service, writer: Writer) -> None:
    changes = ChangeStore(service.versions)

    @router.get(
        "/changes",
        summary="All change sets",
        operation_id="listChanges",
        dependencies=[WRITER],
        responses=answers(
            "The change sets, the latest first.", models.ChangeList, also=(400, 401, 403)
        ),
    )
    async def list_changes(request: Request) -> Response:
        """All change sets with their state; needs the token of a submitter."""
        Parameters.of(request)
        writer.authorize(request.scope, needed=Role.SUBMITTER)
        found = await asyncio.to_thread(changes.all)
        return _answer(models.ChangeList, {"items": found[::-1], "total": len(found)})

    @router.get(
        "/changes.atom",
        summary="Feed of published change sets",
        operation_id="changeFeed",
        responses=answers("An Atom feed, the latest first.", None, [_ATOM], also=(304, 400)),
    )
    async def feed(request: Request) -> Response:
        """The published change sets as an Atom feed."""
        Parameters.of(request)
        history = await asyncio.to_thread(service.versions.history)
        body = _feed(history, address=str(request.url_for("feed")))
        return AnswerResponse(Answer(media_type=_ATOM, body=body))

    @router.get(
        "/changes/{number}",
        summary="One change set",
        operation_id="showChange",
        dependencies=[WRITER, number_in_path("change set")],
        responses=answers("Its record and report.", models.ChangeSet, also=(400, 401, 403, 404)),
    )
    async def show_change(request: Request, number: str) -> Response:
        """A change set with its inputs, its report and its events."""
        Parameters.of(request)
        writer.authorize(request.scope, needed=Role.SUBMITTER)
        return _record(changes, _read_number("change set", number))

    @router.get(
        "/changes/{number}/diff",
        summary="What a change set adds and removes",
        operation_id="diffChange",
        dependencies=[WRITER, number_in_path("change set"), *_IN_VIEWS],
        responses=_difference_answers(401, 403),
    )
    async def diff_change(request: Request, number: str) -> Response:
        """What a change set adds and removes, by resource."""
        writer.authorize(request.scope, needed=Role.SUBMITTER)
        media_type = _read_view(request)
        patch = await asyncio.to_thread(changes.patch, _read_number("change set", number))
        return await _answer_difference(service, patch, await service.version(), media_type)


def _add_steps(router: APIRouter, service: Service, writer: Writer) -> None:
    changes = ChangeStore(service.versions)

    async def step(request: Request, kind: str, number: str, take: Callable[..., Any]) -> int:
        parameters = Parameters.of(request, {"message"})
        by = writer.authorize(request.scope, needed=Role.REVIEWER)
        message = parameters.one("message") or ""
        of = _read_number(kind, number)
        return await writer.review(partial(take, number=of, by=by, message=message))

    def add_step(verb: str, take: Callable[..., Any], description: str, **described: Any) -> None:
        async def run(request: Request, number: str) -> Response:
            await step(request, "change set", number, take)
            return _record(changes, int(number))

        router.add_api_route(
            f"/changes/{{number}}/{verb}",
            run,
            methods=["POST"],
            summary=f"{verb.capitalize()} a change set",
            description=f"{description} Needs a reviewer's token.",
            operation_id=f"{verb}Change",
            **_step(models.ChangeSet, "change set", **described),
        )

    @router.post(
        "/changes",
        summary="Submit a change set",
        operation_id="submitChange",
        status_code=_CREATED,
        dependencies=[WRITER, *query_string(models.Submission)],
        openapi_extra=request_body(_ACCEPTED, {"text/turtle": _EXAMPLE}),
        responses=answers(
            "The change set.",
            models.ChangeSet,
            also=(*WRITING, 413, 415),
            headers=["Location"],
            status=_CREATED,
        ),
    )
    async def submit(request: Request) -> Response:
        """Submit a document; it is stored with its validation and published by nobody yet."""
        parameters = Parameters.of(request, {"effect", "graph", "message", "name"})
        by = writer.authorize(request.scope, needed=Role.SUBMITTER)
        document = await _document(request, parameters, service.settings.body_limit_bytes)
        message = parameters.one("message") or ""
        submission = partial(Review.submit, documents=(document,), message=message, author=by)
        try:
            number = await writer.review(submission)
        except DataError as error:
            raise MalformedBody(error.message, error.faults) from error
        headers = (("location", f"/api/changes/{number}"),)
        return _record(changes, number, status=_CREATED, headers=headers)

    add_step(
        "accept",
        partial(Review.accept, self_review=service.settings.self_review),
        "Approve somebody's change set; `message` is kept with the step.",
    )
    add_step(
        "reject",
        Review.reject,
        "Turn a change set down; `message` says why.",
        example=2,
        message=models.Rejection,
    )
    add_step("publish", Review.publish, "Make an accepted change set a version of the graph.")

    @router.post(
        "/versions/{number}/revert",
        summary="Undo a version",
        operation_id="revertVersion",
        **_step(models.VersionRecord, "version", example=2),
    )
    async def revert(request: Request, number: str) -> Response:
        """Make a version that undoes what this one did. Needs a reviewer's token."""
        done = await step(request, "version", number, Review.revert)
        return _answer(models.VersionRecord, service.versions.get(done))


def _step(
    done: type[BaseModel], kind: str, *, example: int = 1, message: type[BaseModel] = models.Note
) -> dict[str, Any]:
    """What is described of a step of the review."""
    return {
        "dependencies": [WRITER, number_in_path(kind, example=example), *query_string(message)],
        "responses": answers("It as it is then.", done, also=WRITING),
    }


def _add_versions(router: APIRouter, service: Service) -> None:
    @router.get(
        "/versions",
        summary="All versions",
        operation_id="listVersions",
        responses=answers("The versions, the latest first.", models.VersionList, also=(400,)),
    )
    async def list_versions(request: Request) -> Response:
        """All versions of the graph: when, why and how each came to be."""
        Parameters.of(request)
        history = await asyncio.to_thread(service.versions.history)
        return _answer(models.VersionList, {"items": history[::-1], "total": len(history)})

    @router.get(
        "/versions/{number}",
        summary="One version",
        operation_id="showVersion",
        dependencies=[number_in_path("version")],
        responses=answers("Its record.", models.VersionRecord, also=(400, 404)),
    )
    async def show_version(request: Request, number: str) -> Response:
        """What is known of a version; `available` says whether it can be queried still."""
        Parameters.of(request)
        return _answer(models.VersionRecord, _recorded(service, number))

    @router.get(
        "/versions/{first}/diff/{last}",
        summary="The difference of two versions",
        operation_id="diffVersions",
        dependencies=[
            number_in_path("version", "first"),
            number_in_path("version", "last", 2),
            *_IN_VIEWS,
        ],
        responses=_difference_answers(),
    )
    async def diff_versions(request: Request, first: str, last: str) -> Response:
        """What version `last` has more and less than `first`, by resource."""
        media_type = _read_view(request)
        one, other = _recorded(service, first), _recorded(service, last)
        patch = await asyncio.to_thread(difference, service.versions, one.number, other.number)
        labelled = other if other.is_available else await service.version()
        return await _answer_difference(service, patch, labelled, media_type)


def _difference_answers(*more_errors: int) -> Responses:
    """The responses of a route that answers with a difference."""
    return answers(
        "The difference.",
        models.Difference,
        (view.media_type for view in _OFFERED),
        also=(*READING, *more_errors),
    )


# Reading requests


async def _document(
    request: Request, parameters: Parameters, limit_bytes: int
) -> SubmittedDocument:
    given = read_content_type(request.scope, _ACCEPTED)
    effect = parameters.one("effect")
    if effect is not None and effect not in tuple(Effect):
        raise ParameterError("effect", "is not known", value=effect, allowed=tuple(Effect))
    graph = parameters.one("graph")
    return SubmittedDocument(
        name=parameters.one("name") or "submitted",
        body=await read_content(request.scope, request.receive, limit_bytes=limit_bytes),
        media_type=given.media_type,
        graph=None if graph is None else absolute_iri("graph", graph),
        effect=None if effect is None else Effect(effect),
    )


def _read_number(kind: str, text: str) -> int:
    """The number in a path; raises ``NotFound`` where there is none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise NotFound(kind, text)
    return int(text)


def _recorded(service: Service, number: str) -> Version:
    wanted = _read_number("version", number)
    current = service.versions.require_current()
    if wanted > current.number:
        raise NotFound("version", number, hint=f"the latest is {current.number}")
    return service.versions.record(wanted)


def _read_view(request: Request) -> str:
    """The media type of a difference. Raises ``NotAcceptable`` and ``ParameterError``."""
    parameters = Parameters.of(request, {"format"})
    return choose_format(parameters, request.headers.get("accept"), _OFFERED).media_type


# Answers


def _record(changes: ChangeStore, number: int, **answer: Any) -> Response:
    return _answer(models.ChangeSet, changes.get(number), **answer)


def _feed(history: Iterable[Version], *, address: str) -> bytes:
    """The latest published change sets and reverts; ``address`` is the feed's own URL."""
    told = [v for v in history if v.origin in (Origin.PUBLISH, Origin.REVERT)]
    entries = [
        (v, activity_iri(v.change or v.number, is_revert=v.change is None))
        for v in told[: -_ENTRIES - 1 : -1]
    ]
    return render("changes.atom", {"base": BASE, "address": address, "entries": entries})


async def _answer_difference(
    service: Service, patch: Patch, version: Version, media_type: str
) -> Response:
    """A patch in one of these forms, with the labels that a version has."""
    label_of = (await service.terms(version)).label
    if media_type == _JSON:
        return _json(await asyncio.to_thread(as_json, patch, label_of))
    if media_type == RDF_PATCH:
        text = patch.to_text()
    else:
        write = as_html if media_type == _HTML else as_text
        text = await asyncio.to_thread(write, patch, label_of)
    return AnswerResponse(Answer(media_type=media_type, body=text.encode()))


def _answer(model: type[BaseModel], record: object, **answer: Any) -> Response:
    """A record as a model describes it, which no cache keeps."""
    return _json(model.model_validate(record).model_dump(), **answer)


def _json(document: Mapping[str, Any], **answer: Any) -> Response:
    text = json.dumps(document, ensure_ascii=False, default=datetime.isoformat)
    return AnswerResponse(Answer(media_type=_JSON, body=text.encode(), cacheable=False, **answer))
