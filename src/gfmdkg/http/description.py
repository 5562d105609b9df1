"""Operations of the OpenAPI description: parameters, answers and problems of each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gfmdkg.catalog import CannedQuery, Column, Parameter, ParameterType
from gfmdkg.formats.media import MediaType
from gfmdkg.http.formats import JSON, PAGE, RESOURCE_FORMATS, ROW_FORMATS
from gfmdkg.http.problem_schemas import problem_responses
from gfmdkg.http.schemas import COLUMN_TYPES
from gfmdkg.http.shapes import written
from gfmdkg.namespaces import compact
from gfmdkg.settings import Settings

__all__ = [
    "VERSION_PARAMETER",
    "json_list_operation",
    "json_operation",
    "list_operation",
    "page_operation",
    "paged_operation",
    "parameter_object",
    "path_parameter",
    "pinned_operation",
    "query_operation",
    "resource_operation",
]

_PARAMETER_TYPES: Mapping[ParameterType, dict[str, Any]] = {
    ParameterType.RESOURCE: {"type": "string"},
    ParameterType.IRI: {"type": "string"},
    ParameterType.STRING: {"type": "string"},
    ParameterType.ENUM: {"type": "string"},
    ParameterType.INT: {"type": "integer"},
    ParameterType.DECIMAL: {"type": "number"},
    ParameterType.DATE: {"type": "string", "format": "date"},
    ParameterType.BOOLEAN: {"type": "boolean"},
}
VERSION_PARAMETER = {
    "name": "version",
    "in": "query",
    "description": "A published version of the graph; the current one unless given. "
    "An answer that is pinned to a version never changes.",
    "schema": {"type": "integer", "minimum": 1},
}
_HEADERS: Mapping[str, str] = {
    "Content-Version": "The version of the graph that the answer was read from.",
    "ETag": "Send it back as If-None-Match to be told 304 where nothing changed.",
}
_COMMON_PROBLEMS = ("content", "busy", "engine-failure", "query-timeout", "internal-error")


def query_operation(query: CannedQuery, settings: Settings) -> dict[str, Any]:
    """Parameters and responses of a canned query's route."""
    rows = {
        "type": "object",
        "required": list(query.columns),
        "properties": {column.name: _column(column) for column in query.columns.values()},
    }
    document = {
        "type": "object",
        "required": ["items", "total", "page", "per_page", "version", "links"],
        "properties": {
            "items": {"type": "array", "items": rows},
            "total": {"type": "integer", "minimum": 0},
            "page": {"type": "integer", "minimum": 1},
            "per_page": {"type": "integer", "minimum": 1},
            "version": {"type": "string"},
            "links": {"$ref": "#/components/schemas/Links"},
            "hint": {"$ref": "#/components/schemas/Hint"},
        },
    }
    content = {media.media_type: written(media.media_type) for media in ROW_FORMATS}
    content[JSON.media_type] = {"schema": document}
    problems = ["unknown-parameter", "not-found", "not-acceptable", "answer-too-large"]
    if any(p.type is ParameterType.RESOURCE for p in query.parameters.values()):
        problems.append("ambiguous")
    return {
        "parameters": [
            *(parameter_object(parameter) for parameter in query.parameters.values()),
            *_page_parameters(settings),
            VERSION_PARAMETER,
            _format(ROW_FORMATS),
        ],
        "responses": {
            "200": _response("The rows.", content, "Link"),
            "304": {"description": "Nothing changed."},
            **problem_responses(*problems, "bad-parameter", *_COMMON_PROBLEMS),
        },
    }


def list_operation() -> dict[str, Any]:
    """Responses of the list of canned queries."""
    return json_operation(
        "The canned queries.",
        {
            "type": "object",
            "required": ["items", "total"],
            "properties": {
                "items": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/CannedQuery"},
                },
                "total": {"type": "integer"},
            },
        },
        "unknown-parameter",
    )


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


