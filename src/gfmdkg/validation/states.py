"""States of a store as rdflib and the checks see them."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rdflib import Graph

from gfmdkg.formats.solutions import Select
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.walking import TripleView, store_of
from gfmdkg.validation.data_graph import graph_from_nquads, our_term, rdflib_term

__all__ = ["Scope", "StoreNames", "data_graph", "select_all"]

_N_TRIPLES = "application/n-triples"
# Who asks for all labels there are wants to suggest a near one, which may cost so much.
_MOST = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which graphs of a store are data, and whether its default graph is the union of all.

    ``is_data`` takes the IRI of a named graph; shapes are applied to these graphs, and to the
    default graph where it is no union. Checks see everything.
    """

    is_data: Callable[[str], bool] = lambda _: True
    is_union: bool = True

    def data(self, store: OxigraphStore) -> TripleView:
        """What the shapes see."""
        return TripleView(store, has_graph=self.is_data, has_default=not self.is_union)

    def everything(self, store: OxigraphStore) -> TripleView:
        """What the checks see."""
        return TripleView(store, only_default=self.is_union)


def data_graph(
    store: OxigraphStore,
    *,
    scope: Scope,
    context: bytes = b"",
    written: Sequence[tuple[str, Graph]] = (),
) -> Graph:
    """The triples that the shapes are applied to.

    ``context`` is N-Triples to be seen beside the store; a named graph that is ``written``
    counts as it is there, not as it is stored.
    """
    own = {name for name, _ in written}
    graphs = [name for name in store.graph_names() if scope.is_data(name) and name not in own]
    if not scope.is_union:
        graphs.append("")
    data = graph_from_nquads(b"".join([*_dumps(store, graphs), context]))
    for name, graph in written:
        for triple in graph if scope.is_data(name) else ():
            data.add(triple)
    return data


def select_all(store: OxigraphStore, *, scope: Scope, context: bytes = b"") -> Select:
    """A function that runs a SELECT on the union of all graphs and the context."""
    if scope.is_union and not context:
        return store.select
    view = store_of(set(TripleView(store).triples(None, None, None)))
    if context:
        view.load(context, media_type=_N_TRIPLES, graph="")
    return view.select


def _dumps(store: OxigraphStore, graphs: Sequence[str]) -> Iterator[bytes]:
    for graph in graphs:
        output = io.BytesIO()
        store.dump(output, media_type=_N_TRIPLES, graph=graph)
        yield output.getvalue()


class StoreNames(Graph):
    """A view of a store as a graph that can only be read, a pattern at a time.

    A pattern without subject and object that has more than 50,000 triples gives none.
    """

    def __init__(self, view: TripleView) -> None:
        super().__init__(store="SimpleMemory", bind_namespaces="none")
        self._view = view

    def triples(self, triple: Any, *_: Any) -> Iterator[Any]:  # type: ignore[override]
        """The triples of a pattern."""
        subject, predicate, object_ = (None if t is None else our_term(t) for t in triple)
        found = self._view.triples(subject, predicate, object_)  # type: ignore[arg-type]
        if subject is None and object_ is None:
            first = list(islice(found, _MOST + 1))
            found = iter(first if len(first) <= _MOST else ())
        for terms in found:
            yield tuple(rdflib_term(term) for term in terms)
