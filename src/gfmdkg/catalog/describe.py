"""The catalog as RDF, so that the graph describes its own queries (SHACL Advanced Features)."""

from collections.abc import Iterator

import pyoxigraph as ox

from gfmdkg.catalog.catalog import Catalog
from gfmdkg.catalog.query import CannedQuery
from gfmdkg.namespaces import BASE, DCTERMS, RDF, RDFS, SH, XSD
from gfmdkg.terms.parameters import Parameter, ParameterType
from gfmdkg.terms.values import Term, typed

__all__ = ["describe", "query_iri"]

_SCHEMA = "https://schema.org/"
_TRUE = typed("true", "boolean")
_DATATYPES = {
    ParameterType.STRING: "string",
    ParameterType.ENUM: "string",
    ParameterType.INT: "integer",
    ParameterType.DECIMAL: "decimal",
    ParameterType.DATE: "date",
    ParameterType.BOOLEAN: "boolean",
}


def query_iri(name: str) -> str:
    """The IRI of a canned query."""
    return f"{BASE}query/{name}"


def describe(catalog: Catalog) -> bytes:
    """All queries as N-Triples in UTF-8, sorted: each a ``sh:SPARQLSelectExecutable``.

    Parameters are ``sh:Parameter``s whose path ends in the parameter's name.
    """
    lines = {f"{s} {p} {o} .\n" for query in catalog for s, p, o in _describe_query(query)}
    return "".join(sorted(lines)).encode()


def _describe_query(query: CannedQuery) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, Term]]:
    subject = ox.NamedNode(query_iri(query.name))
    for kind in ("SPARQLExecutable", "SPARQLSelectExecutable"):
        yield subject, ox.NamedNode(RDF + "type"), ox.NamedNode(SH + kind)
    yield subject, ox.NamedNode(RDFS + "label"), ox.Literal(query.summary, language="en")
    yield (
        subject,
        ox.NamedNode(DCTERMS + "description"),
        ox.Literal(query.description, language="en"),
    )
    yield subject, ox.NamedNode(DCTERMS + "identifier"), ox.Literal(query.name)
    yield subject, ox.NamedNode(SH + "select"), ox.Literal(query.text)
    for tag in query.tags:
        yield subject, ox.NamedNode(_SCHEMA + "keywords"), ox.Literal(tag, language="en")
    for order, parameter in enumerate(query.parameters.values(), start=1):
        node = ox.NamedNode(f"{subject.value}#{parameter.name}")
        yield subject, ox.NamedNode(SH + "parameter"), node
        yield node, ox.NamedNode(SH + "order"), typed(str(order), "integer")
        for predicate, value in _describe_parameter(parameter, node):
            yield node, predicate, value


def _describe_parameter(
    parameter: Parameter, node: ox.NamedNode
) -> Iterator[tuple[ox.NamedNode, Term]]:
    yield ox.NamedNode(RDF + "type"), ox.NamedNode(SH + "Parameter")
    yield ox.NamedNode(SH + "path"), node
    yield ox.NamedNode(SH + "name"), ox.Literal(parameter.name.replace("_", " "), language="en")
    yield ox.NamedNode(SH + "description"), ox.Literal(parameter.description, language="en")
    if not parameter.required:
        yield ox.NamedNode(SH + "optional"), _TRUE
    if datatype := _DATATYPES.get(parameter.type):
        yield ox.NamedNode(SH + "datatype"), ox.NamedNode(XSD + datatype)
    else:
        yield ox.NamedNode(SH + "nodeKind"), ox.NamedNode(SH + "IRI")
    if len(parameter.classes) == 1:
        yield ox.NamedNode(SH + "class"), ox.NamedNode(parameter.classes[0])
