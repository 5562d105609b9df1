"""The embedded store: answers, places of errors, reading documents."""

from io import BytesIO
from pathlib import Path

import pytest

from gfmdkg.errors import DataError, NotAcceptable, QueryRejected, StoreError
from gfmdkg.rdf.media import AnswerFormats, AnswerKind
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import read_quads

GRAPH = "https://w3id.org/gfmdkg/graph/test"
CSV = AnswerFormats(results="text/csv")


@pytest.fixture
def store() -> OxigraphStore:
    made = OxigraphStore.in_memory()
    made.load(
        b"<http://x/s> <http://x/p> <http://x/o>, 'l'@en .", media_type="text/turtle", graph=GRAPH
    )
    return made


def ask(
    store: OxigraphStore, text: str, formats: AnswerFormats = CSV
) -> tuple[AnswerKind, str, str]:
    output = BytesIO()
    kind, media_type = store.query(text, formats=formats, output=output)
    return kind, media_type, output.getvalue().decode()


def test_each_form_is_answered_in_its_kind_of_format(store: OxigraphStore) -> None:
    assert ask(store, "SELECT ?o { GRAPH ?g { ?s ?p ?o FILTER isIRI(?o) } }") == (
        AnswerKind.SOLUTIONS,
        "text/csv",
        "o\r\nhttp://x/o\r\n",
    )
    assert ask(store, "ASK { GRAPH ?g { ?s ?p ?o } }")[0] is AnswerKind.BOOLEAN
    kind, media_type, _ = ask(store, "CONSTRUCT { ?s ?p ?o } { GRAPH ?g { ?s ?p ?o } }")
    assert (kind, media_type) == (AnswerKind.GRAPH, "text/turtle")


def test_turtle_answers_use_the_project_prefixes(store: OxigraphStore) -> None:
    _, _, text = ask(store, "CONSTRUCT { gfmd:Session a gfmd:Report } {}")
    assert "gfmd:Session a gfmd:Report" in text


def test_a_kind_without_an_acceptable_format_is_refused(store: OxigraphStore) -> None:
    with pytest.raises(NotAcceptable, match="text/turtle"):
        ask(store, "CONSTRUCT { ?s ?p ?o } {}", formats=AnswerFormats(graph=None))


def test_project_prefixes_need_no_declaration_and_may_be_redeclared(store: OxigraphStore) -> None:
    text = "SELECT (gfmd:a AS ?x) {}"
    assert "https://w3id.org/gfmdkg/ontology#a" in ask(store, text)[2]
    assert "http://mine/a" in ask(store, "PREFIX gfmd: <http://mine/> " + text)[2]


def test_a_syntax_error_has_line_and_column(store: OxigraphStore) -> None:
    with pytest.raises(QueryRejected) as caught:
        ask(store, "SELECT * {\n  ?s ?p \n}")
    assert caught.value.line == 3
    assert caught.value.column is not None
    assert "error at" not in caught.value.detail


def test_a_rejected_update_changes_nothing(store: OxigraphStore) -> None:
    with pytest.raises(QueryRejected):
        store.update("INSERT DATA { <http://x/a> <http://x/b> 1 } ; NONSENSE")
    assert len(store) == 2


def test_a_function_that_the_engine_does_not_know_is_refused_by_name(store: OxigraphStore) -> None:
    with pytest.raises(QueryRejected, match="<http://x/f> is not supported"):
        ask(store, "SELECT (<http://x/f>(1) AS ?y) {}")
    with pytest.raises(QueryRejected, match="<http://x/f> is not supported"):
        store.update("INSERT { <x:a> <x:b> ?y } WHERE { BIND(<http://x/f>(1) AS ?y) }")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (f"CREATE GRAPH <{GRAPH}>", f"{GRAPH}> already exists"),
        ("CLEAR GRAPH <http://x/none>", "http://x/none> does not exist"),
        ("DROP GRAPH <http://x/none>", "http://x/none> does not exist"),
    ],
)
def test_graph_management_that_cannot_be_done_is_refused(
    store: OxigraphStore, text: str, detail: str
) -> None:
    with pytest.raises(QueryRejected, match=detail):
        store.update(f"INSERT DATA {{ <http://x/a> <http://x/b> 1 }} ; {text}")
    assert len(store) == 2
    store.update(text.replace("GRAPH", "SILENT GRAPH"))


def test_a_document_with_a_syntax_error_names_file_line_and_column() -> None:
    with pytest.raises(DataError) as caught:
        read_quads(b"<a> <b> .", media_type="text/turtle", graph=GRAPH, file="x.ttl")
    (fault,) = caught.value.faults
    assert (fault.file, fault.line) == ("x.ttl", 1)


def test_blank_nodes_keep_their_names_from_run_to_run_and_apart_from_other_files() -> None:
    text = b"<http://x/s> <http://x/p> [ <http://x/q> 1 ] , ( 1 2 ) ."
    first = read_quads(text, media_type="text/turtle", graph=GRAPH)
    again = read_quads(text, media_type="text/turtle", graph=GRAPH)
    other = read_quads(text, media_type="text/turtle", graph=GRAPH + "2")
    assert set(first) == set(again)
    assert len({str(q.object) for q in (*first, *other) if str(q.object).startswith("_:")}) == 6


def test_a_folder_that_is_no_store_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    with pytest.raises(StoreError, match="file"):
        OxigraphStore.open(file)
