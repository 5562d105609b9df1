"""The routes beside FastAPI in the OpenAPI document: SPARQL, graphs, VoID, metrics."""

from collections.abc import Mapping
from typing import Any

from gfmdkg.http.graph_store_description import graph_store_paths
from gfmdkg.http.parameter_description import VERSION_PARAMETER
from gfmdkg.http.problem_schemas import problem_responses
from gfmdkg.http.protocol_answers import (
    GRAPH_CONTENT,
    GRAPH_FORMAT_PARAMETER,
    READING_PROBLEMS,
    TEXT_CONTENT,
    answer,
)
from gfmdkg.http.shapes import COUNT, STRING, listed, record, ref
from gfmdkg.http.sparql_description import query_by_get, query_or_update_by_post

__all__ = ["PROTOCOL_SCHEMAS", "protocol_paths"]

PROTOCOL_SCHEMAS: Mapping[str, Any] = {
    "SparqlResults": record(
        "SPARQL 1.1 Query Results JSON: `results` of a SELECT, `boolean` of an ASK.",
        {
            "results": record(
                "The solutions.",
                bindings=listed({"type": "object", "additionalProperties": ref("SparqlTerm")}),
            ),
            "boolean": {"type": "boolean"},
        },
        head=record("The variables.", {"vars": listed(STRING)}),
    ),
    "SparqlTerm": record(
        "One RDF term.",
        {"datatype": STRING, "xml:lang": STRING},
        type={"type": "string", "enum": ["uri", "literal", "bnode", "triple"]},
        value={"description": "The term's text; of a triple, its three terms."},
    ),
    "Explanation": record(
        "What `explain=true` answers: measured times and the algebra, not a plan.",
        {"algebra_error": STRING},
        kind=STRING,
        media_type=STRING,
        rows={"type": ["integer", "null"]},
        size_bytes=COUNT,
        queue_seconds={"type": "number"},
        engine_seconds={"type": "number"},
        stages=listed(
            record("A stage.", name=STRING, seconds={"type": "number"}, description=STRING)
        ),
        algebra_note=STRING,
        algebra={"type": ["string", "null"]},
    ),
}
"""The named schemas of the protocols' answers."""


def protocol_paths() -> dict[str, Any]:
    """Path to path item, for every address that raw handlers answer."""
    return {
        "/sparql": {"get": query_by_get(), "post": query_or_update_by_post()},
        **graph_store_paths(),
        "/.well-known/void": {"get": _void("getVoid", "where VoID readers look for it")},
        "/dataset": {"get": _void("getDataset", "at the IRI of the dataset")},
        "/metrics": {"get": _metrics()},
    }


def _void(name: str, where: str) -> dict[str, Any]:
    return {
        "tags": ["Service"],
        "summary": "The dataset's description",
        "operationId": name,
        "description": f"VoID and DCAT, {where}: title, licence, version, figures by class, "
        "property and graph; counted in the version that is asked for.",
        "parameters": [VERSION_PARAMETER, GRAPH_FORMAT_PARAMETER],
        "responses": {
            "200": answer("The description.", GRAPH_CONTENT),
            "304": {"description": "Nothing changed."},
            **problem_responses(*READING_PROBLEMS),
        },
    }


def _metrics() -> dict[str, Any]:
    return {
        "tags": ["Service"],
        "summary": "Figures for Prometheus",
        "operationId": "getMetrics",
        "description": "Counters and gauges of requests, queries, workers, cache and versions, "
        "of all front processes.",
        "responses": {
            "200": {
                "description": "The figures, in the text format of Prometheus or OpenMetrics.",
                "content": {
                    "text/plain": TEXT_CONTENT,
                    "application/openmetrics-text": TEXT_CONTENT,
                },
            },
            **problem_responses("internal-error"),
        },
    }
