"""Long tables of recommendations and citations, with faults at known cells."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl

from gfmdkg.build import ensure_built
from gfmdkg.paths import Content, shipped_content
from gfmdkg.store.versions import VersionStore

__all__ = ["Cells", "make_store", "write_csv_table", "write_workbook"]

Cells = set[tuple[str, str]]
"""Cells and codes of the faults that are to be found."""

_PER_REPORT = 50
_EACH_KIND = _PER_REPORT // 2
_HEADINGS = [
    "report", "kind", "number", "title (en)", "part of", "topics", "addressees",
    "population groups", "examined for",
]  # fmt: skip
_CITED = ("CMW", "CEDAW", "CRC", "sdg:10.7")
_TURTLE = """@base <https://w3id.org/gfmdkg/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
_REPORT = """
<id/report/made-{n}> a gfmd:Report ;
    dcterms:language "en" ;
    dcterms:source <id/source/gfmd-dialogue-2017-04-06> ;
    gfmd:outcomeOf <id/session/gfmd-dialogue-gcm-2017-04-06-c1> ;
    skos:prefLabel "Report {n} of many"@en .

<id/passage/made-{n}/s1> a gfmd:Section ;
    dcterms:isPartOf <id/report/made-{n}> ;
    skos:prefLabel "Advice"@en .
"""


def make_store(folder: Path, *, rows: int) -> Path:
    """A store with the shipped graph and the reports that a table of so many rows needs."""
    shipped = shipped_content()
    content = folder / "content"
    shutil.copytree(shipped.data, content / "data")
    for name in ("ontology", "queries"):
        (content / name).symlink_to(shipped.root / name)
    reports = "".join(_REPORT.format(n=n) for n in range(-(-rows // _PER_REPORT)))
    (content / "data" / "reports" / "made.ttl").write_text(_TURTLE + reports, "utf-8")
    store = folder / "store"
    ensure_built(Content(root=content), VersionStore(store))
    return store


def write_csv_table(path: Path, rows: int) -> Cells:
    """Write recommendations; the faults stand in the first rows and, again, in the last."""
    table, cells = _recommendations(rows)
    with path.open("w", encoding="utf-8", newline="") as output:
        csv.writer(output).writerows([_HEADINGS, *table])
    return cells


def write_workbook(path: Path, rows: int) -> Cells:
    """Write half as many recommendations, and the citations of each on a second sheet."""
    table, cells = _recommendations(rows // 2)
    found = {(f"recommendations!{cell}", code) for cell, code in cells}
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("recommendations")
    for row in [_HEADINGS, *table]:
        sheet.append(row)
    sheet = workbook.create_sheet("citations")
    headings = "passage,cites,matched text,intents,assertion,confidence,review status,asserted by"
    sheet.append(headings.split(","))
    for number, row in enumerate(_citations(table, rows - rows // 2), start=2):
        if number in (5, rows - rows // 2 - 3):
            row[5] = "2.0"
            found.add((f"citations!F{number}", "max-inclusive"))
        if number in (9, rows - rows // 2 - 7):
            row[1] = "CNW"
            found.add((f"citations!B{number}", "unknown-name"))
        sheet.append(row)
    workbook.save(path)
    return found


def _recommendations(rows: int) -> tuple[list[list[str]], Cells]:
    table = [row for n in range(rows // _PER_REPORT) for row in _of_report(n)]
    # The last of the first report comes at the end: what is said of it spans the file.
    table.append(table.pop(_PER_REPORT - 1))
    cells: Cells = set()
    for start in (0, rows - 2 * _PER_REPORT):
        cells |= _spoil(table, start)
    table[-1][2] = str(_EACH_KIND + 2)
    return table, {*cells, (f"C{len(table) + 1}", "passage-order-gap")}


def _of_report(n: int) -> Iterator[list[str]]:
    for position in range(_PER_REPORT):
        kind = ("political", "practical")[position // _EACH_KIND]
        number = str(position % _EACH_KIND + 1)
        yield [
            f"made-{n}", kind, number, f"Advice {number} of {n}", f"made-{n}/s1",
            "labour-rights | legal-framework", "states", "migrant-workers", "citations | sdg",
        ]  # fmt: skip


def _spoil(table: list[list[str]], start: int) -> Cells:
    """Put faults into the rows from ``start`` on; the cells in which they are to be found."""

    def cell(column: str, offset: int) -> str:
        return f"{column}{start + offset + 2}"

    table[start + 2][5] = "labour-rihgts"
    table[start + 4][6] = ""
    table[start + 6][4] = f"{table[start][0]}/pol-99"
    # Below one that a later row describes: no fault, but all must be read to know.
    table[start + 8][2:5] = ["24.1", "Advice below another", f"{table[start][0]}/pol-24"]
    table[start + 10][2] = "x11"
    table[start + 12] = list(table[start + 11])
    return {
        (cell("F", 2), "unknown-name"),
        (cell("G", 4), "min-count"),
        (cell("E", 6), "unknown-name"),
        (cell("C", 10), "key"),
        (cell("C", 12), "repeated-key"),
        # Before these, 7 (without a parent), 9, 11 and 13 are missing.
        (cell("C", 7), "passage-order-gap"),
        (cell("C", 9), "passage-order-gap"),
        (cell("C", 11), "passage-order-gap"),
        (cell("C", 13), "passage-order-gap"),
    }


def _citations(table: list[list[str]], rows: int) -> Iterator[list[str]]:
    written = 0
    for row in table:
        is_sound = row[2].isdigit() and row[0] != "made-0" and row[4].endswith("/s1")
        if not is_sound or written == rows:
            continue
        written += 1
        passage = f"{row[0]}/{row[1][:3]}-{int(row[2]):02d}"
        yield [
            passage, _CITED[written % 4], f"words {written}", "comply", "explicit", "1.0",
            "accepted", "group-gfmdkg-curators",
        ]  # fmt: skip
