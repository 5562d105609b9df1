"""Export, then import: nothing changes."""

import csv
import io
import re

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfmdkg.curation.tables.columns import record_type, record_types
from gfmdkg.curation.tables.exporting import (
    ExportedTable,
    export_table,
    write_csv,
    write_csv_table,
    write_template,
    write_xlsx_tables,
)
from gfmdkg.curation.tables.source import join_values, open_sheets, split_values
from gfmdkg.curation.tables.triples import convert_table, read_chunks, read_table, table_changes
from gfmdkg.namespaces import GRAPH_BASE, SKOS
from gfmdkg.rdf.solutions import Select
from gfmdkg.rdf.turtle import write_turtle
from gfmdkg.rdf.values import typed
from gfmdkg.store.patches import graph_of, quads_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.terms.index import TermIndex

COUNTS = {"recommendation": 24, "citation": 64, "actor": 254, "instrument": 51, "session": 29}
# What the tables have no column for: addresses and codes, and relations to other records. The
# second of two links from one passage to one thing has no row.
NO_COLUMN = re.compile(
    r".*(: its IRI does not follow from its key columns"
    r"| (foaf:page|dcterms:(identifier|isReplacedBy|replaces|spatial)|org:memberOf|schema:sameAs"
    r"|skos:(notation|relatedMatch)"
    r"|gfmd:(amends|callsFor|depositary|implements|monitors|protocolTo|reviews))"
    r" “.*”: there is no column for it)"
)
GRAPH = GRAPH_BASE + "new"
HOSTILE = ["=1+1", "'=1", "@x", "-3", "+a", "a|b", "a\\|b", "\\", " edge ", "a\nb", "a\rb", 'q"q',
           "\ttab", "_x0041_", "8.10", "#REF!", "2017-04-06", "''=x", "\\ "]  # fmt: skip


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("record_type", record_types(), ids=lambda t: t.name)
def test_what_is_exported_comes_back_without_a_difference(
    record_type: object,
    file_format: str,
    select: Select,
    terms: TermIndex,
    published: OxigraphStore,
) -> None:
    table = export_table(record_type, select, terms)  # type: ignore[arg-type]
    assert [told for told in table.left_out if not NO_COLUMN.fullmatch(told)] == []
    assert len(table.rows) == COUNTS[table.record_type.name]
    data = write_csv_table(table) if file_format == "csv" else write_xlsx_tables([table], terms)
    document = read_table(data, terms, file=f"x.{file_format}")
    assert document.findings == []
    assert len(document.records) == len(table.rows)
    assert not table_changes(document, published, graph=GRAPH)


def test_a_changed_cell_is_one_triple_less_and_one_more(
    select: Select, terms: TermIndex, published: OxigraphStore
) -> None:
    rows = list(
        csv.reader(
            io.StringIO(
                write_csv_table(export_table(record_type("instrument"), select, terms)).decode(
                    "utf-8-sig"
                ),
                newline="",
            )
        )
    )
    column, row = rows[0].index("adopted"), next(r for r in rows if r[0] == "cmw")
    row[column] = "1990-12-19"
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    document = read_table(text.getvalue().encode(), terms)
    changes = table_changes(document, published, graph=GRAPH)
    (added,), (removed,) = quads_of(changes.added), quads_of(changes.removed)
    assert added.object == typed("1990-12-19", "date")
    assert removed.object == typed("1990-12-18", "date")
    assert graph_of(added) == graph_of(removed) != GRAPH


def test_a_table_without_a_column_leaves_that_property_alone(
    published: OxigraphStore, terms: TermIndex
) -> None:
    document = read_table(b"key,title (en)\ncmw,Another title\n", terms, record_type="instruments")
    changes = table_changes(document, published, graph=GRAPH)
    assert len(changes.added) == len(changes.removed) == 1


def test_a_value_that_no_cell_can_hold_is_reported(terms: TermIndex) -> None:
    store = OxigraphStore.in_memory()
    facts = [
        ("a", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>",
         "<https://w3id.org/gfmdkg/ontology#Instrument>"),
        ("a", f"<{SKOS}prefLabel>", '""@en'),
        ("a", f"<{SKOS}altLabel>", '"without a tag"'),
        ("a", "<https://example.org/other>", '"x"'),
        ("a/b", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>",
         "<https://w3id.org/gfmdkg/ontology#Instrument>"),
    ]  # fmt: skip
    lines = "".join(f"<https://w3id.org/gfmdkg/id/instrument/{s}> {p} {o} .\n" for s, p, o in facts)
    store.load(lines.encode(), media_type="application/n-triples", graph="x:g")
    select = store.select
    table = export_table(record_type("instrument"), select, terms)
    assert [row[0] for row in table.rows] == ["a"]
    assert len(table.left_out) == 4
    assert sum("prefLabel" in line or "altLabel" in line for line in table.left_out) == 2


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_hostile_text_comes_back_as_it_was(
    file_format: str, terms: TermIndex, select: Select
) -> None:
    cmw = "<https://w3id.org/gfmdkg/id/instrument/cmw>"
    store = OxigraphStore.in_memory()
    values = {ox.Literal(text, language="en") for text in HOSTILE}
    lines = [f"{cmw} a <{record_type('instrument').classes[0]}> ."]
    lines += [f"{cmw} <{SKOS}note> {value} ." for value in values]
    store.load("\n".join(lines).encode(), media_type="text/turtle", graph="x:g")
    table = export_table(record_type("instrument"), store.select, terms)
    assert table.left_out == ()
    data = write_csv_table(table) if file_format == "csv" else write_xlsx_tables([table], terms)
    document = read_table(data, terms)
    assert document.findings == []
    assert {o for _, p, o in document.triples if p.value == SKOS + "note"} == values


