"""The claim that all of incremental validation rests on, put so that it can be tested.

What a full run finds after a change is what it found before, without the pairs of a rule and
a node that the incremental run looked at, and with what that run found.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from rdflib import BNode, Graph
from rdflib.term import Node

from gfmdkg.errors import OntologyError
from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.validation.data_graph import Scope, data_graph, rdflib_term, select_all
from gfmdkg.validation.incremental.examination import Examination, examine
from gfmdkg.validation.incremental.reach import Unbounded
from gfmdkg.validation.incremental.rules import Rules, closure
from gfmdkg.validation.locate import path_text
from gfmdkg.validation.shacl import ShapeResult, decode_report, run_shapes

Found = frozenset[tuple[tuple[str, ...], Node, Any]]
"""The rules that can have a finding, its focus node, and all else that makes it."""


class Equality:
    """Compares incremental runs with full ones, by some rules."""

    def __init__(self, rules: Rules, scope: Scope) -> None:
        self.rules, self.scope = rules, scope
        self._owners: dict[Node, list[Node]] = {}
        for shape in rules.shapes:
            for part in {s for s, _, _ in closure(rules.graph, shape.node)} | {shape.node}:
                self._owners.setdefault(part, []).append(shape.node)
        self.incremental, self.full, self.found = 0, 0, 0

    def everything(self, store: OxigraphStore) -> Found:
        """The findings of a full run."""
        data = data_graph(store, scope=self.scope)
        found = set(self._shape_findings(run_shapes(data, self.rules.graph)))
        select = select_all(store, scope=self.scope)
        for check in self.rules.checks:
            found |= set(_rows(check.name, select(check.query)))
        return frozenset(found)

    def differences(
        self,
        before: OxigraphStore,
        after: OxigraphStore,
        delta: Patch,
        found_before: Found,
        *,
        limit: int = 1_000,
    ) -> Found:
        """What the incremental run missed or made up; a change without bounds has none."""
        try:
            examination = examine(
                before,
                after,
                delta,
                self.rules,
                scope=self.scope,
                limit=limit,
                select=select_all(after, scope=self.scope),
            )
        except Unbounded:
            self.full += 1
            return frozenset()
        except OntologyError:
            # pyshacl refuses to compare some terms, in a full run as well.
            with pytest.raises(OntologyError):
                self.everything(after)
            return frozenset()
        self.incremental += 1
        expected = self.everything(after)
        unchanged = {f for f in found_before if not self._is_looked_at(f, examination)}
        found = self._found(examination)
        assert all(self._is_looked_at(f, examination) for f in found)
        self.found += len(expected - found_before)
        return frozenset(expected ^ (unchanged | found))

    def _found(self, examination: Examination) -> Found:
        found: set[Any] = set()
        if examination.report is not None:
            found |= set(self._shape_findings(examination.report))
        for check, rows in examination.rows.items():
            found |= set(_rows(check.name, rows))
        return frozenset(found)

    def _is_looked_at(
        self, finding: tuple[tuple[str, ...], Node, Any], examination: Examination
    ) -> bool:
        """Whether one of the rules that can have a finding looked at its node.

        A property shape that several shapes have finds the same by each of them.
        """
        rules, focus, _ = finding
        looked_at = [examination.looked_at.get(rule, frozenset()) for rule in rules]
        return any(
            nodes is None or focus in {rdflib_term(node) for node in nodes} for nodes in looked_at
        )

    def _shape_findings(self, report: Graph) -> Iterator[tuple[tuple[str, ...], Node, Any]]:
        for result in decode_report(report):
            assert result.shape is not None
            owners = tuple(map(str, self._owners[result.shape]))
            yield owners, result.focus, self._rest(result)

    def _rest(self, result: ShapeResult) -> Any:
        path = result.path
        shapes = self.rules.graph
        return (
            result.component,
            result.severity,
            None if path is None else path_text(shapes, path),
            result.value,
            result.shape,
            result.constraint,
            # Elsewhere a message may quote a blank node with triples that no rule reads.
            result.messages
            if result.component == "sparql" and not isinstance(result.value, BNode)
            else (),
        )


def _rows(name: str, solutions: Any) -> Iterator[tuple[tuple[str, ...], Node, Any]]:
    for row in solutions.rows:
        terms = tuple(None if term is None else rdflib_term(term) for term in row)
        yield (name,), terms[solutions.variables.index("focus")], terms
