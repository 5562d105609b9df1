"""What the SPARQL Protocol and the Graph Store Protocol take and answer, for the description."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from gfmdkg.http.models import Count, asked, one_of, sometimes
from gfmdkg.namespaces import BASE
from gfmdkg.sparql.request import FORMAT_NAMES

__all__ = [
    "DATASET",
    "FORM",
    "QUERY_EXAMPLE",
    "USING",
    "Explanation",
    "Limits",
    "Query",
    "SparqlResults",
    "target_of",
]

QUERY_EXAMPLE = (
    f"SELECT ?passage WHERE {{ ?passage gfmd:cites <{BASE}id/instrument/cmw> }} ORDER BY ?passage"
)
_Iri = Annotated[str, Field(min_length=1, json_schema_extra={"format": "iri"})]


def _graphs(**descriptions: str) -> type[BaseModel]:
    """Parameters that name graphs; the protocols write their names with hyphens."""
    fields: dict[str, Any] = {
        name.replace("_", "-"): (list[_Iri], asked(text)) for name, text in descriptions.items()
    }
    return create_model("Graphs", __config__=ConfigDict(extra="forbid"), **fields)


DATASET = _graphs(
    default_graph_uri="A graph of the default graph; repeatable.",
    named_graph_uri="A graph for GRAPH patterns; repeatable.",
)
USING = _graphs(
    using_graph_uri="For an update: a graph that its WHERE reads.",
    using_named_graph_uri="For an update: a graph for GRAPH in its WHERE.",
)


FORM = create_model(
    "SparqlForm",
    __base__=(DATASET, USING),
    query=(str, sometimes()),
    update=(str, sometimes()),
    format=(one_of(FORMAT_NAMES), asked("The format of a query's result.")),
)


class Query(BaseModel):
    """The parameter of a query in the address."""

    query: str = asked(
        "The query. Without it, RDF is the description of the service, and HTML the page with "
        "the form.",
        QUERY_EXAMPLE,
    )


def target_of(example: str) -> type[BaseModel]:
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
