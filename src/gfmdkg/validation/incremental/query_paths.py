"""What the answer of a query about one node depends on, read off the query itself.

The rows of a SELECT that have a node ``n`` as the value of one variable (the root) depend
only on triples that paths from ``n`` lead to, provided that every triple pattern hangs
together with the root through patterns that must match: a variable that is reached along a
path can only have values which that path leads to. What is read inside OPTIONAL, MINUS,
EXISTS or a subquery matters only where it is compatible with the rest, hence hangs on the
same paths. A query with a pattern that does not is ``Unbounded``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from rdflib import URIRef, Variable
from rdflib.plugins.sparql.algebra import traverse
from rdflib.plugins.sparql.parserutils import CompValue

from gfmdkg.store.walking import Step
from gfmdkg.validation.incremental.occurrences import (
    TYPE,
    Occurrence,
    Path,
    QueryPaths,
    Unbounded,
    reverse_path,
)
from gfmdkg.validation.incremental.query_syntax import (
    GROUPS,
    LATER,
    PATHS,
    TRIPLES,
    TriplePattern,
    arrange,
    bound_variables,
    constrains_predicates,
    exists_groups,
    inline_values,
    object_iris,
    parse_select,
    parts_of,
    predicate_ways,
    refuse_aggregates,
    triples_of,
    variable_key,
    ways_along,
)

__all__ = ["predicates_of", "query_paths", "subquery_paths"]

_Known = Mapping[str, frozenset[Path]]


class _Loose(Unbounded):
    """A pattern that does not hang together with what is known so far."""


def query_paths(
    text: str, root: str, *, prefixes: Mapping[str, str], is_bound: bool = False
) -> QueryPaths:
    """The dependencies of the rows with one value of ``root``.

    ``is_bound`` says that the root gets its value from outside, as ``$this`` in SHACL. Raises
    ``Unbounded``.
    """
    query = parse_select(text, prefixes)
    refuse_aggregates(query)
    if not is_bound and root not in bound_variables(query.where):
        raise Unbounded(f"?{root} is not bound by a pattern")
    reader = _Reader()
    reader.read(query.where, {root: frozenset({()})}, {})
    return reader.result()


def subquery_paths(text: str, *, prefixes: Mapping[str, str]) -> QueryPaths:
    """The dependencies of a query that is nothing but one subquery and what is made of it.

    The root is the subject of the subquery's first pattern. Raises ``Unbounded``.
    """
    where = parse_select(text, prefixes).where
    parts = [part for part in parts_of(where) if part.name != "Bind"]
    inner: list[CompValue] = []
    if len(parts) == 1 and parts[0].name == GROUPS:
        inner = list(parts[0].graph)
    if len(inner) != 1 or inner[0].name != "SubSelect":
        raise Unbounded("the query is more than one subquery")
    group = inner[0].where
    first = next((t for p in parts_of(group) if p.name == TRIPLES for t in triples_of(p)), None)
    if first is None or not isinstance(first[0], Variable):
        raise Unbounded("the subquery has no first variable")
    reader = _Reader()
    reader.read(group, {str(first[0]): frozenset({()})}, {})
    return reader.result()


def predicates_of(text: str, *, prefixes: Mapping[str, str]) -> frozenset[str] | None:
    """All IRIs that a query names, its predicates among them; ``None`` if any predicate will do."""
    where = parse_select(text, prefixes).where
    found: set[str] = set()
    is_open = False

    def look(part: Any) -> None:
        nonlocal is_open
        if isinstance(part, CompValue) and part.name == TRIPLES:
            is_open |= any(isinstance(p, Variable) for _, p, _ in triples_of(part))
        for sequence in ways_along(part) if isinstance(part, PATHS) else ():
            found.update(step.predicate for step in sequence if step.predicate is not None)
        if isinstance(part, URIRef):
            found.add(str(part))

    traverse(where, visitPre=look)
    return None if is_open and not constrains_predicates(where) else frozenset(found)


@dataclass(slots=True)
class _Reader:
    """Collects the dependencies of a group and of all that is inside it."""

    occurrences: set[Occurrence] = field(default_factory=set)
    witnesses: set[str] = field(default_factory=set)

    def result(self) -> QueryPaths:
        return QueryPaths(
            occurrences=frozenset(self.occurrences), witnesses=frozenset(self.witnesses)
        )

    def read(
        self, group: CompValue, known: _Known, given: Mapping[str, frozenset[Any]]
    ) -> dict[str, frozenset[Path]]:
        """Read a group; the variables known at its end, by the paths that lead to them.

        ``given`` are variables whose few values are listed by VALUES.
        """
        if group.name == "SubSelect":
            self._subquery(group, known)
            return dict(known)
        parts = parts_of(group)
        given = {**given, **inline_values(parts)}
        waiting, later = arrange(parts)
        reached = dict(known)
        while waiting:
            for position, item in enumerate(waiting):
                if self._mandatory(item, reached, given):
                    del waiting[position]
                    break
            else:
                raise _Loose("a pattern does not hang together with the focus node")
        for part in later:
            if part.name in LATER:
                self.read(part.graph, reached, given)
            elif part.name == "Filter" or part.name == "Bind":
                for exists in exists_groups(part.expr):
                    self._read_exists(exists, reached, given)
        return reached

    def _mandatory(
        self, item: Any, reached: dict[str, frozenset[Path]], given: Mapping[str, frozenset[Any]]
    ) -> bool:
        """Read a pattern or a group that must match, if it hangs together already."""
        if isinstance(item, tuple):
            return self._triple(item, reached, given)
        saved = (set(self.occurrences), set(self.witnesses))
        try:
            ends = [self.read(branch, reached, given) for branch in item.graph]
        except _Loose:
            self.occurrences, self.witnesses = saved
            return False
        for name in set.intersection(*(set(end) for end in ends)) - set(reached):
            reached[name] = frozenset().union(*(end[name] for end in ends))
        return True

    def _triple(
        self,
        triple: TriplePattern,
        reached: dict[str, frozenset[Path]],
        given: Mapping[str, frozenset[Any]],
    ) -> bool:
        subject, predicate, object_ = (variable_key(term) for term in triple)
        sequences = predicate_ways(triple[1], given)
        if subject in reached:
            objects = object_iris(triple[2], given)
            for prefix, sequence in product(reached[subject], sequences):
                self._add(prefix, sequence, objects)
            self._reach(object_, reached, given, reached[subject], sequences)
            if predicate is not None and predicate not in given and predicate not in reached:
                step = Step(predicate=None, to_predicate=True)
                reached[predicate] = frozenset((*p, step) for p in reached[subject])
            return True
        # The instances of a class are too many to go from one to the others.
        if object_ in reached and triple[1] != URIRef(TYPE):
            back = [reverse_path(sequence) for sequence in sequences]
            for prefix, sequence in product(reached[object_], back):
                self._add(prefix, sequence, None)
            self._reach(subject, reached, given, reached[object_], back)
            return True
        return False

    def _reach(
        self,
        name: str | None,
        reached: dict[str, frozenset[Path]],
        given: Mapping[str, frozenset[Any]],
        prefixes: frozenset[Path],
        sequences: Sequence[Path],
    ) -> None:
        if name is not None and name not in given and name not in reached:
            reached[name] = frozenset((*p, *s) for p, s in product(prefixes, sequences))

    def _add(self, prefix: Path, sequence: Path, objects: frozenset[str] | None) -> None:
        for position, step in enumerate(sequence):
            is_last = position == len(sequence) - 1
            is_forward = not (step.is_inverse or step.repeats)
            self.occurrences.add(
                Occurrence(
                    prefix=(*prefix, *sequence[:position]),
                    step=step,
                    objects=objects if is_last and is_forward else None,
                )
            )

    def _read_exists(
        self, group: CompValue, reached: _Known, given: Mapping[str, frozenset[Any]]
    ) -> None:
        try:
            self.read(group, reached, given)
        except _Loose:
            triples = [t for part in parts_of(group) for t in triples_of(part)]
            is_plain = all(part.name == TRIPLES for part in parts_of(group))
            if not is_plain or len(triples) != 1 or not isinstance(triples[0][1], URIRef):
                raise
            subject, _, object_ = (variable_key(term) for term in triples[0])
            if subject is None or object_ is None or {subject, object_} & set(reached):
                raise
            if subject == object_ or {subject, object_} & set(given):
                raise
            self.witnesses.add(str(triples[0][1]))

    def _subquery(self, query: CompValue, known: _Known) -> None:
        if query.limitoffset or query.valuesClause:
            raise Unbounded("a subquery has LIMIT or VALUES")
        selected = {str(item.var) for item in query.projection or () if item.var}
        is_grouped = bool(query.groupby) or any(item.evar for item in query.projection or ())
        keys = {str(c) for c in query.groupby.condition} if query.groupby else set()
        usable = selected & keys if is_grouped else selected
        inside = {name: paths for name, paths in known.items() if name in usable}
        self.read(query.where, inside, {})
