"""Validation of all that a store holds."""

import io
from collections.abc import Iterable

from rdflib import Graph

from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.selecting import Select, select_from
from gfmdkg.store.walking import TripleView, store_of
from gfmdkg.validation.checks import check_findings, run_checks
from gfmdkg.validation.collapse import collapse
from gfmdkg.validation.data_graph import graph_from_nquads
from gfmdkg.validation.findings import Finding, Report
from gfmdkg.validation.incremental.rules import Rules, Scope

__all__ = ["data_graph", "merged", "select_all", "validate_store"]

_N_TRIPLES = "application/n-triples"


def validate_store(
    store: OxigraphStore,
    rules: Rules,
    *,
    scope: Scope,
    context: bytes = b"",
    reason: str | None = None,
) -> Report:
    """Apply shapes and checks to everything; ``context`` is N-Triples to be seen beside it.

    ``reason`` says in the report why a change was not validated by itself. Raises
    ``OntologyError`` where the rules are at fault.
    """
    data = data_graph(store, scope=scope, context=context)
    found: list[Finding] = rules.validator.findings(rules.validator.report_graph(data), names=data)
    rows = run_checks(rules.checks, select_all(store, scope=scope, context=context))
    found += check_findings(rows, names=data)
    return Report.of(collapse(found), reason=reason)


def data_graph(store: OxigraphStore, *, scope: Scope, context: bytes = b"") -> Graph:
    """The triples that the shapes are applied to."""
    graphs = [name for name in store.graph_names() if scope.is_data(name)]
    if not scope.is_union:
        graphs.append("")
    return graph_from_nquads(b"".join([*_dumps(store, graphs), context]))


def select_all(store: OxigraphStore, *, scope: Scope, context: bytes = b"") -> Select:
    """A function that runs a SELECT on the union of all graphs and the context."""
    if scope.is_union and not context:
        return select_from(store)
    return select_from(merged(store, context=context))


def merged(store: OxigraphStore, *, context: bytes = b"") -> OxigraphStore:
    """The union of all graphs, as the default graph of a store in memory."""
    view = store_of(set(TripleView(store).triples(None, None, None)))
    if context:
        view.load(context, media_type=_N_TRIPLES, graph="")
    return view


def _dumps(store: OxigraphStore, graphs: Iterable[str]) -> Iterable[bytes]:
    for graph in graphs:
        output = io.BytesIO()
        store.dump(output, media_type=_N_TRIPLES, graph=graph)
        yield output.getvalue()
