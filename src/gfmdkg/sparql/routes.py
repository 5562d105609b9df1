"""The SPARQL Protocol and the Graph Store Protocol in the description: routes beside FastAPI."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, params
from pydantic import BaseModel, ConfigDict, Field, create_model

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
from gfmdkg.http.models import AtVersion, Count, asked, one_of, sometimes
from gfmdkg.namespaces import BASE, GRAPH_BASE
from gfmdkg.rdf.media import GRAPHS, RESULTS
from gfmdkg.sparql.graph_store import ACCEPTED
from gfmdkg.sparql.request import FORMAT_NAMES, GRAPH_FORMAT_NAMES

__all__ = ["SparqlResults", "protocol_routers"]

_QUERY = (
    f"SELECT ?passage WHERE {{ ?passage gfmd:cites <{BASE}id/instrument/cmw> }} ORDER BY ?passage"
)
_NOTES = f"{GRAPH_BASE}notes"
_NOTE = f'<{BASE}id/instrument/cmw> <http://www.w3.org/2004/02/skos/core#note> "A note of ours."@en'
_UPDATE = f"INSERT DATA {{ GRAPH <{_NOTES}> {{ {_NOTE} }} }}"
_VOCABULARY = f"{GRAPH_BASE}ontology/vocab/recommendation-kind"

_GRAPHS = [media.media_type for media in GRAPHS]
_OF_BODIES = (413, 415)
_Iri = Annotated[str, Field(min_length=1, json_schema_extra={"format": "iri"})]


def _graphs(**descriptions: str) -> type[BaseModel]:
    """Parameters that name graphs; the protocols write their names with hyphens."""
    fields: dict[str, Any] = {
        name.replace("_", "-"): (list[_Iri], asked(text)) for name, text in descriptions.items()
    }
    return create_model("Graphs", __config__=ConfigDict(extra="forbid"), **fields)


_DATASET = _graphs(
    default_graph_uri="A graph of the default graph; repeatable.",
    named_graph_uri="A graph for GRAPH patterns; repeatable.",
)
_USING = _graphs(
    using_graph_uri="For an update: a graph that its WHERE reads.",
    using_named_graph_uri="For an update: a graph for GRAPH in its WHERE.",
)


_FORM = create_model(
    "SparqlForm",
    __base__=(_DATASET, _USING),
    query=(str, sometimes()),
    update=(str, sometimes()),
    format=(one_of(FORMAT_NAMES), asked("The format of a query's result.")),
)


class Query(BaseModel):
    """The parameter of a query in the address."""

    query: str = asked(
        "The query. Without it, RDF is the description of the service, and HTML the page with "
        "the form.",
        _QUERY,
    )


def _target_of(example: str) -> type[BaseModel]:
    """The parameters that name the graph of an operation."""

    class Target(BaseModel):
        graph: _Iri = asked("The IRI of the graph; or `default`.", example)
        default: str = asked(
            "The default graph, in place of `graph`; without a value.", max_length=0
        )

    return Target


class Limits(BaseModel):
    """How long a query may take, and whether to tell how long it took."""

    timeout: float = asked(
        "Seconds to give up after; never more than the service's own limit.", gt=0
    )
    explain: bool = asked(
        "Answer with measured times and the parsed algebra, not with the result.", default=False
    )


class SparqlTerm(BaseModel):
    """One RDF term; of a triple, `value` has its three terms."""

    type: Literal["uri", "literal", "bnode", "triple"]
    value: Any
    datatype: str = sometimes()
    language: str = Field(default="", alias="xml:lang")


class SparqlResults(BaseModel):
    """SPARQL 1.1 Query Results JSON: `results` of a SELECT, `boolean` of an ASK."""

    head: dict[str, list[str]] = Field(description="The variables, as `vars`.")
    results: dict[str, list[dict[str, SparqlTerm]]] = sometimes("The solutions, as `bindings`.")
    boolean: bool = sometimes()


class Stage(BaseModel):
    """A stage of the work on a query."""

    name: str
    seconds: float
    description: str


class Explanation(BaseModel):
    """What `explain=true` answers: measured times and the algebra, not a plan."""

    kind: str
    media_type: str
    rows: int | None
    size_bytes: Count
    queue_seconds: float
    engine_seconds: float
    stages: list[Stage]
    algebra_note: str
    algebra: str | None
    algebra_error: str = sometimes()


def protocol_routers() -> tuple[APIRouter, ...]:
    """Every address that raw handlers answer."""
    sparql, service = described_router("SPARQL"), described_router("Service")
    _describe_sparql(sparql)
    by_iri = query_string(_target_of(_VOCABULARY), _target_of(_NOTES))
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
        dependencies=query_string(Query, _DATASET, *asked),
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
            "application/sparql-query": _QUERY,
            "application/x-www-form-urlencoded": {"query": _QUERY},
            "application/sparql-update": _UPDATE,
        },
    )

    @router.post(
        "/sparql",
        operation_id="postSparql",
        summary="Query or update with SPARQL",
        dependencies=[WRITER, *query_string(_DATASET, _USING, *asked)],
        responses={
            **answers("The result of a query.", Explanation, formats, also=()),
            **_done("The update is carried out and on disk.", *_OF_BODIES, 406),
        },
        openapi_extra={**bodies, "security": [{}]},
    )
    def query_or_update(form: Annotated[_FORM, Form()]) -> None:  # type: ignore[valid-type]
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
