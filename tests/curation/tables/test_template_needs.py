"""What a template calls required is what the rules ask for, and no more."""

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from openpyxl.utils import get_column_letter
from tests.command import Run

from gfmdkg.curation.tables.columns import RecordType, TableColumn, ValueKind, record_types
from gfmdkg.errors import OntologyError
from gfmdkg.paths import shipped_content

# Keys of records that are not there yet; the other cells have the examples of the template.
NEW_KEYS = {
    "recommendation": {"number": "{}"},
    "citation": {"passage": "gfmd-dialogue-gcm-2017-04-06-c1/p1{}"},
    "actor": {"key": "org-made-up-{}"},
    "instrument": {"key": "made-up-{}"},
    "session": {"key": "made-up-{}"},
}
MORE = {
    "recommendation": {"part of": "gfmd-dialogue-gcm-2017-04-06-c1/s8"},
    # An instrument that the passages above do not cite yet.
    "citation": {"cites": "malta-declaration", "intents": "note", "matched text": "Malta"},
    "actor": {},
    "instrument": {"adopted": "2001"},
    "session": {"location (en)": "Somewhere"},
}
"""What the rules only recommend, or ask for in most cases."""


def asked(record_type: RecordType) -> list[TableColumn]:
    return [column for column in record_type.columns if column.needed]


@pytest.mark.parametrize("record_type", record_types(), ids=lambda t: t.name)
def test_a_row_with_what_is_required_conforms_and_no_such_cell_can_be_empty(
    record_type: RecordType, run: Run, tmp_path: Path
) -> None:
    headings = [heading for column in record_type.columns for heading in column.headings]
    needed = [column.headings[0] for column in asked(record_type) if not column.key]
    assert needed

    def row(number: int) -> dict[str, str]:
        full = {c.headings[0]: c.example for c in asked(record_type)} | MORE[record_type.name]
        if "title (en)" in full:
            full["title (en)"] = f"Made up for {record_type.name} number {'x' * number}"
        new = {name: key.format(number) for name, key in NEW_KEYS[record_type.name].items()}
        return full | new

    rows = [row(number) for number in range(4, 5 + len(needed))]
    for number, heading in enumerate(needed, start=1):
        rows[number][heading] = ""
    text = io.StringIO()
    writer = csv.DictWriter(text, headings)
    writer.writeheader()
    writer.writerows(rows)
    file = tmp_path / f"{record_type.sheet}.csv"
    file.write_text(text.getvalue())
    result = run("validate", str(file), "--format", "json")
    findings = json.loads(result.stdout)["findings"]
    found = {
        (finding["cell"], finding["message"].partition("”")[0].removeprefix("column “"))
        for finding in findings
        if finding["code"].endswith("min-count") and finding["severity"] == "violation"
    }
    letters = {heading: get_column_letter(n) for n, heading in enumerate(headings, start=1)}
    expected = {
        (f"{letters[heading]}{number + 2}", heading)
        for number, heading in enumerate(needed, start=1)
    }
    assert found == expected, result.stdout
    first_row = re.compile(r"[A-Z]+2")
    wrong = [f for f in findings if f["severity"] == "violation" and f["cell"]]
    assert not [f for f in wrong if first_row.fullmatch(f["cell"])], result.stdout


@pytest.mark.parametrize("record_type", record_types(), ids=lambda t: t.name)
def test_shapes_and_tables_together_say_what_the_values_of_a_column_are(
    record_type: RecordType,
) -> None:
    assert record_type.keys
    for column in record_type.columns:
        assert column.note
        named = bool(column.schemes or column.types)
        assert named is (column.kind is ValueKind.NAME), column
        assert bool(column.languages) is (column.kind is ValueKind.TEXT), column


def test_a_column_whose_property_no_shape_describes_is_refused(tmp_path: Path) -> None:
    ontology = tmp_path / "ontology"
    shutil.copytree(shipped_content().ontology, ontology)
    file = ontology / "tables" / "actors.ttl"
    file.write_text(
        file.read_text("utf-8") + "\ngfmdsh:Table-actors sh:property [ sh:path gfmd:hat ;\n"
        '    sh:order 90 ; sh:name "hat"@en ; sh:description "What it wears."@en ] .\n',
        "utf-8",
    )
    with pytest.raises(OntologyError, match="the column “hat”") as caught:
        record_types(ontology)
    (fault,) = caught.value.faults
    assert fault.file == "ontology/tables/actors.ttl"
    assert fault.remedy is not None
    assert "gfmd:hat" in fault.remedy
