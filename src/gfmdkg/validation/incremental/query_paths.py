"""What the answer of a query about one node depends on, read off the query itself.

The rows of a SELECT that have a node ``n`` as the value of one variable (the root) depend
only on triples that paths from ``n`` lead to, provided that every triple pattern hangs
together with the root through patterns that must match: a variable that is reached along a
path can only have values which that path leads to. What is read inside OPTIONAL, MINUS,
EXISTS or a subquery matters only where it is compatible with the rest, hence hangs on the
same paths. A query with a pattern that does not is ``Unbounded``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Any

from rdflib import BNode, URIRef, Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql.algebra import translatePath, translatePName, translatePrologue, traverse
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from gfmdkg.namespaces import PREFIXES
from gfmdkg.store.walking import Step
from gfmdkg.validation.incremental.reach import (
    TYPE,
    Path,
    PropertyOccurrence,
    QueryPaths,
    Unbounded,
    reverse_path,
)
from gfmdkg.validation.shacl import parts_inside

__all__ = ["query_paths", "subquery_paths", "ways_along"]

_TriplePattern = tuple[Any, Any, Any]
_PathParts = tuple[str, Sequence[Any]]
"""The kind of a path, as SHACL calls it, and the paths that it is made of."""

_GROUPS, _TRIPLES = "GroupOrUnionGraphPattern", "TriplesBlock"
_LATER = frozenset({"OptionalGraphPattern", "MinusGraphPattern"})
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
    query = _parse_select(text, prefixes)
    _refuse_aggregates(query)
    if not is_bound and root not in _bound_variables(query.where):
        raise Unbounded(f"?{root} is not bound by a pattern")
    reader = _Reader()
    reader.read(query.where, {root: frozenset({()})}, {})
    return reader.result()


def subquery_paths(text: str) -> QueryPaths:
    """The dependencies of a query that is nothing but one subquery and what is made of it.

    The root is the subject of the subquery's first pattern. Raises ``Unbounded``.
    """
    where = _parse_select(text, PREFIXES).where
    parts = [part for part in _parts_of(where) if part.name != "Bind"]
    inner: list[CompValue] = []
    if len(parts) == 1 and parts[0].name == _GROUPS:
        inner = list(parts[0].graph)
    if len(inner) != 1 or inner[0].name != "SubSelect":
        raise Unbounded("the query is more than one subquery")
    group = inner[0].where
    first = next((t for p in _parts_of(group) if p.name == _TRIPLES for t in _triples_of(p)), None)
    if first is None or not isinstance(first[0], Variable):
        raise Unbounded("the subquery has no first variable")
    reader = _Reader()
    reader.read(group, {str(first[0]): frozenset({()})}, {})
    return reader.result()


@dataclass(slots=True)
class _Reader:
    """Collects the dependencies of a group and of all that is inside it."""

    occurrences: set[PropertyOccurrence] = field(default_factory=set)
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
        parts = _parts_of(group)
        given = {**given, **_inline_values(parts)}
        waiting, later = _arrange(parts)
        reached = dict(known)
        while waiting:
            for position, item in enumerate(waiting):
                if self._mandatory(item, reached, given):
                    del waiting[position]
                    break
            else:
                raise _Loose("a pattern does not hang together with the focus node")
        for part in later:
            if part.name in _LATER:
                self.read(part.graph, reached, given)
            elif part.name == "Filter" or part.name == "Bind":
                for exists in _exists_groups(part.expr):
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
        triple: _TriplePattern,
        reached: dict[str, frozenset[Path]],
        given: Mapping[str, frozenset[Any]],
    ) -> bool:
        subject, predicate, object_ = (_variable_key(term) for term in triple)
        sequences = _predicate_ways(triple[1], given)
        is_forward = subject in reached
        if is_forward:
            start, end, objects = subject, object_, _object_iris(triple[2], given)
        # The instances of a class are too many to go from one to the others.
        elif object_ in reached and triple[1] != URIRef(TYPE):
            start, end, objects = object_, subject, None
            sequences = [reverse_path(sequence) for sequence in sequences]
        else:
            return False
        prefixes = reached[str(start)]
        for prefix, sequence in product(prefixes, sequences):
            self._add(prefix, sequence, objects)
        if end is not None and end not in given:
            ends = frozenset((*p, *s) for p, s in product(prefixes, sequences))
            reached.setdefault(end, ends)
        if is_forward and predicate is not None and predicate not in given:
            step = Step(predicate=None, to_predicate=True)
            reached.setdefault(predicate, frozenset((*p, step) for p in prefixes))
        return True

    def _add(self, prefix: Path, sequence: Path, objects: frozenset[str] | None) -> None:
        for position, step in enumerate(sequence):
            is_last = position == len(sequence) - 1
            is_forward = not (step.is_inverse or step.repeats)
            self.occurrences.add(
                PropertyOccurrence(
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
            triples = [t for part in _parts_of(group) for t in _triples_of(part)]
            is_plain = all(part.name == _TRIPLES for part in _parts_of(group))
            if not is_plain or len(triples) != 1 or not isinstance(triples[0][1], URIRef):
                raise
            ends = {_variable_key(triples[0][0]), _variable_key(triples[0][2])}
            if len(ends) == 1 or ends & {None, *reached, *given}:
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


# The syntax tree, which unlike the algebra keeps the order of the text


def _parse_select(text: str, prefixes: Mapping[str, str]) -> CompValue:
    """The syntax tree with full IRIs and paths; the patterns are in the order of the text."""
    parsed = parseQuery(text)
    prologue = translatePrologue(parsed[0], None, dict(prefixes))
    query: CompValue = traverse(parsed[1], visitPost=partial(translatePName, prologue=prologue))
    if query.name != "SelectQuery" or query.limitoffset or query.valuesClause:
        raise Unbounded("only a SELECT without LIMIT and trailing VALUES can be bounded")
    query["where"] = traverse(query.where, visitPost=translatePath)
    return query


def _refuse_aggregates(query: CompValue) -> None:
    """Raise ``Unbounded`` for a query that itself groups or aggregates."""
    inside = parts_inside(query.projection)
    has_aggregate = any(part.name.startswith("Aggregate_") for part in inside)
    if has_aggregate or query.groupby or query.having:
        raise Unbounded("the query itself aggregates")


def _parts_of(group: CompValue) -> list[CompValue]:
    """The parts of a group; a subquery is one."""
    return list(group.part or ()) if group.name != "SubSelect" else [group]


def _triples_of(part: CompValue) -> list[_TriplePattern]:
    """The triple patterns of a block, in the order of the text."""
    flat = [term for terms in part.triples or () for term in terms]
    return [(flat[n], flat[n + 1], flat[n + 2]) for n in range(0, len(flat), 3)]


def _arrange(parts: Sequence[CompValue]) -> tuple[list[Any], list[CompValue]]:
    """What must match, in the order of the text; and what is looked at after that."""
    waiting: list[Any] = []
    later: list[CompValue] = []
    for part in parts:
        match part.name:
            case "TriplesBlock" | "GroupOrUnionGraphPattern" | "SubSelect":
                if any(other.name in _LATER for other in later):
                    raise Unbounded("a pattern follows OPTIONAL or MINUS")
                if part.name == _TRIPLES:
                    waiting += _triples_of(part)
                elif part.name == "SubSelect":
                    waiting.append(CompValue(_GROUPS, graph=[part]))
                else:
                    waiting.append(part)
            case "OptionalGraphPattern" | "MinusGraphPattern" | "Filter" | "Bind":
                later.append(part)
            case "InlineData":
                pass
            case other:
                raise Unbounded(f"the query uses {other}")
    return waiting, later


def _inline_values(parts: Sequence[CompValue]) -> dict[str, frozenset[Any]]:
    """The variables for which VALUES lists IRIs, with these."""
    found: dict[str, frozenset[Any]] = {}
    for part in parts:
        if part.name != "InlineData":
            continue
        for position, variable in enumerate(part.var):
            rows = [v if isinstance(v, list) else [v] for v in part.value or ()]
            values = [row[position] for row in rows]
            if all(isinstance(value, URIRef) for value in values):
                found[str(variable)] = frozenset(values)
    return found


def _exists_groups(expression: Any) -> Iterator[CompValue]:
    """The groups of all EXISTS and NOT EXISTS of an expression, the inner ones left out."""
    if isinstance(expression, CompValue):
        if expression.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
            yield expression.graph
            return
        for key in expression:
            yield from _exists_groups(expression[key])
    elif isinstance(expression, list | tuple):
        for part in expression:
            yield from _exists_groups(part)


def _bound_variables(group: CompValue) -> set[str]:
    """The variables that every solution of a group binds by a pattern."""
    found: set[str] = set()
    if group.name == "SubSelect":
        return found
    for part in _parts_of(group):
        if part.name == _TRIPLES:
            found |= {
                name for t in _triples_of(part) for x in t if (name := _variable_key(x)) is not None
            }
        elif part.name == _GROUPS:
            found |= set.intersection(*(_bound_variables(branch) for branch in part.graph))
    return found


def _variable_key(term: Any) -> str | None:
    """The name of what a pattern leaves open: a variable or a blank node."""
    if isinstance(term, Variable):
        return str(term)
    return f"_:{term}" if isinstance(term, BNode) else None


def _object_iris(term: Any, given: Mapping[str, frozenset[Any]]) -> frozenset[str] | None:
    """The IRIs that an object can be, where the pattern says."""
    if isinstance(term, URIRef):
        return frozenset({str(term)})
    values = given.get(str(term)) if isinstance(term, Variable) else None
    return None if values is None else frozenset(map(str, values))


def _predicate_ways(term: Any, given: Mapping[str, frozenset[Any]]) -> list[Path]:
    """The ways along what stands for the predicate."""
    if isinstance(term, Variable):
        values = given.get(str(term))
        if values is None:
            return [(Step(predicate=None),)]
        return [(Step(predicate=str(value)),) for value in sorted(values)]
    return ways_along(term)


def ways_along(path: Any, parts_of_path: Callable[[Any], _PathParts] | None = None) -> list[Path]:
    """The ways along a property path, or a SHACL path with ``parts_of_path`` for its own parts.

    Each is a sequence of steps.
    """
    kind, parts = (parts_of_path or _path_parts)(path)
    if kind == "predicatePath":
        return [(Step(predicate=str(path)),)]
    ways = [ways_along(part, parts_of_path) for part in parts]
    match kind:
        case "sequencePath":
            return [tuple(s for way in choice for s in way) for choice in product(*ways)]
        case "alternativePath":
            return [way for part in ways for way in part]
        case "inversePath":
            return [reverse_path(way) for way in ways[0]]
        case "zeroOrMorePath" | "oneOrMorePath" | "zeroOrOnePath":
            if len(ways[0]) != 1 or len(ways[0][0]) != 1:
                raise Unbounded("a repeated path of several steps")
            step = ways[0][0][0]
            return [(Step(predicate=step.predicate, is_inverse=step.is_inverse, repeats=True),)]
    raise Unbounded("an unknown kind of path, or one that excludes predicates")


def _path_parts(path: Any) -> _PathParts:
    match path:
        case URIRef():
            return "predicatePath", ()
        case SequencePath():
            return "sequencePath", path.args
        case AlternativePath():
            return "alternativePath", path.args
        case InvPath():
            return "inversePath", (path.arg,)
        case MulPath():
            return "zeroOrMorePath", (path.path,)
    return "unknown", ()
