"""The SPARQL that a description is made from: files of this package, their slots filled."""

from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from gfmdkg.formats.solutions import Solutions
from gfmdkg.sparql.query_text import QueryText, packaged_query
from gfmdkg.terms.values import Iri, Literal

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

# So many links, and things that point to the resource by one property, a page shows.
_SHOWN = 50


class Opening(NamedTuple, Generic[Kind]):
    """One thing for each query that can be run at once: its text, or what it found."""

    facts: Kind
    sources: Kind
    incoming: Kind
    evidence: Kind
    evidence_count: Kind


def opening_queries(iri: Iri) -> Opening[str]:
    """The SELECTs to begin with."""
    return Opening(
        facts=_query("facts").fill(resource=[iri]),
        sources=_query("sources").fill(resource=[iri]),
        incoming=_query("incoming-counts").fill(resource=[iri]),
        evidence=_query("evidence").page(all_evidence_query(iri), limit=_SHOWN),
        evidence_count=_query("evidence-count").fill(resource=[iri]),
    )


def incoming_queries(iri: Iri, counts: Solutions) -> tuple[str, ...]:
    """A SELECT for each property that points to the resource, in the order of ``counts``."""
    return tuple(
        _query("incoming").page(all_incoming_query(iri, name), limit=_SHOWN)
        for name, _ in incoming_counts(counts)
    )


def incoming_counts(counts: Solutions) -> Iterator[tuple[str, int]]:
    """Property and count of the solutions of ``Opening.incoming``."""
    for property_iri, count in counts.rows:
        if isinstance(property_iri, Iri) and isinstance(count, Literal):
            yield property_iri.value, int(count.lexical)


def all_incoming_query(iri: Iri, property_iri: str) -> str:
    """The SELECT of all that points to the resource by a property."""
    return _query("incoming").fill(resource=[iri], property=[Iri(property_iri)])


def all_evidence_query(iri: Iri) -> str:
    """The SELECT of all links from and to the resource."""
    return _query("evidence").fill(resource=[iri])


def triples_query(iri: Iri) -> str:
    """The DESCRIBE of a resource: its own triples and those of the blank nodes below it."""
    return _query("triples").fill(resource=[iri])


def _query(name: str) -> QueryText:
    return packaged_query("gfmdkg.description", f"rq/{name}.rq")
