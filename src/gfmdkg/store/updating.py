"""SPARQL updates of which one knows afterwards what they can have changed.

The engine does not tell what an update changed, and to find out from two states of a store
takes as long as the store is large. So the engine evaluates the WHERE of each operation as a
query, fills the templates in a store of their own, and what stands there is removed and added.
"""

from collections.abc import Iterable

import pyoxigraph as ox

from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.tokens import TokenKind, tokenize
from gfmdkg.rdf.values import Term
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.updates import Operation, split_update

__all__ = ["carry_out"]

# Beyond so many solutions or characters the engine does it all, and the states are compared.
_MOST_SOLUTIONS = 20_000
_LONGEST_TEXT = 4_000_000
# Blank nodes cannot stand in VALUES, so they go by names of this form for a while.
_STAND_IN = "urn:x-gfmdkg-blank:"


class _UnclearError(Exception):
    """What the operation changes cannot be told beforehand."""


def carry_out(store: OxigraphStore, text: str, *, base_iri: str | None = None) -> set[str] | None:
    """Carry out an update: the statements that may differ now, or ``None`` if unknown.

    If it raises, the store may hold a part of the update. Raises ``QueryRejected``.
    """
    operations = None if len(text) > _LONGEST_TEXT else split_update(text)
    if operations is None:
        store.update(text, base_iri=base_iri)
        return None
    # Refused as a whole, with places in the whole text, by running it on nothing.
    OxigraphStore.in_memory().update(text, base_iri=base_iri)
    touched: set[str] | None = set()
    for operation in operations:
        try:
            removed, added = _evaluate(store, operation, base_iri)
        except _UnclearError:
            store.update(operation.text, base_iri=base_iri)
            touched = None
            continue
        store.apply(added=added, removed=removed)
        if touched is not None:
            touched.update(map(str, (*removed, *added)))
    return touched


def _evaluate(
    store: OxigraphStore, operation: Operation, base_iri: str | None
) -> tuple[list[ox.Quad], list[ox.Quad]]:
    """What an operation removes and adds."""
    found = Solutions(variables=(), rows=((),))
    if operation.where:
        most = _MOST_SOLUTIONS + 1
        found = store.select(operation.query, base_iri=base_iri, most=most)
        if len(found) == most:
            raise _UnclearError
    return (
        _filled(operation, operation.delete, found, base_iri),
        _filled(operation, operation.insert, found, base_iri),
    )


def _filled(
    operation: Operation, template: str, found: Solutions, base_iri: str | None
) -> list[ox.Quad]:
    if not template:
        return []
    used = {t.text[1:] for t in tokenize(template, decode=False) if t.kind is TokenKind.VARIABLE}
    places = [place for place, name in enumerate(found.variables) if name in used]
    names = " ".join(f"?{found.variables[place]}" for place in places)
    lines = "\n".join(f"({' '.join(_spell(row[p]) for p in places)})" for row in found)
    scratch = OxigraphStore.in_memory()
    scratch.update(operation.filled(template, f"VALUES ({names}) {{ {lines} }}"), base_iri=base_iri)
    return [quad for given in scratch.quads() for quad in _with_blank_nodes(given)]


def _spell(term: Term | None) -> str:
    match term:
        case None:
            return "UNDEF"
        case ox.BlankNode():
            return f"<{_STAND_IN}{term.value}>"
        case ox.Triple():
            raise _UnclearError
        case _:
            return str(term)


def _with_blank_nodes(quad: ox.Quad) -> Iterable[ox.Quad]:
    """The quad with blank nodes in place of their names; none where one cannot stand."""
    if quad.predicate.value.startswith(_STAND_IN):
        return
    if not isinstance(quad.graph_name, ox.DefaultGraph | ox.NamedNode) or (
        isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.startswith(_STAND_IN)
    ):
        raise _UnclearError
    subject, value = _node(quad.subject), _node(quad.object)
    yield ox.Quad(subject, quad.predicate, value, quad.graph_name)  # type: ignore[arg-type]


def _node(term: Term) -> Term:
    if isinstance(term, ox.Triple):
        raise _UnclearError
    if isinstance(term, ox.NamedNode) and term.value.startswith(_STAND_IN):
        return ox.BlankNode(term.value.removeprefix(_STAND_IN))
    return term
