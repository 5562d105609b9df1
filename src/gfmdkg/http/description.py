"""Operations of the OpenAPI description, by how they answer: JSON, a list, a page, a resource."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gfmdkg.catalog import Parameter
from gfmdkg.formats.media import MediaType
from gfmdkg.http.parameter_description import (
    VERSION_PARAMETER,
    format_parameter,
    page_parameters,
    parameter_object,
)
from gfmdkg.http.parameters import JSON, PAGE, RESOURCE_FORMATS
from gfmdkg.http.problem_schemas import problem_responses
from gfmdkg.http.shapes import written
from gfmdkg.settings import Settings

__all__ = [
    "COMMON_PROBLEMS",
    "json_list_operation",
    "json_operation",
    "page_operation",
    "paged_operation",
    "pinned_operation",
    "resource_operation",
    "response",
]

_HEADERS: Mapping[str, str] = {
    "Content-Version": "The version of the graph that the answer was read from.",
    "ETag": "Send it back as If-None-Match to be told 304 where nothing changed.",
}
COMMON_PROBLEMS = ("content", "busy", "engine-failure", "query-timeout", "internal-error")
"""The problems of every operation that reads a version of the graph."""


def json_operation(
    text: str,
    schema: Mapping[str, Any],
    *problems: str,
    parameters: Sequence[Mapping[str, Any]] = (),
    security: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Responses of an operation that answers in JSON alone."""
    content = {JSON.media_type: {"schema": schema}}
    operation: dict[str, Any] = {
        "responses": {
            "200": {"description": text, "content": content},
            **problem_responses(*problems, "internal-error"),
        }
    }
    if parameters:
        operation["parameters"] = [*parameters]
    if security:
        operation["security"] = [*security]
    return operation


def page_operation(
    text: str, *problems: str, parameters: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Responses of an operation that answers with a page."""
    content = {PAGE.media_type: {"schema": {"type": "string"}}}
    return {
        "parameters": [*parameters],
        "responses": {
            "200": {"description": text, "content": content},
            "304": {"description": "Nothing changed."},
            **problem_responses(*problems, "not-acceptable", "internal-error", "content"),
        },
    }


def json_list_operation(
    text: str,
    schema: Mapping[str, Any],
    parameters: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Parameters and responses of a list in JSON alone, of any version."""
    content: dict[str, Any] = {JSON.media_type: {"schema": schema}}
    problems = ("unknown-parameter", "not-found", "not-acceptable", "bad-parameter")
    return {
        "parameters": [*parameters, VERSION_PARAMETER, format_parameter((JSON,))],
        "responses": {
            "200": response(text, content, "Link"),
            "304": {"description": "Nothing changed."},
            **problem_responses(*problems, *COMMON_PROBLEMS),
        },
    }


def pinned_operation(
    text: str,
    schema: Mapping[str, Any],
    parameters: Sequence[Mapping[str, Any]],
    *problems: str,
) -> dict[str, Any]:
    """Parameters and responses of an operation that answers in JSON, of any version."""
    return {
        "parameters": [*parameters, VERSION_PARAMETER, format_parameter((JSON,))],
        "responses": {
            "200": response(text, {JSON.media_type: {"schema": schema}}),
            "304": {"description": "Nothing changed."},
            **problem_responses(
                *problems,
                "unknown-parameter",
                "not-found",
                "not-acceptable",
                "bad-parameter",
                *COMMON_PROBLEMS,
            ),
        },
    }


def paged_operation(
    text: str,
    parameters: Iterable[Parameter],
    more_parameters: Sequence[Mapping[str, Any]],
    content: Mapping[str, Any],
    formats: Sequence[MediaType],
    settings: Settings,
) -> dict[str, Any]:
    """Parameters and responses of a list in several formats, of any version."""
    return {
        "parameters": [
            *(parameter_object(parameter) for parameter in parameters),
            *more_parameters,
            *page_parameters(settings),
            VERSION_PARAMETER,
            format_parameter(formats),
        ],
        "responses": {
            "200": response(text, content, "Link"),
            "304": {"description": "Nothing changed."},
            **problem_responses(
                "unknown-parameter",
                "not-found",
                "not-acceptable",
                "answer-too-large",
                "ambiguous",
                "bad-parameter",
                *COMMON_PROBLEMS,
            ),
        },
    }


def resource_operation(*, example: str | None, in_path: bool = True) -> dict[str, Any]:
    """Parameters and responses of a route that describes a resource."""
    named: list[dict[str, Any]] = []
    if example is not None:
        named = [
            {
                "name": "path" if in_path else "iri",
                "in": "path" if in_path else "query",
                "required": True,
                "description": "The rest of the IRI, which may hold slashes; with a suffix such "
                "as .ttl it names a format."
                if in_path
                else "The IRI of the resource.",
                "schema": {"type": "string"},
                "example": example,
            }
        ]
    content = {media.media_type: written(media.media_type) for media in RESOURCE_FORMATS}
    return {
        "parameters": [*named, VERSION_PARAMETER, format_parameter(RESOURCE_FORMATS)],
        "responses": {
            "200": response("The description.", content, "Link", "Content-Location"),
            "304": {"description": "Nothing changed."},
            **problem_responses(
                "unknown-parameter",
                "not-found",
                "not-acceptable",
                "answer-too-large",
                "bad-parameter",
                *COMMON_PROBLEMS,
            ),
        },
    }


def response(text: str, content: Mapping[str, Any], *more_headers: str) -> dict[str, Any]:
    """An answer of a version of the graph, with the headers that tell which."""
    headers: dict[str, Any] = {
        name: {"description": meaning, "schema": {"type": "string"}}
        for name, meaning in _HEADERS.items()
    }
    headers |= {name: {"schema": {"type": "string"}} for name in more_headers}
    return {"description": text, "headers": headers, "content": dict(content)}
