"""What a change can affect, looked at; everything else is as it was.

The result is exact in this sense: for each pair of a rule and a focus node that was looked
at, the findings are those of a full run on the new state, and a pair that was not looked at
has the findings that it had in the old state.
"""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import pyoxigraph as ox
from rdflib import Graph
from rdflib.term import Node

from gfmdkg.rdf.solutions import Select, Solutions
from gfmdkg.rdf.values import Term
from gfmdkg.store.patches import Patch, quads_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.walking import TripleView, store_of
from gfmdkg.validation.checks import Check
from gfmdkg.validation.data_graph import Scope, rdflib_term, rdflib_triples
from gfmdkg.validation.incremental.reach import (
    SUBCLASS,
    TYPE,
    Changes,
    Nodes,
    PropertyOccurrence,
    Surroundings,
    TargetedShape,
    Unbounded,
    superclasses,
    types_of,
)
from gfmdkg.validation.incremental.rules import BoundedCheck, Rules
from gfmdkg.validation.shacl import SKOS_CLASSES, is_of_others, run_shapes

__all__ = ["Coverage", "Examination", "WrittenTriples", "examine"]

# How many nodes the shapes may read at one step of a batch: they follow few paths, but one of
# these may lead to all that a table lists.
_MOST_AROUND = 200_000

WrittenTriples = Mapping[tuple[Node, Node, Node], Collection[Node]]
"""A triple as the store has it, to its object as documents write it, in all their ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was found, before it is put into words.

    ``report`` is the W3C report of the shapes, ``None`` where they had no node to be applied to.
    ``rows`` are of checks. ``looked_at`` has the nodes that a change had looked at, by the shape's
    IRI or the check's name; a check with ``None`` in place of nodes was run as a whole.
    """

    report: Graph | None = None
    rows: Mapping[Check, Solutions] = field(default_factory=dict)
    looked_at: Mapping[str, Nodes | None] = field(default_factory=dict)


class Coverage:
    """Shared by the batches of a change, all of which are in the new state from the first on.

    Every rule looks at what a batch brings with that batch, and at any other node that the
    change affects once. A check that must run as a whole runs once, and each batch from then on
    has its rows.
    """

    def __init__(self, batch_of: Mapping[str, int]) -> None:
        """``batch_of`` has the number of the batch that brings a node, by IRI or ``_:label``."""
        self._batch_of = batch_of
        self.number = 0
        """The batch that is looked at."""
        self._seen: dict[str, set[Term]] = {}
        self._rows: dict[str, Solutions] = {}
        self._told: set[str] = set()

    def batch(self, term: Term | None) -> int | None:
        """The number of the batch that brings a term."""
        return self._batch_of.get(term.value if isinstance(term, ox.NamedNode) else str(term))

    def left(self, rule: str, nodes: Nodes, submitted: Nodes) -> Nodes:
        """Of the nodes that the batch affects, those that a rule is to look at with it."""
        seen = self._seen.setdefault(rule, set())
        new = {n for n in nodes - submitted if n not in seen and self.batch(n) is None}
        seen |= new
        return (nodes & submitted) | new

    def has_run(self, check: str) -> bool:
        """Whether a check, by its name, has run as a whole."""
        return check in self._rows

    def rows(self, check: Check, select: Select, *, is_affected: bool = True) -> Solutions:
        """The rows of a check as a whole that go with this batch.

        They are those about the records that it brings, or else that clash with these; and, with
        the first batch by which the check ``is_affected``, those about no record of any.
        """
        if check.name not in self._rows:
            self._rows[check.name] = select(check.query)
        found = self._rows[check.name]
        names = [name for name in ("focus", "other") if name in found.variables]
        positions = [found.variables.index(name) for name in names]
        is_first = is_affected and check.name not in self._told
        self._told |= {check.name} if is_affected else set()
        wanted = (self.number, None) if is_first else (self.number,)
        rows = []
        for row in found.rows:
            numbers = (self.batch(row[position]) for position in positions)
            if next((n for n in numbers if n is not None), None) in wanted:
                rows.append(row)
        return Solutions(variables=found.variables, rows=tuple(rows))


