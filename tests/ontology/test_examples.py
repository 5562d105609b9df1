"""Every example gives the verdict that its name and its first line announce."""

import re
from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SH, SKOS
from tests.ontology.conftest import with_derived

FOLDER = Path(__file__).parents[2] / "ontology" / "examples"
FILES = sorted(FOLDER.glob("*/*.ttl"))
SHAPES = "https://w3id.org/gfmdkg/shapes#"


def broken_rules(data: Graph, shapes: Graph) -> set[str]:
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    assert isinstance(report, Graph), report
    # Only what the report itself lists: sh:detail holds results about inner shapes.
    results = report.objects(None, SH.result)
    return {str(report.value(result, SH.sourceShape)).removeprefix(SHAPES) for result in results}


@pytest.fixture(scope="module")
def whole(terms: Graph, vocabulary: Graph) -> Graph:
    return terms + vocabulary + Graph().parse(FOLDER.parents[1] / "data" / "sources.ttl")


@pytest.fixture(scope="module")
def schemes_only(whole: Graph) -> Graph:
    """The same, with no concept as a focus node: each example would check them all anew."""
    graph = whole + Graph()
    for kind in (SKOS.Concept, SKOS.ConceptScheme):
        graph.remove((None, RDF.type, kind))
    return graph


def expectation(path: Path) -> set[str]:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    match = re.fullmatch(r"# expects: gfmdsh:([A-Za-z-]+)", first)
    return {match[1]} if match else set()


def test_ontology_and_vocabulary_conform(whole: Graph, shapes: Graph) -> None:
    assert broken_rules(whole, shapes) == set()


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_an_example_breaks_exactly_the_rule_it_names(
    path: Path, whole: Graph, schemes_only: Graph, shapes: Graph
) -> None:
    expected = expectation(path)
    assert bool(expected) == path.name.startswith("invalid-")
    # Only a concept that joins a scheme of ours needs that scheme to be known as one.
    joins = "skos:inScheme <scheme/gcm-objective>" in path.read_text(encoding="utf-8")
    context = whole if joins else schemes_only
    data = with_derived([path])
    for triple in context:
        data.add(triple)
    assert broken_rules(data, shapes) == expected


def test_every_rule_has_an_example_that_breaks_it(shapes: Graph) -> None:
    rules = {s for s in shapes.subjects(SH.message, None) if isinstance(s, URIRef)}
    shown = {rule for path in FILES for rule in expectation(path)}
    assert {rule.removeprefix(SHAPES) for rule in rules} == shown


def test_every_folder_has_a_valid_and_an_invalid_example() -> None:
    for folder in sorted(f for f in FOLDER.iterdir() if f.is_dir()):
        assert list(folder.glob("valid-*.ttl")), folder.name
        assert list(folder.glob("invalid-*.ttl")), folder.name


def test_every_example_is_valid_or_invalid_by_name() -> None:
    odd = [p.name for p in FILES if not re.fullmatch(r"(in)?valid-[a-z-]+\.ttl", p.name)]
    assert odd == []
