"""What is indexed: one document for each thing that has a name."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from gfmdkg.formats.solutions import Select, Solutions
from gfmdkg.namespaces import FOAF, GFMD, GRAPH_BASE, ORG, PROV, RDF, RDFS, SDGO, SH, SKOS
from gfmdkg.sparql.query_text import packaged_query

__all__ = ["Document", "Link", "Name", "read_classes", "read_documents"]

# The order of classes where nothing else decides: what others refer to comes first.
_TYPES = (
    GFMD + "Instrument",
    GFMD + "Process",
    SDGO + "Goal",
    SDGO + "Target",
    SKOS + "Concept",
    ORG + "Organization",
    FOAF + "Person",
    FOAF + "Group",
    GFMD + "Session",
    GFMD + "Summit",
    GFMD + "Report",
    GFMD + "Recommendation",
    GFMD + "Section",
    GFMD + "Paragraph",
    GFMD + "Statement",
    GFMD + "Discrepancy",
)
_TYPE_RANK: Mapping[str, int] = {iri: rank for rank, iri in enumerate(_TYPES)}
# The machinery of the graph, which has pages of its own: ontology, shapes, provenance.
_MACHINERY = ("http://www.w3.org/2002/07/owl#", RDF, RDFS, SH, PROV)
_UNTYPED = RDFS + "Resource"
# Control characters and those for private use, which the index takes for its own purposes.
_RESERVED = re.compile("[\x00-\x1f\x7f\ue000-\uf8ff\ud800-\udfff]+")
_LINKS_LIMIT = 400


@dataclass(frozen=True, slots=True)
class Name:
    """A label or code of a thing; ``kind`` is pref, alt, hidden or notation."""

    kind: str
    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """From a document by ``property`` to ``through``; ``target`` is that or broader than it."""

    property: str
    target: str
    through: str


@dataclass(slots=True)
class Document:
    """A thing with its names, the preferred English one first, and its texts."""

    iri: str
    type: str = _UNTYPED
    scheme: str | None = None
    names: list[Name] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    @property
    def order(self) -> tuple[int, str, str]:
        """The place among all documents: classes together, then by IRI."""
        return _TYPE_RANK.get(self.type, len(_TYPES)), self.type, self.iri


def read_documents(select: Select) -> list[Document]:
    """All documents of a version in their order."""
    documents, types = _read_names(select(_query("names")))
    for iri, found in types.items():
        kept = [t for t in found if not t.startswith(_MACHINERY)]
        if iri.startswith(GRAPH_BASE) or not kept:
            documents.pop(iri, None)
        elif iri in documents:
            documents[iri].type = min(kept, key=lambda t: (_TYPE_RANK.get(t, len(_TYPES)), t))
    for document in documents.values():
        # The first name is the one shown; the rest only need to be in a stable order.
        document.names.sort(
            key=lambda n: (n.kind != "pref", n.language != "en", n.kind, n.language or "", n.text)
        )
    _read_texts(select(_query("texts")), documents)
    _read_links(select(_query("links")), documents)
    return sorted(documents.values(), key=lambda document: document.order)


def read_classes(select: Select) -> dict[str, set[str]]:
    """Each class with the classes above it."""
    above: dict[str, set[str]] = {}
    for below, upper in select(_query("classes")):
        if isinstance(below, ox.NamedNode) and isinstance(upper, ox.NamedNode):
            above.setdefault(below.value, set()).add(upper.value)
    return above


def _query(name: str) -> str:
    return packaged_query("gfmdkg.search", f"rq/{name}.rq").text


def _clean(text: str) -> str:
    return " ".join(_RESERVED.sub(" ", unicodedata.normalize("NFC", text)).split())


def _read_names(solutions: Solutions) -> tuple[dict[str, Document], dict[str, set[str]]]:
    documents: dict[str, Document] = {}
    types: dict[str, set[str]] = {}
    schemes: dict[str, str] = {}
    for row in solutions:
        match row:
            case ox.NamedNode(value=iri), ox.Literal(value="type"), ox.NamedNode(value=type_iri):
                types.setdefault(iri, set()).add(type_iri)
            case ox.NamedNode(value=iri), ox.Literal(value="scheme"), ox.NamedNode(value=scheme):
                schemes[iri] = min(scheme, schemes.get(iri, scheme))
            case ox.NamedNode(value=iri), ox.Literal(value=kind), ox.Literal() as value:
                text = _clean(value.value)
                if text:
                    document = documents.setdefault(iri, Document(iri))
                    document.names.append(Name(kind, text, value.language))
    for iri, scheme in schemes.items():
        if iri in documents:
            documents[iri].scheme = scheme
    return documents, types


def _read_texts(solutions: Solutions, documents: Mapping[str, Document]) -> None:
    for row in solutions:
        match row:
            case ox.NamedNode(value=iri), ox.Literal(value=kind), ox.Literal(value=lexical):
                document = documents.get(iri)
                text = _clean(lexical)
                if document is None or not text:
                    continue
                target = {"note": document.notes, "evidence": document.evidence}
                target.get(kind, document.texts).append(text)
    for document in documents.values():
        for texts in (document.notes, document.evidence, document.texts):
            texts[:] = sorted(set(texts))


def _read_links(solutions: Solutions, documents: Mapping[str, Document]) -> None:
    direct: dict[str, set[tuple[str, str]]] = {}
    broader: dict[str, list[str]] = {}
    for row in solutions:
        match row:
            case ox.NamedNode(value=iri), ox.NamedNode(value=property_iri), ox.NamedNode(
                value=target
            ):
                if iri in documents and target in documents and iri != target:
                    direct.setdefault(iri, set()).add((property_iri, target))
                if property_iri == SKOS + "broader":
                    broader.setdefault(iri, []).append(target)
    ancestors: dict[str, list[str]] = {}
    for iri, links in direct.items():
        found = documents[iri].links
        for property_iri, through in sorted(links):
            found.append(Link(property_iri, through, through))
            if through not in ancestors:
                ancestors[through] = sorted(_above(through, broader) & documents.keys())
            found += [
                Link(property_iri, target, through)
                for target in ancestors[through]
                if target != iri
            ]
        del found[_LINKS_LIMIT:]


def _above(concept: str, broader: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(broader.get(concept, ()))
    while waiting:
        upper = waiting.pop()
        if upper not in found:
            found.add(upper)
            waiting.extend(broader.get(upper, ()))
    found.discard(concept)
    return found
