"""Answers are compared by their solutions, however they are written."""

import io

import pyoxigraph as ox
import pytest
from benchmarks.answers import solutions
from benchmarks.generator import Generated

TABLES = ("application/sparql-results+json", "application/sparql-results+xml")
TSV = "text/tab-separated-values"


def answer(graph: ox.Store, text: str, media_type: str) -> bytes:
    output = io.BytesIO()
    found = graph.query(text, use_default_graph_as_union=True)
    if isinstance(found, ox.QueryTriples):
        found.serialize(output, format=ox.RdfFormat.from_media_type(media_type))
    else:
        found.serialize(output, format=ox.QueryResultsFormat.from_media_type(media_type))
    return output.getvalue()


@pytest.mark.parametrize("media_type", [*TABLES, TSV])
def test_the_order_of_rows_and_columns_is_left_aside(
    graph: ox.Store, generated: Generated, media_type: str
) -> None:
    subject = f"<{generated.recommendations[0]}>"
    one = answer(graph, f"SELECT ?p ?o {{ {subject} ?p ?o }} ORDER BY ?o", media_type)
    other = answer(graph, f"SELECT ?o ?p {{ {subject} ?p ?o }} ORDER BY DESC(?p)", media_type)
    assert one != other
    assert solutions(media_type, one) == solutions(media_type, other)
    assert solutions(media_type, one) == solutions(
        TABLES[0], answer(graph, f"SELECT * {{ {subject} ?p ?o }}", TABLES[0])
    )


def test_a_row_more_or_another_value_is_told(graph: ox.Store, generated: Generated) -> None:
    subject = f"<{generated.recommendations[0]}>"
    query = f"SELECT ?p ?o {{ {subject} ?p ?o }}"
    whole = answer(graph, query, "text/csv")
    less = answer(graph, query + " OFFSET 1", "text/csv")
    assert solutions("text/csv", whole) != solutions("text/csv", less)
    assert solutions("text/csv", whole) == solutions("text/csv", whole.replace(b"\r\n", b"\n"))
    assert solutions("text/csv", whole) != solutions("text/csv", whole.replace(b"made", b"Made"))


@pytest.mark.parametrize("media_type", TABLES)
def test_verdicts_are_told_apart(graph: ox.Store, media_type: str) -> None:
    yes = solutions(media_type, answer(graph, "ASK { ?s ?p ?o }", media_type))
    no = solutions(media_type, answer(graph, "ASK { ?s ?s ?s }", media_type))
    assert yes != no


def test_triples_are_the_same_in_every_syntax(graph: ox.Store, generated: Generated) -> None:
    query = f"DESCRIBE <{generated.recommendations[0]}>"
    lines = answer(graph, query, "application/n-triples")
    turtle = answer(graph, query, "text/turtle")
    assert solutions("application/n-triples", lines) == solutions("text/turtle", turtle)
    fewer = b"".join(lines.splitlines(keepends=True)[1:])
    assert solutions("application/n-triples", fewer) != solutions("text/turtle", turtle)


def test_what_is_cut_off_is_an_error(graph: ox.Store) -> None:
    whole = answer(graph, "SELECT * { ?s ?p ?o } LIMIT 9", TABLES[0])
    with pytest.raises(SyntaxError):
        solutions(TABLES[0], whole[:-9])
