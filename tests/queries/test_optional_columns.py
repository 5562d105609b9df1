"""A column is optional exactly if its query can give a row without a value for it.

What a query is sure to bind is read off its algebra, as section 18.2.1 of the SPARQL 1.1
recommendation tells which variables are in scope, but for what may stay unbound.
"""

from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.term import Variable

from gfmdkg.lists.definitions import LISTS
from gfmdkg.paths import shipped_content
from gfmdkg.queries import Catalog
from gfmdkg.terms.parameters import Column

CATALOG = Catalog.load(shipped_content().queries)
INCLUDES = {
    f"{faceted.name}/{include.name}": include
    for faceted in LISTS.values()
    for include in faceted.includes.values()
}
TESTS = ("Builtin_BOUND", "Builtin_EXISTS", "Builtin_NOTEXISTS")


@pytest.mark.parametrize("name", list(CATALOG.queries))
def test_of_a_canned_query(name: str) -> None:
    query = CATALOG[name]
    assert optional(query.columns.values()) == unsure(query.columns, query.text)


@pytest.mark.parametrize("name", list(INCLUDES))
def test_of_what_a_list_includes(name: str) -> None:
    include = INCLUDES[name]
    text = include.source.fill(item=[ox.NamedNode("http://example.org/item")])
    columns = [each.column for each in include.columns if not each.many]
    assert optional(columns) == unsure([column.name for column in columns], text)


def test_what_is_sure_of_a_query() -> None:
    text = """
        SELECT ?s ?o ?p ?q ?r ?n ?first ?given ?either WHERE {
          VALUES (?o ?given) { (1 2) (UNDEF 3) }
          ?s <x:o> ?o
          OPTIONAL { ?s <x:p> ?p }
          { ?s <x:q> ?q } UNION { ?s <x:r> ?r ; <x:q> ?q }
          { SELECT ?s (COUNT(?a) AS ?n) (MIN(?b) AS ?first) WHERE {
            ?s <x:a> ?a OPTIONAL { ?s <x:b> ?b } } GROUP BY ?s }
          BIND (COALESCE(?p, "none") AS ?either)
        }"""
    names = ["s", "o", "p", "q", "r", "n", "first", "given", "either"]
    assert unsure(names, text) == {"p", "r", "first"}


def optional(columns: Iterable[Column]) -> set[str]:
    return {column.name for column in columns if column.is_optional}


def unsure(names: Iterable[str], text: str) -> set[str]:
    return set(names) - {str(each) for each in sure(translateQuery(parseQuery(text)).algebra)}


def sure(node: Any) -> set[Variable]:
    """The variables that each solution of a part of the algebra binds."""
    match node.name:
        case "BGP":
            return {
                each for triple in node.triples for each in triple if isinstance(each, Variable)
            }
        case "values":
            return set.intersection(
                *({n for n, v in row.items() if v != "UNDEF"} for row in node.res)
            )
        case "Join":
            return sure(node.p1) | sure(node.p2)
        case "Union":
            return sure(node.p1) & sure(node.p2)
        case "LeftJoin" | "Minus":
            return sure(node.p1)
        case "Extend":
            found = sure(node.p)
            return found | {node.var} if has_value(node.expr, found) else found
        case "AggregateJoin":
            found = sure(node.p)
            return {
                each.res
                for each in node.A
                # An aggregate other than a count has no value where an expression has none.
                if each.name == "Aggregate_Count" or has_value(each.vars, found)
            }
        case "Project":
            return sure(node.p) & set(node.PV)
        case _:  # a filter, an order, a group: whatever hands on what it gets
            return sure(node.p)


def has_value(expression: Any, found: set[Variable]) -> bool:
    """Whether an expression has a value wherever these variables have one, types apart."""
    if isinstance(expression, Variable):
        return expression in found
    if not hasattr(expression, "name"):
        return True  # a constant
    if expression.name in TESTS:
        return True
    if expression.name == "Builtin_COALESCE":
        return any(has_value(each, found) for each in expression.arg)
    parts = [part for value in expression.values() for part in as_list(value)]
    return all(has_value(part, found) for part in parts)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
