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


def exact_literal(
    lexical: str, *, datatype: str | None = None, language: str | None = None
) -> Literal:
    """A literal that keeps its lexical form: ``"1.50"`` does not become ``"1.5"``.

    A typed ``xsd:string`` is the plain literal that it is in RDF 1.1, which rdflib would
    otherwise tell apart.
    """
    # A URIRef never equals a str, so both are compared as the latter.
    if datatype is None or str(datatype) == _STRING:
        return Literal(lexical, lang=language)
    return Literal(lexical, datatype=URIRef(datatype), normalize=False)
