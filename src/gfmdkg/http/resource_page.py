"""What a page about a resource shows: its facts, and what points to it."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gfmdkg.formats.solutions import Solutions
from gfmdkg.http.own_queries import bind
from gfmdkg.http.rendering import resource_path
from gfmdkg.http.service import Service
from gfmdkg.namespaces import CITO, DCTERMS, GFMD, PROV, RDF, RDFS, SKOS, XSD, compact
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.values import BlankNode, Iri, Literal, Term

__all__ = ["Fact", "Mentions", "ResourcePage", "Value", "link", "read_resource_page"]

_LABELS_FIRST = (
    SKOS + "prefLabel",
    RDFS + "label",
    RDF + "type",
    SKOS + "definition",
    SKOS + "altLabel",
    SKOS + "notation",
)
_NAMES: Mapping[str, str] = {
    RDF + "type": "is a",
    RDFS + "label": "label",
    RDFS + "isDefinedBy": "defined by",
    RDFS + "seeAlso": "see also",
    RDFS + "subClassOf": "kind of",
    RDFS + "subPropertyOf": "narrower than the property",
    SKOS + "prefLabel": "title",
    SKOS + "altLabel": "also called",
    SKOS + "hiddenLabel": "wrongly called",
    SKOS + "notation": "code",
    SKOS + "inScheme": "in the scheme",
    DCTERMS + "isPartOf": "part of",
    DCTERMS + "subject": "topic",
    PROV + "wasAttributedTo": "attributed to",
}
_INVERSE_NAMES: Mapping[str, str] = {
    CITO + "hasCitedEntity": "cited by",
    CITO + "hasCitingEntity": "links from here",
    DCTERMS + "isPartOf": "parts",
    DCTERMS + "subject": "passages on it",
    GFMD + "adoptedBy": "adopted",
    GFMD + "alignsWith": "passages aligned with it",
    GFMD + "candidate": "may be meant by",
    GFMD + "cites": "passages that cite it",
    GFMD + "inReport": "passages of this report",
    GFMD + "inSession": "participants",
    GFMD + "madeBy": "statements",
    GFMD + "mentionedIn": "unresolved mentions",
    GFMD + "outcomeOf": "outcome",
    GFMD + "participant": "took part in",
    GFMD + "recordedIn": "statements recorded here",
    PROV + "wasAttributedTo": "attributed to it",
    RDF + "type": "instances",
    RDFS + "subClassOf": "kinds of it",
    SKOS + "broader": "narrower",
    SKOS + "inScheme": "concepts",
    SKOS + "topConceptOf": "top concepts",
}
"""What stands above the things that point here by a property."""
_PLAIN = frozenset({XSD + "string", RDF + "langString"})
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value as shown. ``path`` leads to its description; ``inner`` are a blank node's facts.

    A node that stands for a link is shown by what it links to, and ``detail`` names the node.
    """

    text: str
    path: str | None = None
    iri: str | None = None
    detail: str | None = None
    language: str | None = None
    datatype: str | None = None
    inner: "tuple[Fact, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A property with all its values."""

    property: Value
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """Resources that point here by one property, under a title: ``count`` in all, some shown."""

    property: Value
    title: str
    count: int
    subjects: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePage:
    """One resource; ``label`` is its title, or made from its IRI where it has none."""

    iri: str
    label: str
    kinds: tuple[Value, ...]
    facts: tuple[Fact, ...]
    mentions: tuple[Mentions, ...]


async def read_resource_page(service: Service, iri: Iri, version: Version) -> ResourcePage | None:
    """All that a page shows of a resource; ``None`` where the graph says nothing of it."""
    facts, mentions, counts = await asyncio.gather(
        *(
            service.solutions(bind(name, iri), version=version)
            for name in ("facts", "mentions", "mention-counts")
        )
    )
    terms = await service.terms(version)
    if not facts.rows:
        return None
    shown = _facts(facts, terms)
    kinds = tuple(
        value for fact in shown if fact.property.iri == RDF + "type" for value in fact.values
    )
    return ResourcePage(
        iri=iri.value,
        label=terms.label(iri.value) or _untitled(iri.value, kinds),
        kinds=kinds,
        facts=shown,
        mentions=_mentions(mentions, counts, terms),
    )


