"""An rdflib graph whose SPARQL stays on this machine, and is parsed once."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rdflib import Graph
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result

from gfmdkg.errors import Fault, OntologyError

__all__ = ["GuardedGraph"]


class GuardedGraph(Graph):
    """A view of a graph for pyshacl to query.

    SHACL's SPARQL constraints may hold SERVICE, which rdflib follows over the network, and
    pyshacl's own look for it is a regular expression that a comment defeats; here the parsed
    query is searched. Parsing costs more than evaluating and is the same for each focus node,
    so it is kept.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__(store=graph.store, identifier=graph.identifier)
        self.namespace_manager = graph.namespace_manager

    def query(
        self,
        query_object: str | Query,
        processor: Any = "sparql",
        result: Any = "sparql",
        initNs: Mapping[str, Any] | None = None,  # noqa: N803 - rdflib's names
        initBindings: Mapping[str, Any] | None = None,  # noqa: N803
        use_store_provided: bool = True,
        **options: Any,
    ) -> Result:
        """Evaluate a query on this graph alone; raises ``OntologyError`` where it may not."""
        if isinstance(query_object, str):
            query_object = _prepare(query_object, tuple(sorted((initNs or {}).items())))
        return super().query(
            query_object, processor, result, initNs, initBindings, use_store_provided, **options
        )


@lru_cache(maxsize=1024)
def _prepare(text: str, namespaces: tuple[tuple[str, Any], ...]) -> Query:
    try:
        query = prepareQuery(text, initNs=dict(namespaces))
    # rdflib raises a bare Exception for an unknown prefix.
    except Exception as error:
        fault = Fault(message=f"a SPARQL constraint is malformed: {error}")
        raise OntologyError("the shapes cannot be applied", [fault]) from error
    forbidden = _find_forbidden(query.algebra)
    if forbidden is not None:
        fault = Fault(message=f"a SPARQL constraint uses {forbidden}", remedy=f"remove {forbidden}")
        raise OntologyError("a shape may not reach out of the graph", [fault])
    return query


def _find_forbidden(part: Any) -> str | None:
    if isinstance(part, CompValue):
        if part.name == "ServiceGraphPattern":
            return "SERVICE"
        # CompValue.get() answers the key itself where there is none.
        if any(key == "datasetClause" and part[key] for key in part):
            return "FROM"
        part = [part[key] for key in part]
    if isinstance(part, list | tuple | set | frozenset):
        return next((found for p in part if (found := _find_forbidden(p))), None)
    return None
