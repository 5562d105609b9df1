"""``queries`` and ``run``: a command per canned query, made from its header."""

import json
import sys
from typing import TextIO

import click

from gfmdkg.catalog import CannedQuery, Catalog
from gfmdkg.cli.context import CliContext, fails_cleanly, pass_cli
from gfmdkg.cli.opening import open_graph
from gfmdkg.cli.parameter_options import keyword_of, option_of
from gfmdkg.cli.table_format import format_of_rows, table_format_option
from gfmdkg.errors import GfmdkgError
from gfmdkg.formats.tables import write_table
from gfmdkg.graph import Rows, flatten
from gfmdkg.paths import shipped_content

__all__ = ["queries", "run"]


@click.command(short_help="List the canned queries.")
@table_format_option("list")
@fails_cleanly
def queries(format_name: str) -> None:
    """List the canned queries; `gfmdkg run NAME --help` shows the parameters of one.

    In the other formats the parameters are listed too, a required one marked with *.
    """
    catalog = Catalog.load(shipped_content().queries)
    if format_name == "table":
        write_table(("name", "summary"), [(q.name, q.summary) for q in catalog], format_name)
        return
    rows = [
        (
            q.name,
            q.topic,
            q.summary,
            " ".join(p.name + "*" * p.required for p in q.parameters.values()),
        )
        for q in catalog
    ]
    write_table(("name", "topic", "summary", "parameters"), rows, format_name)


class _CannedQueries(click.Group):
    """A group whose commands are the canned queries."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """The names of all canned queries."""
        return sorted(Catalog.load(shipped_content().queries).names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of one canned query."""
        try:
            return _command(Catalog.load_one(shipped_content().queries, cmd_name))
        except GfmdkgError as error:
            ctx.fail(error.message)


@click.command(cls=_CannedQueries, subcommand_metavar="NAME [--PARAMETER VALUE…]")
def run() -> None:
    """Run a canned query. `gfmdkg run NAME --help` shows its parameters."""


def _command(query: CannedQuery) -> click.Command:
    options: list[click.Parameter] = [option_of(p) for p in query.parameters.values()]
    options.append(format_of_rows("rows"))

    @pass_cli
    @fails_cleanly
    def call(cli: CliContext, /, format_name: str, **given: object) -> None:
        parameters = {name: given[keyword_of(name)] for name in query.parameters}
        rows = open_graph(cli).run(query.name, **{k: v for k, v in parameters.items() if v})
        _show(cli, rows, format_name)

    return click.Command(
        query.name,
        callback=call,
        params=options,
        help=f"{query.summary}\n\n{query.description}",
        short_help=query.summary,
    )


def _show(cli: CliContext, rows: Rows, format_name: str) -> None:
    if format_name == "json":
        click.echo(json.dumps(rows.to_records(), ensure_ascii=False, indent=2))
    elif format_name != "table":
        columns, cells = flatten(rows)
        write_table(columns, cells, format_name)
    elif rows:
        _write(rows)
    if not rows:
        cli.say("no rows")
    if rows.hint is not None:
        cli.say(rows.hint.message)
        _write(rows.hint.rows, output=sys.stderr)


def _write(rows: Rows, output: TextIO | None = None) -> None:
    write_table(rows.columns, (row.values() for row in rows), "table", output=output)
