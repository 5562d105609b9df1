"""The operations of the SPARQL protocol in the OpenAPI description."""

from typing import Any

from gfmdkg.formats.media import GRAPHS, RESULTS
from gfmdkg.http.parameter_description import VERSION_PARAMETER
from gfmdkg.http.problem_schemas import problem_responses
from gfmdkg.http.protocol_answers import (
    FORMAT_PARAMETER,
    IRI_SCHEMA,
    NOTE,
    NOTES_GRAPH,
    READING_PROBLEMS,
    TEXT_CONTENT,
    WRITER,
    WRITING_PROBLEMS,
    answer,
    done,
)
from gfmdkg.http.shapes import STRING, listed, ref, written
from gfmdkg.namespaces import BASE

__all__ = ["query_by_get", "query_or_update_by_post"]

_QUERY = (
    f"SELECT ?passage WHERE {{ ?passage gfmd:cites <{BASE}id/instrument/cmw> }} ORDER BY ?passage"
)

_UPDATE = f"INSERT DATA {{ GRAPH <{NOTES_GRAPH}> {{ {NOTE} }} }}"


def _graphs_parameter(name: str, description: str) -> dict[str, Any]:
    schema = listed(IRI_SCHEMA)
    return {"name": name, "in": "query", "description": description, "schema": schema}


_DATASET = (
    _graphs_parameter("default-graph-uri", "A graph of the default graph; repeatable."),
    _graphs_parameter("named-graph-uri", "A graph for GRAPH patterns; repeatable."),
)

_USING = (
    _graphs_parameter("using-graph-uri", "For an update: a graph that its WHERE reads."),
    _graphs_parameter("using-named-graph-uri", "For an update: a graph for GRAPH in its WHERE."),
)

_TIMEOUT = {
    "name": "timeout",
    "in": "query",
    "description": "Seconds to give up after; never more than the service's own limit.",
    "schema": {"type": "number", "exclusiveMinimum": 0},
}

_EXPLAIN = {
    "name": "explain",
    "in": "query",
    "description": "Answer with measured times and the parsed algebra, not with the result.",
    "schema": {"type": "boolean", "default": False},
}


def query_by_get() -> dict[str, Any]:
    """A query in the address."""
    query = {
        "name": "query",
        "in": "query",
        "description": "The query. Without it, RDF is the description of the service, and HTML "
        "the page with the form.",
        "schema": STRING,
        "example": _QUERY,
    }
    return {
        "tags": ["SPARQL"],
        "summary": "Query with SPARQL",
        "operationId": "querySparql",
        "description": "SPARQL 1.1 Protocol, query by GET. The default graph is the union of all "
        "graphs, and the project's prefixes need no declaration. SERVICE and LOAD are refused. "
        "A query that runs out of time is stopped: 504.",
        "parameters": [query, *_DATASET, VERSION_PARAMETER, _TIMEOUT, FORMAT_PARAMETER, _EXPLAIN],
        "responses": {
            "200": answer("The result.", _query_content(with_page=True)),
            "304": {"description": "Nothing changed."},
            **problem_responses(*READING_PROBLEMS, "query-rejected", "body-too-large"),
        },
    }


def query_or_update_by_post() -> dict[str, Any]:
    """A query or an update in the body."""
    form = {
        "type": "object",
        "properties": {
            "query": STRING,
            "update": STRING,
            "default-graph-uri": listed(IRI_SCHEMA),
            "named-graph-uri": listed(IRI_SCHEMA),
            "using-graph-uri": listed(IRI_SCHEMA),
            "using-named-graph-uri": listed(IRI_SCHEMA),
            "format": FORMAT_PARAMETER["schema"],
        },
        "additionalProperties": False,
    }
    return {
        "tags": ["SPARQL"],
        "summary": "Query or update with SPARQL",
        "operationId": "postSparql",
        "description": "SPARQL 1.1 Protocol by POST: a form with `query` or `update`, or either "
        "as the whole body in its own media type. An update needs the token of a reviewer, is "
        "carried out whole or not at all, and only where the graph keeps its rules with it.",
        "security": [{}, *WRITER],
        "parameters": [*_DATASET, *_USING, VERSION_PARAMETER, _TIMEOUT, FORMAT_PARAMETER, _EXPLAIN],
        "requestBody": {
            "required": True,
            "content": {
                "application/sparql-query": {"schema": STRING, "example": _QUERY},
                "application/x-www-form-urlencoded": {
                    "schema": form,
                    "example": {"query": _QUERY},
                },
                "application/sparql-update": {"schema": STRING, "example": _UPDATE},
            },
        },
        "responses": {
            "200": answer("The result of a query.", _query_content(with_page=False), tagged=False),
            "204": done("The update is carried out and on disk."),
            **problem_responses(*READING_PROBLEMS, *WRITING_PROBLEMS, "query-rejected"),
        },
    }


def _query_content(*, with_page: bool) -> dict[str, Any]:
    content: dict[str, Any] = {
        media.media_type: written(media.media_type) for media in (*RESULTS, *GRAPHS)
    }
    content["application/json"] = {"schema": ref("Explanation")}
    return {**content, "text/html": TEXT_CONTENT} if with_page else content
