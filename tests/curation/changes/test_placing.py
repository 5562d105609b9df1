"""The report of a change set tells where in the submitted documents the faults stand."""

from dataclasses import replace

from tests.curation.changes.samples import START, no_rules, turtle

from gfmdkg.curation.changes.review import Review
from gfmdkg.curation.documents import SubmittedDocument
from gfmdkg.errors import Fault
from gfmdkg.namespaces import BASE, SKOS
from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.validation import Finding, Report

DEPTH = "http://e/depth"
TITLE = SKOS + "prefLabel"
TABLE = "key,title (en),legally binding\nfirst,First Pact,yes\nsecond,Second Pact,no\n"


def found(review: Review, document: SubmittedDocument, *faults: Fault) -> list[tuple[object, ...]]:
    """Where a submitted document's findings are put, if these are its faults."""

    def validate(draft: OxigraphStore, patch: Patch | None) -> Report:
        return Report.of(Finding.from_fault(fault, code="rule") for fault in faults)

    strict = replace(review, validate=validate)
    change = strict.submit([document], message="wrong", author="Ada")
    kept = strict.changes.get(change.number).report["findings"]
    return [(f["file"], f["line"], f["column"], f["cell"]) for f in kept]


def test_a_value_is_shown_where_it_stands(review: Review) -> None:
    text = START.replace("e:depth 7", "e:depth 8,\n  -9")
    fault = Fault(message="too low", focus_node="http://e/north", path=DEPTH, value="-9")
    assert found(review, turtle(text), fault) == [("data/harbours.ttl", 6, 3, None)]


def test_what_is_missing_is_shown_at_its_record(review: Review) -> None:
    fault = Fault(message="no depth", focus_node="http://e/south", path=DEPTH)
    text = START.replace("South", "Southern")
    assert found(review, turtle(text), fault) == [("data/harbours.ttl", 6, 1, None)]


def test_a_fault_of_the_graph_around_has_no_place(review: Review) -> None:
    fault = Fault(message="elsewhere", focus_node="http://e/west", path=DEPTH)
    blank = Fault(message="unnamed", focus_node="_:b", path=DEPTH)
    text = START.replace("South", "Southern")
    assert found(review, turtle(text), fault, blank) == [(None, None, None, None)] * 2


def test_a_table_shows_the_cell(review: Review) -> None:
    table = SubmittedDocument(name="instruments.csv", body=TABLE.encode(), media_type="text/csv")
    fault = Fault(
        message="not that",
        focus_node=f"{BASE}id/instrument/second",
        path=TITLE,
        value="Second Pact",
    )
    assert found(review, table, fault) == [("instruments.csv", 3, None, "B3")]


def test_a_patch_has_statements_and_no_places(review: Review) -> None:
    patch = Patch(added=('<http://e/north> <http://e/depth> "-1" <http://g>',))
    document = SubmittedDocument(
        name="change.rdfp", body=patch.to_text().encode(), media_type="application/rdf-patch"
    )
    fault = Fault(message="too low", focus_node="http://e/north", path=DEPTH, value="-1")
    assert found(review, document, fault) == [(None, None, None, None)]


def test_what_keeps_the_rules_has_no_findings(review: Review) -> None:
    assert review.validate is no_rules
    assert found(review, turtle(START.replace("7", "9"))) == []
