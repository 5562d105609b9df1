"""What the descriptions of the protocols share: security, answers, problems, an example."""

from collections.abc import Mapping, Sequence
from typing import Any

from gfmdkg.formats.media import GRAPHS
from gfmdkg.http.parameter_description import named_format_parameter
from gfmdkg.http.shapes import STRING, written
from gfmdkg.http.sparql_request import FORMAT_NAMES, GRAPH_FORMAT_NAMES
from gfmdkg.namespaces import BASE, GRAPH_BASE

__all__ = [
    "FORMAT_PARAMETER",
    "GRAPH_CONTENT",
    "GRAPH_FORMAT_PARAMETER",
    "IRI_SCHEMA",
    "NOTE",
    "NOTES_GRAPH",
    "READING_PROBLEMS",
    "TEXT_CONTENT",
    "WRITER",
    "WRITING_PROBLEMS",
    "answer",
    "done",
]

WRITER: Sequence[Mapping[str, Any]] = ({"bearer": []},)
"""The security of an operation that writes."""

NOTES_GRAPH = f"{GRAPH_BASE}notes"
"""A graph that the examples write to."""
NOTE = f'<{BASE}id/instrument/cmw> <http://www.w3.org/2004/02/skos/core#note> "A note of ours."@en'
"""The triple that they write."""

IRI_SCHEMA: Mapping[str, Any] = {"type": "string", "format": "iri", "minLength": 1}

READING_PROBLEMS = (
    "bad-request",
    "unknown-parameter",
    "not-found",
    "not-acceptable",
    "answer-too-large",
    "bad-parameter",
    "internal-error",
    "busy",
    "engine-failure",
    "content",
    "query-timeout",
)

WRITING_PROBLEMS = (
    "bad-request",
    "unknown-parameter",
    "unauthorized",
    "forbidden",
    "not-found",
    "conflict",
    "body-too-large",
    "unsupported-media-type",
    "bad-parameter",
    "data-rejected",
    "internal-error",
    "busy",
    "engine-failure",
    "content",
    "query-timeout",
)

GRAPH_CONTENT = {media.media_type: written(media.media_type) for media in GRAPHS}

TEXT_CONTENT: Mapping[str, Any] = {"schema": STRING}

FORMAT_PARAMETER = {**named_format_parameter(FORMAT_NAMES), "example": "json"}

GRAPH_FORMAT_PARAMETER = {**named_format_parameter(GRAPH_FORMAT_NAMES), "example": "ttl"}


def answer(text: str, content: Mapping[str, Any], *, tagged: bool = True) -> dict[str, Any]:
    """What was read, with its version and, where it can be asked for again, its tag."""
    headers = {
        "Content-Version": {
            "description": "The version of the graph that was read.",
            "schema": STRING,
        }
    }
    if tagged:
        headers["ETag"] = {"description": "For If-None-Match.", "schema": STRING}
    return {"description": text, "headers": headers, "content": dict(content)}


def done(text: str, *more: str) -> dict[str, Any]:
    """A write that was carried out, with the version that it made."""
    headers = {
        "Content-Version": {
            "description": "The version that the write made.",
            "required": True,
            "schema": STRING,
        }
    }
    for name in more:
        headers[name] = {"description": "Where it is now.", "schema": STRING}
    return {"description": text, "headers": headers}
