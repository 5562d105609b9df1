"""What is indexed: one document for each thing that has a name."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from gfmdkg.namespaces import GRAPH_BASE, PREFIXES, PROV, RDF, RDFS, SH
from gfmdkg.rdf.query_text import packaged_query
from gfmdkg.rdf.solutions import Select, Solutions
from gfmdkg.search.answers import KINDS
from gfmdkg.terms.folding import code_of, slug_of

__all__ = ["Document", "IndexedName", "Link", "read_above", "read_documents"]

_TYPE_RANK: Mapping[str, int] = {iri: rank for rank, iri in enumerate(KINDS.values())}
# The machinery of the graph, which has pages of its own: ontology, shapes, provenance.
_MACHINERY = (PREFIXES["owl"], RDF, RDFS, SH, PROV)
_UNTYPED = RDFS + "Resource"
# Control characters and those for private use, which the index takes for its own purposes.
_RESERVED = re.compile("[\x00-\x1f\x7f\ue000-\uf8ff\ud800-\udfff]+")
_LINKS_LIMIT = 400


@dataclass(frozen=True, slots=True)
class IndexedName:
    """A label or code of a thing; ``kind`` is pref, alt, hidden, notation or symbol."""

    kind: str
    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """From a document by ``property`` to ``through``; ``target`` is that or broader than it."""

    property: str
    target: "Document"
    through: "Document"


@dataclass(slots=True, eq=False)
class Document:
    """A thing with its names, the preferred English one first, and its texts.

    These are a ``note``, ``evidence`` or a ``text``. ``rowid`` is its place in the index.
    """

    iri: str
    type: str = _UNTYPED
    scheme: str | None = None
    code: str | None = None
    names: list[IndexedName] = field(default_factory=list)
    texts: dict[str, set[str]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    rowid: int = 0
    type_id: int = 0


def read_documents(select: Select, above: Mapping[str, set[str]]) -> list[Document]:
    """All documents of a version in their order: classes together, then by IRI."""
    documents, types = _read_names(select(_query("names")))
    for iri, found in types.items():
        kept = [t for t in found if not t.startswith(_MACHINERY)]
        if iri.startswith(GRAPH_BASE) or not kept:
            documents.pop(iri, None)
        elif iri in documents:
            documents[iri].type = min(kept, key=_rank)
    for row in select(_query("texts")):
        match row:
            case ox.NamedNode(value=iri), ox.Literal(value=kind), ox.Literal(value=lexical):
                text = _clean(lexical)
                if text and iri in documents:
                    documents[iri].texts.setdefault(kind, set()).add(text)
    _read_links(select(_query("links")), documents, above)
    ordered = sorted(documents.values(), key=lambda document: (_rank(document.type), document.iri))
    for rowid, document in enumerate(ordered, 1):
        document.rowid = rowid
        # The first name is the one shown; the rest only need to be in a stable order.
        document.names.sort(
            key=lambda n: (n.kind != "pref", n.language != "en", n.kind, n.language or "", n.text)
        )
    return ordered


def read_above(select: Select) -> dict[str, set[str]]:
    """Each class, and each concept, with those above it."""
    above: dict[str, set[str]] = {}
    for iri, upper in select(_query("above")):
        if isinstance(iri, ox.NamedNode) and isinstance(upper, ox.NamedNode):
            above.setdefault(iri.value, set()).add(upper.value)
    return above


def _query(name: str) -> str:
    return packaged_query("gfmdkg.search", f"rq/{name}.rq").text


def _rank(type_iri: str) -> tuple[int, str]:
    return _TYPE_RANK.get(type_iri, len(_TYPE_RANK)), type_iri


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
                    document.names.append(IndexedName(kind, text, value.language))
    for iri, document in documents.items():
        document.scheme = schemes.get(iri)
        names = ((name.kind, name.text, name.language) for name in document.names)
        document.code = code_of(names, slug_of(iri))
    return documents, types


def _read_links(
    solutions: Solutions, documents: Mapping[str, Document], above: Mapping[str, set[str]]
) -> None:
    direct: dict[str, set[tuple[str, str]]] = {}
    for row in solutions:
        match row:
            case ox.NamedNode(value=iri), ox.NamedNode(value=by), ox.NamedNode(value=target):
                if iri != target and iri in documents and target in documents:
                    direct.setdefault(iri, set()).add((by, target))
    for iri, links in direct.items():
        found = documents[iri].links
        for by, through in sorted(links):
            broader = above.get(through, set()) - {iri, through}
            found += [
                Link(by, documents[target], documents[through])
                for target in (through, *sorted(broader))
                if target in documents
            ]
        del found[_LINKS_LIMIT:]
