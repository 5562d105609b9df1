"""From the solutions of the queries to the description. Nothing is asked here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gfmdkg.description.citing import cite
from gfmdkg.description.evidence import read_evidence
from gfmdkg.description.model import (
    Description,
    Incoming,
    Name,
    Named,
    NameKind,
    Property,
    PropertyGroup,
    Provenance,
    Referrer,
    Source,
    Touch,
    Value,
)
from gfmdkg.description.questions import (
    Opening,
    all_evidence_query,
    all_incoming_query,
    incoming_counts,
)
from gfmdkg.description.wording import (
    GROUP_TITLES,
    KIND,
    NAMES,
    incoming_title,
    property_title,
    short_name,
)
from gfmdkg.formats.solutions import Solutions
from gfmdkg.namespaces import DCTERMS, GRAPH_BASE, PREFIXES, RDF
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.values import BlankNode, Iri, Literal, Term

__all__ = ["Found", "describe"]

_DEPRECATED = PREFIXES["owl"] + "deprecated"
_REPLACED_BY = DCTERMS + "isReplacedBy"
_NAME_KINDS: Mapping[str, NameKind] = {
    "pref": "preferred",
    "alt": "alternative",
    "hidden": "hidden",
    "notation": "code",
}
_FILES = ("data/", "ontology/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the queries found: those to begin with, then one for each property that points here.

    ``touch`` is the version that last changed the resource, as far as the store knows.
    """

    opening: Opening[Solutions]
    incoming: Sequence[Solutions]
    touch: Touch | None


def describe(iri: Iri, found: Found, terms: TermIndex, version: Version) -> Description | None:
    """The description of ``iri`` in a version; ``None`` where the graph says nothing of it."""
    if not found.opening.facts.rows:
        return None
    groups = tuple(_groups(found.opening.facts, terms))
    values = {p.property.iri: p.values for group in groups for p in group.properties}
    types = _resources(values.get(RDF + "type", ()))
    named = name_of(iri.value, terms)
    title = named.label or _untitled(iri.value, types)
    counted = found.opening.evidence_count.rows[0][0]
    return Description(
        resource=named,
        title=title,
        types=types,
        names=_names(iri.value, terms),
        is_deprecated=any(_is_true(value) for value in values.get(_DEPRECATED, ())),
        replaced_by=_resources(values.get(_REPLACED_BY, ())),
        groups=groups,
        incoming=tuple(_incoming(iri, found, terms)),
        evidence=read_evidence(found.opening.evidence, terms),
        evidence_count=int(counted.lexical) if isinstance(counted, Literal) else 0,
        evidence_query=all_evidence_query(iri),
        provenance=Provenance(sources=_sources(found.opening.sources), touch=found.touch),
        citation=cite(iri.value, title, version),
    )


def name_of(iri: str, terms: TermIndex) -> Named:
    """A resource with its label in English, if it has one."""
    return Named(iri=iri, label=terms.label(iri))


def _untitled(iri: str, types: Sequence[Named]) -> str:
    return f"{types[0].text}: {short_name(iri)}" if types else short_name(iri)


def _names(iri: str, terms: TermIndex) -> tuple[Name, ...]:
    """Preferred names first, then by language."""
    names = {
        Name(text=entry.text, kind=_NAME_KINDS[entry.kind], language=entry.language)
        for entry in terms.labels(iri)
        if entry.kind in _NAME_KINDS
    }
    order = list(_NAME_KINDS.values())
    return tuple(sorted(names, key=lambda n: (order.index(n.kind), n.language or "", n.text)))


def _resources(values: Iterable[Value]) -> tuple[Named, ...]:
    return tuple(value.resource for value in values if value.resource is not None)


def _is_true(value: Value) -> bool:
    return value.literal is not None and value.literal.lexical == "true"


# Properties


def _groups(facts: Solutions, terms: TermIndex) -> Iterator[PropertyGroup]:
    found: dict[str, dict[Term, dict[str, dict[Term, None]]]] = {}
    for property_iri, value, inner_property, inner_value in facts.rows:
        if isinstance(property_iri, Iri) and value is not None:
            inner = found.setdefault(property_iri.value, {}).setdefault(value, {})
            if isinstance(inner_property, Iri) and inner_value is not None:
                inner.setdefault(inner_property.value, {})[inner_value] = None
    properties = [
        _property(
            name,
            terms,
            tuple(
                _value(term, terms, _inner(inner, terms))
                for term, inner in sorted(values.items(), key=lambda item: _is_foreign(item[0]))
            ),
        )
        for name, values in found.items()
    ]
    for group in ("names", "kind", "facts", "links"):
        members = [p for p in properties if _group_of(p) == group]
        if members:
            yield PropertyGroup(
                name=group,
                title=GROUP_TITLES[group],
                properties=tuple(sorted(members, key=_rank)),
            )


def _group_of(shown: Property) -> str:
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
    named = name_of(iri, terms)
    return Property(property=named, title=property_title(iri, named.label), values=values)


def _value(term: Term, terms: TermIndex, inner: tuple[Property, ...] = ()) -> Value:
    match term:
        case Iri(value=iri):
            return Value(resource=name_of(iri, terms))
        case Literal():
            return Value(literal=term)
        case BlankNode():
            return Value(properties=inner)


def _is_foreign(term: Term) -> bool:
    """English first; the order of the answer otherwise."""
    return isinstance(term, Literal) and term.language not in {None, "en"}


# What points here, and where it is from


def _incoming(iri: Iri, found: Found, terms: TermIndex) -> Iterator[Incoming]:
    counts = incoming_counts(found.opening.incoming)
    for (name, count), rows in zip(counts, found.incoming, strict=True):
        named = name_of(name, terms)
        yield Incoming(
            property=named,
            title=incoming_title(name, named.label),
            count=count,
            items=tuple(_referrers(rows, terms)),
            query=all_incoming_query(iri, name),
        )


def _referrers(rows: Solutions, terms: TermIndex) -> Iterator[Referrer]:
    for subject, other in rows.rows:
        if isinstance(subject, Iri):
            named = name_of(subject.value, terms)
            far = name_of(other.value, terms) if isinstance(other, Iri) else None
            yield Referrer(resource=named, other=far if named.label is None else None)


def _sources(solutions: Solutions) -> tuple[Source, ...]:
    return tuple(
        Source(graph=graph.value, file=_file(graph.value), statements=int(count.lexical))
        for graph, count in solutions.rows
        if isinstance(graph, Iri) and isinstance(count, Literal)
    )


def _file(graph: str) -> str | None:
    path = graph.removeprefix(GRAPH_BASE)
    return f"{path}.ttl" if graph.startswith(GRAPH_BASE) and path.startswith(_FILES) else None
