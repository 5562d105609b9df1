"""Reading documents, wholly or not at all, or past their faults for who asks what is wrong.

What is read wholly has blank nodes that keep their labels from one run to the next.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from gfmdkg.errors import DataError, Fault
from gfmdkg.namespaces import BASE, GRAPH_BASE
from gfmdkg.rdf.canonical_nodes import canonical_quads
from gfmdkg.rdf.media import GRAPH_FORMATS
from gfmdkg.store.rdf_store import TOO_LARGE, parsing

__all__ = [
    "NESTED_ENTITIES",
    "Parsed",
    "parse",
    "read_dataset",
    "read_quads",
]


NESTED_ENTITIES = "an entity is made of other entities, which could grow without end"
"""What is refused of RDF/XML, since the parser would take all memory."""

_RDF_XML = "application/rdf+xml"
_ENTITY = re.compile(
    rb"""<!ENTITY\s[^<>"']*+(["'])(?:(?!\1).)*?&(?!amp;|lt;|gt;|quot;|apos;|#)""", re.DOTALL
)

_MOST_COMPLAINTS = 1000
# "Parser error at line 2 between columns 4 and 8: what is wrong"
_WHERE = re.compile(r"^Parser error .*?(?<=[0-9]): ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The statements, graph names dropped, and what the parser complains of.

    Blank nodes keep the labels that the document gives them.
    """

    triples: tuple[ox.Triple, ...]
    complaints: tuple[Fault, ...]


def read_quads(
    source: bytes, *, media_type: str, graph: str, file: str | None = None
) -> list[ox.Quad]:
    """The quads of a document, all in the named graph ``graph``.

    Blank nodes are named canonically within the document and after the graph,
    so the same document always gives the same quads, and two documents never share a node.
    Raises ``DataError`` with the place of a syntax error.
    """
    node = ox.NamedNode(graph)
    quads = _parse(source, media_type=media_type, base_iri=graph, file=file)
    return _named((ox.Quad(q.subject, q.predicate, q.object, node) for q in quads), graph)


def read_dataset(
    source: bytes, *, media_type: str, graph: str | None, nodes: str, file: str | None = None
) -> list[ox.Quad]:
    """The quads of a document in the graphs that it names; ``graph`` takes those without.

    ``None`` leaves them in the default graph. Blank nodes are canonicalised and named after
    ``nodes``. Raises ``DataError`` with the place of a syntax error.
    """
    quads = _parse(source, media_type=media_type, base_iri=graph or BASE, file=file)
    default = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
    placed = (
        ox.Quad(q.subject, q.predicate, q.object, default)
        if isinstance(q.graph_name, ox.DefaultGraph)
        else q
        for q in quads
    )
    return _named(placed, nodes)


def _parse(source: bytes, *, media_type: str, base_iri: str, file: str | None) -> list[ox.Quad]:
    if _nested_entity(source, media_type=media_type) is not None:
        fault = Fault(message=NESTED_ENTITIES, file=file)
        raise DataError("the document cannot be read", [fault])
    with parsing(file):
        return list(ox.parse(source, GRAPH_FORMATS[media_type], base_iri=base_iri))


def _named(quads: Iterable[ox.Quad], graph: str) -> list[ox.Quad]:
    """The quads with blank nodes that are named after the graph."""
    prefix = graph.removeprefix(GRAPH_BASE).translate(str.maketrans("/:.#?&=%", "--------"))
    return canonical_quads(quads, prefix=f"{prefix}-")


def parse(source: bytes, *, media_type: str, base_iri: str) -> Parsed:
    """Read a document in one of ``GRAPH_FORMATS``.

    The parser goes on after a fault where the format lets it (Turtle and its relatives);
    it may then complain several times of one fault.
    """
    triples: list[ox.Triple] = []
    complaints: list[Fault] = []
    entity = _nested_entity(source, media_type=media_type)
    if entity is not None:
        line = source.count(b"\n", 0, entity) + 1
        column = len(source[source.rfind(b"\n", 0, entity) + 1 : entity].decode()) + 1
        complaint = Fault(message=NESTED_ENTITIES, line=line, column=column)
        return Parsed(triples=(), complaints=(complaint,))
    parser = ox.parse(source, GRAPH_FORMATS[media_type], base_iri=base_iri)
    while len(complaints) < _MOST_COMPLAINTS:
        try:
            quad = next(parser)
        except StopIteration:
            break
        except SyntaxError as error:
            message = _WHERE.sub("", error.msg)
            complaints.append(Fault(message=message, line=error.lineno, column=error.offset))
        except MemoryError:
            complaints.append(Fault(message=TOO_LARGE))
            break
        else:
            triples.append(quad.triple)
    return Parsed(triples=tuple(triples), complaints=tuple(dict.fromkeys(complaints)))


def _nested_entity(source: bytes, *, media_type: str) -> int | None:
    """Where RDF/XML declares an entity that is made of others; ``None`` if nowhere."""
    found = _ENTITY.search(source) if media_type == _RDF_XML else None
    return None if found is None else found.start()
