"""The United Nations' own vocabulary of the goals can be loaded beside our data."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH, SKOS
from tests.ontology.conftest import with_derived

from gfmdkg.paths import shipped_content
from gfmdkg.validation.shacl import run_shapes

SDGO = "http://metadata.un.org/sdg/ontology#"
CONTENT = shipped_content()


def read(paths: Iterable[Path]) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


@cache
def ours() -> Graph:
    ontology = CONTENT.ontology
    vocabularies = sorted((ontology / "vocab").glob("*.ttl"))
    return with_derived(
        [ontology / "gfmd.ttl", *vocabularies, *sorted(CONTENT.data.rglob("*.ttl"))]
    )


@pytest.fixture(scope="module")
def theirs(shared: Path) -> Graph:
    folder = shared / "sources" / "vocabularies" / "sdg-kos"
    if not folder.is_dir():
        pytest.skip("needs the vocabulary of the United Nations in ../shared/sources/vocabularies")
    return read(sorted(folder.glob("*.ttl")))


def labels(graph: Graph, thing: URIRef, predicate: URIRef) -> dict[str, str]:
    found = [label for label in graph.objects(thing, predicate) if isinstance(label, Literal)]
    return {label.language or "": str(label) for label in found}


def test_both_together_conform_to_the_shapes(theirs: Graph, shapes: Graph) -> None:
    both = read([])
    for graph in (ours(), theirs):
        both += graph
    report = run_shapes(both, shapes)
    faults = {
        (str(report.value(result, SH.sourceShape)), str(report.value(result, SH.focusNode)))
        for result in report.subjects(RDF.type, SH.ValidationResult)
    }
    assert faults == set()


def test_a_preferred_label_of_a_goal_is_theirs_to_the_letter(theirs: Graph) -> None:
    goals = set(ours().subjects(RDF.type, URIRef(SDGO + "Goal")))
    assert len(goals) == 17
    for goal in goals:
        assert isinstance(goal, URIRef)
        own = labels(ours(), goal, SKOS.prefLabel)
        assert own.items() <= labels(theirs, goal, SKOS.prefLabel).items(), goal
        named = own.keys() | labels(ours(), goal, RDFS.label).keys()
        assert named == {"en", "es", "fr"}, goal


def test_a_target_has_a_name_of_ours_in_three_languages_and_leaves_theirs_alone() -> None:
    targets = set(ours().subjects(RDF.type, URIRef(SDGO + "Target")))
    assert targets
    for target in targets:
        assert isinstance(target, URIRef)
        assert labels(ours(), target, SKOS.prefLabel) == {}
        assert labels(ours(), target, RDFS.label).keys() == {"en", "es", "fr"}, target


def test_the_set_of_goals_is_a_thing_that_can_be_cited() -> None:
    the_set = URIRef("http://metadata.un.org/sdg")
    citable = URIRef("https://w3id.org/gfmdkg/ontology#CitableEntity")
    assert (the_set, RDF.type, citable) in ours()
    assert labels(ours(), the_set, RDFS.label)["en"] == "Sustainable Development Goals"
    assert labels(ours(), the_set, SKOS.prefLabel) == {}


def test_concepts_of_theirs_are_not_judged_but_goals_and_concepts_of_ours_are(
    shapes: Graph,
) -> None:
    graph = Graph().parse(
        format="turtle",
        data="""
        @prefix sdg: <http://metadata.un.org/sdg/> .
        @prefix sdgo: <http://metadata.un.org/sdg/ontology#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        sdg:C030101 a skos:Concept .
        <http://metadata.un.org/sdg> a skos:ConceptScheme .
        sdg:3 a sdgo:Goal , skos:Concept .
        <https://w3id.org/gfmdkg/scheme/topic/new> a skos:Concept .
        """,
    )
    report = run_shapes(graph, shapes)
    judged = {str(focus).rpartition("/")[2] for focus in report.objects(None, SH.focusNode)}
    assert judged == {"3", "new"}
