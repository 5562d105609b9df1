"""The Python interface for notebooks and scripts."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import rdflib

import gfmdkg
from gfmdkg import Graph
from gfmdkg.errors import Ambiguous, NotFound, QueryRejected, UnknownParameter
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.values import Resource
from gfmdkg.store.versions import VersionStore


@pytest.fixture(scope="module")
def graph(shipped_store: Path) -> Graph:
    return Graph.open(shipped_store)


def test_everything_that_is_exported_can_be_imported_and_is_sorted() -> None:
    assert list(gfmdkg.__all__) == sorted(gfmdkg.__all__)
    assert all(hasattr(gfmdkg, name) for name in gfmdkg.__all__)
    with pytest.raises(AttributeError):
        gfmdkg.nothing  # noqa: B018


def test_open_uses_the_version_that_is_there(graph: Graph, shipped_store: Path) -> None:
    assert graph.version == VersionStore(shipped_store).require_current()


def test_rows_are_typed(graph: Graph) -> None:
    (row,) = graph.run("recommendations-citing", instrument="CMW")
    assert isinstance(row["recommendation"], Resource)
    assert row["recommendation"].iri.endswith("/pol-03")
    assert row["date"] == date(2017, 4, 6)
    assert row["matched_text"] == "UN CMW"


def test_rows_become_a_data_frame(graph: Graph) -> None:
    frame = graph.run("recommendations-citing", instrument=["CMW", "UNGPs"]).to_pandas()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame["number"]) == ["3", "12"]
    assert frame["instrument_label"].str.contains("Guiding Principles").any()


def test_no_rows_come_with_a_hint(graph: Graph) -> None:
    rows = graph.run("recommendations-citing", instrument="CEDAW")
    assert len(rows) == 0
    assert rows.hint is not None
    assert {row["locator"] for row in rows.hint.rows} == {"paragraph 13"}


def test_rows_can_be_sliced_and_become_records(graph: Graph) -> None:
    rows = graph.run("recommendations")
    assert len(rows) == 24
    assert len(rows[:3]) == 3
    assert rows.to_records()[0]["recommendation"].keys() == {"iri", "label"}  # type: ignore[attr-defined]


def test_query_gives_what_the_form_asks_for(graph: Graph) -> None:
    solutions = graph.query("SELECT ?s { ?s a gfmd:Report }")
    assert isinstance(solutions, Solutions)
    assert len(solutions) == 1
    assert graph.query("ASK { ?s a gfmd:Report }") is True
    assert graph.query("ASK { ?s a gfmd:Nothing }") is False
    built = graph.query("CONSTRUCT { ?s a gfmd:Report } { ?s a gfmd:Report }")
    assert isinstance(built, rdflib.Graph)
    assert len(built) == 1


def test_a_description_has_properties_incoming_links_and_evidence(graph: Graph) -> None:
    described = graph.describe("ICRMW")
    assert described.resource.iri == "https://w3id.org/gfmdkg/id/instrument/cmw"
    literals = {
        (p.title, value.text)
        for group in described.groups
        for p in group.properties
        for value in p.values
        if value.kind == "literal"
    }
    assert ("adoption date", "1990-12-18") in literals
    (citing,) = [i for i in described.incoming if i.title == "passages that cite it"]
    passages = [r.resource.iri.rpartition("/")[2] for r in citing.items]
    assert passages == ["p03", "p13", "pol-03"]
    assert citing.total == 3
    assert [
        e.matched_text
        for e in described.evidence.items
        if e.locator == "political recommendation 3"
    ] == ["UN CMW"]


def test_a_link_without_a_name_is_described_by_its_path(graph: Graph) -> None:
    path = "citation/gfmd-dialogue-gcm-2017-04-06-c1/pol-03/cmw"
    described = graph.describe(path)
    assert described.resource.iri == f"https://w3id.org/gfmdkg/id/{path}"
    assert [e.direction for e in described.evidence.items] == ["self"]
    assert b"UN CMW" in graph.serialise(path, "application/n-triples")
    with pytest.raises(NotFound):
        graph.serialise("citation/none", "application/n-triples")


def test_names_that_nothing_or_several_things_have_are_errors(graph: Graph) -> None:
    with pytest.raises(NotFound) as missing:
        graph.describe("CEDAV")
    assert any(c.iri.endswith("/cedaw") for c in missing.value.candidates)
    with pytest.raises(Ambiguous) as several:
        graph.describe("human-rights")
    assert len(several.value.candidates) > 1


def test_an_unknown_parameter_or_query_is_an_error(graph: Graph) -> None:
    with pytest.raises(UnknownParameter, match="instrument"):
        graph.run("recommendations-citing", treaty="CMW")
    with pytest.raises(NotFound, match="recommendations-citing"):
        graph.run("recommendations-cited")


def test_a_rejected_query_has_its_place(graph: Graph) -> None:
    with pytest.raises(QueryRejected) as caught:
        graph.query("SELECT * { ?s ?p }")
    assert caught.value.line == 1


def test_the_graph_becomes_an_rdflib_graph(graph: Graph) -> None:
    whole = graph.to_rdflib()
    assert len(whole) > 5_000
    one = graph.to_rdflib("ICRMW")
    assert {str(s) for s in one.subjects()} == {"https://w3id.org/gfmdkg/id/instrument/cmw"}
    assert len(one) > 10
