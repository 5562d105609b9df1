"""Errors as RFC 9457 problem details: one table, one shape, for every route.

The type of a problem is ``BASE + "problems/" + name``, which dereferences to its description
(``/problems/{name}``). Whatever an error knows goes into typed extra members, so that no
client has to parse ``detail``.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

from pydantic import BaseModel, Field, create_model
from starlette.types import Scope

from gfmdkg import errors
from gfmdkg.http.answer import Answer
from gfmdkg.http.models import Count, FromOne, one_of, sometimes
from gfmdkg.http.parameters import PAGE
from gfmdkg.http.rendering import page
from gfmdkg.http.request import header
from gfmdkg.namespaces import BASE
from gfmdkg.rdf.media import MediaType, negotiate
from gfmdkg.rdf.values import Resource

__all__ = [
    "PROBLEM_TYPES",
    "ProblemDetails",
    "problem_answer",
    "problem_components",
    "problem_document",
    "problem_response",
    "sentence",
]

_IRI = BASE + "problems/{}"
_PROBLEM = MediaType(
    name="json",
    media_type="application/problem+json",
    extension=".json",
    aliases=("application/json",),
)
_FOR_PROGRAMS = ("/api/", "/sparql", "/graphs", "/openapi.json", "/health", "/ready")


class ProblemDetails(BaseModel):
    """What all problems say, beside the `type` that tells which it is."""

    title: str
    status: int
    detail: str = Field(description="What is wrong, for people.")


class Fault(BaseModel):
    """One thing wrong with a document; lines and columns count from 1."""

    message: str
    file: str = sometimes()
    line: FromOne = sometimes()
    column: FromOne = sometimes()
    remedy: str = sometimes()


class ConflictingStatement(BaseModel):
    """A statement (N-Quads, without the full stop) that cannot be applied as it was meant."""

    statement: str
    reason: str
    version: int | None = Field(
        description="The version that changed it since, where that is known."
    )


_PART_MODELS: Mapping[type, type[BaseModel]] = {
    errors.ConflictingStatement: ConflictingStatement,
    errors.Fault: Fault,
}
"""What is told of those parts of an error of which members may be left out."""


def _always(kind: Any, description: str) -> Any:
    return (kind, Field(description=description))


def _sometimes(kind: Any, description: str) -> Any:
    return (kind, sometimes(description))


_FAULTS = (list[Fault], "Everything that is wrong, each with its place.")
_NAME = _always(str, "What was asked for.")
_LIMIT = {"limit_bytes": _always(int, "The limit, in bytes.")}
_MEMBERS: Mapping[str, Mapping[str, Any]] = {
    "bad-request": {"faults": _sometimes(*_FAULTS)},
    "unknown-parameter": {
        "parameter": _always(str, "The name that is not known."),
        "allowed": _always(list[str], "The names that are."),
    },
    "query-rejected": {
        "line": _sometimes(FromOne, "From 1."),
        "column": _sometimes(FromOne, "From 1, in characters."),
    },
    "not-found": {
        "name": _NAME,
        "candidates": _always(list[Resource], "The nearest, best first."),
    },
    "method-not-allowed": {"allowed": _always(list[str], "The methods that the address has.")},
    "not-acceptable": {"offered": _always(list[str], "The media types that are offered.")},
    "ambiguous": {"name": _NAME, "candidates": _always(list[Resource], "Those that share it.")},
    "conflict": {"conflicts": _sometimes(list[ConflictingStatement], "The statements at issue.")},
    "body-too-large": _LIMIT,
    "answer-too-large": _LIMIT,
    "network-too-large": {
        "edges": _always(Count, "How many edges the network has."),
        "limit_edges": _always(Count, "How many it may have."),
        "minimum": _sometimes(Count, "The `minimum` that makes it small enough."),
    },
    "unsupported-media-type": {
        "accepted": _always(list[str], "The media types that are read here.")
    },
    "bad-parameter": {
        "parameter": _always(str, "The parameter's name."),
        "value": _sometimes(str, "The value as it was given."),
        "allowed": _sometimes(list[str], "The values that will do, where those are certain ones."),
    },
    "data-rejected": {"faults": _always(*_FAULTS)},
    "internal-error": {"instance": _always(str, "What the service's log calls this failure.")},
    "content": {"faults": _always(*_FAULTS)},
    "busy": {"retry_after_seconds": _always(int, "As Retry-After has it.")},
    "engine-failure": {"cause": _always(str, "How the worker ended.")},
    "query-timeout": {"limit_seconds": _always(float, "The limit, in seconds.")},
}
"""The members of a problem type beside those that all have; a type that is not here has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """One kind of problem: what its IRI dereferences to, and the model of its details."""

    name: str
    status: int
    title: str
    description: str
    model: type[BaseModel]

    @classmethod
    def of(cls, error: type[errors.GfmdkgError], status: int, title: str) -> Self:
        """The type of the problems that an error is answered with."""
        description = " ".join(str(error.__doc__).replace("``", "`").split())
        model = create_model(
            "".join(word.capitalize() for word in error.problem.split("-")) + "Problem",
            __base__=ProblemDetails,
            __doc__=description,
            type=(one_of([_IRI.format(error.problem)]), ...),
            **_MEMBERS.get(error.problem, {}),
        )
        return cls(
            name=error.problem, status=status, title=title, description=description, model=model
        )

    @property
    def iri(self) -> str:
        """The ``type`` member."""
        return _IRI.format(self.name)

    @property
    def response(self) -> str:
        """The name of the response that it is in: all faults of the service are of one."""
        return "5XX" if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else str(self.status)

    @property
    def members(self) -> Mapping[str, str]:
        """Its members beside those that all have, with what they mean."""
        return {name: field.description for name, (_, field) in _MEMBERS.get(self.name, {}).items()}


