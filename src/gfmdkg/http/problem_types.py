"""The kinds of problem that the service answers with, and the models of their details."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field, create_model

from gfmdkg import errors
from gfmdkg.http.models import Cell, Count, FromOne, sometimes
from gfmdkg.namespaces import BASE

__all__ = ["MODELS", "PROBLEM_MODELS", "PROBLEM_TYPES", "ProblemDetails", "problem_components"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """One kind of problem: what its IRI dereferences to."""

    name: str
    status: int
    title: str
    description: str

    @property
    def iri(self) -> str:
        """The ``type`` member."""
        return f"{BASE}problems/{self.name}"

    @property
    def members(self) -> Mapping[str, str]:
        """Its members beside those that all have, with what they mean."""
        return {name: field.description for name, (_, field) in _MEMBERS.get(self.name, {}).items()}


def _types(*rows: tuple[str, int, str, str]) -> Mapping[str, ProblemType]:
    return {
        name: ProblemType(name=name, status=status, title=title, description=description)
        for name, status, title, description in rows
    }


PROBLEM_TYPES: Mapping[str, ProblemType] = _types(
    (
        "bad-request",
        400,
        "Bad request",
        "The request cannot be understood; detail says what is wrong with it.",
    ),
    (
        "unknown-parameter",
        400,
        "Unknown parameter",
        "The route or query has no parameter of this name. `allowed` lists those it has.",
    ),
    (
        "query-rejected",
        400,
        "Query rejected",
        (
            "The SPARQL text is malformed or uses something that is not allowed here, such as "
            "SERVICE or LOAD. `line` and `column` count from 1 where the place is known."
        ),
    ),
    (
        "unauthorized",
        401,
        "Token missing or unknown",
        "This request needs a token: send it as `Authorization: Bearer …`.",
    ),
    ("forbidden", 403, "Not allowed", "The token is known, but its role does not allow this."),
    (
        "not-found",
        404,
        "Not found",
        (
            "Nothing goes by this name or address. `candidates` holds the nearest matches, "
            "each with `iri` and `label`."
        ),
    ),
    (
        "method-not-allowed",
        405,
        "Method not allowed",
        "The address exists, but not for this method; the `Allow` header lists those it has.",
    ),
    (
        "not-acceptable",
        406,
        "No acceptable format",
        "None of the formats offered here fits the Accept header; `offered` lists them.",
    ),
    (
        "ambiguous",
        409,
        "Ambiguous name",
        (
            "Several resources share this label and none is picked silently. Use the IRI or slug "
            "of one of the `candidates`."
        ),
    ),
    (
        "conflict",
        409,
        "Conflict",
        (
            "The graph changed since the request was made, or another writer is at work. "
            "`clashes` lists the statements at issue, each with `statement`, `reason` and the "
            "`version` that changed it."
        ),
    ),
    (
        "body-too-large",
        413,
        "Request body too large",
        "The request's body is over `limit_bytes`.",
    ),
    (
        "answer-too-large",
        413,
        "Answer too large",
        "The answer grew over `limit_bytes`; a LIMIT or a narrower pattern makes it smaller.",
    ),
    (
        "network-too-large",
        413,
        "Network too large",
        (
            "The network has more edges than `limit_edges`. Filters make it smaller; where "
            "`minimum` is given, so does that value of the parameter of this name."
        ),
    ),
    (
        "unsupported-media-type",
        415,
        "Unsupported media type",
        "Bodies in this media type are not read here; `accepted` lists those that are.",
    ),
    (
        "bad-parameter",
        422,
        "Bad parameter",
        (
            "The value of `parameter` is malformed, out of range or missing. Where only certain "
            "values will do, `allowed` lists them."
        ),
    ),
    (
        "data-rejected",
        422,
        "Data rejected",
        (
            "The change would break the rules of the graph, and nothing was stored. `faults` lists "
            "every one of them, with its place."
        ),
    ),
    ("internal-error", 500, "Internal error", "A fault of the service; `instance` names its log."),
    ("error", 500, "Error", "The service failed on this request."),
    (
        "content",
        503,
        "Content not ready",
        "The store is empty or damaged, or what ships is at fault; `faults` says where.",
    ),
    ("limit", 503, "Limit reached", "The service protects itself; try again later."),
    (
        "busy",
        503,
        "Busy",
        (
            "All query workers and the queue before them are taken; try again after "
            "`retry_after_seconds`."
        ),
    ),
    (
        "engine-failure",
        503,
        "Query engine failed",
        "The worker process of this request died; the service goes on. `cause` says how.",
    ),
    (
        "query-timeout",
        504,
        "Query timed out",
        "The query was stopped at `limit_seconds`; a narrower pattern may finish.",
    ),
)
"""Problem type by name. A name is the ``problem`` of an error class, or of HTTP alone."""


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


class Clash(BaseModel):
    """A statement (N-Quads, without the full stop) that cannot be applied as it was meant."""

    statement: str
    reason: str
    version: int | None = Field(
        description="The version that changed it since, where that is known."
    )


MODELS: Mapping[type, type[BaseModel]] = {
    errors.Candidate: Cell,
    errors.Clash: Clash,
    errors.Fault: Fault,
}
"""What is told of the parts of an error."""


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
        "candidates": _always(list[Cell], "The nearest, best first."),
    },
    "method-not-allowed": {"allowed": _always(list[str], "The methods that the address has.")},
    "not-acceptable": {"offered": _always(list[str], "The media types that are offered.")},
    "ambiguous": {"name": _NAME, "candidates": _always(list[Cell], "Those that share it.")},
    "conflict": {"clashes": _sometimes(list[Clash], "The statements at issue.")},
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


def _model(kind: ProblemType) -> type[BaseModel]:
    name = "".join(word.capitalize() for word in kind.name.split("-")) + "Problem"
    members: dict[str, Any] = dict(_MEMBERS.get(kind.name, {}))
    of_this = Field(json_schema_extra={"const": kind.iri})
    return create_model(
        name, __base__=ProblemDetails, __doc__=kind.description, type=(str, of_this), **members
    )


PROBLEM_MODELS: Mapping[str, type[BaseModel]] = {
    name: _model(kind) for name, kind in PROBLEM_TYPES.items()
}
"""Problem type to its model."""


def problem_components() -> dict[str, Any]:
    """The responses by status, all faults of the service as one, with the types that have it."""
    kinds: dict[str, list[ProblemType]] = {}
    for kind in PROBLEM_TYPES.values():
        status = "5XX" if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR else str(kind.status)
        kinds.setdefault(status, []).append(kind)
    return {status: _response(of_status) for status, of_status in kinds.items()}


def _response(kinds: list[ProblemType]) -> dict[str, Any]:
    names = [PROBLEM_MODELS[kind.name].__name__ for kind in kinds]
    schemas = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return {
        "description": "; ".join(kind.title for kind in kinds),
        "content": {
            "application/problem+json": {
                "schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
            }
        },
    }
