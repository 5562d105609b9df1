"""What is read from the bytes of an answer: its rows, its kind, whether it is whole."""

import io
import json

import pytest

from gfmdkg.engine.answers import count_rows, kind_of
from gfmdkg.rdf.media import GRAPH_FORMATS, RESULTS_FORMATS, AnswerFormats, AnswerKind
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version

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
        assert count_rows(media_type, chunks) == QUERIES[query]


def test_rows_of_triples_are_counted_in_line_formats_only(version: Version) -> None:
    store = OxigraphStore.open_read_only(version.database)
    for media_type, expected in (("application/n-triples", 10), ("text/turtle", None)):
        output = io.BytesIO()
        formats = AnswerFormats(graph=media_type)
        store.query("DESCRIBE <http://e/r5>", formats=formats, output=output)
        assert count_rows(media_type, [output.getvalue()]) == expected
    store.close()


def test_rows_that_json_does_not_show_are_not_guessed() -> None:
    output = io.BytesIO()
    query = 'SELECT ?x { VALUES ?x { "an empty solution: ,{}" 2 } }'
    OxigraphStore.in_memory().query(query, formats=AnswerFormats(), output=output)
    media_type = "application/sparql-results+json"
    assert count_rows(media_type, [output.getvalue()]) is None


def _answer(query: str, formats: AnswerFormats, version: Version) -> bytes:
    output = io.BytesIO()
    store = OxigraphStore.open_read_only(version.database)
    store.query(query, formats=formats, output=output)
    store.close()
    return output.getvalue()


@pytest.mark.parametrize("media_type", RESULTS_FORMATS)
def test_kind_and_end_of_results_are_recognised(media_type: str, version: Version) -> None:
    formats = AnswerFormats(results=media_type)
    for query, kind in (
        ("ASK {}", AnswerKind.BOOLEAN),
        *((query, AnswerKind.SOLUTIONS) for query in QUERIES),
        ('SELECT ?boolean { VALUES ?boolean { "true" } }', AnswerKind.SOLUTIONS),
        ("SELECT ?true {}", AnswerKind.SOLUTIONS),
        ("SELECT ?b { VALUES ?b { true false } }", AnswerKind.SOLUTIONS),
    ):
        body = _answer(query, formats, version)
        assert kind_of(media_type, body) is kind
        assert kind_of(media_type, body + b"error: connection refused") is None


@pytest.mark.parametrize("media_type", GRAPH_FORMATS)
def test_end_of_graphs_is_recognised(media_type: str, version: Version) -> None:
    for query in ("DESCRIBE <http://e/r5>", "DESCRIBE <http://e/none>"):
        body = _answer(query, AnswerFormats(graph=media_type), version)
        assert kind_of(media_type, body) is AnswerKind.GRAPH
        assert kind_of(media_type, body + b"error: connection refused") is None
