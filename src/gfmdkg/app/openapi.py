"""The OpenAPI 3.1 document: what FastAPI makes of the models, problems, parts that are shared."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from operator import itemgetter
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gfmdkg.about import VERSION
from gfmdkg.http.models import Documents, JsonDocument, Page
from gfmdkg.http.problems import (
    PROBLEM_TYPES,
    ProblemDetails,
    problem_components,
    problem_response,
)
from gfmdkg.http.rendering import render
from gfmdkg.lists.models import ListPage
from gfmdkg.namespaces import BASE
from gfmdkg.queries.models import (
    RowOfPassage,
    RowOfRecommendation,
    RowOfSession,
    RowsPage,
)
from gfmdkg.sparql.routes import SparqlResults, protocol_routers

__all__ = ["openapi_document", "recorded_examples"]

_TAGS: tuple[tuple[str, str], ...] = (
    ("Canned queries", "Ready-made questions, each with typed parameters."),
    ("Lists", "The main kinds of things in the graph, with filters, facets and orders."),
    ("Search", "Full text, and names while they are typed."),
    ("Networks", "What is cited together, by whom and about what; tables for heat maps."),
    ("Resources", "Every IRI of the graph dereferences, as RDF, as JSON or as a page."),
    ("Validation", "Documents checked against the shapes and checks; nothing is stored."),
    ("SPARQL", "The SPARQL 1.1 Protocol and Graph Store Protocol."),
    ("Curation", "Change sets, their review, and the versions of the graph."),
    ("Service", "The state of the service, and what it says of itself."),
    ("Pages", "HTML for people; programs have the other routes."),
)
_HEADERS: Mapping[str, Mapping[str, Any]] = {
    "Content-Version": {"description": "The version that the write made.", "required": True},
    "Location": {"description": "Where it is now."},
}
# A schema has the first of these that fits.
_BASES: tuple[type[BaseModel], ...] = (
    *(ListPage, RowsPage, Page, ProblemDetails),
    *(RowOfPassage, RowOfRecommendation, RowOfSession),
)
_REFERRED: tuple[type[BaseModel], ...] = (SparqlResults, Documents, JsonDocument)
# Half of the operations have all of these.
_OF_READING = frozenset({"400", "404", "406", "409", "413", "422", "5XX"})
_REFERENCE = "#/components/{}/{}"


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """The whole description of the routes of ``app`` and of those beside it."""
    beside = [route for router in protocol_routers() for route in router.routes]
    document = get_openapi(
        title="gfmdkg",
        version=VERSION,
        summary="An open knowledge graph of migration-governance dialogues.",
        description=render("api-description.md", {}).decode(),
        contact={"name": "The gfmdkg project", "url": BASE},
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "/"}],
        tags=[{"name": name, "description": text} for name, text in _TAGS],
        routes=[*app.routes, *beside],
    )
    answered = {status for operation in _operations(document) for status in operation["responses"]}
    problems = [kind for kind in PROBLEM_TYPES.values() if kind.response in answered]
    models = [*_REFERRED, *_BASES, *(kind.model for kind in problems)]
    _, ours = models_json_schema(
        [(model, "serialization") for model in models],
        ref_template=_REFERENCE.format("schemas", "{model}"),
    )
    document["components"]["schemas"] |= ours["$defs"]
    document |= {part: _tidy(document[part]) for part in ("paths", "components")}
    _inherit(document["components"]["schemas"])
    read = [kind for kind in problems if kind.response in _OF_READING]
    document["components"] |= {
        "headers": {n: {**header, "schema": {"type": "string"}} for n, header in _HEADERS.items()},
        "responses": {
            "304": {"description": "Nothing changed."},
            **problem_components(problems),
            "default": problem_response(read),
        },
        "parameters": _share_parameters(document),
    }
    _share_problems(document)
    document["security"] = []  # where no operation says otherwise
    _add_examples(document)
    return document


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from item.values()


def _tidy(node: Any) -> Any:
    """What the framework made, without what it says of its own accord, at length or twice."""
    match node:
        case list():
            return [_tidy(each) for each in node]
        case float() if node.is_integer():
            return int(node)
        case {"in": _, "schema": {"description": _, **schema}, **others}:
            return _tidy({**others, "in": node["in"], "schema": schema})
        case {"anyOf": [{"type": kind, **limits}, {"type": "null"}], **others} if (
            "enum" not in limits
        ):
            return _tidy({"type": [kind, "null"], **limits, **others})
        case dict():
            return {k: _tidy(v) for k, v in node.items() if not _is_noise(node, k, v)}
        case _:
            return node


def _is_noise(node: Mapping[str, Any], key: str, value: Any) -> bool:
    match key:
        case "title":
            return isinstance(value, str)
        case "default":
            return value is None
        case "required":
            return value is False
        case "description":  # of a response that is described elsewhere
            return str(node.get("$ref")).startswith("#/components/responses/")
        case "422" | "HTTPValidationError" | "ValidationError":
            return "ValidationError" in str(value)
        case _:
            return False


def _inherit(schemas: dict[str, Any]) -> None:
    """Schemas that have all members of a base say so, rather than list them again."""
    for base in (model.__name__ for model in _BASES):
        inherited = schemas[base]["properties"]
        reference = {"$ref": _REFERENCE.format("schemas", base)}
        for name, schema in list(schemas.items()):
            own = schema.get("properties", {})
            if name != base and inherited.items() <= own.items():
                more = {k: v for k, v in schema.items() if k != "type"}
                more["properties"] = {k: v for k, v in own.items() if k not in inherited}
                more["required"] = [each for each in schema["required"] if each not in inherited]
                schemas[name] = {"allOf": [reference, more]}


def _share_problems(document: Mapping[str, Any]) -> None:
    """Operations that may be answered with the problems of reading alone say so in one line."""
    for operation in _operations(document):
        responses = operation["responses"]
        told = {status for status, each in responses.items() if "$ref" in each} - {"304"}
        if len(told) > 1 and told <= _OF_READING:
            kept = {status: each for status, each in responses.items() if status not in told}
            operation["responses"] = {
                **kept,
                "default": {"$ref": _REFERENCE.format("responses", "default")},
            }


def _share_parameters(document: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that several operations have, by a name; these then refer to them."""
    lists = [o["parameters"] for o in _operations(document) if "parameters" in o]
    counted = Counter(json.dumps(p, sort_keys=True) for listed in lists for p in listed)
    names: dict[str, str] = {}
    taken: Counter[str] = Counter()
    for text, count in counted.most_common():
        if count > 1:
            name = json.loads(text)["name"]
            taken[name] += 1
            names[text] = name if taken[name] == 1 else f"{name}-{taken[name]}"
    for listed in lists:
        for at, parameter in enumerate(listed):
            name = names.get(json.dumps(parameter, sort_keys=True))
            if name is not None:
                listed[at] = {"$ref": _REFERENCE.format("parameters", name)}
    return {name: json.loads(text) for text, name in sorted(names.items(), key=itemgetter(1))}


@cache
def recorded_examples() -> Mapping[str, Mapping[str, Any]]:
    """Operation to the ``request`` of an example and the ``value`` that it was answered with.

    ``python -m tests.contract`` records them, and a test asks all of them again.
    """
    text = (files("gfmdkg.app") / "examples.json").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, Any]] = json.loads(text)
    return found


def _add_examples(document: Mapping[str, Any]) -> None:
    for operation in _operations(document):
        example = recorded_examples().get(operation["operationId"])
        if example is not None:
            content = operation["responses"]["200"]["content"]["application/json"]
            recorded = {"summary": example["request"], "value": example["value"]}
            content["examples"] = {"recorded": recorded}
