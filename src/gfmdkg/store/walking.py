"""Walks over the triples of a store, a set of nodes at a time.

Validation asks which nodes a change can affect and what lies around them: many small look-ups.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import pyoxigraph as ox

from gfmdkg.errors import GfmdkgError
from gfmdkg.rdf.values import Term, Triple
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["Step", "TooManyNodes", "TripleView", "store_of"]


class TooManyNodes(GfmdkgError):
    """A walk met more nodes than it may visit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"more than {limit} nodes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One edge of a path.

    ``predicate`` is an IRI, or ``None`` for any. ``is_inverse`` goes from object to subject;
    ``repeats`` any number of times, none included; ``to_predicate`` goes from a subject to
    the predicates of its triples instead of their objects, or from a predicate to subjects.
    """

    predicate: str | None
    is_inverse: bool = False
    repeats: bool = False
    to_predicate: bool = False


class TripleView:
    """The triples of some graphs of a store, each as often as a graph holds it."""

    def __init__(
        self,
        store: OxigraphStore,
        *,
        has_graph: Callable[[str], bool] = lambda _: True,
        has_default: bool = True,
        only_default: bool = False,
    ) -> None:
        """``has_graph`` says which named graphs are seen; ``only_default`` that none is."""
        self._store = store.engine
        self._has_graph = has_graph
        self._only_default = only_default
        self._seen: dict[object, bool] = {ox.DefaultGraph(): has_default}

    def sees(self, quad: ox.Quad) -> bool:
        """Whether the quad's graph belongs to the view."""
        graph = quad.graph_name
        seen = self._seen.get(graph)
        if seen is None:
            seen = isinstance(graph, ox.NamedNode) and self._has_graph(graph.value)
            self._seen[graph] = seen
        return seen

    def triples(
        self, subject: Term | None, predicate: Term | None, object_: Term | None
    ) -> Iterator[Triple]:
        """The triples of a pattern; ``None`` matches anything."""
        if isinstance(subject, ox.Literal) or not isinstance(predicate, ox.NamedNode | None):
            return
        graph = ox.DefaultGraph() if self._only_default else None
        for quad in self._store.quads_for_pattern(subject, predicate, object_, graph):
            if self._only_default or self.sees(quad):
                yield quad.subject, quad.predicate, quad.object

    def has(self, subject: Term | None, predicate: Term | None, object_: Term | None) -> bool:
        """Whether there is a triple of this pattern."""
        return next(self.triples(subject, predicate, object_), None) is not None

    def follow(
        self, nodes: Iterable[Term], step: Step, *, into: set[Triple] | None = None, limit: int
    ) -> frozenset[Term]:
        """The nodes a step away from some; ``into`` takes the triples on the way.

        Raises ``TooManyNodes`` where they are more than ``limit``.
        """
        predicate = None if step.predicate is None else ox.NamedNode(step.predicate)
        waiting = list(nodes)
        found: set[Term] = set(waiting) if step.repeats else set()
        while waiting:
            node = waiting.pop()
            pattern: tuple[Term | None, Term | None, Term | None] = (node, predicate, None)
            if step.is_inverse:
                pattern = (None, node, None) if step.to_predicate else (None, predicate, node)
            for triple in self.triples(*pattern):
                if into is not None:
                    into.add(triple)
                end = triple[_end(step)]
                if end in found:
                    continue
                found.add(end)
                if len(found) > limit:
                    raise TooManyNodes(limit)
                if step.repeats:
                    waiting.append(end)
        return frozenset(found)

    def retrace(self, nodes: Collection[Term], step: Step, *, limit: int) -> frozenset[Term]:
        """The nodes from which a step leads to one of these. Raises ``TooManyNodes``."""
        return self.follow(nodes, replace(step, is_inverse=not step.is_inverse), limit=limit)


def _end(step: Step) -> int:
    if step.is_inverse:
        return 0
    return 1 if step.to_predicate else 2


def store_of(triples: AbstractSet[Triple]) -> OxigraphStore:
    """A store in memory with these triples as its default graph."""
    engine = ox.Store()
    engine.bulk_extend(ox.Quad(s, p, o) for s, p, o in triples)  # type: ignore[arg-type]
    return OxigraphStore(engine)
