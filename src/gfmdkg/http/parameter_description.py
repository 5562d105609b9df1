"""Parameters of the OpenAPI description: of queries, of paths, of pages, versions and formats."""

from collections.abc import Iterable, Mapping
from typing import Any

from gfmdkg.catalog import Parameter, ParameterType
from gfmdkg.formats.media import MediaType
from gfmdkg.namespaces import compact
from gfmdkg.settings import Settings

__all__ = [
    "VERSION_PARAMETER",
    "format_parameter",
    "named_format_parameter",
    "page_parameters",
    "parameter_object",
    "path_parameter",
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


def page_parameters(settings: Settings) -> list[dict[str, Any]]:
    """The parameters ``page`` and ``per_page``."""
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


def format_parameter(offered: Iterable[MediaType]) -> dict[str, Any]:
    """The parameter ``format`` of an operation that offers these media types."""
    return named_format_parameter(media_type.name for media_type in offered)


def named_format_parameter(names: Iterable[str]) -> dict[str, Any]:
    """The parameter ``format`` with these values."""
    return {
        "name": "format",
        "in": "query",
        "description": "The format, where the Accept header is not to decide.",
        "schema": {"type": "string", "enum": list(names)},
    }
