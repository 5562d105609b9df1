"""The other commands: results on stdout, the rest on stderr, exit codes 0, 1 and 2."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.command import Run

from gfmdkg import __version__
from gfmdkg.cli import main
from gfmdkg.paths import shipped_content
from gfmdkg.store.versions import VersionStore

REPOSITORY = Path(__file__).parents[2]
SESSIONS = "SELECT ?s { ?s a gfmd:Session }"
SESSION = "https://w3id.org/gfmdkg/id/session/gfmd-dialogue-gcm-2017-04-06-c1"


def test_query_answers_select_as_a_table(run: Run) -> None:
    result = run("query", "SELECT ?s { ?report gfmd:outcomeOf ?s }")
    assert result.exit_code == 0
    assert result.stdout.split() == ["s", SESSION]


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_query_answers_select_in_each_standard_format(run: Run, name: str) -> None:
    assert SESSION in run("query", SESSIONS, "--format", name).stdout


@pytest.mark.parametrize("name", ["ttl", "nt", "jsonld", "rdf"])
def test_query_answers_construct_in_each_rdf_format(run: Run, name: str) -> None:
    result = run(
        "query", f"CONSTRUCT {{ <{SESSION}> a ?c }} {{ <{SESSION}> a ?c }}", "--format", name
    )
    assert "gfmd-dialogue-gcm-2017-04-06-c1" in result.stdout


def test_query_answers_ask(run: Run) -> None:
    assert run("query", "ASK { ?s a gfmd:Session }").stdout == "true\n"


def test_query_reads_a_file_and_standard_input(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "q.rq"
    file.write_text(SESSIONS)
    assert SESSION in run("query", "-f", str(file)).stdout
    assert SESSION in run("query", "-f", "-", stdin=SESSIONS).stdout


def test_a_malformed_query_is_refused_with_its_line(run: Run) -> None:
    result = run("query", "SELECT * {\n ?s ?p \n}")
    assert result.exit_code == 2
    assert "line 3" in result.stderr


def test_solutions_cannot_be_written_as_turtle(run: Run) -> None:
    result = run("query", SESSIONS, "--format", "ttl")
    assert result.exit_code == 2
    assert "table" in result.stderr


@pytest.mark.parametrize("arguments", [(), ("ASK {}", "-f", "q.rq"), ("-f", "none.rq")])
def test_query_wants_one_query(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("query", *arguments).exit_code == 2


def test_show_describes_a_resource_by_any_name(run: Run) -> None:
    text = run("show", "icrmw").stdout
    assert "https://w3id.org/gfmdkg/id/instrument/cmw" in text
    assert "1990-12-18" in text
    assert "pol-03" in text, "incoming links are shown"


@pytest.mark.parametrize("name", ["ttl", "nt", "jsonld", "rdf"])
def test_show_writes_rdf(run: Run, name: str) -> None:
    assert "1990-12-18" in run("show", "ICRMW", "--format", name).stdout


def test_show_of_an_unknown_name_offers_the_nearest(run: Run) -> None:
    result = run("show", "CEDAV")
    assert result.exit_code == 2
    assert "CEDAW" in result.stderr


def test_version_tells_program_and_graph(run: Run, tmp_path: Path) -> None:
    assert f"gfmdkg {__version__}\ngraph version 1" in run("version").stdout
    assert "no graph yet" in run("version", store=tmp_path / "none").stdout


def test_config_shows_each_setting_with_its_origin(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GFMDKG_QUERY_TIMEOUT_SECONDS", "2.5")
    shown = {s["variable"]: s for s in json.loads(run("config", "--format", "json").stdout)}
    assert shown["GFMDKG_QUERY_TIMEOUT_SECONDS"]["value"] == "2.5"
    assert shown["GFMDKG_QUERY_TIMEOUT_SECONDS"]["origin"] == "environment"
    assert shown["GFMDKG_STORE"]["origin"] == "option"
    assert shown["GFMDKG_PORT"]["origin"] == "default"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GFMDKG_PORT", "eighty"),
        ("GFMDKG_QUERY_TIMEOUT_SECONDS", "-1"),
        ("GFMDKG_DEFAULT_GRAPH", "some"),
        ("GFMDKG_TIMEOUT", "3"),
    ],
)
def test_a_bad_setting_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    result = run("config")
    assert result.exit_code == 2
    assert variable.removeprefix("GFMDKG_").lower() in result.stderr.lower()


def test_validate_names_file_line_and_remedy_and_exits_1(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "pact.ttl"
    file.write_text(
        "@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> ."
        " <https://w3id.org/gfmdkg/id/instrument/pact> a gfmd:Instrument .\n"
    )
    result = run("validate", str(file))
    assert result.exit_code == 1
    assert f"{file.as_posix()}:1:" in result.stdout
    report = json.loads(run("validate", str(file), "--format", "json").stdout)
    assert report["conforms"] is False
    assert {"file", "line", "column", "message", "remedy", "shape"} <= set(report["findings"][0])


def test_tokens_are_created_listed_and_revoked(run: Run, tmp_path: Path) -> None:
    created = run("token", "create", "--role", "reviewer", "--name", "Ada", store=tmp_path)
    assert created.stdout.startswith("gfmdkg_")
    (listed,) = json.loads(run("token", "list", "--format", "json", store=tmp_path).stdout)
    assert (listed["name"], listed["role"], listed["revoked"]) == ("Ada", "reviewer", None)
    assert run("token", "revoke", listed["id"], store=tmp_path).exit_code == 0
    assert run("token", "revoke", "none", store=tmp_path).exit_code == 2


def test_build_reports_the_version(run: Run, tmp_path: Path) -> None:
    result = run("build", store=tmp_path)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("version 1: ")


def test_a_build_of_faulty_content_exits_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.ttl").write_text("<a> <b> .")
    result = run("build", "--content", str(tmp_path), store=tmp_path / "store")
    assert result.exit_code == 1
    assert "data/x.ttl:1" in result.stderr


def test_files_that_share_a_triple_are_refused_with_the_place_and_the_other_graph(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    for folder in ("ontology", "queries"):
        (tmp_path / folder).symlink_to(shipped_content().root / folder)
    (tmp_path / "data" / "a.ttl").write_text("<x:a> <x:p> 1 .")
    (tmp_path / "data" / "b.ttl").write_text("<x:b> <x:p> 1 .\n<x:a> <x:p> 1 .")
    result = run("build", "--content", str(tmp_path), store=tmp_path / "store")
    assert result.exit_code == 1
    assert "data/b.ttl:2:" in result.stderr
    assert "stands in <https://w3id.org/gfmdkg/graph/data/a> already" in result.stderr


def test_load_publishes_files_and_tells_in_a_line_what_is_none(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.nt"
    file.write_text("<x:a> <x:p> <x:o> .")
    store = tmp_path / "store"
    result = run("load", str(file), "--graph", "x:g", "-m", "two copies", store=store)
    assert (result.exit_code, result.stdout) == (0, "version 2: 2 quads\n"), result.stderr
    assert "two copies" in run("log", store=store).stdout
    assert run("load", str(file), "--graph", "no iri", store=store).exit_code == 2
    missing = run("load", str(tmp_path / "b.nt"), store=store)
    assert missing.exit_code == 1
    assert "there is no such file" in missing.stderr


def test_a_first_load_that_fails_leaves_an_empty_store(run: Run, tmp_path: Path) -> None:
    file, store = tmp_path / "a.nt", tmp_path / "store"
    file.write_text("<x:a> <x:p")
    assert run("load", str(file), store=store).exit_code == 1
    assert not VersionStore(store).history()
    file.write_text("<x:a> <x:p> <x:o> .")
    assert run("load", str(file), store=store).stdout == "version 2: 2 quads\n"


def test_every_command_has_help(run: Run) -> None:
    for name in main.list_commands(click.Context(main)):
        result = run(name, "--help")
        assert result.exit_code == 0
        assert len(result.stdout.splitlines()) > 3


def test_the_generated_pages_are_fresh() -> None:
    subprocess.run([sys.executable, "docs/generate.py", "--check"], cwd=REPOSITORY, check=True)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(max_size=40))
def test_no_instrument_name_makes_a_traceback(run: Run, name: str) -> None:
    result = run("run", "recommendations-citing", f"--instrument={name}")
    assert result.exit_code in {0, 2}
    assert result.exception is None or isinstance(result.exception, SystemExit)