def link(iri: str, terms: TermIndex) -> Value:
    """A resource as a link: to its description if the graph knows it, else to itself."""
    label = terms.label(iri)
    known = label is not None or resource_path(iri).startswith(("/id/", "/scheme/"))
    path = resource_path(iri) if known else None
    if path is None and iri.startswith(("http://", "https://")):
        path = iri
    return Value(text=label or _short(iri), path=path, iri=iri)


def _short(iri: str) -> str:
    own = resource_path(iri)
    return own.removeprefix("/id/") if own.startswith("/id/") else compact(iri)


def _untitled(iri: str, kinds: tuple[Value, ...]) -> str:
    return f"{kinds[0].text}: {_short(iri)}" if kinds else _short(iri)


def _property(iri: str, terms: TermIndex) -> Value:
    name = _NAMES.get(iri) or terms.label(iri)
    if name is None:
        local = re.split(r"[/#]", iri)[-1]
        name = _CAMEL.sub(" ", local).lower()
    return Value(text=name, path=link(iri, terms).path, iri=iri)


def _value(term: Term, terms: TermIndex, inner: tuple[Fact, ...] = ()) -> Value:
    match term:
        case Iri(value=iri):
            return link(iri, terms)
        case Literal(lexical=lexical, datatype=datatype, language=language):
            shown = None if datatype in _PLAIN else compact(datatype)
            return Value(text=lexical, language=language, datatype=shown)
        case BlankNode():
            return Value(text="", inner=inner)


def _facts(solutions: Solutions, terms: TermIndex) -> tuple[Fact, ...]:
    values: dict[str, dict[Term, dict[str, dict[Term, None]]]] = {}
    for row in solutions.rows:
        property_iri, value, inner_property, inner_value = row
        if isinstance(property_iri, Iri) and value is not None:
            inner = values.setdefault(property_iri.value, {}).setdefault(value, {})
            if isinstance(inner_property, Iri) and inner_value is not None:
                inner.setdefault(inner_property.value, {})[inner_value] = None
    return _sorted(
        Fact(
            property=_property(property_iri, terms),
            values=tuple(
                _value(term, terms, _inner(inner, terms))
                for term, inner in sorted(by_value.items(), key=lambda item: _rank(item[0]))
            ),
        )
        for property_iri, by_value in values.items()
    )


def _rank(term: Term) -> bool:
    """English first; the order of the answer otherwise."""
    return isinstance(term, Literal) and term.language not in {None, "en"}


def _inner(facts: Mapping[str, Iterable[Term]], terms: TermIndex) -> tuple[Fact, ...]:
    return _sorted(
        Fact(property=_property(iri, terms), values=tuple(_value(t, terms) for t in values))
        for iri, values in facts.items()
    )


def _sorted(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    def rank(fact: Fact) -> tuple[int, str]:
        iri = fact.property.iri or ""
        first = _LABELS_FIRST.index(iri) if iri in _LABELS_FIRST else len(_LABELS_FIRST)
        return first, fact.property.text

    return tuple(sorted(facts, key=rank))


def _mentions(rows: Solutions, counts: Solutions, terms: TermIndex) -> tuple[Mentions, ...]:
    subjects: dict[str, list[Value]] = {}
    for property_iri, subject, other in rows.rows:
        if isinstance(property_iri, Iri) and isinstance(subject, Iri):
            shown = link(subject.value, terms)
            if isinstance(other, Iri) and terms.label(subject.value) is None:
                shown = replace(shown, text=link(other.value, terms).text, detail=shown.text)
            subjects.setdefault(property_iri.value, []).append(shown)
    return tuple(
        Mentions(
            property=_property(property_iri.value, terms),
            title=_INVERSE_NAMES.get(property_iri.value)
            or f"{_property(property_iri.value, terms).text} of",
            count=int(count.lexical),
            subjects=tuple(sorted(subjects.get(property_iri.value, ()), key=lambda v: v.text)),
        )
        for property_iri, count in counts.rows
        if isinstance(property_iri, Iri) and isinstance(count, Literal)
    )
