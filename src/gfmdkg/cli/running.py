"""``queries`` and ``run``: a command per canned query, made from its header."""

import json
import sys
from typing import TextIO

import click

from gfmdkg.cli.context import CliContext, given_values, option_of, pass_cli, table_format_option
from gfmdkg.cli.result_tables import write_table
from gfmdkg.errors import GfmdkgError
from gfmdkg.graph import Rows, flatten
from gfmdkg.paths import shipped_content
from gfmdkg.queries import CannedQuery, Catalog

__all__ = ["queries", "run"]


@click.command(short_help="List the canned queries.")
@table_format_option("list")
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
        return sorted(Catalog.load(shipped_content().queries).queries)

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
    @click.command(
        query.name,
        params=[option_of(parameter) for parameter in query.parameters.values()],
        help=f"{query.summary}\n\n{query.description}",
        short_help=query.summary,
    )
    @table_format_option("rows")
    @pass_cli
    def call(cli: CliContext, /, format_name: str, **given: object) -> None:
        values = given_values(query.parameters.values(), given)
        _show(cli, cli.graph().rows(query, values), format_name)

    return call


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
