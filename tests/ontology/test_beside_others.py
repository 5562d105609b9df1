"""The ontology beside the vocabularies that it uses: what follows by RDFS, and what must not."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from owlrl import DeductiveClosure
from owlrl.RDFSClosure import RDFS_Semantics
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef
from tests.conftest import REPOSITORY, SHARED, skip_unless_required
from tests.ontology.conftest import ONTOLOGY, read

CITO = Namespace("http://purl.org/spar/cito/")
GFMD = Namespace("https://w3id.org/gfmdkg/ontology#")
SDG_FILES = SHARED / "sources" / "vocabularies" / "sdg-kos"
TERMS = (
    *(RDFS.Class, RDFS.Datatype, RDF.Property),
    *(OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty),
)
CLASSIFICATIONS_THAT_CITE = """
    PREFIX cito: <http://purl.org/spar/cito/>
    PREFIX gfmd: <https://w3id.org/gfmdkg/ontology#>
    SELECT ?l { ?l a gfmd:Classification ; cito:hasCitedEntity ?x }
"""
# Of the same kind as the rest of a report, and few enough to reason over.
EXAMPLES = (
    "citation/valid-explicit",
    "classification/valid-retrospective",
    "membership/valid-holder",
)


@cache
def ours() -> Graph:
    """Ontology, alignments, vocabularies, shapes, reference data and examples."""
    return read(
        *ONTOLOGY.glob("*.ttl"),
        *ONTOLOGY.glob("vocab/*.ttl"),
        *ONTOLOGY.glob("shapes/*.ttl"),
        *(REPOSITORY / "data" / "reference").glob("*.ttl"),
        *(ONTOLOGY / "examples" / f"{name}.ttl" for name in EXAMPLES),
    )


def beside(*others: Path, more: Iterable[tuple[URIRef, URIRef, URIRef]] = ()) -> Graph:
    """What follows by RDFS from our files and these; literals have no part in it."""
    graph = Graph()
    for source in (ours(), read(Path(__file__).with_name("others.ttl"), *others)):
        for triple in source:
            if not isinstance(triple[2], Literal):
                graph.add(triple)
    for triple in more:
        graph.add(triple)
    return closed(graph)


def closed(graph: Graph) -> Graph:
    DeductiveClosure(RDFS_Semantics, axiomatic_triples=False).expand(graph)  # type: ignore[no-untyped-call]
    return graph


def terms_that_are_concepts(graph: Graph) -> set[str]:
    terms = {term for kind in TERMS for term in graph.subjects(RDF.type, kind)}
    terms |= set(graph.predicates())
    return {str(term) for term in terms if (term, RDF.type, SKOS.Concept) in graph}


@cache
def beside_standards() -> Graph:
    return beside()


def test_what_follows_is_found_at_all() -> None:
    graph = beside_standards()
    link = next(graph.subjects(RDF.type, GFMD.Citation))
    assert (link, RDF.type, CITO.Citation) in graph
    assert (GFMD.cites, RDFS.subPropertyOf, CITO.cites) in graph
    concept = URIRef("https://w3id.org/gfmdkg/scheme/topic/gender")
    assert (concept, RDF.type, SKOS.Concept) in graph


def test_no_class_or_property_is_a_concept() -> None:
    assert terms_that_are_concepts(beside_standards()) == set()


@pytest.mark.parametrize(
    "mapping", [SKOS.closeMatch, SKOS.exactMatch, SKOS.related, SKOS.broadMatch]
)
def test_a_mapping_of_a_class_would_be_noticed(mapping: URIRef) -> None:
    graph = Graph()
    graph += read(Path(__file__).with_name("others.ttl"), ONTOLOGY / "gfmd.ttl")
    graph.add((GFMD.Citation, mapping, CITO.Citation))
    closed(graph)
    assert str(GFMD.Citation) in terms_that_are_concepts(graph)


def test_no_classification_cites() -> None:
    graph = beside_standards()
    assert list(graph.subjects(RDF.type, GFMD.Classification))
    assert list(graph.query(CLASSIFICATIONS_THAT_CITE)) == []
    both = set(graph.subjects(RDF.type, GFMD.Classification)) & set(
        graph.subjects(RDF.type, CITO.Citation)
    )
    assert both == set()


def test_no_term_is_a_concept_beside_the_vocabulary_of_the_sdgs() -> None:
    files = [
        SDG_FILES / name for name in ("sdgs-ontology.ttl", "sdg-kos-goals-targets-indicators.ttl")
    ]
    if not all(file.is_file() for file in files):
        skip_unless_required(
            "needs the UN's vocabulary of the SDGs, ../shared/sources/vocabularies/sdg-kos, "
            "not in the repository"
        )
    graph = beside(*files)
    assert terms_that_are_concepts(graph) == set()
    # Goals and targets are concepts by the UN's own word, and things that can be cited by ours.
    goal = URIRef("http://metadata.un.org/sdg/10")
    assert (goal, RDF.type, SKOS.Concept) in graph
    assert (goal, RDF.type, GFMD.CitableEntity) in graph
    assert list(graph.query(CLASSIFICATIONS_THAT_CITE)) == []