def examine(
    before: OxigraphStore,
    after: OxigraphStore,
    delta: Patch,
    rules: Rules,
    *,
    scope: Scope,
    limit: int,
    select: Select,
    also: Iterable[Term] = (),
    written: WrittenTriples | None = None,
    coverage: Coverage | None = None,
) -> Examination:
    """Look at what a change from one state to the next can affect.

    ``select`` runs a check as a whole. ``also`` are nodes that every rule is to look at, changed
    or not. Shapes see the literals of ``written`` triples as they are written, not as the store
    normalised them. With a ``coverage`` the change is a batch of a bigger one, and checks that
    must run as a whole run once for all batches.
    Raises ``Unbounded`` where the change cannot be bounded, or affects more than ``limit``
    nodes of one rule.
    """
    nodes = frozenset(also)
    views = scope.data(before), scope.data(after)
    most_around = limit if coverage is None else _MOST_AROUND
    shapes = _Examiner(*views, delta, most_around, nodes, coverage)
    report = shapes.apply_shapes(rules, written or {})
    views = scope.everything(before), scope.everything(after)
    checks = _Examiner(*views, delta, limit, nodes, coverage)
    rows = checks.run_checks(rules, select)
    return Examination(report=report, rows=rows, looked_at=shapes.looked_at | checks.looked_at)


