"""Routes that pydantic models describe, and that read their requests themselves.

FastAPI makes the OpenAPI document from the models. ``Parameters`` reads what is sent, so that
whatever is refused is a problem of ours; bodies are made as bytes; nothing is validated twice.
"""

import inspect
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import date
from functools import cache
from types import GenericAlias
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Security, params
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from gfmdkg.http.models import FromOne, asked, one_of
from gfmdkg.namespaces import compact
from gfmdkg.rdf.values import Resource
from gfmdkg.terms.parameters import Column, ColumnType, Parameter, ParameterType

__all__ = [
    "READING",
    "WRITER",
    "WRITING",
    "Responses",
    "answers",
    "cell_of",
    "described_router",
    "field_of",
    "format_model",
    "in_path",
    "number_in_path",
    "own_parameters",
    "page_answers",
    "query_string",
    "request_body",
]

Responses = dict[int | str, dict[str, Any]]

READING = (304, 400, 404, 406, 422)
"""Statuses beside 200 of whatever reads a version of the graph."""
WRITING = (400, 401, 403, 404, 409, 422)
"""Statuses beside 2XX of whatever changes it."""
WRITER: params.Depends = Security(
    HTTPBearer(
        scheme_name="bearer",
        description="A token that `gfmdkg token create` printed: a submitter's for change sets, "
        "a reviewer's for all other writes.",
    )
)
"""What a route depends on that needs a token."""

# What a value is, and how to read one.
_PARAMETER_TYPES: Mapping[ParameterType, tuple[Any, Callable[[str], object]]] = {
    ParameterType.INT: (int, int),
    ParameterType.DECIMAL: (float, float),
    ParameterType.DATE: (date, str),
    ParameterType.BOOLEAN: (bool, "true".__eq__),
}
_CELL_TYPES: Mapping[ColumnType, Any] = {
    ColumnType.RESOURCE: Resource,
    ColumnType.INTEGER: int,
    ColumnType.DECIMAL: float,
    ColumnType.BOOLEAN: bool,
}


class _DescribedRoute(APIRoute):
    """Hands on the request and the path's parameters as they are; its models only describe."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request: the function itself, where the path has no parameters."""
        if not self.param_convertors:
            endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
            return endpoint

        async def handle(request: Request) -> Response:
            response: Response = await self.endpoint(request, **request.path_params)
            return response

        return handle


def described_router(tag: str, prefix: str = "") -> APIRouter:
    """A router whose functions take the request and the path's parameters."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        route_class=_DescribedRoute,
        default_response_class=Response,
    )


# Parameters


def query_string(*models: type[BaseModel]) -> list[params.Depends]:
    """The fields of these models as parameters of the query string, in this order."""
    return [own_parameters({"parameters": (Annotated[model, Query()], ...)}) for model in models]


def in_path(
    name: str, description: str, example: object, kind: Any = str, **limits: Any
) -> params.Depends:
    """A part of the path."""
    described = Path(description=description, examples=[example], **limits)
    return own_parameters({name: (Annotated[kind, described], ...)})


def number_in_path(kind: str, name: str = "number", example: int = 1) -> params.Depends:
    """The number of a version or a change set."""
    return in_path(name, f"The number of the {kind}.", example, FromOne)


def own_parameters(fields: Mapping[str, Any]) -> params.Depends:
    """Parameters of one route alone, as ``field_of`` makes them.

    FastAPI keeps the fields of 128 models in mind, so these are no model.
    """

    def given() -> None: ...

    # FastAPI describes the signature of what a route depends on.
    vars(given)["__signature__"] = inspect.Signature(
        [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=kind,
                default=inspect.Parameter.empty if default is ... else default,
            )
            for name, (kind, default) in fields.items()
        ]
    )
    return params.Depends(given)


@cache
def format_model(*names: str) -> type[BaseModel]:
    """The parameter ``format`` with these values."""
    text = "The format, where the Accept header is not to decide."
    return create_model("Format", format=(one_of(names), asked(text)))


def field_of(parameter: Parameter, description: str | None = None) -> Any:
    """Type and field of a parameter of a canned query or a list, with default and example."""
    kind, read = _PARAMETER_TYPES.get(parameter.type, (str, str))
    kind = one_of(parameter.values) if parameter.values else kind
    many, example = parameter.many, read(parameter.example)
    defaults = list(map(read, parameter.default))
    default: Any = (defaults if many else defaults[0]) if defaults else None
    described = asked(
        description or parameter.description.rstrip(".") + "." + _named(parameter),
        [example] if many else example,
        default=... if parameter.required else default,
        min_length=1 if many and parameter.required else None,
    )
    return (GenericAlias(list, kind) if many else kind, described)


def _named(parameter: Parameter) -> str:
    """How a resource may be named, and what it must be."""
    if parameter.type is not ParameterType.RESOURCE:
        return ""
    kinds = [compact(iri) for iri in parameter.classes]
    if "gfmd:CitableEntity" in kinds:  # which the others are
        kinds = ["gfmd:CitableEntity"]
    kinds += [f"a concept of {iri.rpartition('/')[2]}" for iri in parameter.schemes]
    return f" Any name, code, slug or IRI ({', '.join(kinds)})."


# Answers


def cell_of(column: Column, *, many: bool = False, default: Any = ...) -> Any:
    """Type and field of a column's cell or, of ``many``, cells; with a default it may be absent."""
    kind = _CELL_TYPES.get(column.type, str)
    is_sure = default is ... and not column.is_optional
    shown = GenericAlias(list, kind) if many else kind if is_sure else kind | None
    return (shown, Field(default=default, description=column.description))


def _content(media_types: Iterable[str]) -> dict[str, Any]:
    """Content of these media types, of which there is no model by itself."""
    return {name: {"schema": _schema_of(name)} for name in media_types}


def _schema_of(media_type: str) -> dict[str, Any]:
    """Forms and JSON have models; all else is text."""
    match media_type:
        case "application/sparql-results+json":
            model = "SparqlResults"
        case "multipart/form-data":
            model = "Documents"
        case _ if media_type.endswith("+json"):
            model = "JsonDocument"
        case _:
            return {"type": "string"}
    return {"$ref": f"#/components/schemas/{model}"}


def answers(
    text: str,
    model: Any = None,
    others: Iterable[str] = (),
    *,
    also: Iterable[int] = READING,
    headers: Iterable[str] = (),
    status: int = 200,
) -> Responses:
    """The responses of a route: JSON as the model says, ``others`` are more media types.

    Some generated clients know of the first alone; JSON comes last unless it is among them.
    ``also`` are the other statuses that it may have; a fault of the service may be anywhere.
    """
    answer: dict[str, Any] = {"description": text}
    content = _content(others)
    if model is not None:
        answer["model"], content = model, {**content, "application/json": {}}
    if content:
        answer["content"] = content
    told = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    if told:
        answer["headers"] = told
    statuses: list[int | str] = [*sorted(set(also)), "5XX"]
    return {status: answer, **{s: {"$ref": f"#/components/responses/{s}"} for s in statuses}}


def page_answers(*errors: int) -> Responses:
    """The responses of a page for people."""
    return answers("The page.", None, ["text/html"], also=(304, *errors, 406))


def request_body(accepted: Iterable[str], examples: Mapping[str, object]) -> dict[str, Any]:
    """The body of a request, of which FastAPI by itself describes one media type alone."""
    content = _content(accepted)
    for name, example in examples.items():
        content.setdefault(name, {})["example"] = example
    return {"requestBody": {"required": True, "content": content}}
