"""Documents: resources that stand for whole files.

The ontology, its alignments and the shapes are graphs of the version, and so is a concept scheme
with its concepts; the ontology's examples, no part of the graph, are read from the installation.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from gfmdkg.errors import NotFound
from gfmdkg.namespaces import BASE, GFMD, GFMDSH, GRAPH_BASE, PREFIXES, SCHEME_BASE, compact
from gfmdkg.paths import Content
from gfmdkg.rdf.media import GRAPH_FORMATS
from gfmdkg.rdf.query_text import packaged_query
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.values import Resource
from gfmdkg.resources.describing import resource_query
from gfmdkg.terms.index import TermIndex

__all__ = [
    "DOCUMENTS",
    "Document",
    "Entry",
    "entries_of",
    "example_names",
    "graph_query",
    "is_example",
    "read_example",
    "write_example",
]

_EXAMPLES = BASE + "ontology/examples/"
_EXAMPLE = re.compile(r"[a-z0-9-]+/[a-z0-9-]+", re.ASCII)
_TURTLE = "text/turtle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document made of graphs, those whose names begin with ``start``.

    ``name`` is that of the query for what its page lists, ``lead`` what the page says of it, and
    ``beside`` the head of the column with what each entry is about or stands below.
    """

    name: str
    title: str
    lead: str
    start: str
    beside: str

    @property
    def entries_query(self) -> str:
        """Its entries, as ``entries_of`` reads them."""
        return packaged_query("gfmdkg.resources", f"rq/{self.name}-entries.rq").text


DOCUMENTS: Mapping[str, Document] = {
    BASE + "ontology": Document(
        name="ontology",
        title="Ontology",
        lead="The classes and properties that the graph is written in.",
        start=GRAPH_BASE + "ontology/gfmd",
        beside="Below",
    ),
    BASE + "ontology/alignments": Document(
        name="alignments",
        title="Alignments",
        lead="How the terms of the ontology relate to those of other vocabularies.",
        start=GRAPH_BASE + "ontology/alignments",
        beside="To",
    ),
    BASE + "shapes": Document(
        name="shapes",
        title="Shapes",
        lead="What a record must look like: the rules, and what they say where they are broken.",
        start=GRAPH_BASE + "ontology/shapes/",
        beside="About",
    ),
}
"""Documents by IRI."""


def graph_query(iri: ox.NamedNode) -> str:
    """A CONSTRUCT or DESCRIBE of a resource, the whole of it where it is a document."""
    if (document := DOCUMENTS.get(iri.value)) is not None:
        text = packaged_query("gfmdkg.resources", "rq/document.rq")
        return text.fill(start=[ox.NamedNode(document.start)])
    scheme = iri.value.removeprefix(SCHEME_BASE)
    if scheme != iri.value and "/" not in scheme:
        return packaged_query("gfmdkg.resources", "rq/scheme.rq").fill(subject=[iri])
    return resource_query("triples", iri)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A term or a rule in a document; ``name`` is its anchor on the page."""

    name: str
    curie: str
    meaning: str
    beside: dict[Resource, None]


def entries_of(
    document: Document, solutions: Solutions, terms: TermIndex
) -> dict[str, list[Entry]]:
    """What a document's page lists, under headings, from the solutions of ``entries_query``."""
    found: dict[str, Entry] = {}
    for row in solutions.rows:
        iri, label, meaning, beside = (getattr(cell, "value", "") for cell in row)
        if iri not in found:
            name = iri.removeprefix(GFMD).removeprefix(GFMDSH)
            found[iri] = Entry(
                name=name if name != iri else compact(iri),
                curie=compact(iri),
                meaning=meaning or label,
                beside={},
            )
        if beside:
            found[iri].beside[terms.resource(beside)] = None
    if document.name == "ontology":
        classes = [entry for entry in found.values() if entry.name[:1].isupper()]
        properties = [entry for entry in found.values() if not entry.name[:1].isupper()]
        return {"Classes": classes, "Properties": properties}
    return {"Rules" if document.name == "shapes" else "Terms": list(found.values())}


# Examples


def is_example(iri: str) -> bool:
    """Whether an IRI is below those of the ontology's examples."""
    return iri.startswith(_EXAMPLES)


def example_names(content: Content) -> Mapping[str, Sequence[str]]:
    """The names of the examples there are, by folder."""
    found: dict[str, list[str]] = {}
    for file in sorted((content.ontology / "examples").glob("*/*.ttl")):
        found.setdefault(file.parent.name, []).append(file.stem)
    return found


def read_example(iri: str, content: Content) -> str:
    """The Turtle of an example, comments and all. Raises ``NotFound``."""
    name = iri.removeprefix(_EXAMPLES)
    file = content.ontology / "examples" / f"{name}.ttl"
    if not _EXAMPLE.fullmatch(name) or not file.is_file():
        raise NotFound("example", iri)
    return file.read_text(encoding="utf-8")


def write_example(turtle: str, media_type: str) -> bytes:
    """An example in any format; as Turtle it stays as it is written."""
    if media_type == _TURTLE:
        return turtle.encode()
    quads = ox.parse(turtle, ox.RdfFormat.TURTLE, base_iri=BASE)
    triples = (quad.triple for quad in quads)
    written = ox.serialize(triples, format=GRAPH_FORMATS[media_type], prefixes=dict(PREFIXES))
    return written or b""
