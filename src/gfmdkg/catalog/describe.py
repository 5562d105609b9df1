"""The catalog as RDF, so that the graph describes its own queries (SHACL Advanced Features)."""

from collections.abc import Iterator

from gfmdkg.catalog.catalog import Catalog
from gfmdkg.catalog.query import CannedQuery
from gfmdkg.namespaces import BASE, DCTERMS, RDF, RDFS, SH, XSD
from gfmdkg.terms.parameters import Parameter, ParameterType
from gfmdkg.terms.values import Iri, Literal, Term, to_sparql

__all__ = ["describe", "query_iri"]

_SCHEMA = "https://schema.org/"
_TRUE = Literal("true", XSD + "boolean")
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
    lines = {
        f"{to_sparql(s)} {to_sparql(p)} {to_sparql(o)} .\n"
        for query in catalog
        for s, p, o in _describe_query(query)
    }
    return "".join(sorted(lines)).encode()


def _describe_query(query: CannedQuery) -> Iterator[tuple[Iri, Iri, Term]]:
    subject = Iri(query_iri(query.name))
    for kind in ("SPARQLExecutable", "SPARQLSelectExecutable"):
        yield subject, Iri(RDF + "type"), Iri(SH + kind)
    yield subject, Iri(RDFS + "label"), Literal(query.summary, language="en")
    yield subject, Iri(DCTERMS + "description"), Literal(query.description, language="en")
    yield subject, Iri(DCTERMS + "identifier"), Literal(query.name)
    yield subject, Iri(SH + "select"), Literal(query.text)
    for tag in query.tags:
        yield subject, Iri(_SCHEMA + "keywords"), Literal(tag, language="en")
    for order, parameter in enumerate(query.parameters.values(), start=1):
        node = Iri(f"{subject.value}#{parameter.name}")
        yield subject, Iri(SH + "parameter"), node
        yield node, Iri(SH + "order"), Literal(str(order), XSD + "integer")
        for predicate, value in _describe_parameter(parameter, node):
            yield node, predicate, value


def _describe_parameter(parameter: Parameter, node: Iri) -> Iterator[tuple[Iri, Term]]:
    yield Iri(RDF + "type"), Iri(SH + "Parameter")
    yield Iri(SH + "path"), node
    yield Iri(SH + "name"), Literal(parameter.name.replace("_", " "), language="en")
    yield Iri(SH + "description"), Literal(parameter.description, language="en")
    if not parameter.required:
        yield Iri(SH + "optional"), _TRUE
    if datatype := _DATATYPES.get(parameter.type):
        yield Iri(SH + "datatype"), Iri(XSD + datatype)
    else:
        yield Iri(SH + "nodeKind"), Iri(SH + "IRI")
    if len(parameter.classes) == 1:
        yield Iri(SH + "class"), Iri(parameter.classes[0])
