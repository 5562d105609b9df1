"""The SPARQL that a description is made from: files of this package, their slots filled."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Generic, TypeVar

from gfmdkg.formats.solutions import Solutions
from gfmdkg.terms.values import Iri, Literal, to_sparql

__all__ = [
    "Opening",
    "all_evidence_query",
    "all_incoming_query",
    "incoming_counts",
    "incoming_queries",
    "opening_queries",
    "triples_query",
]

Kind = TypeVar("Kind")

_LIMIT = re.compile(r"^ *LIMIT [0-9]+\n", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening(Generic[Kind]):
    """One thing for each query that can be run at once: its text, or what it found."""

    facts: Kind
    sources: Kind
    incoming: Kind
    evidence: Kind
    evidence_count: Kind


def opening_queries(iri: Iri) -> Opening[str]:
    """The SELECTs to begin with."""
    return Opening(
        facts=_bind("facts", iri),
        sources=_bind("sources", iri),
        incoming=_bind("incoming-counts", iri),
        evidence=_bind("evidence", iri),
        evidence_count=_bind("evidence-count", iri),
    )


def incoming_queries(iri: Iri, counts: Solutions) -> tuple[str, ...]:
    """A SELECT for each property that points to the resource, in the order of ``counts``."""
    return tuple(_bind("incoming", iri, Iri(name)) for name, _ in incoming_counts(counts))


def incoming_counts(counts: Solutions) -> Iterator[tuple[str, int]]:
    """Property and count of the solutions of ``Opening.incoming``."""
    for property_iri, count in counts.rows:
        if isinstance(property_iri, Iri) and isinstance(count, Literal):
            yield property_iri.value, int(count.lexical)


def all_incoming_query(iri: Iri, property_iri: str) -> str:
    """The SELECT of all that points to the resource by a property."""
    return _LIMIT.sub("", _bind("incoming", iri, Iri(property_iri)))


def all_evidence_query(iri: Iri) -> str:
    """The SELECT of all links from and to the resource."""
    return _LIMIT.sub("", _bind("evidence", iri))


def triples_query(iri: Iri) -> str:
    """The DESCRIBE of a resource: its own triples and those of the blank nodes below it."""
    return _bind("triples", iri)


@cache
def _text(name: str) -> str:
    return (files("gfmdkg.description") / "rq" / f"{name}.rq").read_text(encoding="utf-8")


def _bind(name: str, *resources: Iri) -> str:
    """A query with each of its slots, written ``UNDEF``, filled by one of the resources."""
    parts = _text(name).split("UNDEF")
    if len(parts) != len(resources) + 1:
        raise ValueError(f"{name}.rq has {len(parts) - 1} slots")
    filled = (to_sparql(iri) + part for iri, part in zip(resources, parts[1:], strict=True))
    return parts[0] + "".join(filled)
