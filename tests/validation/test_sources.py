"""Validation of the files that a graph is built from."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from gfmdkg.build.assembly import validate_store
from gfmdkg.errors import DataError, OntologyError
from gfmdkg.namespaces import graph_iri
from gfmdkg.paths import Content
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import with_union
from gfmdkg.validation import Report, SourceFile

BASE = "https://example.org/"
HEADER = f"@base <{BASE}> . @prefix sh: <http://www.w3.org/ns/shacl#> .\n"
SHAPE = HEADER + (
    "<S> sh:targetClass <Thing> ;"
    " sh:property [ sh:path <name> ; sh:minCount 1 ; sh:message 'Give it a name' ] .\n"
)
CHECK = (
    "#+ summary: A thing is its own part.\n#+ message: Remove it\n#+ severity: violation\n"
    f"SELECT ?focus WHERE {{ ?focus <{BASE}part> ?focus }}"
)


@pytest.fixture
def ontology(tmp_path: Path) -> Path:
    folder = tmp_path / "ontology"
    for name, file, text in (("shapes", "s.ttl", SHAPE), ("checks", "self.rq", CHECK)):
        (folder / name).mkdir(parents=True)
        (folder / name / file).write_text(text, "utf-8")
    return folder


def source(path: str, text: str) -> SourceFile:
    return SourceFile(path=path, text=HEADER + text, graph=graph_iri(path))


def run(ontology: Path, *files: SourceFile) -> Report:
    store = OxigraphStore.in_memory()
    for file in files:
        with suppress(DataError):
            store.load(file.text.encode(), media_type="text/turtle", graph=file.graph)
    store.extend(with_union(store.quads()))
    return validate_store(store, files, Content(root=ontology.parent), kept=ontology)


def test_files_are_validated_together(ontology: Path) -> None:
    report = run(
        ontology,
        source("data/a.ttl", "<x> a <Thing> ."),
        source("data/b.ttl", "<x> <name> 'X' ."),
    )
    assert report.conforms
    assert report.findings == ()


def test_findings_of_shapes_and_checks_name_file_and_place(ontology: Path) -> None:
    report = run(
        ontology,
        source("data/a.ttl", "<x> a <Thing> ."),
        source("data/b.ttl", "<y> <name> 'Y' ;\n  <part> <y> ."),
    )
    assert not report.conforms
    assert [(f.code, f.file, f.line, f.column) for f in report.findings] == [
        ("min-count", "data/a.ttl", 2, 1),
        ("self", "data/b.ttl", 2, 1),
    ]
    assert report.findings[0].remedy == "Give it a name"


def test_all_unreadable_files_are_named_and_no_rule_is_applied(ontology: Path) -> None:
    report = run(
        ontology,
        source("data/a.ttl", "<x> a ."),
        source("data/b.ttl", "<x> a <Thing> ."),
        source("data/c.ttl", "<x> p:a <y> ."),
    )
    assert [(f.code, f.file, f.line) for f in report.findings] == [
        ("syntax", "data/a.ttl", 2),
        ("syntax", "data/c.ttl", 2),
    ]
    assert not report.conforms


def test_shapes_are_not_validated_as_data(ontology: Path) -> None:
    text = "<x> a <Thing> ."
    assert run(ontology, source("ontology/shapes/s.ttl", text)).conforms
    assert not run(ontology, source("ontology/vocab/s.ttl", text)).conforms


def test_relative_iris_are_those_of_the_graph(ontology: Path) -> None:
    graph = graph_iri("data/a.ttl")
    file = SourceFile(path="data/a.ttl", text=f"<#x> a <{BASE}Thing> .", graph=graph)
    assert run(ontology, file).findings[0].focus_node == f"{file.graph}#x"


def test_importing_the_package_does_not_import_rdflib() -> None:
    code = "import sys, gfmdkg.validation; print({'rdflib', 'pyshacl'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_fault_in_the_rules_is_raised(ontology: Path) -> None:
    (ontology / "shapes" / "bad.ttl").write_text(HEADER + "<B> a sh:NodeShape .", "utf-8")
    with pytest.raises(OntologyError, match="ontology/shapes/bad.ttl"):
        run(ontology, source("data/a.ttl", ""))
