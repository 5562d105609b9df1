"""What the graph says of one resource, and which resources point to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from gfmdkg.catalog import Cell, Resource
from gfmdkg.formats.solutions import Solutions, python_value
from gfmdkg.terms.values import Iri, Literal, Term, to_sparql

__all__ = ["Description", "Statement", "description_query", "read_description", "triples_query"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One triple of a description: a property, and the resource or value at its other end."""

    property: Resource
    value: Cell
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What the graph says of a resource, and (``incoming``) which resources point to it."""

    resource: Resource
    statements: tuple[Statement, ...]
    incoming: tuple[Statement, ...]


def description_query(iri: str) -> str:
    """The SELECT whose solutions ``read_description`` takes."""
    return _bound("description.rq", iri)


def triples_query(iri: str) -> str:
    """The CONSTRUCT of a resource's own triples, those of its nested blank nodes included."""
    return _bound("triples.rq", iri)


def read_description(iri: str, label: str | None, solutions: Solutions) -> Description:
    """The description of ``iri`` from the solutions of ``description_query``."""
    statements: list[Statement] = []
    incoming: list[Statement] = []
    for record in solutions.records():
        value = record["value"]
        statement = Statement(
            property=Resource(iri=_text(record["property"]), label=_label(record, "propertyLabel")),
            value=python_value(value)
            if isinstance(value, Literal)
            else Resource(iri=_text(value), label=_label(record, "valueLabel")),
            language=value.language if isinstance(value, Literal) else None,
        )
        (incoming if _text(record["direction"]) == "in" else statements).append(statement)
    return Description(
        resource=Resource(iri=iri, label=label),
        statements=tuple(statements),
        incoming=tuple(incoming),
    )


def _text(term: Term) -> str:
    match term:
        case Iri(value=value):
            return value
        case Literal(lexical=lexical):
            return lexical
        case _:
            return f"_:{term.label}"


def _label(record: Mapping[str, Term], name: str) -> str | None:
    return _text(record[name]) if name in record else None


def _bound(name: str, iri: str) -> str:
    """One of this package's queries, with its one slot, ``UNDEF``, filled by an IRI."""
    before, slot, after = (
        (resources.files(__package__) / name).read_text("utf-8").partition("UNDEF")
    )
    assert slot, name  # noqa: S101 - a query of ours without its slot is a defect
    return before + to_sparql(Iri(iri)) + after
