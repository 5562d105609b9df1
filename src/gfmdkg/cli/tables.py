"""``table``: templates, import and export of CSV and XLSX."""

import sys
from pathlib import Path
from typing import BinaryIO

import click

from gfmdkg.cli.context import EXIT_FAULTS, CliContext, format_option, output_option, pass_cli
from gfmdkg.curation.tables.columns import SHEETS, record_type
from gfmdkg.curation.tables.exporting import (
    export_table,
    write_csv_table,
    write_template,
    write_xlsx_tables,
)
from gfmdkg.curation.tables.triples import convert_table, read_chunks
from gfmdkg.errors import ParameterError
from gfmdkg.validation import Report
from gfmdkg.validation.findings import to_terminal

__all__ = ["table"]

_types = click.argument("types", nargs=-1, type=click.Choice(SHEETS), metavar="[KIND]…")
_output = output_option(
    "The file to write; its ending, .csv or .xlsx, is the format. Default: CSV on stdout."
)


@click.group(short_help="Write records in a spreadsheet, and read them back.")
def table() -> None:
    """Write records in a spreadsheet: recommendations, citations, actors, instruments, sessions."""


@table.command()
@_types
@_output
@pass_cli
def template(cli: CliContext, types: tuple[str, ...], output: BinaryIO) -> None:
    """Write an empty table with notes and, in a workbook, drop-downs.

    KIND is recommendations, citations, actors, instruments or sessions; several, or none for
    all, make a workbook with a sheet each.
    """
    wanted = [record_type(name) for name in types or SHEETS]
    file_format = _format(output, len(wanted))
    output.write(write_template(wanted, file_format, cli.graph().terms))


@table.command("export")
@_types
@_output
@pass_cli
def export_command(cli: CliContext, types: tuple[str, ...], output: BinaryIO) -> None:
    """Write the records of the graph as a table. Importing it again changes nothing."""
    wanted = [record_type(name) for name in types or SHEETS]
    file_format = _format(output, len(wanted))
    graph = cli.graph()
    tables = [export_table(kind, graph.store.select, graph.terms) for kind in wanted]
    for exported in tables:
        for line in exported.left_out:
            cli.say(f"left out: {line}")
    is_csv = file_format == "csv"
    output.write(write_csv_table(tables[0]) if is_csv else write_xlsx_tables(tables, graph.terms))


@table.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE")
@click.option(
    "--type",
    "kind",
    type=click.Choice(SHEETS),
    help="What a CSV file holds, where its headings leave that open.",
)
@output_option("The Turtle file to write. Default: stdout.")
@format_option(("text", "json"), "How to write the faults, to stderr.", default="text")
@pass_cli
def import_command(
    cli: CliContext, file: Path, kind: str | None, output: BinaryIO, format_name: str
) -> None:
    """Turn a CSV or XLSX file into Turtle.

    All faults are reported at once with their cells, and then nothing is written and the exit
    code is 1. “-” reads standard input. To check the records by the shapes as well:
    gfmdkg validate FILE.
    """
    is_stdin = file == Path("-")
    source = sys.stdin.buffer.read() if is_stdin else file
    terms = cli.graph().terms
    with cli.error.status("reading") as status:
        chunks = read_chunks(
            source,
            terms,
            file="standard-input" if is_stdin else None,
            record_type=kind,
            progress=lambda rows: status.update(f"reading: {rows} rows"),
        )
        conversion = convert_table(chunks)
    report = Report.of(conversion.findings)
    if report.findings:
        text = report.to_json_text() if format_name == "json" else to_terminal(report)
        click.echo(text, err=True)
    if not report.conforms:
        raise SystemExit(EXIT_FAULTS)
    output.write(conversion.turtle.encode())
    cli.say(f"{conversion.records} records, {conversion.triples} triples")


def _format(output: BinaryIO, tables: int) -> str:
    ending = ".csv" if output.name == "-" else Path(output.name).suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise ParameterError("output", f"ends in “{ending}”", allowed=(".csv", ".xlsx"))
    if ending == ".csv" and tables > 1:
        raise ParameterError("output", "is CSV, which holds one table: name one KIND, or use .xlsx")
    return ending[1:]
