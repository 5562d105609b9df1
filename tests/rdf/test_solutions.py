"""SPARQL results in JSON, decoded into terms and Python values."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyoxigraph as ox
import pytest

from gfmdkg.errors import DataError
from gfmdkg.rdf.media import AnswerFormats
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.values import PythonValue, python_value, typed
from gfmdkg.store.rdf_store import OxigraphStore

QUERY = """
SELECT ?iri ?text ?tagged ?number ?nothing ?node WHERE {
  VALUES (?iri ?text ?tagged ?number) { (<http://example.org/a> "a \\"b\\"" "c"@en 2.50) }
  BIND (BNODE() AS ?node)
}
"""


def test_engine_answer_becomes_terms() -> None:
    output = io.BytesIO()
    OxigraphStore.in_memory().query(QUERY, formats=AnswerFormats(), output=output)
    solutions = Solutions.from_json(output.getvalue())
    assert solutions.variables == ("iri", "text", "tagged", "number", "nothing", "node")
    ((*terms, node),) = solutions
    assert terms == [
        ox.NamedNode("http://example.org/a"),
        ox.Literal('a "b"'),
        ox.Literal("c", language="en"),
        typed("2.5", "decimal"),
        None,
    ]
    assert isinstance(node, ox.BlankNode)
    assert len(solutions) == 1
    assert [sorted(record) for record in solutions.records()] == [
        ["iri", "node", "number", "tagged", "text"]
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"head":{},"boolean":true}',
        b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"odd","value":"y"}}]}}',
        b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"uri","value":"a b"}}]}}',
        b'{"head":{"vars":["x"]},"results":{"bindings":[7]}}',
    ],
)
def test_what_is_no_table_is_refused(body: bytes) -> None:
    with pytest.raises(DataError, match="no SPARQL solutions"):
        Solutions.from_json(body)


@pytest.mark.parametrize(
    ("lexical", "datatype", "value"),
    [
        ("7", "integer", 7),
        ("7", "nonNegativeInteger", 7),
        ("0.90", "decimal", Decimal("0.90")),
        ("1e3", "double", 1000.0),
        ("true", "boolean", True),
        ("0", "boolean", False),
        ("2017-04-06", "date", date(2017, 4, 6)),
        ("2017-04-06T11:30:00Z", "dateTime", datetime(2017, 4, 6, 11, 30, tzinfo=UTC)),
        ("2015", "gYear", "2015"),
        ("2015-11", "gYearMonth", "2015-11"),
        ("8.10", "string", "8.10"),
        ("2017-04-06Z", "date", "2017-04-06Z"),
        ("2017-02-30", "date", "2017-02-30"),
        ("2017-04-06T24:00:00Z", "dateTime", "2017-04-06T24:00:00Z"),
        ("20170406T113000", "dateTime", "20170406T113000"),
        ("many", "integer", "many"),
        ("yes", "boolean", "yes"),
        ("half", "decimal", "half"),
    ],
)
def test_literal_becomes_a_python_value(lexical: str, datatype: str, value: PythonValue) -> None:
    found = python_value(typed(lexical, datatype))
    assert (found, type(found)) == (value, type(value))