def path_parameter(name: str, description: str, example: object, **schema: Any) -> dict[str, Any]:
    """A part of the path; a string unless the schema says otherwise."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "string", **schema},
        "example": example,
    }


def json_list_operation(
    text: str,
    schema: Mapping[str, Any],
    example: Mapping[str, Any] | None,
    parameters: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Parameters and responses of a list in JSON alone, of any version.

    Without an ``example`` the recorded one stands there alone.
    """
    content: dict[str, Any] = {JSON.media_type: {"schema": schema}}
    if example is not None:
        content[JSON.media_type]["example"] = example
    problems = ("unknown-parameter", "not-found", "not-acceptable", "bad-parameter")
    return {
        "parameters": [*parameters, VERSION_PARAMETER, _format((JSON,))],
        "responses": {
            "200": _response(text, content, "Link"),
            "304": {"description": "Nothing changed."},
            **problem_responses(*problems, *_COMMON_PROBLEMS),
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
        "parameters": [*parameters, VERSION_PARAMETER, _format((JSON,))],
        "responses": {
            "200": _response(text, {JSON.media_type: {"schema": schema}}),
            "304": {"description": "Nothing changed."},
            **problem_responses(
                *problems,
                "unknown-parameter",
                "not-found",
                "not-acceptable",
                "bad-parameter",
                *_COMMON_PROBLEMS,
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
            *_page_parameters(settings),
            VERSION_PARAMETER,
            _format(formats),
        ],
        "responses": {
            "200": _response(text, content, "Link"),
            "304": {"description": "Nothing changed."},
            **problem_responses(
                "unknown-parameter",
                "not-found",
                "not-acceptable",
                "answer-too-large",
                "ambiguous",
                "bad-parameter",
                *_COMMON_PROBLEMS,
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
        "parameters": [*named, VERSION_PARAMETER, _format(RESOURCE_FORMATS)],
        "responses": {
            "200": _response("The description.", content, "Link", "Content-Location"),
            "304": {"description": "Nothing changed."},
            **problem_responses(
                "unknown-parameter",
                "not-found",
                "not-acceptable",
                "answer-too-large",
                "bad-parameter",
                *_COMMON_PROBLEMS,
            ),
        },
    }


def _response(text: str, content: Mapping[str, Any], *more_headers: str) -> dict[str, Any]:
    headers: dict[str, Any] = {
        name: {"description": meaning, "schema": {"type": "string"}}
        for name, meaning in _HEADERS.items()
    }
    headers |= {name: {"schema": {"type": "string"}} for name in more_headers}
    return {"description": text, "headers": headers, "content": dict(content)}


def _column(column: Column) -> dict[str, Any]:
    return {**COLUMN_TYPES[column.type], "description": column.description}


def parameter_object(parameter: Parameter) -> dict[str, Any]:
    """A parameter with its type, default and example."""
    schema: dict[str, Any] = dict(_PARAMETER_TYPES[parameter.type])
    if parameter.values:
        schema["enum"] = list(parameter.values)
    if parameter.many:
        schema = {"type": "array", "items": schema}
        if parameter.required:
            schema["minItems"] = 1
    if parameter.default:
        default = [_typed(parameter, text) for text in parameter.default]
        schema["default"] = default if parameter.many else default[0]
    example = _typed(parameter, parameter.example)
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.description.rstrip(".") + "." + _named(parameter),
        "schema": schema,
        "example": [example] if parameter.many else example,
    }


def _typed(parameter: Parameter, text: str) -> object:
    match parameter.type:
        case ParameterType.INT:
            return int(text)
        case ParameterType.DECIMAL:
            return float(text)
        case ParameterType.BOOLEAN:
            return text == "true"
        case _:
            return text


def _named(parameter: Parameter) -> str:
    """How a resource may be named, and what it must be."""
    if parameter.type is not ParameterType.RESOURCE:
        return ""
    kinds = [compact(iri) for iri in parameter.classes]
    kinds += [f"a concept of {iri.rpartition('/')[2]}" for iri in parameter.schemes]
    return f" Any name, code, slug or IRI ({', '.join(kinds)})."


def _page_parameters(settings: Settings) -> list[dict[str, Any]]:
    return [
        {
            "name": "page",
            "in": "query",
            "description": "Which page, from 1. In CSV, TSV and SPARQL formats all rows are "
            "given unless a page is asked for.",
            "schema": {"type": "integer", "minimum": 1, "default": 1},
        },
        {
            "name": "per_page",
            "in": "query",
            "description": "Rows on a page.",
            "schema": {
                "type": "integer",
                "minimum": 1,
                "maximum": settings.page_size_limit,
                "default": settings.page_size,
            },
        },
    ]


def _format(offered: Iterable[MediaType]) -> dict[str, Any]:
    return {
        "name": "format",
        "in": "query",
        "description": "The format, where the Accept header is not to decide.",
        "schema": {"type": "string", "enum": [media_type.name for media_type in offered]},
    }
