"""Change sets over HTTP: submit and review with a token."""

import asyncio
from typing import Any

import pyoxigraph as ox
from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from gfmdkg.curation.changes import RDF_PATCH, ChangeSet, ChangeStore, Document, Effect
from gfmdkg.curation.changes.steps import ReviewRequest, Step
from gfmdkg.curation.tables import TABLE_MEDIA_TYPES
from gfmdkg.curation.tokens import Role
from gfmdkg.errors import DataError, MalformedBody, ParameterError
from gfmdkg.http import curation_models as models
from gfmdkg.http.changes_feed import change_feed
from gfmdkg.http.described import (
    WRITER,
    WRITING,
    answers,
    described_router,
    number_in_path,
    query_string,
    request_body,
)
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.request import read_content, read_content_type
from gfmdkg.http.responses import Answer, AnswerResponse
from gfmdkg.http.service import Service
from gfmdkg.http.versions import (
    IN_VIEWS,
    answer_difference,
    answer_json,
    describe_version,
    difference_answers,
    read_number,
    read_view,
    record_answers,
)
from gfmdkg.http.writes import Writes
from gfmdkg.namespaces import ID_BASE
from gfmdkg.store.answers import GRAPH_FORMATS
from gfmdkg.store.versions import Version

__all__ = ["changes_router"]

_CREATED = 201
_ATOM = "application/atom+xml"
_ACCEPTED = (*GRAPH_FORMATS, RDF_PATCH, *sorted(TABLE_MEDIA_TYPES))
_EXAMPLE = (
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    f'<{ID_BASE}instrument/cmw> skos:note "A note for the review."@en .\n'
)


def changes_router(service: Service, writes: Writes) -> APIRouter:
    """``/api/changes`` and what is below it, and undoing a version."""
    router = described_router("Curation", "/api")
    _add_reading(router, service, writes)
    _add_steps(router, service, writes)
    return router


def _add_reading(router: APIRouter, service: Service, writes: Writes) -> None:
    changes = ChangeStore(service.versions)

    @router.get(
        "/changes",
        summary="All change sets",
        operation_id="listChanges",
        dependencies=[WRITER],
        responses=record_answers(
            "The change sets, the latest first.", models.ChangeList, 400, 401, 403
        ),
    )
    async def list_changes(request: Request) -> Response:
        """All change sets with their state; needs the token of a submitter."""
        Parameters.of(request)
        writes.authorize(request.scope, needed=Role.SUBMITTER)
        found = await asyncio.to_thread(changes.all)
        items = [change.summary() for change in reversed(found)]
        return answer_json({"items": items, "total": len(items)})

    @router.get(
        "/changes.atom",
        summary="Feed of published change sets",
        operation_id="changeFeed",
        responses=answers(
            "An Atom feed, the latest first.",
            None,
            [_ATOM],
            also=(304, 400),
        ),
    )
    async def feed(request: Request) -> Response:
        """The published change sets as an Atom feed."""
        Parameters.of(request)
        history = await asyncio.to_thread(service.versions.history)
        body = change_feed(history, address=str(request.url_for("feed")))
        return AnswerResponse(Answer(media_type=_ATOM, body=body))

    @router.get(
        "/changes/{number}",
        summary="One change set",
        operation_id="showChange",
        dependencies=[WRITER, number_in_path("change set")],
        responses=record_answers("Its record and report.", models.ChangeSet, 400, 401, 403, 404),
    )
    async def show_change(request: Request, number: str) -> Response:
        """A change set with its inputs, its report and its events."""
        Parameters.of(request)
        writes.authorize(request.scope, needed=Role.SUBMITTER)
        return answer_json(_record(changes.get(read_number("change set", number))))

    @router.get(
        "/changes/{number}/diff",
        summary="What a change set adds and removes",
        operation_id="diffChange",
        dependencies=[WRITER, number_in_path("change set"), *IN_VIEWS],
        responses=difference_answers(401, 403),
    )
    async def diff_change(request: Request, number: str) -> Response:
        """What a change set adds and removes, by resource."""
        writes.authorize(request.scope, needed=Role.SUBMITTER)
        media_type = read_view(request)
        patch = await asyncio.to_thread(changes.patch, read_number("change set", number))
        return await answer_difference(service, patch, await service.version(), media_type)


