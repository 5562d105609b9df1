"""Concept schemes: one a file, every concept labelled, defined and placed."""

from collections import Counter
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS

BASE = "https://w3id.org/gfmdkg/scheme/"
GFMD = "https://w3id.org/gfmdkg/ontology#"
FILES = sorted((Path(__file__).parents[2] / "ontology" / "vocab").glob("*.ttl"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_file_holds_one_scheme_of_its_own_name(path: Path) -> None:
    graph = Graph().parse(path, format="turtle")
    scheme = URIRef(BASE + path.stem)
    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme)) == [scheme]
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    assert concepts
    for concept in concepts:
        assert str(concept).startswith(f"{scheme}/")
        assert list(graph.objects(concept, SKOS.inScheme)) == [scheme]
    assert set(graph.subjects()) == concepts | {scheme}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_labels_are_unique_within_a_scheme_and_language(path: Path) -> None:
    graph = Graph().parse(path, format="turtle")
    labels: Counter[tuple[str, str | None]] = Counter()
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        for predicate in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel):
            for label in graph.objects(concept, predicate):
                assert isinstance(label, Literal)
                labels[label.lower(), label.language] += 1
    assert [label for label, count in labels.items() if count > 1] == []


def test_every_concept_and_scheme_is_labelled_in_english(vocabulary: Graph) -> None:
    for kind in (SKOS.Concept, SKOS.ConceptScheme):
        for subject in vocabulary.subjects(RDF.type, kind):
            languages = [
                label.language
                for label in vocabulary.objects(subject, SKOS.prefLabel)
                if isinstance(label, Literal)
            ]
            assert languages.count("en") == 1, subject
            assert len(languages) == len(set(languages)), subject


def test_every_concept_is_defined(vocabulary: Graph) -> None:
    concepts = set(vocabulary.subjects(RDF.type, SKOS.Concept))
    schemes = set(vocabulary.subjects(RDF.type, SKOS.ConceptScheme))
    assert concepts | schemes == set(vocabulary.subjects(SKOS.definition, None))


def test_every_scheme_says_its_licence(vocabulary: Graph) -> None:
    for scheme in vocabulary.subjects(RDF.type, SKOS.ConceptScheme):
        assert len(list(vocabulary.objects(scheme, DCTERMS.license))) == 1


def test_there_are_twenty_three_objectives_numbered_as_strings(vocabulary: Graph) -> None:
    scheme = URIRef(BASE + "gcm-objective")
    numbers = {
        str(vocabulary.value(concept, SKOS.notation))
        for concept in vocabulary.subjects(SKOS.inScheme, scheme)
    }
    assert numbers == {str(number) for number in range(1, 24)}


def test_a_doubtful_number_of_a_cluster_is_marked(vocabulary: Graph) -> None:
    order = URIRef(GFMD + "resolutionOrder")
    doubtful = set(vocabulary.subjects(URIRef(GFMD + "unverified"), order))
    assert {str(c).rpartition("/")[2] for c in doubtful} == {"drivers", "smuggling-trafficking"}
    assert all(vocabulary.value(c, SKOS.editorialNote) for c in doubtful)


def test_the_clusters_are_numbered_as_in_the_resolution(vocabulary: Graph) -> None:
    numbers = sorted(str(n) for n in vocabulary.objects(None, URIRef(GFMD + "resolutionOrder")))
    assert numbers == ["1", "2", "3", "4", "5", "6"]
