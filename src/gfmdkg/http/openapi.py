"""The OpenAPI 3.1 document: all operations, those beside FastAPI too, schemas and problems."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from gfmdkg.about import VERSION
from gfmdkg.http.resource_schema import DESCRIPTION_SCHEMAS
from gfmdkg.http.schemas import SCHEMAS, problem_components

__all__ = ["openapi_document"]

_TAGS: tuple[tuple[str, str], ...] = (
    ("Canned queries", "Ready-made questions, each with typed parameters."),
    ("Lists", "The main kinds of things in the graph; the canned queries of the same name."),
    ("Search", "Full text, and names while they are typed."),
    ("Resources", "Every IRI of the graph dereferences, as RDF or as a page."),
    ("Validation", "Documents checked against the shapes and checks; nothing is stored."),
    ("SPARQL", "The SPARQL 1.1 Protocol and Graph Store Protocol."),
    ("Curation", "Change sets, their review, and the versions of the graph."),
    ("Service", "The state of the service, and this description."),
)


def openapi_document(
    app: FastAPI, extra_paths: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """The whole description; ``extra_paths`` are path items of routes beside FastAPI."""
    document: dict[str, Any] = FastAPI.openapi(app)
    document["info"] = {
        "title": "gfmdkg",
        "version": VERSION,
        "summary": "An open knowledge graph of migration-governance dialogues.",
        "description": "Sessions, actors, instruments, SDGs and recommendations, linked, with "
        "the evidence for every link. Each GET route also answers HEAD. Errors are "
        "application/problem+json everywhere.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }
    document["servers"] = [{"url": "/"}]
    document["tags"] = [{"name": name, "description": text} for name, text in _TAGS]
    document["paths"] |= extra_paths or {}
    for item in document["paths"].values():
        for operation in item.values():
            # FastAPI adds its own shape of a validation error, which is never answered here,
            # also to what we say of that status.
            invalid = operation.get("responses", {}).get("422")
            if "HTTPValidationError" in str(invalid):
                del operation["responses"]["422"]
                if "$ref" in invalid:
                    operation["responses"]["422"] = {"$ref": invalid["$ref"]}
    document["components"] = {
        "schemas": {**SCHEMAS, **DESCRIPTION_SCHEMAS},
        "responses": problem_components(),
    }
    return document
