"""What the OpenAPI description says of change sets, versions and their differences."""

from typing import Any

from gfmdkg.curation.changes import RDF_PATCH, Effect
from gfmdkg.curation.changes.tabular import TABLE_MEDIA_TYPES
from gfmdkg.http.description import json_operation, problem_responses
from gfmdkg.store.rdf_store import GRAPH_FORMATS

__all__ = [
    "ACCEPTED",
    "STEP_PROBLEMS",
    "VIEWS",
    "difference_operation",
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
)
_OBJECT = {"type": "object"}


def difference_operation(*problems: str) -> dict[str, Any]:
    """Parameters and responses of a route that answers with a difference."""
    content = {media_type: {"schema": {"type": "string"}} for media_type in VIEWS.values()}
    content[_JSON] = {"schema": _OBJECT}
    described = problem_responses(
        *problems,
        "not-found",
        "not-acceptable",
        "bad-parameter",
        "unknown-parameter",
        "bad-request",
    )
    return {
        "parameters": [
            {
                "name": "format",
                "in": "query",
                "description": "The format, where the Accept header is not to decide.",
                "schema": {"type": "string", "enum": list(VIEWS)},
            }
        ],
        "responses": {"200": {"description": "The difference.", "content": content}, **described},
    }


def submit_operation() -> dict[str, Any]:
    """Parameters, body and responses of a submission."""
    texts = {
        "message": ("What the change is for.", {"type": "string"}),
        "graph": ("The named graph that the document is about.", {"type": "string"}),
        "effect": (
            (
                "What the document means: by default RDF Patch is applied, quads are added, the "
                "rows of a table correct or add their records, and anything else replaces "
                "the content of its graph."
            ),
            {"type": "string", "enum": list(Effect)},
        ),
        "name": ("The document's name, such as data/reference/actors.ttl.", {"type": "string"}),
    }
    operation = json_operation(
        "The change set.", _OBJECT, "body-too-large", "unsupported-media-type", *STEP_PROBLEMS
    )
    responses = operation["responses"]
    responses["201"] = responses.pop("200")
    return {
        "parameters": [
            {"name": n, "in": "query", "required": n == "message", "description": t, "schema": s}
            for n, (t, s) in texts.items()
        ],
        "requestBody": {
            "required": True,
            "content": {name: {"schema": {"type": "string"}} for name in ACCEPTED},
        },
        "responses": responses,
    }
