"""Labels for findings, looked up in the store when they are asked for."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from rdflib import Graph

from gfmdkg.store.walking import TripleView, to_stored, to_value
from gfmdkg.validation.data_graph import our_term, rdflib_term

__all__ = ["StoreNames"]

# Who asks for all labels there are wants to suggest a near one, which may cost so much.
_MOST = 50_000


class StoreNames(Graph):
    """A view of a store as a graph that can only be read, a pattern at a time.

    A pattern without subject and object that has more than 50,000 triples gives none.
    """

    def __init__(self, view: TripleView) -> None:
        super().__init__(store="SimpleMemory", bind_namespaces="none")
        self._view = view

    def triples(self, triple: Any, *_: Any) -> Iterator[Any]:  # type: ignore[override]
        """The triples of a pattern."""
        subject, predicate, object_ = (
            None if t is None else to_stored(our_term(t)) for t in triple
        )
        found = self._view.triples(subject, predicate, object_)  # type: ignore[arg-type]
        if subject is None and object_ is None:
            first = list(islice(found, _MOST + 1))
            found = iter(first if len(first) <= _MOST else ())
        for terms in found:
            yield tuple(rdflib_term(to_value(term)) for term in terms)
