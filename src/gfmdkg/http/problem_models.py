"""The models of problems: RFC 9457 problem details, with the typed members of each type."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field, create_model

from gfmdkg.http.models import Cell, Count, FromOne, sometimes
from gfmdkg.http.problem_types import PROBLEM_TYPES, ProblemType

__all__ = ["PROBLEM_MODELS", "ProblemDetails", "members_of", "problem_components"]


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


def members_of(name: str) -> Mapping[str, str]:
    """The own members of a problem type, with what they mean."""
    return {member: field.description for member, (_, field) in _MEMBERS.get(name, {}).items()}


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
