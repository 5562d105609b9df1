"""The routes beside FastAPI in the OpenAPI document: SPARQL, graphs, VoID, metrics."""

from collections.abc import Mapping, Sequence
from typing import Any

from gfmdkg.formats.media import GRAPHS, RESULTS
from gfmdkg.http.description import VERSION_PARAMETER
from gfmdkg.http.graph_store import ACCEPTED as WRITTEN
from gfmdkg.http.problem_schemas import problem_responses
from gfmdkg.http.shapes import COUNT, STRING, listed, record, ref, written
from gfmdkg.http.sparql_request import FORMAT_NAMES
from gfmdkg.namespaces import BASE, GRAPH_BASE

__all__ = ["PROTOCOL_SCHEMAS", "WRITER", "protocol_paths"]

WRITER: Sequence[Mapping[str, Any]] = ({"bearer": []},)
"""The security of an operation that writes."""

_IRI: Mapping[str, Any] = {"type": "string", "format": "iri", "minLength": 1}
_QUERY = (
    f"SELECT ?passage WHERE {{ ?passage gfmd:cites <{BASE}id/instrument/cmw> }} ORDER BY ?passage"
)
_NOTES = f"{GRAPH_BASE}notes"
_NOTE = f'<{BASE}id/instrument/cmw> <http://www.w3.org/2004/02/skos/core#note> "A note of ours."@en'
_UPDATE = f"INSERT DATA {{ GRAPH <{_NOTES}> {{ {_NOTE} }} }}"
_VOCABULARY = f"{GRAPH_BASE}ontology/vocab/recommendation-kind"
_READING = (
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
_WRITING = (
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
_GRAPH_CONTENT = {media.media_type: written(media.media_type) for media in GRAPHS}
_OF_BODIES = frozenset({"body-too-large", "unsupported-media-type"})
_TEXT: Mapping[str, Any] = {"schema": STRING}

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
    direct = _path_parameter("The rest of the graph's IRI, which is the address itself.")
    own = _path_parameter(f"The rest of the graph's IRI after {GRAPH_BASE}")
    return {
        "/sparql": {"get": _get_query(), "post": _post_sparql()},
        "/graphs": _graph_item("Graph", [_GRAPH, _DEFAULT]),
        "/graphs/{path}": _graph_item("DirectGraph", [{**direct, "example": "notes"}]),
        "/graph/{path}": _graph_item(
            "OwnGraph", [{**own, "example": _VOCABULARY.removeprefix(GRAPH_BASE)}]
        ),
        "/.well-known/void": {"get": _void("getVoid", "where VoID readers look for it")},
        "/dataset": {"get": _void("getDataset", "at the IRI of the dataset")},
        "/metrics": {"get": _metrics()},
    }


# SPARQL


def _graphs_parameter(name: str, description: str) -> dict[str, Any]:
    schema = listed(_IRI)
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
_FORMAT = {
    "name": "format",
    "in": "query",
    "description": "The format, where the Accept header is not to decide.",
    "schema": {"type": "string", "enum": list(FORMAT_NAMES)},
    "example": "json",
}
_EXPLAIN = {
    "name": "explain",
    "in": "query",
    "description": "Answer with measured times and the parsed algebra, not with the result.",
    "schema": {"type": "boolean", "default": False},
}


def _get_query() -> dict[str, Any]:
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
        "parameters": [query, *_DATASET, VERSION_PARAMETER, _TIMEOUT, _FORMAT, _EXPLAIN],
        "responses": {
            "200": _answer("The result.", _query_content(with_page=True)),
            "304": {"description": "Nothing changed."},
            **problem_responses(*_READING, "query-rejected", "body-too-large"),
        },
    }


def _post_sparql() -> dict[str, Any]:
    form = {
        "type": "object",
        "properties": {
            "query": STRING,
            "update": STRING,
            "default-graph-uri": listed(_IRI),
            "named-graph-uri": listed(_IRI),
            "using-graph-uri": listed(_IRI),
            "using-named-graph-uri": listed(_IRI),
            "format": _FORMAT["schema"],
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
        "parameters": [*_DATASET, *_USING, VERSION_PARAMETER, _TIMEOUT, _FORMAT, _EXPLAIN],
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
            "200": _answer("The result of a query.", _query_content(with_page=False), tagged=False),
            "204": _done("The update is carried out and on disk."),
            **problem_responses(*_READING, *_WRITING, "query-rejected"),
        },
    }


def _query_content(*, with_page: bool) -> dict[str, Any]:
    content: dict[str, Any] = {
        media.media_type: written(media.media_type) for media in (*RESULTS, *GRAPHS)
    }
    content["application/json"] = {"schema": ref("Explanation")}
    return {**content, "text/html": _TEXT} if with_page else content


# Graph Store Protocol

_GRAPH = {
    "name": "graph",
    "in": "query",
    "description": "The IRI of the graph; or `default`.",
    "schema": _IRI,
    "example": _VOCABULARY,
}
_DEFAULT = {
    "name": "default",
    "in": "query",
    "description": "The default graph, in place of `graph`; without a value.",
    "allowEmptyValue": True,
    "schema": {"type": "string", "maxLength": 0},
}


def _path_parameter(description: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "pattern": "^[a-z0-9/-]+$"}
    return {
        "name": "path",
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
    }


def _graph_item(name: str, target: list[dict[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = dict.fromkeys(WRITTEN, _TEXT)
    content["text/turtle"] = {"schema": STRING, "example": f"{_NOTE} ."}
    content["multipart/form-data"] = {"schema": {"type": "object"}}
    body = {"required": True, "content": content}
    written = {**_graph_writing(), "parameters": _written_target(target)}
    return {
        "get": {
            "tags": ["SPARQL"],
            "summary": "Read a graph",
            "operationId": f"read{name}",
            "description": "Graph Store Protocol: the triples of one graph.",
            "parameters": [*target, VERSION_PARAMETER, _FORMAT],
            "responses": {
                "200": _answer("The triples.", _GRAPH_CONTENT),
                "304": {"description": "Nothing changed."},
                **problem_responses(*_READING),
            },
        },
        "put": {
            **written,
            "summary": "Replace a graph",
            "operationId": f"replace{name}",
            "description": "Graph Store Protocol: the graph becomes what the body says.",
            "requestBody": body,
        },
        "post": {
            **written,
            "summary": "Add to a graph",
            "operationId": f"add{name}",
            "description": "Graph Store Protocol: what the body says is added to the graph.",
            "requestBody": body,
        },
        "delete": {
            **written,
            "summary": "Delete a graph",
            "operationId": f"delete{name}",
            "description": "Graph Store Protocol: the graph and its triples are removed.",
            "responses": {
                "204": _done("It is done and on disk."),
                **problem_responses(*(set(_WRITING) - _OF_BODIES)),
            },
        },
    }


def _written_target(target: list[dict[str, Any]]) -> list[dict[str, Any]]:
    examples = {"graph": _NOTES, "path": "notes"}
    return [{**p, "example": examples[p["name"]]} if "example" in p else p for p in target]


def _graph_writing() -> dict[str, Any]:
    return {
        "tags": ["SPARQL"],
        "security": list(WRITER),
        "responses": {
            "201": _done("The graph was made.", "Location"),
            "204": _done("It is done and on disk."),
            **problem_responses(*_WRITING),
        },
    }


# The service of itself


def _void(name: str, where: str) -> dict[str, Any]:
    return {
        "tags": ["Service"],
        "summary": "The dataset's description",
        "operationId": name,
        "description": f"VoID and DCAT, {where}: title, licence, version, figures by class, "
        "property and graph; counted in the version that is asked for.",
        "parameters": [VERSION_PARAMETER, _FORMAT],
        "responses": {
            "200": _answer("The description.", _GRAPH_CONTENT),
            "304": {"description": "Nothing changed."},
            **problem_responses(*_READING),
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
                "content": {"text/plain": _TEXT, "application/openmetrics-text": _TEXT},
            },
            **problem_responses("internal-error"),
        },
    }


def _answer(text: str, content: Mapping[str, Any], *, tagged: bool = True) -> dict[str, Any]:
    headers = {
        "Content-Version": {
            "description": "The version of the graph that was read.",
            "schema": STRING,
        }
    }
    if tagged:
        headers["ETag"] = {"description": "For If-None-Match.", "schema": STRING}
    return {"description": text, "headers": headers, "content": dict(content)}


def _done(text: str, *more: str) -> dict[str, Any]:
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
