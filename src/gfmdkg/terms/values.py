"""RDF terms as plain values, and the one place where they become SPARQL text."""

import re
from dataclasses import dataclass

from gfmdkg.namespaces import RDF, XSD

__all__ = ["BlankNode", "Iri", "Literal", "Term", "to_sparql"]

# RFC 3987 as SPARQL 1.1 section 19.8 has it for IRIREF: none of these may stand inside < >.
_ILLEGAL_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


@dataclass(frozen=True, slots=True)
class Iri:
    """An absolute IRI."""

    value: str

    def __post_init__(self) -> None:
        if ":" not in self.value or _ILLEGAL_IN_IRI.search(self.value):
            raise ValueError(f"not an absolute IRI: {self.value!r}")


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal: lexical form, and a datatype IRI or a language tag."""

    lexical: str
    datatype: str = XSD + "string"
    language: str | None = None

    def __post_init__(self) -> None:
        if self.language is not None:
            if not _LANGUAGE.fullmatch(self.language):
                raise ValueError(f"not a language tag: {self.language!r}")
            object.__setattr__(self, "datatype", RDF + "langString")


@dataclass(frozen=True, slots=True)
class BlankNode:
    """A blank node; the label holds within one answer only."""

    label: str


Term = Iri | Literal | BlankNode


def to_sparql(term: Term) -> str:
    r"""The term as SPARQL and N-Triples write it.

    Raises ``ValueError`` for a blank node, which in a query would be a variable.

    >>> to_sparql(Literal('say "no"', language="en"))
    '"say \\"no\\""@en'
    """
    match term:
        case Iri(value=value):
            return f"<{value}>"
        case Literal(lexical=lexical, datatype=datatype, language=language):
            quoted = f'"{lexical.translate(_ESCAPES)}"'
            if language is not None:
                return f"{quoted}@{language}"
            return quoted if datatype == XSD + "string" else f"{quoted}^^{to_sparql(Iri(datatype))}"
        case BlankNode():
            raise ValueError("a blank node cannot be written into a query")
