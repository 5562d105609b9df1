"""The query role without a process around it, and the rows that it counts."""

import csv
import io
import json
from pathlib import Path

import pytest

from gfmdkg.engine.frames import Frame
from gfmdkg.engine.request import QueryRequest
from gfmdkg.engine.rows import count_rows
from gfmdkg.engine.worker import create_handler
from gfmdkg.store.answers import RESULTS_FORMATS, AnswerFormats, AnswerKind
from gfmdkg.store.rdf_store import OxigraphStore

# Line breaks, quotes, and what the formats themselves are made of.
TRICKY = 'a,"b"\r\n},{"x":1}<result>\\n\t\n'
LITERAL = json.dumps(TRICKY)

QUERIES = {
    "SELECT ?x ?y { VALUES (?x ?y) { (1 2) (UNDEF 3) (4 UNDEF) } }": 3,
    "SELECT ?x { VALUES ?x { 1 } }": 1,
    "SELECT ?x { VALUES ?x { } }": 0,
    "SELECT (MAX(?x) AS ?m) { ?x <http://e/none> ?y }": 1,
    f"SELECT ?x ?y {{ VALUES ?x {{ {LITERAL} {LITERAL} }} VALUES ?y {{ 1 2 {LITERAL} }} }}": 6,
}


@pytest.mark.parametrize("media_type", RESULTS_FORMATS)
@pytest.mark.parametrize("query", QUERIES)
def test_rows_are_counted_exactly_however_the_answer_is_cut(media_type: str, query: str) -> None:
    output = io.BytesIO()
    formats = AnswerFormats(results=media_type)
    OxigraphStore.in_memory().query(query, formats=formats, output=output)
    answer = output.getvalue()
    for size in (1, 7, len(answer)):
        chunks = [answer[at : at + size] for at in range(0, len(answer), size)]
        assert count_rows(AnswerKind.SOLUTIONS, media_type, chunks) == QUERIES[query]


def test_rows_of_triples_are_counted_in_line_formats_only(database: Path) -> None:
    store = OxigraphStore.open_read_only(database)
    for media_type, expected in (("application/n-triples", 10), ("text/turtle", None)):
        output = io.BytesIO()
        formats = AnswerFormats(graph=media_type)
        store.query("DESCRIBE <http://e/r5>", formats=formats, output=output)
        assert count_rows(AnswerKind.GRAPH, media_type, [output.getvalue()]) == expected
    store.close()


def test_rows_that_json_does_not_show_are_not_guessed() -> None:
    output = io.BytesIO()
    query = 'SELECT ?x { VALUES ?x { "an empty solution: ,{}" 2 } }'
    OxigraphStore.in_memory().query(query, formats=AnswerFormats(), output=output)
    media_type = "application/sparql-results+json"
    assert count_rows(AnswerKind.SOLUTIONS, media_type, [output.getvalue()]) is None


def _frame(text: str, database: Path) -> Frame:
    request = QueryRequest(text=text, store=database, formats=AnswerFormats(results="text/csv"))
    return Frame(head=request.head(1 << 30), body=text.encode())


def test_large_answers_are_counted_in_their_file(database: Path) -> None:
    handle = create_handler({"memory_limit_bytes": 1 << 40})
    reply = handle(_frame("SELECT * { ?s ?p ?o . ?o ?q ?r }", database))
    assert reply.file is not None
    with open(reply.file.fileno(), "rb", closefd=False) as file:
        file.seek(0)
        lines = list(csv.reader(io.TextIOWrapper(io.BytesIO(file.read()), newline="")))
    reply.file.close()
    assert reply.body == b""
    assert reply.head["rows"] == len(lines) - 1
    assert not reply.retires


def test_worker_that_grew_beyond_its_share_retires(database: Path) -> None:
    handle = create_handler({"memory_limit_bytes": 1 << 20, "warm": str(database)})
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d <http://e/p1> ?f }"
    assert handle(_frame(slow, database)).retires
    assert not handle(_frame("ASK {}", database)).retires


def test_folder_to_warm_up_may_be_gone(database: Path, tmp_path: Path) -> None:
    handle = create_handler({"memory_limit_bytes": 1 << 30, "warm": str(tmp_path / "gone")})
    assert handle(_frame("ASK {}", database)).body == b"true"
