"""`gfmdkg search`: hits on stdout, what there is to say of them on stderr."""

import csv
import io
import json
import shutil
from pathlib import Path

from tests.command import Run

from gfmdkg.namespaces import BASE
from gfmdkg.search.building import INDEX_NAME
from gfmdkg.store.versions import VersionStore

CMW = BASE + "id/instrument/cmw"


def test_an_acronym_finds_its_instrument_first(run: Run) -> None:
    result = run("search", "ICRMW", "--format", "json")
    assert result.exit_code == 0
    first = json.loads(result.stdout)[0]
    assert (first["type"], first["iri"]) == ("instrument", CMW)
    assert "name ICRMW" in first["found by"]


def test_the_table_shows_type_label_and_iri(run: Run) -> None:
    result = run("search", "CMW", "--limit", "1")
    assert "instrument" in result.stdout
    assert CMW in result.stdout
    assert "1 of " in result.stderr


def test_words_need_no_quotes_and_types_restrict(run: Run) -> None:
    result = run("search", "detention", "children", "--type", "recommendation", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {row["type"] for row in rows} == {"recommendation"}


def test_a_correction_is_told_on_stderr(run: Run) -> None:
    result = run("search", "recrutment", "--format", "json")
    assert "recruitment" in result.stderr
    assert json.loads(result.stdout)


def test_labels_come_in_the_language_asked_for(run: Run) -> None:
    result = run("search", "recruitment", "--type", "concept", "--language", "fr", "--limit", "1")
    assert "Recrutement" in result.stdout


def test_nothing_found_is_no_failure(run: Run) -> None:
    result = run("search", "zzzzzz")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing found" in result.stderr
    assert json.loads(run("search", "zzzzzz", "--format", "json").stdout) == []


def test_an_unknown_type_is_refused_with_those_there_are(run: Run) -> None:
    result = run("search", "x", "--type", "nothing")
    assert result.exit_code == 2
    assert "recommendation" in result.stderr


def test_a_build_leaves_an_index_and_a_missing_one_is_built(
    run: Run, shipped_store: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    shutil.copytree(shipped_store, store)
    index = VersionStore(store).require_current().folder / INDEX_NAME
    assert index.is_file()
    index.unlink()
    assert CMW in run("search", "CMW", store=store).stdout
    assert index.is_file()
