"""The SPARQL that a description is made from, and the description made of its solutions.

The queries are files of this package, their slots filled; nothing is asked here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import quote

import pyoxigraph as ox

from gfmdkg.description.model import (
    Citation,
    Description,
    Evidence,
    Incoming,
    Name,
    NameKind,
    Property,
    PropertyGroup,
    Provenance,
    Referrer,
    Source,
    Touch,
    Value,
)
from gfmdkg.description.wording import (
    GROUP_TITLES,
    KIND,
    NAMES,
    GroupName,
    incoming_title,
    property_title,
)
from gfmdkg.formats.bibliography import Reference, ReferenceType, write_bibtex
from gfmdkg.formats.solutions import Solutions
from gfmdkg.namespaces import (
    BASE,
    DCTERMS,
    GRAPH_BASE,
    ID_BASE,
    PREFIXES,
    RDF,
    SCHEME_BASE,
    short_name,
)
from gfmdkg.sparql.query_text import QueryText, packaged_query
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.values import Resource, Term

__all__ = ["Opening", "describe", "incoming_queries", "opening_queries", "triples_query"]

_DEPRECATED = PREFIXES["owl"] + "deprecated"
_REPLACED_BY = DCTERMS + "isReplacedBy"
_NAME_KINDS: Mapping[str, NameKind] = {
    "pref": "preferred",
    "alt": "alternative",
    "hidden": "hidden",
    "notation": "code",
}
_FILES = ("data/", "ontology/")


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


def opening_queries(iri: ox.NamedNode) -> Opening[str]:
    """The SELECTs to begin with."""
    return Opening(
        facts=_query("facts").fill(resource=[iri]),
        sources=_query("sources").fill(resource=[iri]),
        incoming=_query("incoming-counts").fill(resource=[iri]),
        evidence=_query("evidence").page(_all_evidence_query(iri), limit=_SHOWN),
        evidence_count=_query("evidence-count").fill(resource=[iri]),
    )


def incoming_queries(iri: ox.NamedNode, counts: Solutions) -> tuple[str, ...]:
    """A SELECT for each property that points to the resource, in the order of ``counts``."""
    return tuple(
        _query("incoming").page(_all_incoming_query(iri, name), limit=_SHOWN)
        for name, _ in _incoming_counts(counts)
    )


def _incoming_counts(counts: Solutions) -> Iterator[tuple[str, int]]:
    """Property and count of the solutions of ``Opening.incoming``."""
    for property_iri, count in counts.rows:
        if isinstance(property_iri, ox.NamedNode) and isinstance(count, ox.Literal):
            yield property_iri.value, int(count.value)


def _all_incoming_query(iri: ox.NamedNode, property_iri: str) -> str:
    """The SELECT of all that points to the resource by a property."""
    return _query("incoming").fill(resource=[iri], property=[ox.NamedNode(property_iri)])


def _all_evidence_query(iri: ox.NamedNode) -> str:
    """The SELECT of all links from and to the resource."""
    return _query("evidence").fill(resource=[iri])


def triples_query(iri: ox.NamedNode) -> str:
    """The DESCRIBE of a resource: its own triples and those of the blank nodes below it."""
    return _query("triples").fill(resource=[iri])


def _query(name: str) -> QueryText:
    return packaged_query("gfmdkg.description", f"rq/{name}.rq")


def describe(
    iri: ox.NamedNode,
    opening: Opening[Solutions],
    incoming: Sequence[Solutions],
    terms: TermIndex,
    version: Version,
    *,
    touch: Touch | None,
) -> Description | None:
    """The description of ``iri`` in a version; ``None`` where the graph says nothing of it.

    ``opening`` is what the queries to begin with found, ``incoming`` what one for each property
    that points here did; ``touch`` is the version that last changed the resource, as far as the
    store knows.
    """
    if not opening.facts.rows:
        return None
    groups = tuple(_groups(opening.facts, terms))
    values = {p.property.iri: p.values for group in groups for p in group.properties}
    types = _resources(values.get(RDF + "type", ()))
    named = terms.resource(iri.value)
    kind = f"{types[0].text}: " if types else ""
    title = named.label or kind + short_name(iri.value)
    counted = opening.evidence_count.rows[0][0]
    return Description(
        resource=named,
        title=title,
        types=types,
        names=_names(iri.value, terms),
        is_deprecated=any(
            value.literal is not None and value.literal.value == "true"
            for value in values.get(_DEPRECATED, ())
        ),
        replaced_by=_resources(values.get(_REPLACED_BY, ())),
        groups=groups,
        incoming=tuple(_incoming(iri, opening.incoming, incoming, terms)),
        evidence=_read_evidence(opening.evidence, terms),
        evidence_count=int(counted.value) if isinstance(counted, ox.Literal) else 0,
        evidence_query=_all_evidence_query(iri),
        provenance=Provenance(sources=_sources(opening.sources), touch=touch),
        citation=_cite(iri.value, title, version),
    )


def _names(iri: str, terms: TermIndex) -> tuple[Name, ...]:
    """Preferred names first, then by language."""
    names = {
        Name(text=entry.text, kind=_NAME_KINDS[entry.kind], language=entry.language)
        for entry in terms.labels(iri)
        if entry.kind in _NAME_KINDS
    }
    order = list(_NAME_KINDS.values())
    return tuple(sorted(names, key=lambda n: (order.index(n.kind), n.language or "", n.text)))


def _resources(values: Iterable[Value]) -> tuple[Resource, ...]:
    return tuple(value.resource for value in values if value.resource is not None)


# Properties


def _groups(facts: Solutions, terms: TermIndex) -> Iterator[PropertyGroup]:
    found: dict[str, dict[Term, dict[str, dict[Term, None]]]] = {}
    for property_iri, value, inner_property, inner_value in facts.rows:
        if isinstance(property_iri, ox.NamedNode) and value is not None:
            inner = found.setdefault(property_iri.value, {}).setdefault(value, {})
            if isinstance(inner_property, ox.NamedNode) and inner_value is not None:
                inner.setdefault(inner_property.value, {})[inner_value] = None
    properties = [
        _property(
            name,
            terms,
            tuple(
                _value(term, terms, _inner(inner, terms))
                # English first; the order of the answer otherwise.
                for term, inner in sorted(
                    values.items(),
                    key=lambda item: getattr(item[0], "language", None) not in {None, "en"},
                )
            ),
        )
        for name, values in found.items()
    ]
    for group in GROUP_TITLES:
        members = [p for p in properties if _group_of(p) == group]
        if members:
            yield PropertyGroup(
                name=group,
                title=GROUP_TITLES[group],
                properties=tuple(sorted(members, key=_rank)),
            )


def _group_of(shown: Property) -> GroupName:
    if shown.property.iri in NAMES:
        return "names"
    if shown.property.iri in KIND:
        return "kind"
    return "links" if any(value.resource is not None for value in shown.values) else "facts"


def _rank(shown: Property) -> tuple[int, str]:
    first = (*NAMES, *KIND)
    iri = shown.property.iri
    return (first.index(iri) if iri in first else len(first), shown.title)


def _inner(facts: Mapping[str, Iterable[Term]], terms: TermIndex) -> tuple[Property, ...]:
    found = (
        _property(name, terms, tuple(_value(term, terms) for term in values))
        for name, values in facts.items()
    )
    return tuple(sorted(found, key=_rank))


def _property(iri: str, terms: TermIndex, values: tuple[Value, ...]) -> Property:
    named = terms.resource(iri)
    return Property(property=named, title=property_title(iri, named.label), values=values)


def _value(term: Term, terms: TermIndex, inner: tuple[Property, ...] = ()) -> Value:
    match term:
        case ox.NamedNode(value=iri):
            return Value(resource=terms.resource(iri))
        case ox.Literal():
            return Value(literal=term)
        case _:
            return Value(properties=inner)


# What points here, and where it is from


def _incoming(
    iri: ox.NamedNode, counts: Solutions, found: Sequence[Solutions], terms: TermIndex
) -> Iterator[Incoming]:
    for (name, count), rows in zip(_incoming_counts(counts), found, strict=True):
        named = terms.resource(name)
        yield Incoming(
            property=named,
            title=incoming_title(name, named.label),
            count=count,
            items=tuple(_referrers(rows, terms)),
            query=_all_incoming_query(iri, name),
        )


def _referrers(rows: Solutions, terms: TermIndex) -> Iterator[Referrer]:
    for subject, other in rows.rows:
        if isinstance(subject, ox.NamedNode):
            named = terms.resource(subject.value)
            far = terms.resource(other.value) if isinstance(other, ox.NamedNode) else None
            yield Referrer(resource=named, other=far if named.label is None else None)


def _sources(solutions: Solutions) -> tuple[Source, ...]:
    return tuple(
        Source(graph=graph.value, file=_file(graph.value), statements=int(count.value))
        for graph, count in solutions.rows
        if isinstance(graph, ox.NamedNode) and isinstance(count, ox.Literal)
    )


def _file(graph: str) -> str | None:
    path = graph.removeprefix(GRAPH_BASE)
    return f"{path}.ttl" if graph.startswith(GRAPH_BASE) and path.startswith(_FILES) else None


Record = Mapping[str, Term]


def _read_evidence(rows: Solutions, terms: TermIndex) -> tuple[Evidence, ...]:
    """The links in the order of the rows, of which one link may have several."""
    links: dict[tuple[Term, Term], list[Record]] = {}
    for record in rows.records():
        links.setdefault((record["link"], record["direction"]), []).append(record)
    return tuple(_evidence(records, terms) for records in links.values())


def _evidence(records: Sequence[Record], terms: TermIndex) -> Evidence:
    def every(name: str) -> tuple[str, ...]:
        texts = (_text(record[name]) for record in records if name in record)
        return tuple(dict.fromkeys(texts))

    def first(name: str) -> str | None:
        return _text(records[0][name]) if name in records[0] else None

    def named(iri: str | None) -> Resource:
        return terms.resource(iri or "")

    def optional(name: str) -> Resource | None:
        iri = first(name)
        return None if iri is None else named(iri)

    confidence = first("confidence")
    direction = first("direction")
    return Evidence(
        link=first("link") or "",
        direction="out" if direction == "out" else "in" if direction == "in" else "self",
        type=named(first("kind")),
        passage=named(first("passage")),
        locator=first("locator"),
        report=optional("report"),
        target=named(first("target")),
        words=every("words"),
        assertion=optional("assertion"),
        confidence=None if confidence is None else float(confidence),
        status=optional("status"),
        intents=tuple(map(named, every("intent"))),
        is_anticipated=first("anticipated") == "true",
        notes=every("note"),
        asserted_by=tuple(map(named, every("assertedBy"))),
    )


def _text(term: Term) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value


_DATASET_TITLE = "GFMD knowledge graph"
_LICENCE = Resource(iri="https://creativecommons.org/licenses/by/4.0/", label="CC BY 4.0")

_KEY = re.compile(r"[^a-z0-9]+")


def _cite(iri: str, title: str, version: Version) -> Citation:
    """The citation of the description of ``iri`` as the version has it."""
    date = version.created.date().isoformat()
    # Where the description is, below the project's base.
    is_own = iri.startswith((ID_BASE, SCHEME_BASE))
    address = f"{iri}?" if is_own else f"{BASE}resource?iri={quote(iri, safe='')}&"
    permalink = f"{address}version={version.number}"
    text = (
        f"“{title}”. {_DATASET_TITLE}, version {version.number} ({date}). "
        f"{permalink if permalink.startswith(iri) else f'{iri} ({permalink})'}. {_LICENCE.label}."
    )
    return Citation(
        iri=iri,
        permalink=permalink,
        title=title,
        version=str(version.number),
        date=date,
        licence=_LICENCE,
        text=text,
        bibtex=write_bibtex(
            [
                Reference(
                    key=f"gfmdkg-{_KEY.sub('-', short_name(iri).lower())}-v{version.number}",
                    type=ReferenceType.DOCUMENT,
                    title=title,
                    authors=(_DATASET_TITLE,),
                    date=date,
                    number=f"version {version.number}",
                    note=_LICENCE.label,
                    url=permalink,
                )
            ]
        ),
    )
