"""The namespaces of the project and the one table of their prefixes."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = [
    "BASE",
    "CITO",
    "DCTERMS",
    "FOAF",
    "GFMD",
    "GFMDSH",
    "GRAPH_BASE",
    "ID_BASE",
    "ORG",
    "PREFIXES",
    "PROV",
    "RDF",
    "RDFS",
    "SCHEME_BASE",
    "SDG",
    "SDGO",
    "SH",
    "SKOS",
    "XSD",
    "compact",
    "expand",
    "graph_iri",
    "is_our_graph",
    "short_name",
]

BASE = "https://w3id.org/gfmdkg/"
ID_BASE = BASE + "id/"
SCHEME_BASE = BASE + "scheme/"
GRAPH_BASE = BASE + "graph/"

CITO = "http://purl.org/spar/cito/"
DCTERMS = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
GFMD = BASE + "ontology#"
GFMDSH = BASE + "shapes#"
ORG = "http://www.w3.org/ns/org#"
PROV = "http://www.w3.org/ns/prov#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SDG = "http://metadata.un.org/sdg/"
SDGO = "http://metadata.un.org/sdg/ontology#"
SH = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
XSD = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "cito": CITO,
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcterms": DCTERMS,
        "foaf": FOAF,
        "gfmd": GFMD,
        "gfmdsh": GFMDSH,
        "org": ORG,
        "owl": "http://www.w3.org/2002/07/owl#",
        "prov": PROV,
        "rdf": RDF,
        "rdfs": RDFS,
        "schema": "https://schema.org/",
        "sdg": SDG,
        "sdgo": SDGO,
        "sh": SH,
        "skos": SKOS,
        "void": "http://rdfs.org/ns/void#",
        "xsd": XSD,
    }
)
"""Prefix to namespace, sorted by prefix. Known to the SPARQL endpoint without declaration."""


def expand(name: str) -> str | None:
    """The IRI of a CURIE whose prefix is ours, else ``None``.

    >>> expand("gfmd:cites")
    'https://w3id.org/gfmdkg/ontology#cites'
    >>> expand("nothing:here") is None
    True
    """
    prefix, colon, local = name.partition(":")
    namespace = PREFIXES.get(prefix) if colon else None
    return None if namespace is None else namespace + local


def compact(iri: str) -> str:
    """The CURIE of an IRI where one of our prefixes fits, else the IRI itself.

    >>> compact("http://metadata.un.org/sdg/10.7")
    'sdg:10.7'
    >>> compact("https://example.org/x")
    'https://example.org/x'
    """
    best = ""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(namespace) > len(PREFIXES.get(best, "")):
            best = prefix
    local = iri[len(PREFIXES[best]) :] if best else ""
    # A local name with a slash or a hash would not be a legal CURIE in SPARQL or Turtle.
    return f"{best}:{local}" if local and not set(local) & set("/#?") else iri


def short_name(iri: str) -> str:
    """The shortest form of an IRI that still tells it.

    >>> short_name("https://w3id.org/gfmdkg/id/instrument/cmw")
    'instrument/cmw'
    >>> short_name("http://metadata.un.org/sdg/10.7")
    'sdg:10.7'
    """
    if iri.startswith(ID_BASE):
        return iri.removeprefix(ID_BASE)
    curie = compact(iri)
    return iri.removeprefix(BASE) if curie == iri else curie


_OURS = tuple(
    GRAPH_BASE + name for name in ("data/", "derived/", "ontology/", "provenance", "queries")
)


def is_our_graph(graph: str) -> bool:
    """Whether a graph is that of a file of the repository, or one that the build makes."""
    return graph.startswith(_OURS)


def graph_iri(relative_path: str) -> str:
    """The named graph of a source file, from its path below the repository's top.

    >>> graph_iri("data/reference/sdg.ttl")
    'https://w3id.org/gfmdkg/graph/data/reference/sdg'
    """
    stem, dot, extension = relative_path.rpartition(".")
    return GRAPH_BASE + (stem if dot and "/" not in extension else relative_path)
