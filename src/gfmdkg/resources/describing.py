"""Finds the resource that a text names, and describes it from the solutions of SELECT queries.

The queries are files of this package, with their slots filled; the caller runs them.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from math import isfinite
from typing import cast
from urllib.parse import quote, unquote

import pyoxigraph as ox

from gfmdkg.errors import NotFound
from gfmdkg.namespaces import (
    BASE,
    DCTERMS,
    FOAF,
    GFMD,
    GRAPH_BASE,
    ID_BASE,
    ORG,
    PREFIXES,
    RDF,
    SCHEME_BASE,
    expand,
    short_name,
)
from gfmdkg.rdf.query_text import QueryText, packaged_query
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.values import Resource, Term, python_value
from gfmdkg.resources import model
from gfmdkg.resources.bibliography import Reference, ReferenceType, write_bibtex
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import TermIndex

__all__ = ["describe", "describing", "identify", "not_found", "resource_query"]

_DEPRECATED = PREFIXES["owl"] + "deprecated"
_REPLACED_BY = DCTERMS + "isReplacedBy"
_NAME_KINDS: Mapping[str, model.NameKind] = {
    "pref": "preferred",
    "alt": "alternative",
    "hidden": "hidden",
    "notation": "code",
}
_FILES = ("data/", "ontology/")
_OWN_PATH = re.compile(r"[a-z]+(/[a-z0-9.-]+)+", re.ASCII)
_CLASSES: Mapping[str, tuple[str, ...]] = {
    "actor": (FOAF + "Person", ORG + "Organization", FOAF + "Group", ORG + "Post"),
    "instrument": (GFMD + "Instrument",),
    "passage": (GFMD + "Section", GFMD + "Paragraph", GFMD + "Recommendation"),
    "process": (GFMD + "Process",),
    "session": (GFMD + "Session",),
}
"""Folder below ``/id/`` to the classes of what lies in it."""
# How many links, and how many resources that point here by one property, a description holds.
_SHOWN = 50


def identify(text: str, terms: TermIndex) -> ox.NamedNode:
    """The resource that ``text`` means: an IRI, a CURIE, a path below ``/id/`` or any name.

    An IRI need not be known: links, which have no names, have IRIs alone. Raises
    ``NotFound`` with the nearest names, ``Ambiguous`` with those that share it.
    """
    name = text.strip()
    expanded = expand(name)
    if expanded is not None or "://" in name or name.startswith("urn:"):
        with suppress(ValueError):
            return ox.NamedNode(expanded or name)
    try:
        return ox.NamedNode(terms.resolve(name))
    except NotFound:
        if not _OWN_PATH.fullmatch(name):
            raise
        return ox.NamedNode(ID_BASE + name)


def not_found(iri: str, terms: TermIndex) -> NotFound:
    """The error for an IRI that nothing is said of, with the nearest names.

    Where the IRI's folder tells the kind, they are among things of that kind.
    """
    folder, _, slug = iri.rpartition("/")
    kind = iri.removeprefix(ID_BASE).partition("/")[0] if iri.startswith(ID_BASE) else ""
    types, schemes = _CLASSES.get(kind, ()), (folder,) if iri.startswith(SCHEME_BASE) else ()
    name = unquote(slug).replace("-", " ")
    near = terms.nearest(name, types=types, schemes=schemes) or terms.nearest(name)
    return NotFound("resource", iri, near)


def describing(
    iri: ox.NamedNode, terms: TermIndex, version: Version, touched: tuple[Version, bool]
) -> Generator[Iterable[str], Sequence[Solutions], model.Description]:
    """Describe a resource: yields SELECTs that may run at once, and is sent what they found.

    ``touched`` is what ``last_touch`` finds. Raises ``NotFound`` where the graph says nothing.
    """
    all_evidence = resource_query("evidence", iri)
    names = ("facts", "sources", "incoming-counts", "evidence-count")
    facts, sources, counts, evidence_count, evidence = yield (
        *(resource_query(name, iri) for name in names),
        _query("evidence").page(all_evidence, limit=_SHOWN),
    )
    if not facts.rows:
        raise not_found(iri.value, terms)
    inverse = [name for name, _ in counts.rows if isinstance(name, ox.NamedNode)]
    all_incoming = [_query("incoming").fill(resource=[iri], property=[name]) for name in inverse]
    found = yield [_query("incoming").page(text, limit=_SHOWN) for text in all_incoming]
    properties = _properties(facts.rows, terms)
    values = {each.property.iri: each.values for each in properties}
    named = terms.resource(iri.value)
    types = _resources(values.get(RDF + "type", ()), terms)
    title = named.label or (f"{types[0].text}: " if types else "") + short_name(iri.value)
    touch, is_recorded = touched
    return model.Description(
        resource=named,
        title=title,
        types=types,
        names=_names(iri.value, terms),
        deprecated=any(
            isinstance(value, model.LiteralValue) and value.value is True
            for value in values.get(_DEPRECATED, ())
        ),
        replaced_by=_resources(values.get(_REPLACED_BY, ()), terms),
        groups=tuple(_groups(properties)),
        incoming=tuple(
            model.Incoming(
                property=(by := terms.resource(name.value)),
                title=model.incoming_title(by.iri, by.label),
                total=_number(count),
                items=tuple(_referrers(rows, terms)),
                links=_query_link(text),
            )
            for name, (_, count), rows, text in zip(
                inverse, counts.rows, found, all_incoming, strict=True
            )
        ),
        evidence=model.EvidenceList(
            total=_number(evidence_count.rows[0][0]),
            items=_evidence(evidence, terms),
            links=_query_link(all_evidence),
        ),
        provenance=model.Provenance(
            sources=tuple(
                model.Source(graph=graph.value, file=_file(graph.value), statements=_number(count))
                for graph, count in sources.rows
                if isinstance(graph, ox.NamedNode)
            ),
            changed=model.Touch(
                version=str(touch.number),
                created=touch.created,
                origin=touch.origin,
                message=touch.message,
                author=touch.author,
                change=touch.change,
                recorded=is_recorded,
            ),
        ),
        citation=_cite(iri.value, title, version),
        version=str(version.number),
    )


def describe(
    iri: ox.NamedNode,
    terms: TermIndex,
    version: Version,
    touched: tuple[Version, bool],
    *,
    select: Callable[[str], Solutions],
) -> model.Description:
    """The same, by a function that runs one SELECT."""
    steps = describing(iri, terms, version, touched)
    texts = next(steps)
    while True:
        try:
            texts = steps.send([select(text) for text in texts])
        except StopIteration as end:
            description: model.Description = end.value
            return description


def resource_query(name: str, iri: ox.NamedNode) -> str:
    """A query about a resource.

    ``exists`` asks whether the graph says anything of it, ``triples`` describes it: its own
    triples and those of the blank nodes below it.
    """
    return _query(name).fill(resource=[iri])


def _query(name: str) -> QueryText:
    return packaged_query("gfmdkg.resources", f"rq/{name}.rq")


def _query_link(sparql: str) -> dict[str, str]:
    return {"sparql": f"/sparql?query={quote(sparql, safe='')}"}


def _number(count: Term | None) -> int:
    return int(count.value) if isinstance(count, ox.Literal) else 0


def _names(iri: str, terms: TermIndex) -> tuple[model.Name, ...]:
    """Preferred names first, then by language."""
    names = {
        model.Name(text=text, kind=_NAME_KINDS[kind], language=language)
        for kind, text, language in terms.labels(iri)
        if kind in _NAME_KINDS
    }
    order = list(_NAME_KINDS.values())
    return tuple(sorted(names, key=lambda n: (order.index(n.kind), n.language or "", n.text)))


# Properties


def _properties(
    rows: Iterable[Sequence[Term | None]], terms: TermIndex
) -> tuple[model.Property, ...]:
    """Of rows of property and value, perhaps with a property and a value of that value."""
    found: dict[str, dict[Term, list[Sequence[Term | None]]]] = {}
    for name, value, *inner in rows:
        if isinstance(name, ox.NamedNode) and value is not None:
            found.setdefault(name.value, {}).setdefault(value, []).append(inner)
    properties = (
        model.Property(
            property=(named := terms.resource(iri)),
            title=model.property_title(iri, named.label),
            # English first; the order of the answer otherwise.
            values=tuple(
                _value(term, values[term], terms) for term in sorted(values, key=_is_foreign)
            ),
        )
        for iri, values in found.items()
    )
    return tuple(sorted(properties, key=_rank))


def _is_foreign(term: Term) -> bool:
    return isinstance(term, ox.Literal) and term.language not in {None, "en"}


def _rank(shown: model.Property) -> tuple[int, str]:
    first = (*model.NAMES, *model.KIND)
    iri = shown.property.iri
    return (first.index(iri) if iri in first else len(first), shown.title)


def _value(term: Term, inner: Iterable[Sequence[Term | None]], terms: TermIndex) -> model.Value:
    match term:
        case ox.NamedNode(value=iri):
            named = terms.resource(iri)
            return model.ResourceValue(kind="resource", iri=iri, label=named.label, code=named.code)
        case ox.Literal():
            return model.LiteralValue(
                kind="literal",
                value=_number_or_text(term),
                datatype=term.datatype.value,
                language=term.language,
            )
        case _:
            return model.NodeValue(kind="node", properties=_properties(filter(None, inner), terms))


def _number_or_text(literal: ox.Literal) -> str | int | float | bool:
    """A number or a boolean as JSON has it; all else, dates too, as it is written."""
    match python_value(literal):
        case (bool() | int() | str()) as value:
            return value
        case (float() | Decimal()) as number if isfinite(number):
            return float(number)
        case _:
            return literal.value


def _resources(values: Iterable[model.Value], terms: TermIndex) -> tuple[Resource, ...]:
    return tuple(terms.resource(v.iri) for v in values if isinstance(v, model.ResourceValue))


def _groups(properties: Iterable[model.Property]) -> Iterator[model.PropertyGroup]:
    for name, title in model.GROUP_TITLES.items():
        members = tuple(each for each in properties if _group_of(each) == name)
        if members:
            yield model.PropertyGroup(name=name, title=title, properties=members)


def _group_of(shown: model.Property) -> model.GroupName:
    if shown.property.iri in model.NAMES:
        return "names"
    if shown.property.iri in model.KIND:
        return "kind"
    return "links" if any(isinstance(v, model.ResourceValue) for v in shown.values) else "facts"


# What points here, and where it is from


def _referrers(rows: Solutions, terms: TermIndex) -> Iterator[model.Referrer]:
    for subject, other in rows.rows:
        if isinstance(subject, ox.NamedNode):
            named = terms.resource(subject.value)
            far = terms.resource(other.value) if isinstance(other, ox.NamedNode) else None
            yield model.Referrer(resource=named, other=far if named.label is None else None)


def _file(graph: str) -> str | None:
    path = graph.removeprefix(GRAPH_BASE)
    return f"{path}.ttl" if graph.startswith(GRAPH_BASE) and path.startswith(_FILES) else None


def _evidence(rows: Solutions, terms: TermIndex) -> tuple[model.Evidence, ...]:
    """The links in the order of the rows, of which one link may have several."""
    links: dict[tuple[str, str], list[dict[str, str]]] = {}
    for record in rows.records():
        texts = {name: _text(term) for name, term in record.items()}
        links.setdefault((texts["link"], texts["direction"]), []).append(texts)
    return tuple(_one_evidence(records, terms) for records in links.values())


def _one_evidence(records: Sequence[Mapping[str, str]], terms: TermIndex) -> model.Evidence:
    first = records[0]

    def every(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(record[name] for record in records if name in record))

    def resource(name: str) -> Resource | None:
        return terms.resource(first[name]) if name in first else None

    return model.Evidence(
        link=first["link"],
        direction=cast("model.Direction", first["direction"]),
        type=terms.resource(first["kind"]),
        passage=terms.resource(first["passage"]),
        locator=first.get("locator"),
        report=resource("report"),
        target=terms.resource(first["target"]),
        matched_text=_joined(every("words")),
        assertion=resource("assertion"),
        confidence=float(first["confidence"]) if "confidence" in first else None,
        status=resource("status"),
        intents=tuple(terms.resource(iri) for iri in every("intent")),
        anticipated=first.get("anticipated") == "true",
        note=_joined(every("note")),
        asserted_by=tuple(terms.resource(iri) for iri in every("asserted_by")),
    )


def _joined(texts: Iterable[str]) -> str | None:
    return " | ".join(texts) or None


def _text(term: Term) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value


_DATASET_TITLE = "GFMD knowledge graph"
_LICENCE = Resource(iri="https://creativecommons.org/licenses/by/4.0/", label="CC BY 4.0")


def _cite(iri: str, title: str, version: Version) -> model.Citation:
    """The citation of the description of ``iri`` as the version has it."""
    date = version.created.date()
    # Where the description is, below the project's base.
    is_own = iri.startswith((ID_BASE, SCHEME_BASE))
    address = f"{iri}?" if is_own else f"{BASE}resource?iri={quote(iri, safe='')}&"
    permalink = f"{address}version={version.number}"
    shown = permalink if is_own else f"{iri} ({permalink})"
    reference = Reference(
        key=f"gfmdkg-{short_name(iri)}-v{version.number}",
        type=ReferenceType.DOCUMENT,
        title=title,
        authors=(_DATASET_TITLE,),
        date=date.isoformat(),
        number=f"version {version.number}",
        note=_LICENCE.label,
        url=permalink,
    )
    return model.Citation(
        iri=iri,
        permalink=permalink,
        title=title,
        version=str(version.number),
        date=date,
        licence=_LICENCE,
        text=f"“{title}”. {_DATASET_TITLE}, version {version.number} ({date}). {shown}. "
        f"{_LICENCE.label}.",
        bibtex=write_bibtex([reference]),
    )
