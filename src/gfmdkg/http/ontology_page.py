"""What the page about the ontology shows: its classes and properties."""

from dataclasses import dataclass

from gfmdkg.description import Named
from gfmdkg.http.service import Service
from gfmdkg.namespaces import GFMD, compact
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import Iri, Literal, Term

__all__ = ["OntologyPage", "OntologyTerm", "read_ontology_page"]


@dataclass(slots=True, kw_only=True)
class OntologyTerm:
    """A class or property; ``name`` is its local name and its anchor on the page."""

    iri: str
    name: str
    curie: str
    label: str
    definition: str
    kinds: list[str]
    parents: list[Named]


@dataclass(frozen=True, slots=True, kw_only=True)
class OntologyPage:
    """Classes and properties, each by local name."""

    classes: tuple[OntologyTerm, ...]
    properties: tuple[OntologyTerm, ...]


async def read_ontology_page(service: Service, version: Version) -> OntologyPage:
    """The terms of the ontology's own namespace."""
    terms = await service.terms(version)
    solutions = await service.solutions(
        packaged_query("gfmdkg.http", "rq/ontology-terms.rq").text, version=version
    )
    found: dict[str, OntologyTerm] = {}
    for record in solutions.records():
        iri = _text(record["term"])
        term = found.get(iri)
        if term is None:
            term = found[iri] = OntologyTerm(
                iri=iri,
                name=iri.removeprefix(GFMD),
                curie=compact(iri),
                label=_text(record["label"]),
                definition=_text(record["definition"]) if "definition" in record else "",
                kinds=[],
                parents=[],
            )
        kind = compact(_text(record["type"]))
        if kind not in term.kinds:
            term.kinds.append(kind)
        if "parent" in record:
            iri = _text(record["parent"])
            parent = Named(iri=iri, label=terms.label(iri))
            if parent not in term.parents:
                term.parents.append(parent)
    classes = tuple(t for t in found.values() if t.name[:1].isupper())
    return OntologyPage(
        classes=classes, properties=tuple(t for t in found.values() if t not in classes)
    )


def _text(term: Term) -> str:
    match term:
        case Iri(value=value) | Literal(lexical=value):
            return value
        case _:
            return ""