class _Examiner:
    """One view of both states; ``looked_at`` as ``Examination`` has it."""

    def __init__(
        self,
        before: TripleView,
        after: TripleView,
        delta: Patch,
        limit: int,
        also: Nodes,
        coverage: Coverage | None,
    ) -> None:
        self.looked_at: dict[str, Nodes | None] = {}
        self._before, self._after, self._limit, self._also = before, after, limit, also
        self._coverage = coverage
        if len(also) > limit:
            raise Unbounded(f"more than {limit} nodes are to be looked at")

        def changes(view: TripleView, said: Iterable[str]) -> Changes:
            seen = (q for q in quads_of(said) if view.sees(q))
            return Changes(view, ((q.subject, q.predicate, q.object) for q in seen), limit=limit)

        # An added triple may have been there in another graph: then too much is looked at.
        self._added, self._removed = changes(after, delta.added), changes(before, delta.removed)
        if self._added.has(SUBCLASS) or self._removed.has(SUBCLASS):
            raise Unbounded("rdfs:subClassOf changed")
        self._classes: dict[Term, frozenset[str]] = {}

    def _affected(self, rule: str, occurrences: Collection[PropertyOccurrence]) -> Nodes:
        """The nodes that a rule must look at, by what it reads."""
        nodes = self._also.union(
            self._added.affected(occurrences), self._removed.affected(occurrences)
        )
        return nodes if self._coverage is None else self._coverage.left(rule, nodes, self._also)

    # Shapes

    def apply_shapes(self, rules: Rules, written: WrittenTriples) -> Graph | None:
        targets: dict[TargetedShape, Nodes] = {}
        around = Surroundings(self._after, limit=self._limit)
        for shape in rules.shapes:
            if shape.unbounded is not None:
                raise Unbounded(shape.unbounded)
            nodes = self._affected(str(shape.node), (*shape.occurrences, *shape.entrances))
            if nodes:
                self.looked_at[str(shape.node)] = nodes
            focus = frozenset(node for node in nodes if self._is_target(shape, node))
            if focus:
                targets[shape] = focus
                around.add(focus, shape.occurrences)
                around.add_presence(focus)
        if not targets:
            return None
        data = Graph(bind_namespaces="none")
        for triple in rdflib_triples(around.triples):
            for value in written.get(triple, (triple[2],)):
                data.add((triple[0], triple[1], value))
        shapes = rules.shapes_for({s: list(map(rdflib_term, ns)) for s, ns in targets.items()})
        return run_shapes(data, shapes)

    def _is_target(self, shape: TargetedShape, node: Term) -> bool:
        return str(node) in shape.nodes or any(self._enters(e, node) for e in shape.entrances)

    def _enters(self, entrance: PropertyOccurrence, node: Term) -> bool:
        if entrance.objects is not None:
            classes = entrance.objects
            if isinstance(node, ox.NamedNode) and is_of_others(node.value):
                classes -= SKOS_CLASSES
            return not classes.isdisjoint(self._classes_of(node))
        predicate = ox.NamedNode(entrance.step.predicate or "")
        ends = (None, node) if entrance.step.is_inverse else (node, None)
        return self._after.has(ends[0], predicate, ends[1])

    def _classes_of(self, node: Term) -> frozenset[str]:
        if node not in self._classes:
            above = (superclasses(self._after, class_) for class_ in types_of(self._after, node))
            self._classes[node] = frozenset[str]().union(*above)
        return self._classes[node]

    # Checks

    def run_checks(self, rules: Rules, select: Select) -> dict[Check, Solutions]:
        focused: list[tuple[Check, Nodes]] = []
        around = Surroundings(self._after, limit=self._limit)
        rows: dict[Check, Solutions] = {}
        for bounded in rules.bounded:
            check = bounded.check
            nodes = self._nodes(bounded, around)
            if self._coverage is not None and (nodes is None or bounded.focused is None):
                # Without focus nodes it may concern this batch and be affected by a later one.
                rows[check] = self._coverage.rows(check, select, is_affected=nodes is None)
            elif nodes is None:
                rows[check] = select(check.query)
            if nodes is None or nodes:
                self.looked_at[check.name] = nodes
            if nodes:
                focused.append((check, nodes))
        if focused:
            part = store_of(around.triples).select
            for check, nodes in focused:
                rows[check] = _about(part(check.query), nodes)
        return rows

    def _nodes(self, bounded: BoundedCheck, around: Surroundings) -> Nodes | None:
        """The focus nodes that a check must look at; ``None`` means all.

        What it reads around them goes into ``around``.
        """
        name, focused, source = bounded.check.name, bounded.focused, bounded.source
        if self._coverage is not None and self._coverage.has_run(name):
            return None
        if focused is None:
            return None if source is None or self._touches(source.occurrences) else frozenset()
        if any(map(self._appeared, focused.witnesses)):
            return None
        with suppress(Unbounded):  # a check as a whole is bearable
            nodes = self._affected(name, focused.occurrences)
            if nodes:
                around.add(nodes, focused.occurrences)
                for predicate in focused.witnesses:
                    around.add_any(predicate)
            return nodes
        return None

    def _appeared(self, predicate: str) -> bool:
        """Whether there is a triple with this predicate in one of the states only."""
        if not self._added.has(predicate) and not self._removed.has(predicate):
            return False
        pattern = (None, ox.NamedNode(predicate), None)
        return self._before.has(*pattern) != self._after.has(*pattern)

    def _touches(self, occurrences: Collection[PropertyOccurrence]) -> bool:
        """Whether a changed triple hangs on a node of the classes that the paths ask for."""
        wanted = [
            o.objects
            for o in occurrences
            if not o.prefix and o.step.predicate == TYPE and o.objects is not None
        ]
        for view, changes in ((self._after, self._added), (self._before, self._removed)):
            for node in changes.affected(occurrences):
                types = set(types_of(view, node))
                if all(any(ox.NamedNode(name) in types for name in names) for names in wanted):
                    return True
        return False


def _about(solutions: Solutions, nodes: Nodes) -> Solutions:
    """The rows whose ?focus is one of these nodes."""
    position = solutions.variables.index("focus")
    rows = tuple(row for row in solutions.rows if row[position] in nodes)
    return Solutions(variables=solutions.variables, rows=rows)
