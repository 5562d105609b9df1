"""``gfmdkg table``: template, import, export."""

from pathlib import Path

from click.testing import CliRunner, Result

from gfmdkg.cli import main


def run(store: Path, *arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["--store", str(store), "table", *arguments], input=given)


def test_a_template_filled_in_becomes_turtle(shipped_store: Path, tmp_path: Path) -> None:
    template = tmp_path / "instruments.csv"
    assert run(shipped_store, "template", "instruments", "-o", str(template)).exit_code == 0
    headings = template.read_text("utf-8-sig").splitlines()[0].split(",")
    row = {"key": "new-one", "title (en)": "A new one", "type": "treaty", "adopted": "1990"}
    with template.open("a") as file:
        file.write(",".join(row.get(heading, "") for heading in headings) + "\n")
    result = run(shipped_store, "import", str(template))
    assert result.exit_code == 0
    assert "<id/instrument/new-one> a gfmd:Instrument ;" in result.stdout
    assert "1 records, 4 triples" in result.stderr


def test_faults_go_to_stderr_with_their_cells_and_nothing_is_written(shipped_store: Path) -> None:
    result = run(shipped_store, "import", "-", given=b"key,adopted,type\nnew,,traety\n")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "standard-input: C2: violation" in result.stderr
    assert "“Treaty” (treaty)" in result.stderr


def test_all_records_are_exported_as_one_workbook(shipped_store: Path, tmp_path: Path) -> None:
    book = tmp_path / "all.xlsx"
    assert run(shipped_store, "export", "-o", str(book)).exit_code == 0
    result = run(shipped_store, "import", str(book), "-o", str(tmp_path / "all.ttl"))
    assert result.exit_code == 0
    assert "422 records" in result.stderr


def test_csv_holds_one_table_only(shipped_store: Path) -> None:
    result = run(shipped_store, "export")
    assert result.exit_code == 2
    assert "one table" in result.stderr
