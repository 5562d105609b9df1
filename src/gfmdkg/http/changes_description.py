"""What the OpenAPI description says of change sets, versions and their differences."""

from collections.abc import Mapping, Sequence
from typing import Any

from gfmdkg.curation.changes import RDF_PATCH, Effect
from gfmdkg.curation.tables import TABLE_MEDIA_TYPES
from gfmdkg.http.description import json_operation
from gfmdkg.http.parameter_description import named_format_parameter, path_parameter
from gfmdkg.http.problem_schemas import problem_responses
from gfmdkg.http.protocol_answers import WRITER
from gfmdkg.http.shapes import ref
from gfmdkg.namespaces import GRAPH_BASE, ID_BASE
from gfmdkg.store.answers import GRAPH_FORMATS

__all__ = [
    "ACCEPTED",
    "STEP_PROBLEMS",
    "VIEWS",
    "difference_operation",
    "feed_operation",
    "number_parameter",
    "step_operation",
    "submit_operation",
]

_JSON = "application/json"
VIEWS = {"json": _JSON, "txt": "text/plain", "rdfp": RDF_PATCH, "html": "text/html"}
"""Formats of a difference: name to media type."""
ACCEPTED = (*GRAPH_FORMATS, RDF_PATCH, *sorted(TABLE_MEDIA_TYPES))
"""Media types of what is submitted."""
STEP_PROBLEMS = (
    "bad-request",
    "unknown-parameter",
    "unauthorized",
    "forbidden",
    "not-found",
    "conflict",
    "data-rejected",
    "busy",
    "engine-failure",
    "query-timeout",
    "content",
    "bad-parameter",
)
_MESSAGE = {
    "name": "message",
    "in": "query",
    "description": "A note that is kept with the step; a rejection should say why.",
    "schema": {"type": "string"},
    "example": "Checked against the source.",
}
_EXAMPLE = (
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    f'<{ID_BASE}instrument/cmw> skos:note "A note for the review."@en .\n'
)


def number_parameter(kind: str, name: str = "number", example: int = 1) -> dict[str, Any]:
    """A number in the path."""
    text = f"The number of the {kind}."
    return path_parameter(name, text, example, type="integer", minimum=1)


def step_operation(
    schema: str, kind: str, *, example: int, needs_message: bool = False
) -> dict[str, Any]:
    """Parameters and responses of a step of the review."""
    return json_operation(
        "It as it is then.",
        ref(schema),
        *STEP_PROBLEMS,
        parameters=[
            number_parameter(kind, example=example),
            {**_MESSAGE, "required": needs_message},
        ],
        security=WRITER,
    )


def feed_operation() -> dict[str, Any]:
    """Responses of the feed."""
    content = {"application/atom+xml": {"schema": {"type": "string"}}}
    return {
        "responses": {
            "200": {"description": "An Atom feed, the latest first.", "content": content},
            "304": {"description": "Nothing changed."},
            **problem_responses("unknown-parameter", "internal-error", "content"),
        }
    }


def difference_operation(
    *problems: str,
    parameters: Sequence[Mapping[str, Any]],
    security: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Parameters and responses of a route that answers with a difference."""
    content = {media_type: {"schema": {"type": "string"}} for media_type in VIEWS.values()}
    content[_JSON] = {"schema": ref("Difference")}
    described = problem_responses(
        *problems,
        "not-found",
        "not-acceptable",
        "bad-parameter",
        "unknown-parameter",
        "bad-request",
        "internal-error",
        "busy",
        "engine-failure",
        "content",
        "query-timeout",
    )
    return {
        **({"security": [*security]} if security else {}),
        "parameters": [
            *parameters,
            named_format_parameter(VIEWS),
        ],
        "responses": {
            "200": {"description": "The difference.", "content": content},
            "304": {"description": "Nothing changed."},
            **described,
        },
    }


def submit_operation() -> dict[str, Any]:
    """Parameters, body and responses of a submission."""
    texts = {
        "message": ("What the change is for.", {"type": "string", "minLength": 1}, "A note"),
        "graph": (
            "The named graph that the document is about.",
            {"type": "string", "format": "iri"},
            f"{GRAPH_BASE}notes",
        ),
        "effect": (
            (
                "What the document means: by default RDF Patch is applied, quads are added, the "
                "rows of a table correct or add their records, and anything else replaces "
                "the content of its graph."
            ),
            {"type": "string", "enum": list(Effect)},
            "add",
        ),
        "name": ("The document's name.", {"type": "string"}, "data/reference/actors.ttl"),
    }
    operation = json_operation(
        "The change set.",
        ref("ChangeSet"),
        "body-too-large",
        "unsupported-media-type",
        *STEP_PROBLEMS,
    )
    responses = operation["responses"]
    responses["201"] = {
        **responses.pop("200"),
        "headers": {
            "Location": {
                "description": "The path of the change set.",
                "required": True,
                "schema": {"type": "string"},
            }
        },
    }
    content: dict[str, Any] = {name: {"schema": {"type": "string"}} for name in ACCEPTED}
    content["text/turtle"]["example"] = _EXAMPLE
    return {
        "security": [*WRITER],
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": name == "message",
                "description": text,
                "schema": schema,
                "example": example,
            }
            for name, (text, schema, example) in texts.items()
        ],
        "requestBody": {"required": True, "content": content},
        "responses": responses,
    }
