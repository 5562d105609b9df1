"""The OpenAPI 3.1 document: all operations, those beside FastAPI too, schemas and problems."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from gfmdkg.about import VERSION
from gfmdkg.http.curation_schemas import CURATION_SCHEMAS
from gfmdkg.http.examples import add_examples
from gfmdkg.http.problem_schemas import PROBLEM_SCHEMAS, problem_components
from gfmdkg.http.protocol_description import PROTOCOL_SCHEMAS, protocol_paths
from gfmdkg.http.resource_schema import DESCRIPTION_SCHEMAS
from gfmdkg.http.schemas import SCHEMAS

__all__ = ["openapi_document"]

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
_DESCRIPTION = """
Sessions, actors, instruments, SDGs and recommendations, linked, with the evidence for every link.

- **Reading** needs no key. Each GET route also answers HEAD, and OPTIONS for scripts of other
  origins, of which all are welcome.
- **Formats**: `?format=`, else the `Accept` header.
- **Cells**: a resource is `{"iri": …, "label": …}`, a literal is plain JSON.
- **Lists** come in pages: `items`, `total`, `page`, `per_page`, and `links` to the other pages.
- **Versions**: `Content-Version` names the version of the graph that an answer was read from;
  with `?version=` an answer never changes.
- **Caching**: send the `ETag` back in `If-None-Match`, and what has not changed is answered 304.
- **Errors** are `application/problem+json` (RFC 9457), each type with typed members of its own.
- **Writing** needs a token, sent as `Authorization: Bearer …`.
"""
BEARER = "bearer"


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """The whole description of the routes of ``app`` and of those beside it."""
    document: dict[str, Any] = FastAPI.openapi(app)
    document["info"] = {
        "title": "gfmdkg",
        "version": VERSION,
        "summary": "An open knowledge graph of migration-governance dialogues.",
        "description": _DESCRIPTION.strip(),
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }
    document["servers"] = [{"url": "/"}]
    document["tags"] = [{"name": name, "description": text} for name, text in _TAGS]
    document["paths"] |= protocol_paths()
    for operation in _operations(document):
        _tidy(operation)
    document["components"] = {
        "schemas": {
            **SCHEMAS,
            **DESCRIPTION_SCHEMAS,
            **CURATION_SCHEMAS,
            **PROTOCOL_SCHEMAS,
            **PROBLEM_SCHEMAS,
        },
        "responses": problem_components(),
        "securitySchemes": {
            BEARER: {
                "type": "http",
                "scheme": "bearer",
                "description": "A token that `gfmdkg token create` printed: a submitter's for "
                "change sets, a reviewer's for all other writes.",
            }
        },
    }
    add_examples(document)
    return document


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from item.values()


def _tidy(operation: dict[str, Any]) -> None:
    """Keep what we say of an operation where the framework says it too, in its own way."""
    # FastAPI adds its own shape of a validation error, which is never answered here,
    # also to what we say of that status.
    invalid = operation.get("responses", {}).get("422")
    if "HTTPValidationError" in str(invalid):
        del operation["responses"]["422"]
        if "$ref" in invalid:
            operation["responses"]["422"] = {"$ref": invalid["$ref"]}
    # It takes JSON for granted, also where an operation has other formats alone.
    for response in operation.get("responses", {}).values():
        if response.get("content", {}).get("application/json") == {"schema": {}}:
            del response["content"]["application/json"]
    # Its parameters of the path come first, and ours of the same name after them.
    if "parameters" in operation:
        by_name = {(p["name"], p["in"]): p for p in operation["parameters"]}
        operation["parameters"] = list(by_name.values())
