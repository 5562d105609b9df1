"""What is wrong with shapes themselves."""

from pathlib import Path

import pytest

from gfmdkg.errors import Fault, OntologyError
from gfmdkg.validation.shapes import load_shapes

HEADER = "@prefix : <https://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .\n"
GOOD = ":S a sh:NodeShape ; sh:targetClass :T ; sh:property :P .\n:P sh:path :p ; sh:minCount 1 .\n"


def faults(folder: Path, text: str, name: str = "x.ttl") -> list[Fault]:
    (folder / name).write_text(HEADER + text, "utf-8")
    with pytest.raises(OntologyError) as caught:
        load_shapes(folder)
    return list(caught.value.faults)


def test_shapes_of_a_folder_are_one_graph(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(HEADER + GOOD, "utf-8")
    (tmp_path / "b.ttl").write_text(HEADER + ":R sh:targetNode :t ; sh:node :S .", "utf-8")
    shapes = load_shapes(tmp_path)
    assert len(shapes) == 7


def test_unknown_shacl_term_is_named_with_the_nearest(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, GOOD + ":S sh:property [ sh:path :q ;\n sh:minCont 1 ] .")
    assert fault.message == "SHACL has no term sh:minCont"
    assert fault.remedy == "sh:minCount is the nearest"
    assert (fault.file, fault.line, fault.column) == ("ontology/shapes/x.ttl", 5, 13)


@pytest.mark.parametrize("term", ["rule", "js", "expression", "target"])
def test_term_that_would_have_no_effect_is_refused(tmp_path: Path, term: str) -> None:
    (fault,) = faults(tmp_path, GOOD + f":S sh:{term} [] .")
    assert fault.message == f"sh:{term} has no effect here"


def test_all_terms_of_core_and_sparql_are_known(tmp_path: Path) -> None:
    text = (
        ":S sh:in ( 1 ) ; sh:class :T ; sh:not :N ; sh:or ( :N ) ; sh:and ( :N ) ; sh:xone ( :N ) ;"
        " sh:targetNode :t ; sh:closed true ; sh:severity sh:Info ; sh:nodeKind sh:BlankNodeOrIRI ;"
        " sh:qualifiedValueShapesDisjoint true ; sh:languageIn ( 'en' ) ; sh:deactivated true ;"
        " sh:sparql [ a sh:SPARQLConstraint ; sh:select '' ; sh:prefixes :o ] .\n"
        ":N a sh:NodeShape . :o sh:declare [ sh:prefix '' ; sh:namespace '' ] ."
    )
    (tmp_path / "x.ttl").write_text(HEADER + text, "utf-8")
    load_shapes(tmp_path)


def test_shape_that_targets_nothing_is_named(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, GOOD + "\n<https://example.org/x#Idle> a sh:NodeShape .")
    assert "Idle targets nothing" in fault.message
    assert fault.line == 5


def test_shape_reached_through_a_list_is_not_idle(tmp_path: Path) -> None:
    text = (
        ":S sh:targetNode :t ; sh:or ( :A [ sh:not :B ] ) . :A a sh:NodeShape . :B a sh:NodeShape ."
    )
    (tmp_path / "x.ttl").write_text(HEADER + text, "utf-8")
    assert load_shapes(tmp_path)


def test_class_that_is_a_shape_targets_its_instances(tmp_path: Path) -> None:
    text = ":T a sh:NodeShape , <http://www.w3.org/2000/01/rdf-schema#Class> ; sh:nodeKind sh:IRI ."
    (tmp_path / "x.ttl").write_text(HEADER + text, "utf-8")
    assert load_shapes(tmp_path)


def test_reference_to_a_shape_that_is_not_there_is_named(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, ":S sh:targetClass :T ; sh:node <https://example.org/x#Gone> .")
    assert fault.message == "there is no shape Gone"
    assert (fault.line, fault.column) == (2, 32)


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(HEADER + ":S sh:targetClass", "utf-8")
    (tmp_path / "b.ttl").write_bytes(b"\xff")
    found = faults(tmp_path, ":S a sh:NodeShape ; sh:minCont 1 .")
    assert [f.file for f in found] == [
        "ontology/shapes/a.ttl",
        "ontology/shapes/b.ttl",
        "ontology/shapes/x.ttl",
        "ontology/shapes/x.ttl",
    ]


def test_folder_without_shapes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OntologyError, match="no shapes"):
        load_shapes(tmp_path)