_ROWS: tuple[tuple[type[errors.GfmdkgError], int, str], ...] = (
    (errors.RequestError, 400, "Bad request"),
    (errors.UnknownParameter, 400, "Unknown parameter"),
    (errors.QueryRejected, 400, "Query rejected"),
    (errors.Unauthorized, 401, "Token missing or unknown"),
    (errors.Forbidden, 403, "Not allowed"),
    (errors.NotFound, 404, "Not found"),
    (errors.MethodNotAllowed, 405, "Method not allowed"),
    (errors.NotAcceptable, 406, "No acceptable format"),
    (errors.Ambiguous, 409, "Ambiguous name"),
    (errors.Conflict, 409, "Conflict"),
    (errors.BodyTooLarge, 413, "Request body too large"),
    (errors.AnswerTooLarge, 413, "Answer too large"),
    (errors.NetworkTooLarge, 413, "Network too large"),
    (errors.UnsupportedMedia, 415, "Unsupported media type"),
    (errors.ParameterError, 422, "Bad parameter"),
    (errors.DataRejected, 422, "Data rejected"),
    (errors.InternalError, 500, "Internal error"),
    (errors.GfmdkgError, 500, "Error"),
    (errors.ContentError, 503, "Content not ready"),
    (errors.LimitError, 503, "Limit reached"),
    (errors.Busy, 503, "Busy"),
    (errors.EngineFailure, 503, "Query engine failed"),
    (errors.QueryTimeout, 504, "Query timed out"),
)
PROBLEM_TYPES: Mapping[str, ProblemType] = {
    error.problem: ProblemType.of(error, status, title) for error, status, title in _ROWS
}
"""Problem type by name, which is the ``problem`` of an error class."""


def problem_components(kinds: Iterable[ProblemType]) -> dict[str, Any]:
    """The responses by name, each with its types among these."""
    found: dict[str, list[ProblemType]] = {}
    for kind in kinds:
        found.setdefault(kind.response, []).append(kind)
    return {name: problem_response(alike) for name, alike in found.items()}


def problem_response(kinds: Sequence[ProblemType]) -> dict[str, Any]:
    """A response with any of these types."""
    names = [kind.model.__name__ for kind in kinds]
    schemas = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return {
        "description": "; ".join(kind.title for kind in kinds),
        "content": {
            "application/problem+json": {
                "schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
            }
        },
    }


def problem_document(error: errors.GfmdkgError) -> dict[str, Any]:
    """The problem details of an error; members that are not set are left out."""
    kind = PROBLEM_TYPES[error.problem]
    return {
        "type": kind.iri,
        "title": kind.title,
        "status": kind.status,
        "detail": error.message,
        **_members(error, kind.model, kind.members),
    }


def _members(source: object, model: type[BaseModel], names: Iterable[str]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name in names:
        value = getattr(source, name, None)
        if value not in (None, ()) or model.model_fields[name].is_required():
            members[name] = [*map(_item, value)] if isinstance(value, tuple) else value
    return members


def _item(value: object) -> object:
    if isinstance(value, errors.Candidate):
        return {"iri": value.iri, "label": value.label}
    model = _PART_MODELS.get(type(value))
    return value if model is None else _members(value, model, model.model_fields)


def problem_answer(error: errors.GfmdkgError, scope: Scope) -> Answer:
    """The answer to a program or, where a browser is at a page's path, a page."""
    document, headers = problem_document(error), _headers(error)
    answer = Answer(
        media_type=_PROBLEM.media_type,
        body=json.dumps(document, ensure_ascii=False).encode(),
        status=document["status"],
        headers=headers,
        cacheable=False,
        outcome="busy" if error.problem == "busy" else "",
    )
    if scope["path"].startswith(_FOR_PROGRAMS):
        return answer
    if negotiate(header(scope, b"accept"), (_PROBLEM, PAGE)) is PAGE:
        shown = page("problem.html", problem=document, summary=sentence(error))
        answer.media_type, answer.body = shown.media_type, shown.body
        answer.headers = (*headers, *shown.headers)
    return answer


def sentence(error: errors.GfmdkgError) -> str:
    """What is wrong, without the nearest matches, which a page lists itself."""
    text = error.message.partition("; nearest:")[0]
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _headers(error: errors.GfmdkgError) -> tuple[tuple[str, str], ...]:
    match error:
        case errors.Busy():
            return (("retry-after", str(error.retry_after_seconds)),)
        case errors.EngineFailure():
            return (("retry-after", "1"),)
        case errors.MethodNotAllowed():
            return (("allow", ", ".join(error.methods)),)
        case errors.Unauthorized():
            return (("www-authenticate", 'Bearer realm="gfmdkg"'),)
        case _:
            return ()