def test_no_cell_of_an_export_is_run_by_a_spreadsheet(terms: TermIndex) -> None:
    import openpyxl

    row = ("=HYPERLINK(1)", "@a", "-1", "+1")
    kind = record_type("instrument")
    headings = ("key", "title (en)", "type", "adopted")
    columns = tuple(found for heading in headings if (found := kind.find(heading)))
    table = ExportedTable(record_type=kind, columns=columns, rows=(row,))
    text = write_csv_table(table).decode("utf-8-sig")
    assert text.splitlines()[1] == "'=HYPERLINK(1),'@a,'-1,'+1"
    workbook = openpyxl.load_workbook(io.BytesIO(write_xlsx_tables([table], terms)))
    cells = workbook["instruments"][3]
    assert [(c.value, c.data_type) for c in cells] == [(text, "s") for text in row]


def test_a_table_is_written_as_canonical_turtle(select: Select, terms: TermIndex) -> None:
    data = write_csv_table(export_table(record_type("instrument"), select, terms))
    conversion = convert_table(read_chunks(data, terms))
    document = read_table(data, terms)
    triples = (ox.Triple(*triple) for triple in document.triples)
    assert conversion.turtle == write_turtle(triples)
    assert (conversion.records, conversion.triples) == (51, len(set(document.triples)))


def test_every_template_is_an_empty_table_with_notes(terms: TermIndex) -> None:
    workbook = read_table(write_template(record_types(), "xlsx", terms), terms)
    assert (workbook.records, workbook.findings) == ([], [])
    for known in record_types():
        document = read_table(write_template([known], "csv", terms), terms)
        assert (document.records, document.findings) == ([], [])


def test_a_template_has_drop_downs_and_protected_headings(terms: TermIndex) -> None:
    import openpyxl

    workbook = openpyxl.load_workbook(io.BytesIO(write_template(record_types(), "xlsx", terms)))
    assert workbook.sheetnames == [*(t.sheet for t in record_types()), "lists"]
    assert workbook["lists"].sheet_state == "hidden"
    sheet = workbook["instruments"]
    assert sheet.protection.sheet
    assert sheet["A1"].protection.locked
    assert not sheet.column_dimensions["A"].protection.locked
    assert sheet.column_dimensions["A"].number_format == "@"
    place = next(c.column_letter for c in sheet[1] if c.value == "type")
    (rule,) = [v for v in sheet.data_validations.dataValidation if f"{place}3" in str(v.sqref)]
    lists, first, last = rule.formula1.replace("!", ":").replace("$", "").split(":")
    offered = [row[0].value for row in workbook[lists][first:last]]
    assert "Treaty" in offered
    assert all(
        terms.resolve(label, schemes=["https://w3id.org/gfmdkg/scheme/instrument-type"])
        for label in offered
    )


def test_the_keys_of_exported_records_are_protected(select: Select, terms: TermIndex) -> None:
    import openpyxl

    table = export_table(record_type("instrument"), select, terms)
    workbook = openpyxl.load_workbook(io.BytesIO(write_xlsx_tables([table], terms)))
    sheet = workbook["instruments"]
    assert sheet["A3"].protection.locked
    assert not sheet["B3"].protection.locked


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1)


@settings(max_examples=300, deadline=None)
@given(st.lists(texts, min_size=1, max_size=4))
def test_any_values_fit_into_one_cell(values: list[str]) -> None:
    assert split_values(join_values(values)) == values


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(texts, min_size=2, max_size=3), min_size=1, max_size=3))
def test_any_rows_survive_csv(rows: list[list[str]]) -> None:
    with open_sheets(write_csv([["a", "b"], *rows]), file=None) as ((_, read),):
        assert [list(row.values) for row in read] == [["a", "b"], *rows]


def test_the_names_of_an_export_are_those_people_use(select: Select, terms: TermIndex) -> None:
    table = export_table(record_type("citation"), select, terms)
    cited = table.headings.index("cites")
    assert {"cmw", "agenda-2030", "sdg:3"} <= {row[cited] for row in table.rows}
