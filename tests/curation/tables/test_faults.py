"""What is wrong with a table: every fault, once, with its cell and what to do."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyoxigraph as ox
import pytest

from gfmdkg.curation.tables.reading import FINDINGS_KEPT
from gfmdkg.curation.tables.triples import TableDocument, read_chunks, read_table
from gfmdkg.namespaces import GFMD, SKOS
from gfmdkg.paths import shipped_content
from gfmdkg.rdf.values import Term, typed
from gfmdkg.store.versions import VersionStore
from gfmdkg.terms.index import TermIndex
from gfmdkg.validation import Finding, Severity

INSTRUMENT = "https://w3id.org/gfmdkg/id/instrument/"


def instruments(text: str | bytes, terms: TermIndex) -> TableDocument:
    data = text if isinstance(text, bytes) else text.encode()
    return read_table(data, terms, file="new.csv", record_type="instruments")


def faults(document: TableDocument) -> list[tuple[str | None, str]]:
    return [(f.cell, f.code) for f in document.findings]


def day(*parts: int) -> dt.datetime:
    """A date cell of a workbook, which knows no time zone."""
    return dt.datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def workbook(rows: list[list[object]], *, title: str = "instruments") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def values(data: bytes, terms: TermIndex, predicate: str) -> set[Term]:
    document = instruments(data, terms)
    assert document.findings == []
    return {o for _, p, o in document.triples if p.value == predicate}


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("type", "traety", "unknown-name"),
        ("type", "treaty | report", "several-values"),
        ("type", "org-iom", "unknown-name"),
        ("legally binding", "ja", "value"),
        ("legally binding", "1", "value"),
        ("adopted", "18/12/1990", "value"),
        ("adopted", "1990-02-30", "value"),
        ("adopted", "1990-13", "value"),
        ("adopted by", "UN General Assembly | nobody", "unknown-name"),
        ("unverified", "adopted", "value"),
        ("title (en)", "a | b", "several-values"),
    ],
)
def test_a_value_that_will_not_do_is_told_with_its_cell(
    column: str, text: str, code: str, terms: TermIndex
) -> None:
    table = f"key,{column}\n# a note,\nnew-one,{text}\n"
    document = instruments(table, terms)
    (finding,) = document.findings
    assert (finding.file, finding.line, finding.cell, finding.code) == ("new.csv", 3, "B3", code)
    assert column.split(" (")[0] in finding.message
    assert finding.remedy


@pytest.mark.parametrize(
    ("key", "code"), [("", "missing-key"), ("CMW", "key"), ("a b", "key"), ("á", "key")]
)
def test_a_key_that_names_no_record_is_told(key: str, code: str, terms: TermIndex) -> None:
    assert faults(instruments(f"key,title (en)\n{key},A\n", terms)) == [("A2", code)]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("number", "03"), ("number", "7.0"), ("number", "x"), ("kind", "poetical"), ("report", "z")],
)
def test_the_key_of_a_recommendation_is_checked_in_its_cell(
    name: str, wrong: str, terms: TermIndex
) -> None:
    row = {"report": "gfmd-dialogue-gcm-2017-04-06-c1", "kind": "political", "number": "3"}
    row[name] = wrong
    document = read_table(f"{','.join(row)}\n{','.join(row.values())}\n".encode(), terms)
    assert [f.cell for f in document.findings] == [f"{'ABC'[list(row).index(name)]}2"]


def test_an_unknown_name_comes_with_the_nearest(terms: TermIndex) -> None:
    document = instruments(b"key,type\nnew,traety\n", terms)
    remedy = document.findings[0].remedy
    assert remedy is not None
    assert remedy.startswith("nearest: “Treaty” (treaty)")


def test_an_unknown_name_is_told_with_the_nearest_of_the_graph_and_of_the_file(
    terms: TermIndex,
) -> None:
    rows = (
        "key,title (en),related to\nx-one,Compact of Quiet Lakes,CMWW\nx-two,,Compact of Quiet Lake"
    )
    found = read_table(rows.encode(), terms)
    remedies = {f.cell: f.remedy or "" for f in found.findings}
    assert "(cmw)" in remedies["C2"]
    assert "“Compact of Quiet Lakes” (x-one)" in remedies["C3"]


def test_a_name_that_two_share_lists_both() -> None:
    iris = [f"https://w3id.org/gfmdkg/id/process/{slug}" for slug in ("one", "two")]
    index = TermIndex.from_facts(
        [
            *((iri, "alt", "X", None) for iri in iris),
            *((iri, "type", GFMD + "Process", None) for iri in iris),
        ]
    )
    document = read_table(b"key,date,processes\nnew,2017-04-06,X\n", index)
    (finding,) = document.findings
    assert finding.code == "ambiguous-name"
    assert "(one)" in finding.message
    assert "(two)" in finding.message


def test_all_faults_are_told_at_once(terms: TermIndex) -> None:
    table = "key,type,adopted,legaly binding\nnew,traety,x,yes,more\nnew,,,\nNO,,,\n"
    assert faults(instruments(table, terms)) == [
        ("D1", "unknown-column"),
        ("B2", "unknown-name"),
        ("C2", "value"),
        ("E2", "stray-cell"),
        ("A3", "repeated-key"),
        ("A4", "key"),
    ]


def test_a_misspelt_heading_comes_with_the_nearest(terms: TermIndex) -> None:
    document = instruments(b"key,legaly binding\nnew,yes\n", terms)
    assert document.findings[0].remedy == "nearest: legally binding"


@pytest.mark.parametrize(
    ("table", "cell"),
    [
        ("title (en),type\nA,treaty\n", "A1"),
        ("key,title (en),title (EN)\nnew,A,B\n", "C1"),
    ],
)
def test_headings_that_will_not_do(table: str, cell: str | None, terms: TermIndex) -> None:
    document = instruments(table, terms)
    assert cell in [f.cell for f in document.findings]


def test_headings_that_fit_several_tables_ask_for_the_type(terms: TermIndex) -> None:
    table = b"key,title (en)\norg-new,A new body\n"
    (finding,) = read_table(table, terms).findings
    assert finding.code == "no-table"
    assert "--type" in str(finding.remedy)
    actors = read_table(table, terms, record_type="actors")
    assert actors.triples[0][0] == ox.NamedNode("https://w3id.org/gfmdkg/id/actor/org-new")


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"key,title (en)\nnew,caf\xe9\n", 2),
        (b'key,title (en)\nnew,"open\n', 2),
        (b"", None),
        (b"\xff\xfek\x00e\x00y\x00", None),
        (b"PK\x03\x04 not an archive", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
    ],
    ids=["latin-1", "open-quote", "empty", "utf-16", "broken-archive", "old-excel"],
)
def test_a_file_that_cannot_be_read_is_one_finding(
    data: bytes, line: int | None, terms: TermIndex
) -> None:
    (finding,) = instruments(data, terms).findings
    assert finding.line == line
    assert finding.file == "new.csv"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_and_line_ends_do_not_matter(delimiter: str, terms: TermIndex) -> None:
    table = "\ufeffkey,title (en),type\r\n\r\nnew,“É”,TREATY\r\n".replace(",", delimiter)
    document = instruments(table, terms)
    assert document.findings == []
    assert len(document.triples) == 3


def test_a_line_is_that_of_the_file_where_cells_have_several(terms: TermIndex) -> None:
    document = instruments(b'key,note (en),type\na1,"one\ntwo\nthree",treaty\nb1,,x\n', terms)
    (finding,) = document.findings
    assert (finding.line, finding.cell) == (5, "C3")


def test_a_cell_that_begins_like_a_formula_is_text(terms: TermIndex) -> None:
    notes = values(b"key,note (en)\na1,=SUM(A1)\nb1,'=SUM(A2)\n", terms, SKOS + "note")
    assert notes == {ox.Literal("=SUM(A1)", language="en"), ox.Literal("=SUM(A2)", language="en")}


# Workbooks


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("symbol", 8.1, "not-text"),
        ("symbol", 8, "not-text"),
        ("symbol", day(2017, 4, 6), "not-text"),
        ("title (en)", True, "not-text"),
        ("type", 13, "not-text"),
        ("symbol", "=1+1", "formula"),
        ("adopted", day(1990, 12, 18, 11, 30), "value"),
        ("legally binding", 1, "value"),
    ],
)
def test_what_a_spreadsheet_made_of_a_cell_is_not_guessed_back(
    column: str, value: object, code: str, terms: TermIndex
) -> None:
    document = read_table(workbook([["key", column], ["new", value]]), terms, file="new.xlsx")
    (finding,) = document.findings
    assert (finding.cell, finding.code) == ("instruments!B2", code)


def test_a_number_that_was_a_code_says_what_it_may_have_been(terms: TermIndex) -> None:
    document = read_table(workbook([["key", "symbol"], ["new", 8.1]]), terms)
    assert "8.1, 8.10" in document.findings[0].message


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (day(1990, 12, 18), ("1990-12-18", "date")),
        (dt.date(1990, 12, 18), ("1990-12-18", "date")),
        ("1990-12", ("1990-12", "gYearMonth")),
        (1990, ("1990", "gYear")),
    ],
)
def test_date_cells_are_dates(value: object, expected: tuple[str, str], terms: TermIndex) -> None:
    data = workbook([["key", "adopted"], ["new", value]])
    assert values(data, terms, GFMD + "adoptionDate") == {typed(expected[0], expected[1])}


def test_truth_values_and_decimals_of_a_workbook_are_read(terms: TermIndex) -> None:
    data = workbook([["key", "legally binding"], ["a1", True], ["b1", "No"]])
    assert values(data, terms, GFMD + "legallyBinding") == {
        typed("true", "boolean"),
        typed("false", "boolean"),
    }
    passage = "gfmd-dialogue-gcm-2017-04-06-c1/pol-04"
    rows: list[list[object]] = [["passage", "cites", "confidence"], [passage, "CMW", 0.9]]
    data = workbook(rows, title="citations")
    assert values(data, terms, GFMD + "confidence") == {typed("0.9", "decimal")}


def test_records_of_one_workbook_may_name_each_other(terms: TermIndex) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([
        ["key", "title (en)", "type", "related to"],
        ["new-one", "A very new instrument", "treaty", "new-two"],
        ["new-two", "Another", "treaty", None],
    ])))  # fmt: skip
    citations = book.create_sheet("citations", 0)
    citations.append(["passage", "cites"])
    citations.append(["gfmd-dialogue-gcm-2017-04-06-c1/pol-03", "a very new instrument"])
    book.create_sheet("my remarks").append(["anything"])
    output = io.BytesIO()
    book.save(output)
    document = read_table(output.getvalue(), terms)
    assert [(f.code, f.severity) for f in document.findings] == [
        ("unknown-sheet", Severity.WARNING)
    ]
    objects = {o for _, _, o in document.triples}
    assert {ox.NamedNode(INSTRUMENT + "new-one"), ox.NamedNode(INSTRUMENT + "new-two")} <= objects


def packed(parts: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return output.getvalue()


def replaced(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    return packed(parts)


def test_a_workbook_that_declares_entities_is_refused(terms: TermIndex) -> None:
    trick = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    sheet = "xl/worksheets/sheet1.xml"
    data = workbook([["key", "type"], ["new", "treaty"]])
    for encoded in (lambda b: trick + b, lambda b: (trick + b).decode().encode("utf-16")):
        (finding,) = read_table(replaced(data, sheet, encoded), terms).findings
        assert "document type declaration" in finding.message


def test_a_workbook_that_unpacks_too_large_is_refused(terms: TermIndex) -> None:
    data = workbook([["key", "type"], ["new", "treaty"]])
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size_bytes = archive.getinfo(sheet).file_size
    # What it states is enough: nobody unpacks as much to find out.
    stated = data.replace(size_bytes.to_bytes(4, "little"), (513 << 20).to_bytes(4, "little"))
    (finding,) = read_table(stated, terms).findings
    assert "unpacks to 513 MiB" in finding.message


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_a_damaged_workbook_is_a_finding(part: str, terms: TermIndex) -> None:
    data = workbook([["key", "type"], ["new", "treaty"]])
    (finding,) = read_table(replaced(data, part, lambda b: b[: len(b) // 2]), terms).findings
    assert finding.code == "syntax"


def test_an_archive_that_is_no_workbook_is_a_finding(terms: TermIndex) -> None:
    (finding,) = read_table(packed({"a.txt": b"x"}), terms).findings
    assert "no workbook" in finding.message


# Shapes


Validate = Callable[[bytes, str], list[Finding]]


@pytest.fixture(scope="session")
def validate(shipped_store: Path) -> Validate:
    """What validates a table against the shipped graph, and gives the violations in it."""
    from gfmdkg.curation.file_validation import FileValidator

    version = VersionStore(shipped_store).require_current()
    validator = FileValidator(shipped_content(), against=version)

    def run(data: bytes, file: str) -> list[Finding]:
        report = validator.validate([], [(file, data)])
        return [f for f in report.violations if f.file == file]

    return run


def test_a_broken_shape_names_the_cell(validate: Validate) -> None:
    data = workbook(
        [
            ["key", "title (en)", "type", "legally binding", "adopted", "in force"],
            ["# notes"],
            ["fine-one", "An act of harmony", "treaty", "yes", "1990-12-18", None],
            ["not-binding", "A statute of concord", "treaty", "no", "1990-12-18", None],
            ["no-type", "A charter of repose", None, "no", "1990-12-18", None],
        ]
    )
    found = {(f.cell, f.code) for f in validate(data, "new.xlsx")}
    assert ("instruments!C5", "min-count") in found
    assert not {cell for cell, _ in found if cell is not None and cell.endswith("3")}
    assert {cell for cell, _ in found if cell is not None and cell.endswith("4")}


def test_a_cell_at_fault_is_told_once(validate: Validate) -> None:
    table = (
        b"key,title (en),type,legally binding,adopted\n"
        b"new-one,An act of harmony,traety,no,1990-12-18\n"
    )
    found = validate(table, "new.csv")
    assert [(f.cell, f.code) for f in found] == [("C2", "unknown-name")]


# Size


def many(rows: int, *, wrong_every: int) -> bytes:
    lines = ["key,title (en),other names (en),type,legally binding,adopted,adopted by"]
    for n in range(rows):
        kind = "traety" if n % wrong_every == 0 else "treaty"
        lines.append(f"made-{n},Instrument {n},I{n} | INS{n},{kind},yes,1990-12-18,UNGA")
    return "\n".join(lines).encode()


def test_five_thousand_rows_are_read_with_progress_and_every_fault(terms: TermIndex) -> None:
    heard: list[int] = []
    rows = many(5_000, wrong_every=100)
    (document,) = read_chunks(rows, terms, size=None, progress=heard.append)
    assert len(document.records) == 5_000
    assert [f.cell for f in document.findings] == [f"D{n + 2}" for n in range(0, 5_000, 100)]
    assert heard == [1000, 2000, 3000, 4000, 5000, 5000]


def test_a_table_full_of_faults_stops_with_a_word(terms: TermIndex) -> None:
    document = instruments(many(FINDINGS_KEPT + 50, wrong_every=1), terms)
    assert len(document.findings) == FINDINGS_KEPT + 1
    assert document.findings[-1].code == "too-many"
