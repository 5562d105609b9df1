"""The routes that are answered beside FastAPI, for the description alone."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, params

from gfmdkg.http.described import (
    READING,
    WRITER,
    WRITING,
    Responses,
    answers,
    described_router,
    format_model,
    in_path,
    query_string,
    request_body,
)
from gfmdkg.http.models import AtVersion
from gfmdkg.namespaces import BASE, GRAPH_BASE
from gfmdkg.rdf.media import GRAPHS, RESULTS
from gfmdkg.sparql.graph_store import ACCEPTED
from gfmdkg.sparql.models import (
    DATASET,
    FORM,
    QUERY_EXAMPLE,
    USING,
    Explanation,
    Limits,
    Query,
    target_of,
)
from gfmdkg.sparql.request import FORMAT_NAMES, GRAPH_FORMAT_NAMES

__all__ = ["protocol_routers"]

_NOTES = f"{GRAPH_BASE}notes"
_NOTE = f'<{BASE}id/instrument/cmw> <http://www.w3.org/2004/02/skos/core#note> "A note of ours."@en'
_UPDATE = f"INSERT DATA {{ GRAPH <{_NOTES}> {{ {_NOTE} }} }}"
_VOCABULARY = f"{GRAPH_BASE}ontology/vocab/recommendation-kind"

_GRAPHS = [media.media_type for media in GRAPHS]
_OF_BODIES = (413, 415)


def protocol_routers() -> tuple[APIRouter, ...]:
    """Every address that raw handlers answer."""
    sparql, service = described_router("SPARQL"), described_router("Service")
    _describe_sparql(sparql)
    by_iri = query_string(target_of(_VOCABULARY), target_of(_NOTES))
    _describe_graphs(sparql, "/graphs", "Graph", *by_iri)
    text = "The rest of the graph's IRI, which is the address itself."
    _describe_graphs(sparql, "/graphs/{path}", "DirectGraph", *[_below(text, "notes")] * 2)
    text = f"The rest of the graph's IRI after {GRAPH_BASE}"
    own = _VOCABULARY.removeprefix(GRAPH_BASE)
    _describe_graphs(sparql, "/graph/{path}", "OwnGraph", _below(text, own), _below(text, "notes"))
    _describe_service(service)
    return sparql, service


def _describe_sparql(router: APIRouter) -> None:
    asked = (AtVersion, Limits, format_model(*FORMAT_NAMES))
    formats = [media.media_type for media in (*RESULTS, *GRAPHS)]

    @router.get(
        "/sparql",
        operation_id="querySparql",
        summary="Query with SPARQL",
        dependencies=query_string(Query, DATASET, *asked),
        responses=answers(
            "The result.", Explanation, [*formats, "text/html"], also=(*READING, 413)
        ),
    )
    def query() -> None:
        """SPARQL 1.1 Protocol, query by GET.

        The default graph is the union of all graphs, and the project's prefixes need no
        declaration. SERVICE and LOAD are refused. A query that runs out of time is stopped: 504.
        """

    bodies = request_body(
        ["application/sparql-query", "application/sparql-update"],
        {
            "application/sparql-query": QUERY_EXAMPLE,
            "application/x-www-form-urlencoded": {"query": QUERY_EXAMPLE},
            "application/sparql-update": _UPDATE,
        },
    )

    @router.post(
        "/sparql",
        operation_id="postSparql",
        summary="Query or update with SPARQL",
        dependencies=[WRITER, *query_string(DATASET, USING, *asked)],
        responses={
            **answers("The result of a query.", Explanation, formats, also=()),
            **_done("The update is carried out and on disk.", *_OF_BODIES, 406),
        },
        openapi_extra={**bodies, "security": [{}]},
    )
    def query_or_update(form: Annotated[FORM, Form()]) -> None:  # type: ignore[valid-type]
        """SPARQL 1.1 Protocol by POST: a form with `query` or `update`, or either as the body.

        The body has its own media type. An update needs the token of a reviewer, is carried out
        whole or not at all, and only where the graph keeps its rules with it.
        """


def _below(text: str, example: str) -> params.Depends:
    """A graph by its address."""
    return in_path("path", text, example, min_length=1, pattern="^[a-z0-9/-]+$")


def _describe_graphs(
    router: APIRouter, path: str, name: str, read: params.Depends, written: params.Depends
) -> None:
    def add(method: str, verb: str, summary: str, description: str, **more: Any) -> None:
        router.add_api_route(
            path,
            _nothing,
            methods=[method],
            operation_id=f"{verb}{name}",
            summary=summary,
            description=f"Graph Store Protocol: {description}",
            **more,
        )

    add(
        "GET",
        "read",
        "Read a graph",
        "the triples of one graph.",
        dependencies=[read, *query_string(AtVersion, format_model(*GRAPH_FORMAT_NAMES))],
        responses=answers("The triples.", None, _GRAPHS, also=(*READING, 413)),
    )
    finished = "It is done and on disk."
    sent: dict[str, Any] = {
        "status_code": 201,
        "dependencies": [WRITER, written],
        "openapi_extra": request_body(ACCEPTED, {"text/turtle": f"{_NOTE} ."}),
        "responses": {
            **answers(
                "The graph was made.", headers=["Content-Version", "Location"], also=(), status=201
            ),
            **_done(finished, *_OF_BODIES),
        },
    }
    add("PUT", "replace", "Replace a graph", "the graph becomes what the body says.", **sent)
    add("POST", "add", "Add to a graph", "what the body says is added to the graph.", **sent)
    add(
        "DELETE",
        "delete",
        "Delete a graph",
        "the graph and its triples are removed.",
        status_code=204,
        dependencies=[WRITER, written],
        responses=_done(finished),
    )


def _done(text: str, *more: int) -> Responses:
    """The responses of a write, with the version that it made."""
    return answers(text, headers=["Content-Version"], also=(*WRITING, *more), status=204)


def _describe_service(router: APIRouter) -> None:
    for path, name, where in (
        ("/.well-known/void", "getVoid", "where VoID readers look for it"),
        ("/dataset", "getDataset", "at the IRI of the dataset"),
    ):
        router.add_api_route(
            path,
            _nothing,
            operation_id=name,
            summary="The dataset's description",
            description=f"VoID and DCAT, {where}: title, licence, version, figures by class, "
            "property and graph; counted in the version that is asked for.",
            dependencies=query_string(AtVersion, format_model(*GRAPH_FORMAT_NAMES)),
            responses=answers("The description.", None, _GRAPHS, also=(*READING, 413)),
        )
    router.add_api_route(
        "/metrics",
        _nothing,
        operation_id="getMetrics",
        summary="Figures for Prometheus",
        description="Counters and gauges of requests, queries, workers, cache and versions, of "
        "all server processes.",
        responses=answers(
            "The figures, in the text format of Prometheus or OpenMetrics.",
            None,
            ["text/plain", "application/openmetrics-text"],
            also=(),
        ),
    )


def _nothing() -> None: ...
