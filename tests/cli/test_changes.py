"""The commands of review and history, from a file to an exported file."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from tests.command import Run

from gfmdkg.build import ensure_empty
from gfmdkg.paths import shipped_content
from gfmdkg.store.versions import VersionStore

LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"


@pytest.fixture
def curate(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a store of its own that began empty and takes any data."""
    store = tmp_path / "store"
    ensure_empty(VersionStore(store))
    monkeypatch.setenv("GFMDKG_WRITE_RULES", "none")

    def call(*arguments: str) -> Result:
        return run(*arguments, store=store)

    return call


def write(folder: Path, depth: int) -> str:
    file = folder / "data" / "quays.ttl"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f'<http://e/q> {LABEL} "Quay"@en ; <http://e/d> {depth} .')
    return str(file)


def test_a_change_goes_from_a_file_to_a_file(curate: Run, tmp_path: Path) -> None:
    for number, depth in ((1, 7), (2, 9)):
        submitted = curate("submit", write(tmp_path, depth), "-m", f"depth {depth}", "--as", "Ada")
        assert submitted.exit_code == 0, submitted.stderr
        assert "by Ada" in submitted.stdout
        accepted = curate("changes", "accept", str(number), "--as", "Ada")
        assert "its own author" in accepted.stderr
        assert curate("changes", "publish", str(number), "--as", "Bo").exit_code == 0
    states = json.loads(curate("changes", "list", "--format", "json").stdout)
    assert [c["state"] for c in states] == ["published", "published"]
    assert "accepted by Ada" in curate("changes", "show", "2").stdout
    assert "+ http://e/d: “9”" in curate("changes", "diff", "2").stdout
    assert "- http://e/d: “7”" in curate("diff", "2", "3").stdout
    assert curate("diff", "2", "3", "--format", "rdfp").stdout.startswith("TX .\n")
    assert "change set 2 by Ada" in curate("blame", "http://e/q").stdout
    assert curate("revert", "3", "--as", "Bo").exit_code == 0
    log = json.loads(curate("log", "--format", "json").stdout)
    assert [v["origin"] for v in log] == ["revert", "publish", "publish", "empty"]
    verified = curate("rebuild", "--verify")
    assert verified.exit_code == 0
    assert verified.stdout.count("agrees") == 4
    assert b"http://e/d" in curate("rebuild", "--version", "2").stdout_bytes
    out = tmp_path / "out"
    assert "quays.ttl" in curate("export", "--to", str(out)).stdout
    assert "7" in (out / "quays.ttl").read_text()


def test_a_conflict_is_shown_and_ends_with_2(curate: Run, tmp_path: Path) -> None:
    for depth in (7, 8):
        curate("submit", write(tmp_path, depth), "-m", "depth", "--as", "Ada")
    curate("changes", "accept", "1")
    curate("changes", "publish", "1")
    late = curate("changes", "accept", "2")
    assert late.exit_code == 2
    assert f"<http://e/q> {LABEL}" in late.stderr
    assert curate("changes", "reject", "2", "-m", "too late").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("submit", "-m", "nothing"),
        ("submit", "a.ttl", "b.ttl", "-m", "two", "--graph", "http://g"),
        ("submit", "words.docx", "-m", "no graph"),
        ("changes", "show", "9"),
        ("rebuild",),
    ],
)
def test_a_bad_request_ends_with_2(
    curate: Run, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words.docx").write_text("x")
    assert curate(*arguments).exit_code == 2


def test_an_export_changes_nothing_but_what_was_published(
    run: Run, shipped_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GFMDKG_WRITE_RULES", "none")
    store, data = tmp_path / "store", tmp_path / "data"
    shutil.copytree(shipped_store, store)
    shutil.copytree(shipped_content().data, data)
    before = {file: file.read_text("utf-8") for file in data.rglob("*.ttl")}
    file = data / "reference" / "actors.ttl"
    changed = before[file].replace(
        'skos:prefLabel "Civil society"@en', 'skos:prefLabel "Civil society at large"@en'
    )
    file.write_text(changed, "utf-8")
    assert changed != before[file]
    assert run("submit", str(file), "-m", "larger", "--as", "Ada", store=store).exit_code == 0
    assert run("changes", "accept", "1", "--as", "Bo", store=store).exit_code == 0
    assert run("changes", "publish", "1", "--as", "Bo", store=store).exit_code == 0
    file.write_text(before[file], "utf-8")
    exported = run("export", "--to", str(data), store=store)
    assert exported.exit_code == 0, exported.stderr
    after = {file: file.read_text("utf-8") for file in data.rglob("*.ttl")}
    assert after == {**before, file: changed}
