"""Change sets over HTTP: submit and review with a token."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.curation.changes import ChangeSet, ChangeStore, Document, Effect
from gfmdkg.curation.changes.steps import ReviewRequest, Step
from gfmdkg.curation.tokens import Role
from gfmdkg.errors import DataError, ParameterError
from gfmdkg.http.changes_description import (
    ACCEPTED,
    difference_operation,
    feed_operation,
    number_parameter,
    step_operation,
    submit_operation,
)
from gfmdkg.http.changes_feed import change_feed
from gfmdkg.http.description import json_operation
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.problems import problem_answer, unreadable
from gfmdkg.http.protocol_answers import WRITER
from gfmdkg.http.request import read_content, read_content_type
from gfmdkg.http.responses import Answer, AnswerResponse
from gfmdkg.http.service import Service
from gfmdkg.http.shapes import ref
from gfmdkg.http.versions import (
    answer_difference,
    answer_json,
    describe_version,
    read_number,
    read_view,
)
from gfmdkg.http.writes import Writes
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import Iri

__all__ = ["changes_router"]

_CREATED = 201


def changes_router(service: Service, writes: Writes) -> APIRouter:
    """``/api/changes`` and what is below it, and undoing a version."""
    router = APIRouter(prefix="/api")
    _add_reading(router, service, writes)
    _add_steps(router, service, writes)
    return router


def _add_reading(router: APIRouter, service: Service, writes: Writes) -> None:
    changes = ChangeStore(service.versions)

    @router.get(
        "/changes",
        tags=["Curation"],
        summary="All change sets",
        operation_id="listChanges",
        openapi_extra=json_operation(
            "The change sets, the latest first.",
            ref("ChangeList"),
            "unauthorized",
            "forbidden",
            "unknown-parameter",
            security=WRITER,
        ),
    )
    async def list_changes(request: Request) -> Response:
        """All change sets with their state; needs the token of a submitter."""
        Parameters(request.query_params.multi_items()).only(())
        writes.authorize(request.scope, needed=Role.SUBMITTER)
        found = await asyncio.to_thread(changes.all)
        items = [change.summary() for change in reversed(found)]
        return answer_json({"items": items, "total": len(items)})

    @router.get(
        "/changes.atom",
        tags=["Curation"],
        summary="Feed of published change sets",
        operation_id="changeFeed",
        openapi_extra=feed_operation(),
    )
    async def feed(request: Request) -> Response:
        """The published change sets as an Atom feed."""
        Parameters(request.query_params.multi_items()).only(())
        history = await asyncio.to_thread(service.versions.history)
        body = change_feed(history, address=str(request.url_for("feed")))
        return AnswerResponse(Answer(media_type="application/atom+xml", body=body))

    @router.get(
        "/changes/{number}",
        tags=["Curation"],
        summary="One change set",
        operation_id="showChange",
        openapi_extra=json_operation(
            "Its record and report.",
            ref("ChangeSet"),
            "unauthorized",
            "forbidden",
            "not-found",
            "unknown-parameter",
            parameters=[number_parameter("change set")],
            security=WRITER,
        ),
    )
    async def show_change(number: str, request: Request) -> Response:
        """A change set with its inputs, its report and its events."""
        Parameters(request.query_params.multi_items()).only(())
        writes.authorize(request.scope, needed=Role.SUBMITTER)
        return answer_json(_record(changes.get(read_number("change set", number))))

    @router.get(
        "/changes/{number}/diff",
        tags=["Curation"],
        summary="What a change set adds and removes",
        operation_id="diffChange",
        openapi_extra=difference_operation(
            "unauthorized",
            "forbidden",
            parameters=[number_parameter("change set")],
            security=WRITER,
        ),
    )
    async def diff_change(number: str, request: Request) -> Response:
        """What a change set adds and removes, by resource."""
        writes.authorize(request.scope, needed=Role.SUBMITTER)
        media_type = read_view(request)
        patch = await asyncio.to_thread(changes.patch, read_number("change set", number))
        return await answer_difference(service, patch, await service.version(), media_type)


def _add_steps(router: APIRouter, service: Service, writes: Writes) -> None:
    async def step(request: Request, number: str, what: Step) -> Response:
        parameters = Parameters(request.query_params.multi_items())
        parameters.only({"message"})
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
        tags=["Curation"],
        summary="Submit a change set",
        operation_id="submitChange",
        status_code=_CREATED,
        openapi_extra=submit_operation(),
    )
    async def submit(request: Request) -> Response:
        """Submit a document; it is stored with its validation and published by nobody yet."""
        parameters = Parameters(request.query_params.multi_items())
        parameters.only({"effect", "graph", "message", "name"})
        by = writes.authorize(request.scope, needed=Role.SUBMITTER)
        document = await _document(request, parameters, service.settings.body_limit_bytes)
        message = parameters.one("message") or ""
        wanted = ReviewRequest(step=Step.SUBMIT, by=by, message=message, documents=(document,))
        try:
            done = await writes.writer.review(wanted)
        except DataError as error:
            return AnswerResponse(problem_answer(unreadable(error)))
        assert isinstance(done, ChangeSet)  # noqa: S101 - only a revert gives a version
        headers = (("location", f"/api/changes/{done.number}"),)
        return answer_json(_record(done), status=_CREATED, headers=headers)

    @router.post(
        "/changes/{number}/accept",
        summary="Accept a change set",
        operation_id="acceptChange",
        tags=["Curation"],
        openapi_extra=step_operation("ChangeSet", "change set", example=1),
    )
    async def accept(number: str, request: Request) -> Response:
        """Approve somebody's change set; `message` is a note. Needs a reviewer's token."""
        return await step(request, number, Step.ACCEPT)

    @router.post(
        "/changes/{number}/reject",
        summary="Reject a change set",
        operation_id="rejectChange",
        tags=["Curation"],
        openapi_extra=step_operation("ChangeSet", "change set", example=2, needs_message=True),
    )
    async def reject(number: str, request: Request) -> Response:
        """Turn a change set down; `message` says why. Needs a reviewer's token."""
        return await step(request, number, Step.REJECT)

    @router.post(
        "/changes/{number}/publish",
        summary="Publish a change set",
        operation_id="publishChange",
        tags=["Curation"],
        openapi_extra=step_operation("ChangeSet", "change set", example=1),
    )
    async def publish(number: str, request: Request) -> Response:
        """Make an accepted change set a version of the graph. Needs a reviewer's token."""
        return await step(request, number, Step.PUBLISH)

    @router.post(
        "/versions/{number}/revert",
        summary="Undo a version",
        operation_id="revertVersion",
        tags=["Curation"],
        openapi_extra=step_operation("Version", "version", example=2),
    )
    async def revert(number: str, request: Request) -> Response:
        """Make a version that undoes what this one did. Needs a reviewer's token."""
        return await step(request, number, Step.REVERT)


# Reading requests


async def _document(request: Request, parameters: Parameters, limit_bytes: int) -> Document:
    given = read_content_type(request.scope, ACCEPTED)
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
        return None if text is None else Iri(text).value
    except ValueError as error:
        raise ParameterError("graph", "is not an absolute IRI", value=text) from error


# Answers


def _record(change: ChangeSet | Version) -> dict[str, Any]:
    assert isinstance(change, ChangeSet)  # noqa: S101 - its callers know
    record = change.to_json()
    return change.summary() | {name: record[name] for name in ("inputs", "report", "events")}
