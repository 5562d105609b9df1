"""Canned queries on the command line: which recommendations cite CMW."""

import csv
import io
import json

import pytest
from click.testing import Result
from tests.command import Run

TITLE = (
    "International Convention on the Protection of the Rights of All Migrant Workers"
    " and Members of Their Families"
)


def numbers(result: Result) -> list[tuple[str, str]]:
    assert result.exit_code == 0, result.output
    return [(r["kind"]["label"].lower(), r["number"]) for r in json.loads(result.stdout)]


@pytest.mark.parametrize(
    "name",
    [
        "CMW",
        "cmw",
        "ICRMW",
        "UN CMW",
        TITLE,
        "https://w3id.org/gfmdkg/id/instrument/cmw",
    ],
)
def test_any_name_of_cmw_finds_political_recommendation_3(run: Run, name: str) -> None:
    result = run("run", "recommendations-citing", "--instrument", name, "--format", "json")
    assert numbers(result) == [("political", "3")]
    assert json.loads(result.stdout)[0]["matched_text"] == "UN CMW"


def test_a_misspelt_name_from_the_source_finds_political_recommendation_11(run: Run) -> None:
    result = run(
        "run", "recommendations-citing", "--instrument", "Valleta process", "--format", "json"
    )
    assert numbers(result) == [("political", "11")]


def test_what_no_recommendation_cites_is_shown_where_it_is_cited_instead(run: Run) -> None:
    result = run("run", "recommendations-citing", "--instrument", "CEDAW")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "no rows" in result.stderr
    assert result.stderr.count("paragraph 13") == 1


def test_an_unknown_name_fails_with_the_nearest(run: Run) -> None:
    result = run("run", "recommendations-citing", "--instrument", "XYZ")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "XYZ" in result.stderr
    assert "nearest" in result.stderr


def test_a_missing_parameter_is_named(run: Run) -> None:
    result = run("run", "recommendations-citing")
    assert result.exit_code == 2
    assert "--instrument" in result.stderr


def test_an_unknown_query_is_answered_with_the_nearest_names(run: Run) -> None:
    result = run("run", "recommendation-citing")
    assert result.exit_code == 2
    assert "recommendations-citing" in result.stderr


def test_several_instruments_may_be_given(run: Run) -> None:
    result = run(
        "run",
        "recommendations-citing",
        "--instrument",
        "CMW",
        "--instrument",
        "UNGPs",
        "--format",
        "json",
    )
    assert numbers(result) == [("political", "3"), ("practical", "12")]


def test_csv_has_the_iri_and_the_label_of_a_resource(run: Run) -> None:
    result = run("run", "recommendations-citing", "--instrument", "CMW", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert row["instrument"] == "https://w3id.org/gfmdkg/id/instrument/cmw"
    assert row["instrument_label"].startswith("International Convention")
    assert row["date"] == "2017-04-06"


def test_the_table_shows_evidence_and_fits_the_page(run: Run) -> None:
    result = run("run", "recommendations-citing", "--instrument", "CMW")
    assert "UN CMW" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 120


def test_queries_lists_every_query_with_its_parameters(run: Run) -> None:
    listed = json.loads(run("queries", "--format", "json").stdout)
    assert len(listed) >= 20
    parameters = {entry["name"]: entry["parameters"] for entry in listed}
    assert "instrument*" in parameters["recommendations-citing"]
    assert "recommendations-citing" in run("queries").stdout


def test_help_of_a_query_shows_its_parameters(run: Run) -> None:
    text = run("run", "recommendations-citing", "--help").stdout
    assert "--instrument" in text
    assert "--assertion" in text
