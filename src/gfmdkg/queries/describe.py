"""The catalog as RDF, so that the graph describes its own queries (SHACL Advanced Features)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from gfmdkg.namespaces import BASE, DCTERMS, RDF, RDFS, SH, XSD
from gfmdkg.queries.catalog import Catalog
from gfmdkg.rdf.values import typed
from gfmdkg.terms.parameters import Parameter, ParameterType

if TYPE_CHECKING:
    from gfmdkg.store.patches import Fact

__all__ = ["describe"]

_SCHEMA = "https://schema.org/"
_DATATYPES = {
    ParameterType.STRING: "string",
    ParameterType.ENUM: "string",
    ParameterType.INT: "integer",
    ParameterType.DECIMAL: "decimal",
    ParameterType.DATE: "date",
    ParameterType.BOOLEAN: "boolean",
}


def describe(catalog: Catalog) -> "Iterator[Fact]":
    """All queries: each a ``sh:SPARQLSelectExecutable``.

    Parameters are ``sh:Parameter``s whose path ends in the parameter's name.
    """
    for query in catalog:
        subject = f"{BASE}query/{query.name}"
        yield subject, RDF + "type", ox.NamedNode(SH + "SPARQLExecutable")
        yield subject, RDF + "type", ox.NamedNode(SH + "SPARQLSelectExecutable")
        yield subject, RDFS + "label", ox.Literal(query.summary, language="en")
        yield subject, DCTERMS + "description", ox.Literal(query.description, language="en")
        yield subject, DCTERMS + "identifier", ox.Literal(query.name)
        yield subject, SH + "select", ox.Literal(query.text)
        for tag in query.tags:
            yield subject, _SCHEMA + "keywords", ox.Literal(tag, language="en")
        for order, parameter in enumerate(query.parameters.values(), start=1):
            node = f"{subject}#{parameter.name}"
            yield subject, SH + "parameter", ox.NamedNode(node)
            yield node, SH + "order", typed(str(order), "integer")
            yield from _describe_parameter(node, parameter)


def _describe_parameter(node: str, parameter: Parameter) -> "Iterator[Fact]":
    yield node, RDF + "type", ox.NamedNode(SH + "Parameter")
    yield node, SH + "path", ox.NamedNode(node)
    yield node, SH + "name", ox.Literal(parameter.name.replace("_", " "), language="en")
    yield node, SH + "description", ox.Literal(parameter.description, language="en")
    if not parameter.required:
        yield node, SH + "optional", typed("true", "boolean")
    if datatype := _DATATYPES.get(parameter.type):
        yield node, SH + "datatype", ox.NamedNode(XSD + datatype)
    else:
        yield node, SH + "nodeKind", ox.NamedNode(SH + "IRI")
    if len(parameter.classes) == 1:
        yield node, SH + "class", ox.NamedNode(parameter.classes[0])
