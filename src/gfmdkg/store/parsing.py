"""Reading a document to its end, past its faults: what can be read, and all that is wrong."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from gfmdkg.store.answers import GRAPH_FORMATS

__all__ = [
    "NESTED_ENTITIES",
    "TOO_LARGE",
    "Complaint",
    "Parsed",
    "nested_entity",
    "parse",
]

TOO_LARGE = "a value is larger than 16 MB"
"""What the parser refuses to hold."""

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
class Complaint:
    """What the parser says; line and column count from 1, in characters, where it knows them."""

    message: str
    line: int | None
    column: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The statements, graph names dropped, and the complaints.

    Blank nodes keep the labels that the document gives them.
    """

    triples: tuple[ox.Triple, ...]
    complaints: tuple[Complaint, ...]


def parse(source: bytes, *, media_type: str, base_iri: str) -> Parsed:
    """Read a document in one of ``GRAPH_FORMATS``.

    The parser goes on after a fault where the format lets it (Turtle and its relatives);
    it may then complain several times of one fault.
    """
    triples: list[ox.Triple] = []
    complaints: list[Complaint] = []
    entity = nested_entity(source, media_type=media_type)
    if entity is not None:
        line = source.count(b"\n", 0, entity) + 1
        column = len(source[source.rfind(b"\n", 0, entity) + 1 : entity].decode()) + 1
        complaint = Complaint(message=NESTED_ENTITIES, line=line, column=column)
        return Parsed(triples=(), complaints=(complaint,))
    parser = ox.parse(source, GRAPH_FORMATS[media_type], base_iri=base_iri)
    while len(complaints) < _MOST_COMPLAINTS:
        try:
            quad = next(parser)
        except StopIteration:
            break
        except SyntaxError as error:
            complaints.append(_complaint(error))
        except MemoryError:
            complaints.append(Complaint(message=TOO_LARGE, line=None, column=None))
            break
        else:
            triples.append(quad.triple)
    return Parsed(triples=tuple(triples), complaints=_unique(complaints))


def nested_entity(source: bytes, *, media_type: str) -> int | None:
    """Where RDF/XML declares an entity that is made of others; ``None`` if nowhere."""
    found = _ENTITY.search(source) if media_type == _RDF_XML else None
    return None if found is None else found.start()


def _complaint(error: SyntaxError) -> Complaint:
    return Complaint(message=_WHERE.sub("", error.msg), line=error.lineno, column=error.offset)


def _unique(complaints: Sequence[Complaint]) -> tuple[Complaint, ...]:
    return tuple(dict.fromkeys(complaints))
