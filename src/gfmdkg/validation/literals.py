"""Literals exactly as they are written."""

import logging
import warnings

from rdflib import Literal, URIRef

from gfmdkg.namespaces import XSD

__all__ = ["exact_literal"]

_STRING = XSD + "string"

# rdflib complains on standard error about each ill-formed literal, with a traceback; here
# they become findings, with their place.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", message="Parsing weird boolean", module=r"rdflib\.term")


class _Exact(Literal):
    """A literal that can be compared with any other.

    Where SHACL compares two, those that have no order between them are not in order. rdflib
    raises ``TypeError`` then, which would end the validation.
    """

    def __lt__(self, other: object) -> bool:
        return super().__lt__(other) is True

    def __le__(self, other: object) -> bool:
        return super().__le__(other) is True

    def __gt__(self, other: object) -> bool:
        try:
            return super().__gt__(other) is True
        except TypeError:
            return False

    def __ge__(self, other: object) -> bool:
        return super().__ge__(other) is True

    __hash__ = Literal.__hash__


def exact_literal(
    lexical: str, *, datatype: str | None = None, language: str | None = None
) -> Literal:
    """A literal that keeps its lexical form: ``"1.50"`` does not become ``"1.5"``.

    A typed ``xsd:string`` is the plain literal that it is in RDF 1.1, which rdflib would
    otherwise tell apart.
    """
    # A URIRef never equals a str, so both are compared as the latter.
    if datatype is None or str(datatype) == _STRING:
        return _Exact(lexical, lang=language)
    return _Exact(lexical, datatype=URIRef(datatype), normalize=False)
