"""The formats that lists are given in, and the bytes of tables and references."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pyoxigraph as ox

from gfmdkg.http.parameters import JSON, ROW_FORMATS
from gfmdkg.lists.definitions import Field
from gfmdkg.lists.index import ListIndex, cell_text, field_cells
from gfmdkg.namespaces import SCHEME_BASE
from gfmdkg.queries.query import Cell
from gfmdkg.rdf.media import GRAPHS, MediaType
from gfmdkg.rdf.spreadsheet import encode_text
from gfmdkg.rdf.values import Resource
from gfmdkg.resources.bibliography import (
    Reference,
    ReferenceType,
    write_bibtex,
    write_csl,
    write_ris,
)
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.parameters import ColumnType

__all__ = ["GRAPH_FORMATS", "REFERENCE_FORMATS", "list_formats", "write_items"]

_WRITERS: Mapping[MediaType, Callable[[Iterable[Reference]], str]] = {
    MediaType(
        name="bibtex",
        media_type="application/x-bibtex",
        extension=".bib",
        aliases=("text/x-bibtex", "application/bibtex"),
    ): write_bibtex,
    MediaType(
        name="ris", media_type="application/x-research-info-systems", extension=".ris"
    ): write_ris,
    MediaType(
        name="csl-json",
        media_type="application/vnd.citationstyles.csl+json",
        extension=".csl.json",
    ): write_csl,
}
REFERENCE_FORMATS = tuple(_WRITERS)
"""What reference managers read."""

_TREATY = ox.NamedNode(SCHEME_BASE + "instrument-type/treaty")
CSV, TSV = (media for media in ROW_FORMATS if media.name in {"csv", "tsv"})
XLSX = MediaType(
    name="xlsx",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    extension=".xlsx",
)
GRAPH_FORMATS = tuple(media for media in GRAPHS if media.name in {"ttl", "jsonld"})
"""The items of a page with all that the graph says of them."""
_SEPARATOR = " | "
_CELL_LIMIT = 32_767
_FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)
_MOMENTS = re.compile(rb"(<dcterms:(created|modified)[^<>]*>)[^<]*(</dcterms:)")


def list_formats(name: str) -> tuple[MediaType, ...]:
    """The formats of a list, the preferred one first."""
    # These stand in bibliographies.
    references = REFERENCE_FORMATS if name in ("reports", "instruments") else ()
    return (JSON, CSV, TSV, XLSX, *GRAPH_FORMATS, *references)


def write_items(
    media: MediaType,
    index: ListIndex,
    positions: Iterable[int],
    fields: Sequence[Field],
    terms: TermIndex,
) -> bytes:
    """The items at these positions as a table, or in one of ``REFERENCE_FORMATS``."""
    if media in _WRITERS:
        references = (_reference(index, position, terms) for position in positions)
        return _WRITERS[media](references).encode()
    rows = _table_rows(index, positions, fields, terms)
    if media is XLSX:
        return _xlsx(rows, title=index.faceted.label)
    return _delimited(rows, {CSV: ",", TSV: "\t"}[media])


def _table_rows(
    index: ListIndex, positions: Iterable[int], fields: Sequence[Field], terms: TermIndex
) -> Iterator[list[Cell]]:
    """The headings, then a row for each item.

    A resource has two columns, its IRI and its label; several values stand in one cell.
    """
    yield [
        heading
        for shown in fields
        for heading in (shown.name, f"{shown.name}_label")[: 1 + _is_resource(shown)]
    ]
    for position in positions:
        row: list[Cell] = []
        for shown in fields:
            row += _cells(shown, field_cells(index, position, shown, terms))
        yield row


def _is_resource(shown: Field) -> bool:
    return shown.column.type is ColumnType.RESOURCE


def _cells(shown: Field, cells: Sequence[Cell]) -> tuple[Cell, ...]:
    if _is_resource(shown):
        found = [cell for cell in cells if isinstance(cell, Resource)]
        return (
            _SEPARATOR.join(cell.iri for cell in found),
            _SEPARATOR.join(cell.label or "" for cell in found),
        )
    return (_SEPARATOR.join(map(str, cells)),) if shown.many else (cells[0],)


def _delimited(rows: Iterable[Sequence[Cell]], delimiter: str) -> bytes:
    """The rows with this delimiter, as RFC 4180 has them."""
    output = io.StringIO()
    writer = csv.writer(output, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([cell_text(cell) for cell in row] for row in rows)
    return output.getvalue().encode()


def _xlsx(rows: Iterable[Sequence[Cell]], *, title: str) -> bytes:
    """The rows as a workbook; equal rows give equal bytes.

    Numbers and truth values stay what they are, and no text becomes a formula.
    """
    # Half of the start-up time of a service that writes no workbook.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    for number, row in enumerate(rows):
        cells = []
        for cell in row:
            if isinstance(cell, bool | int | float) or cell is None:
                cells.append(WriteOnlyCell(sheet, cell))
                continue
            made = WriteOnlyCell(sheet, encode_text(str(cell))[:_CELL_LIMIT])
            made.data_type = "s"
            if number == 0:
                made.font = bold
            cells.append(made)
        sheet.append(cells)
    output = io.BytesIO()
    workbook.save(output)
    return _without_moments(output)


def _without_moments(workbook: io.BytesIO) -> bytes:
    """The same workbook without the time at which it was written."""
    output = io.BytesIO()
    with (
        zipfile.ZipFile(workbook) as source,
        zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            body = source.read(entry)
            if entry.filename == "docProps/core.xml":
                body = _MOMENTS.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", body)
            fixed = zipfile.ZipInfo(entry.filename, date_time=_FIRST_MOMENT)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, body)
    return output.getvalue()


def _reference(index: ListIndex, position: int, terms: TermIndex) -> Reference:
    """A report, or an instrument; each has some of these fields."""
    fields = index.faceted.fields

    def texts(name: str) -> tuple[str, ...]:
        cells = field_cells(index, position, fields[name], terms) if name in fields else ()
        return tuple(str(cell) for cell in cells if cell is not None)

    def text(name: str) -> str | None:
        return next(iter(texts(name)), None)

    kind = ReferenceType.REPORT
    if index.faceted.name != "reports":
        is_treaty = _TREATY in index.values(position, fields["type"])
        kind = ReferenceType.TREATY if is_treaty else ReferenceType.DOCUMENT
    iri = index.items[position]
    return Reference(
        key=iri.rpartition("/")[2],
        type=kind,
        title=terms.label(iri) or iri,
        url=iri,
        date=text("date") or text("adoption_date"),
        authors=texts("adopted_by"),
        number=text("symbols"),
        publisher=text("processes"),
        place=text("place"),
        language=text("language"),
        note=", ".join(texts("short_names")) or None,
    )
