"""SPARQL 1.1 results formats: CSV, TSV and JSON, over HTTP."""

import csv
import io

import pyoxigraph as ox
import pytest
from tests.conformance.service import JSON, Service, parse_results, path_of, read_text
from tests.conformance.suites import MF, Case, parameters
from tests.conformance.test_sparql_query import load_data

FORMATS = {
    ".srj": (JSON, ox.QueryResultsFormat.JSON),
    ".tsv": ("text/tab-separated-values", ox.QueryResultsFormat.TSV),
}


@pytest.mark.parametrize("case", parameters("results-formats"))
def test_results_format(service: Service, case: Case) -> None:
    query = load_data(service, case)
    expected = case.graph.text(case.node, MF + "result")
    assert expected is not None
    path = path_of(expected)
    if path.suffix == ".csv":
        answer = service.query(read_text(query), accept="text/csv")
        assert answer.headers["content-type"].startswith("text/csv")
        assert read_csv(answer.text) == read_csv(path.read_text("utf-8"))
        return
    media_type, syntax = FORMATS[path.suffix]
    answer = service.query(read_text(query), accept=media_type)
    assert answer.headers["content-type"].startswith(media_type)
    results = parse_results(answer.content, syntax)
    assert results.comparable() == parse_results(path.read_bytes(), syntax).comparable()


def read_csv(text: str) -> list[tuple[tuple[str, str], ...]]:
    """The rows by column, in some order, all blank nodes alike."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return sorted(
        tuple(sorted((name, "_:" if v.startswith("_:") else v) for name, v in row.items()))
        for row in rows
    )
