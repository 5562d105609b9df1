"""Problem types in the OpenAPI document: a schema with its members for each, by status."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from gfmdkg.http.problem_types import PROBLEM_TYPES, ProblemType
from gfmdkg.http.shapes import COUNT, RESOURCE, STRING, Schema, listed, record, ref
from gfmdkg.namespaces import BASE

__all__ = [
    "PROBLEM_MEMBERS",
    "PROBLEM_SCHEMAS",
    "ProblemMembers",
    "members_of",
    "problem_components",
    "problem_responses",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemMembers:
    """What a problem type carries beside the members that all have, with an example."""

    always: Mapping[str, Schema] = field(default_factory=dict)
    sometimes: Mapping[str, Schema] = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict)


def _said(schema: Schema, description: str) -> dict[str, Any]:
    return {**schema, "description": description}


_PLACE: Schema = {"type": "integer", "minimum": 1}
_STRINGS = listed(STRING)
_FAULTS = _said(listed(ref("Fault")), "Everything that is wrong, each with its place.")
_FAULT = {"message": "A name needs a language", "line": 3, "column": 18, "remedy": "Add @en"}
_NAME = _said(STRING, "What was asked for.")
_CMW = {"iri": f"{BASE}id/instrument/cmw", "label": "CMW"}
_LIMIT = {"limit_bytes": _said({"type": "integer"}, "The limit, in bytes.")}

PROBLEM_MEMBERS: Mapping[str, ProblemMembers] = {
    "bad-request": ProblemMembers(sometimes={"faults": _FAULTS}),
    "unknown-parameter": ProblemMembers(
        always={
            "parameter": _said(STRING, "The name that is not known."),
            "allowed": _said(_STRINGS, "The names that are."),
        },
        example={"parameter": "colour", "allowed": ["format", "version"]},
    ),
    "query-rejected": ProblemMembers(
        sometimes={
            "line": _said(_PLACE, "From 1."),
            "column": _said(_PLACE, "From 1, in characters."),
        },
        example={"line": 1, "column": 18},
    ),
    "not-found": ProblemMembers(
        always={"name": _NAME, "candidates": _said(listed(RESOURCE), "The nearest, best first.")},
        example={"name": "CMV", "candidates": [_CMW]},
    ),
    "method-not-allowed": ProblemMembers(
        always={"allowed": _said(_STRINGS, "The methods that the address has.")},
        example={"allowed": ["GET", "HEAD", "OPTIONS"]},
    ),
    "not-acceptable": ProblemMembers(
        always={"offered": _said(_STRINGS, "The media types that are offered.")},
        example={"offered": ["application/json", "text/csv"]},
    ),
    "ambiguous": ProblemMembers(
        always={"name": _NAME, "candidates": _said(listed(RESOURCE), "Those that share it.")},
        example={
            "name": "human-rights",
            "candidates": [{"iri": f"{BASE}scheme/topic/human-rights", "label": "Human rights"}],
        },
    ),
    "conflict": ProblemMembers(
        sometimes={"clashes": _said(listed(ref("Clash")), "The statements at issue.")},
        example={
            "clashes": [
                {
                    "statement": "<http://e/s> <http://e/p> 1 <http://e/g>",
                    "reason": "is not there any more",
                    "version": 7,
                }
            ]
        },
    ),
    "body-too-large": ProblemMembers(always=_LIMIT, example={"limit_bytes": 33554432}),
    "answer-too-large": ProblemMembers(always=_LIMIT, example={"limit_bytes": 268435456}),
    "network-too-large": ProblemMembers(
        always={
            "edges": _said(COUNT, "How many edges the network has."),
            "limit_edges": _said(COUNT, "How many it may have."),
        },
        sometimes={"minimum": _said(COUNT, "The `minimum` that makes it small enough.")},
        example={"edges": 412000, "limit_edges": 150000, "minimum": 3},
    ),
    "unsupported-media-type": ProblemMembers(
        always={"accepted": _said(_STRINGS, "The media types that are read here.")},
        example={"accepted": ["text/turtle", "application/ld+json"]},
    ),
    "bad-parameter": ProblemMembers(
        always={"parameter": _said(STRING, "The parameter's name.")},
        sometimes={
            "value": _said(STRING, "The value as it was given."),
            "allowed": _said(_STRINGS, "The values that will do, where those are certain ones."),
        },
        example={"parameter": "format", "value": "pdf", "allowed": ["json", "csv"]},
    ),
    "data-rejected": ProblemMembers(always={"faults": _FAULTS}, example={"faults": [_FAULT]}),
    "internal-error": ProblemMembers(
        always={"instance": _said(STRING, "What the service's log calls this failure.")},
        example={"instance": "urn:uuid:0b0f4d4e-3c7e-4d0e-9c57-0f6b8f3a3c55"},
    ),
    "content": ProblemMembers(always={"faults": _FAULTS}, example={"faults": [_FAULT]}),
    "busy": ProblemMembers(
        always={"retry_after_seconds": _said({"type": "integer"}, "As Retry-After has it.")},
        example={"retry_after_seconds": 1},
    ),
    "engine-failure": ProblemMembers(
        always={"cause": _said(STRING, "How the worker ended.")},
        example={"cause": "it took more memory than it may"},
    ),
    "query-timeout": ProblemMembers(
        always={"limit_seconds": _said({"type": "number"}, "The limit, in seconds.")},
        example={"limit_seconds": 30},
    ),
}
"""Problem type to its own members; a type that is not here has none."""

_NONE = ProblemMembers()


def _schema(kind: ProblemType) -> dict[str, Any]:
    members = PROBLEM_MEMBERS.get(kind.name, _NONE)
    return record(
        kind.description,
        members.sometimes,
        type={"type": "string", "const": kind.iri},
        title=STRING,
        status={"type": "integer"},
        detail=_said(STRING, "What is wrong, for people."),
        **members.always,
    )


def _schema_name(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-")) + "Problem"


PROBLEM_SCHEMAS: Mapping[str, Any] = {
    "Fault": record(
        "One thing wrong with a document; lines and columns count from 1.",
        {"file": STRING, "line": _PLACE, "column": _PLACE, "remedy": STRING},
        message=STRING,
    ),
    "Clash": record(
        "A statement (N-Quads, without the full stop) that cannot be applied as it was meant.",
        statement=STRING,
        reason=STRING,
        version={
            "type": ["integer", "null"],
            "description": "The version that changed it since, where that is known.",
        },
    ),
    **{_schema_name(name): _schema(kind) for name, kind in PROBLEM_TYPES.items()},
}
"""The named schemas of problems: RFC 9457 problem details, one for each type."""


def members_of(name: str) -> Mapping[str, str]:
    """The own members of a problem type, with what they mean."""
    members = PROBLEM_MEMBERS.get(name, _NONE)
    return {
        n: schema["description"] for n, schema in {**members.always, **members.sometimes}.items()
    }


def problem_responses(*names: str) -> dict[str, Any]:
    """The error responses of an operation, by status, from the names of its problem types."""
    statuses = sorted({PROBLEM_TYPES[name].status for name in names})
    return {
        str(status): {"$ref": f"#/components/responses/{_response_name(status)}"}
        for status in statuses
    }


def _response_name(status: int) -> str:
    return HTTPStatus(status).name.title().replace("_", "")


def problem_components() -> dict[str, Any]:
    """A response for each status, with a schema and an example of each type that has it."""
    kinds: dict[int, list[str]] = {}
    for name, kind in PROBLEM_TYPES.items():
        kinds.setdefault(kind.status, []).append(name)
    return {_response_name(status): _response(names) for status, names in kinds.items()}


def _response(names: list[str]) -> dict[str, Any]:
    schemas = [ref(_schema_name(name)) for name in names]
    return {
        "description": "; ".join(PROBLEM_TYPES[name].title for name in names),
        "content": {
            "application/problem+json": {
                "schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas},
                "examples": {name: {"value": _example(name)} for name in names},
            }
        },
    }


def _example(name: str) -> dict[str, Any]:
    kind = PROBLEM_TYPES[name]
    return {
        "type": kind.iri,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.description,
        **PROBLEM_MEMBERS.get(name, _NONE).example,
    }
