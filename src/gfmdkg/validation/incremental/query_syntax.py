"""SPARQL queries as they are written: groups and their parts, with full IRIs and paths.

The syntax tree of rdflib rather than its algebra, for that keeps the order of the text.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

from rdflib import BNode, URIRef, Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql.algebra import translatePath, translatePName, translatePrologue, traverse
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from gfmdkg.store.walking import Step
from gfmdkg.validation.incremental.occurrences import Path, Unbounded, reverse_path

__all__ = [
    "GROUPS",
    "LATER",
    "PATHS",
    "TRIPLES",
    "TriplePattern",
    "arrange",
    "bound_variables",
    "constrains_predicates",
    "exists_groups",
    "inline_values",
    "object_iris",
    "parse_select",
    "parts_of",
    "predicate_ways",
    "refuse_aggregates",
    "triples_of",
    "variable_key",
    "ways_along",
]

TriplePattern = tuple[Any, Any, Any]

GROUPS, TRIPLES = "GroupOrUnionGraphPattern", "TriplesBlock"
PATHS = (SequencePath, AlternativePath, InvPath, MulPath)
LATER = frozenset({"OptionalGraphPattern", "MinusGraphPattern"})


def parse_select(text: str, prefixes: Mapping[str, str]) -> CompValue:
    """The syntax tree with full IRIs and paths; the patterns are in the order of the text."""
    parsed = parseQuery(text)
    prologue = translatePrologue(parsed[0], None, dict(prefixes))
    query: CompValue = traverse(parsed[1], visitPost=partial(translatePName, prologue=prologue))
    if query.name != "SelectQuery" or query.limitoffset or query.valuesClause:
        raise Unbounded("only a SELECT without LIMIT and trailing VALUES can be bounded")
    query["where"] = traverse(query.where, visitPost=translatePath)
    return query


def refuse_aggregates(query: CompValue) -> None:
    """Raise ``Unbounded`` for a query that itself groups or aggregates."""
    has_aggregate = False

    def look(part: Any) -> None:
        nonlocal has_aggregate
        has_aggregate |= isinstance(part, CompValue) and part.name.startswith("Aggregate_")

    traverse(query.projection, visitPre=look)
    if has_aggregate or query.groupby or query.having:
        raise Unbounded("the query itself aggregates")


def parts_of(group: CompValue) -> list[CompValue]:
    """The parts of a group; a subquery is one."""
    return list(group.part or ()) if group.name != "SubSelect" else [group]


def triples_of(part: CompValue) -> list[TriplePattern]:
    """The triple patterns of a block, in the order of the text."""
    flat = [term for terms in part.triples or () for term in terms]
    return [(flat[n], flat[n + 1], flat[n + 2]) for n in range(0, len(flat), 3)]


def arrange(parts: Sequence[CompValue]) -> tuple[list[Any], list[CompValue]]:
    """What must match, in the order of the text; and what is looked at after that."""
    waiting: list[Any] = []
    later: list[CompValue] = []
    for part in parts:
        match part.name:
            case "TriplesBlock" | "GroupOrUnionGraphPattern" | "SubSelect":
                if any(other.name in LATER for other in later):
                    raise Unbounded("a pattern follows OPTIONAL or MINUS")
                if part.name == TRIPLES:
                    waiting += triples_of(part)
                elif part.name == "SubSelect":
                    waiting.append(CompValue(GROUPS, graph=[part]))
                else:
                    waiting.append(part)
            case "OptionalGraphPattern" | "MinusGraphPattern" | "Filter" | "Bind":
                later.append(part)
            case "InlineData":
                pass
            case other:
                raise Unbounded(f"the query uses {other}")
    return waiting, later


def inline_values(parts: Sequence[CompValue]) -> dict[str, frozenset[Any]]:
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


def exists_groups(expression: Any) -> Iterator[CompValue]:
    """The groups of all EXISTS and NOT EXISTS of an expression, the inner ones left out."""
    if isinstance(expression, CompValue):
        if expression.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
            yield expression.graph
            return
        for key in expression:
            yield from exists_groups(expression[key])
    elif isinstance(expression, list | tuple):
        for part in expression:
            yield from exists_groups(part)


def bound_variables(group: CompValue) -> set[str]:
    """The variables that every solution of a group binds by a pattern."""
    found: set[str] = set()
    if group.name == "SubSelect":
        return found
    for part in parts_of(group):
        if part.name == TRIPLES:
            found |= {
                name for t in triples_of(part) for x in t if (name := variable_key(x)) is not None
            }
        elif part.name == GROUPS:
            found |= set.intersection(*(bound_variables(branch) for branch in part.graph))
    return found


def variable_key(term: Any) -> str | None:
    """The name of what a pattern leaves open: a variable or a blank node."""
    if isinstance(term, Variable):
        return str(term)
    return f"_:{term}" if isinstance(term, BNode) else None


def object_iris(term: Any, given: Mapping[str, frozenset[Any]]) -> frozenset[str] | None:
    """The IRIs that an object can be, where the pattern says."""
    if isinstance(term, URIRef):
        return frozenset({str(term)})
    values = given.get(str(term)) if isinstance(term, Variable) else None
    return None if values is None else frozenset(map(str, values))


def predicate_ways(term: Any, given: Mapping[str, frozenset[Any]]) -> list[Path]:
    """The ways along what stands for the predicate."""
    if isinstance(term, Variable):
        values = given.get(str(term))
        if values is None:
            return [(Step(predicate=None),)]
        return [(Step(predicate=str(value)),) for value in sorted(values)]
    return ways_along(term)


def ways_along(path: Any) -> list[Path]:
    """The ways along a property path, each a sequence of steps."""
    match path:
        case URIRef():
            return [(Step(predicate=str(path)),)]
        case SequencePath():
            parts = [ways_along(part) for part in path.args]
            return [tuple(s for way in choice for s in way) for choice in product(*parts)]
        case AlternativePath():
            return [way for part in path.args for way in ways_along(part)]
        case InvPath():
            return [reverse_path(way) for way in ways_along(path.arg)]
        case MulPath():
            ways = ways_along(path.path)
            if len(ways) != 1 or len(ways[0]) != 1:
                raise Unbounded("a repeated path of several steps")
            step = ways[0][0]
            return [(Step(predicate=step.predicate, is_inverse=step.is_inverse, repeats=True),)]
    raise Unbounded("a path that excludes predicates")


def constrains_predicates(where: CompValue) -> bool:
    """Whether every predicate that is a variable has its values listed."""
    is_constrained = True
    given: dict[str, frozenset[Any]] = {}

    def collect(visit: Callable[[CompValue], None]) -> None:
        def look(part: Any) -> None:
            if isinstance(part, CompValue):
                visit(part)

        traverse(where, visitPre=look)

    def inline(part: CompValue) -> None:
        if part.name == "InlineData":
            given.update(inline_values([part]))

    def check(part: CompValue) -> None:
        nonlocal is_constrained
        if part.name == TRIPLES:
            loose = [p for _, p, _ in triples_of(part) if isinstance(p, Variable)]
            is_constrained &= all(str(p) in given for p in loose)

    collect(inline)
    collect(check)
    return is_constrained
