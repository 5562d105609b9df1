"""Checks: queries that must return no rows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import Graph

from gfmdkg.errors import OntologyError
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.validation.checks import Check, check_findings, load_checks, run_checks
from gfmdkg.validation.documents import read_document
from gfmdkg.validation.findings import Severity

BASE = "https://example.org/"
HEADER = (
    '#+ summary: "Two things share a number."\n'
    '#+ message: "{?other} has {?number} too: change one"\n'
    "#+ severity: Warning\n"
)
QUERY = (
    f"PREFIX : <{BASE}>\n"
    "SELECT DISTINCT ?focus (?o AS ?other) ?number WHERE {\n"
    "  ?focus :number ?number . ?o :number ?number FILTER (STR(?focus) < STR(?o)) }\n"
)
DATA = (
    f"@prefix : <{BASE}> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    ':a rdfs:label "Thing A"@en ;\n  :number 1.0 .\n:b rdfs:label "Thing B"@en ; :number 1.0 .\n'
)


def load(folder: Path, text: str) -> tuple[Check, ...]:
    (folder / "number-shared.rq").write_text(text, "utf-8")
    return load_checks(folder)


def select_on(data: str) -> Callable[[str], Solutions]:
    store = OxigraphStore.in_memory()
    store.load(data.encode(), media_type="text/turtle", graph="")
    return store.select


def test_each_row_is_a_finding_with_place_and_labels(tmp_path: Path) -> None:
    checks = load(tmp_path, HEADER + QUERY)
    document = read_document(DATA, base_iri=BASE, file="data/x.ttl")
    select = select_on(DATA)
    (finding,) = check_findings(
        run_checks(checks, select), documents=[document], names=document.graph
    )
    assert finding.message == "“Thing A”: two things share a number"
    assert finding.remedy == '“Thing B” has "1" too: change one'
    assert finding.severity is Severity.WARNING
    assert finding.code == "number-shared"
    assert finding.shape == "ontology/checks/number-shared.rq"
    # The store made 1 of 1.0, and the place is found all the same.
    assert (finding.file, finding.line, finding.column) == ("data/x.ttl", 3, 11)


def test_row_about_a_predicate_is_placed_at_it(tmp_path: Path) -> None:
    text = HEADER.replace("{?other} has {?number} too", "{?term}") + (
        f"SELECT ?focus ?term WHERE {{ ?focus ?term 1.0 FILTER (?focus = <{BASE}b>) }}"
    )
    document = read_document(DATA, base_iri=BASE, file="data/x.ttl")
    select = select_on(DATA)
    rows = run_checks(load(tmp_path, text), select)
    (finding,) = check_findings(rows, documents=[document], names=document.graph)
    assert (finding.line, finding.column) == (4, 30)


def test_no_rows_no_findings(tmp_path: Path) -> None:
    select = select_on(f"<{BASE}a> <{BASE}number> 1 .")
    rows = run_checks(load(tmp_path, HEADER + QUERY), select)
    assert check_findings(rows, names=Graph()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (QUERY, "does not start with a header"),
        (HEADER.replace("#+ severity: Warning\n", "") + QUERY, "lacks the field “severity”"),
        (HEADER.replace("Warning", "Bad") + QUERY, "“bad” is no severity"),
        (HEADER + "#+ author: me\n" + QUERY, "unknown field “author”"),
        (HEADER + QUERY.replace("?focus (?o", "?o (?focus"), "first column is not ?focus"),
        (HEADER.replace("{?number}", "{?size}") + QUERY, "uses {?size}"),
        ("#+ summary: [\n" + QUERY, "no YAML"),
    ],
)
def test_fault_of_a_header_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(OntologyError, match="number-shared.rq") as caught:
        load(tmp_path, text)
    assert any(words in fault.message for fault in caught.value.faults)


def test_query_that_the_engine_rejects_is_named(tmp_path: Path) -> None:
    checks = load(tmp_path, HEADER + QUERY.replace("FILTER", "FILTRE"))
    select = select_on(DATA)
    with pytest.raises(OntologyError) as caught:
        run_checks(checks, select)
    assert caught.value.faults[0].file == "ontology/checks/number-shared.rq"


def test_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.rq").write_bytes(b"\xff")
    with pytest.raises(OntologyError, match="x.rq"):
        load_checks(tmp_path)