def _add_steps(router: APIRouter, service: Service, writes: Writes) -> None:
    async def step(request: Request, number: str, what: Step) -> Response:
        parameters = Parameters.of(request, {"message"})
        by = writes.authorize(request.scope, needed=Role.REVIEWER)
        kind = "version" if what is Step.REVERT else "change set"
        done = await writes.writer.review(
            ReviewRequest(
                step=what,
                by=by,
                number=read_number(kind, number),
                message=parameters.one("message") or "",
                self_review=service.settings.self_review,
            )
        )
        return answer_json(describe_version(done) if isinstance(done, Version) else _record(done))

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
        by = writes.authorize(request.scope, needed=Role.SUBMITTER)
        document = await _document(request, parameters, service.settings.body_limit_bytes)
        message = parameters.one("message") or ""
        wanted = ReviewRequest(step=Step.SUBMIT, by=by, message=message, documents=(document,))
        try:
            done = await writes.writer.review(wanted)
        except DataError as error:
            raise MalformedBody(error) from error
        assert isinstance(done, ChangeSet)  # noqa: S101 - only a revert gives a version
        headers = (("location", f"/api/changes/{done.number}"),)
        return answer_json(_record(done), status=_CREATED, headers=headers)

    @router.post(
        "/changes/{number}/accept",
        summary="Accept a change set",
        operation_id="acceptChange",
        **_step(models.ChangeSet, "change set"),
    )
    async def accept(request: Request, number: str) -> Response:
        """Approve somebody's change set; `message` is a note. Needs a reviewer's token."""
        return await step(request, number, Step.ACCEPT)

    @router.post(
        "/changes/{number}/reject",
        summary="Reject a change set",
        operation_id="rejectChange",
        **_step(models.ChangeSet, "change set", example=2, message=models.Rejection),
    )
    async def reject(request: Request, number: str) -> Response:
        """Turn a change set down; `message` says why. Needs a reviewer's token."""
        return await step(request, number, Step.REJECT)

    @router.post(
        "/changes/{number}/publish",
        summary="Publish a change set",
        operation_id="publishChange",
        **_step(models.ChangeSet, "change set"),
    )
    async def publish(request: Request, number: str) -> Response:
        """Make an accepted change set a version of the graph. Needs a reviewer's token."""
        return await step(request, number, Step.PUBLISH)

    @router.post(
        "/versions/{number}/revert",
        summary="Undo a version",
        operation_id="revertVersion",
        **_step(models.VersionRecord, "version", example=2),
    )
    async def revert(request: Request, number: str) -> Response:
        """Make a version that undoes what this one did. Needs a reviewer's token."""
        return await step(request, number, Step.REVERT)


def _step(
    done: type[BaseModel], kind: str, *, example: int = 1, message: type[BaseModel] = models.Note
) -> dict[str, Any]:
    """What is described of a step of the review."""
    return {
        "dependencies": [WRITER, number_in_path(kind, example=example), *query_string(message)],
        "responses": record_answers("It as it is then.", done, *WRITING),
    }


# Reading requests


async def _document(request: Request, parameters: Parameters, limit_bytes: int) -> Document:
    given = read_content_type(request.scope, _ACCEPTED)
    effect = parameters.one("effect")
    if effect is not None and effect not in tuple(Effect):
        raise ParameterError("effect", "is not known", value=effect, allowed=tuple(Effect))
    return Document(
        name=parameters.one("name") or "submitted",
        body=await read_content(request.scope, request.receive, limit_bytes=limit_bytes),
        media_type=given.media_type,
        graph=_graph(parameters),
        effect=None if effect is None else Effect(effect),
    )


def _graph(parameters: Parameters) -> str | None:
    text = parameters.one("graph")
    try:
        return None if text is None else ox.NamedNode(text).value
    except ValueError as error:
        raise ParameterError("graph", "is not an absolute IRI", value=text) from error


# Answers


def _record(change: ChangeSet | Version) -> dict[str, Any]:
    assert isinstance(change, ChangeSet)  # noqa: S101 - its callers know
    record = change.to_json()
    return change.summary() | {name: record[name] for name in ("inputs", "report", "events")}
