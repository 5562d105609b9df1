"""The command group, and the commands that concern the program itself."""

from pathlib import Path

import click

from gfmdkg.about import VERSION
from gfmdkg.cli.commands import LazyGroup
from gfmdkg.cli.context import CliContext, fails_cleanly, pass_cli
from gfmdkg.cli.table_format import table_format_option
from gfmdkg.formats.tables import write_table

__all__ = ["main"]

# The commands that are imported when they are called, and where each is.
_MODULES = {
    "blame": "gfmdkg.cli.history",
    "build": "gfmdkg.cli.building",
    "changes": "gfmdkg.cli.changes",
    "diff": "gfmdkg.cli.history",
    "docs": "gfmdkg.cli.documentation",
    "export": "gfmdkg.cli.history",
    "list": "gfmdkg.cli.listing:list_items",
    "load": "gfmdkg.cli.building",
    "log": "gfmdkg.cli.history",
    "mcp": "gfmdkg.cli.mcp",
    "network": "gfmdkg.cli.networks",
    "queries": "gfmdkg.cli.running",
    "query": "gfmdkg.cli.querying",
    "rebuild": "gfmdkg.cli.history",
    "revert": "gfmdkg.cli.changes",
    "run": "gfmdkg.cli.running",
    "search": "gfmdkg.cli.searching",
    "serve": "gfmdkg.cli.serving",
    "show": "gfmdkg.cli.querying",
    "submit": "gfmdkg.cli.changes",
    "table": "gfmdkg.cli.tables",
    "token": "gfmdkg.cli.tokens",
    "validate": "gfmdkg.cli.validating",
}


@click.group(
    cls=LazyGroup,
    modules=_MODULES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Folder of the store. Default: GFMDKG_STORE, or a folder below your user data.",
)
@click.version_option(VERSION, prog_name="gfmdkg", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context, store: Path | None) -> None:
    """An open knowledge graph of migration-governance instruments.

    Results go to stdout, everything else to stderr. The exit code is 0 for success, 1 where
    data or content is at fault, 2 where the request is.

    Shell completion: eval "$(_GFMDKG_COMPLETE=bash_source gfmdkg)" (or zsh_source, fish_source).
    """
    context.obj = CliContext(store)


@main.command()
@pass_cli
@fails_cleanly
def version(cli: CliContext) -> None:
    """Show the versions of the program and of the graph."""
    click.echo(f"gfmdkg {VERSION}")
    versions = cli.versions()
    current = versions.current()
    if current is None:
        click.echo(f"no graph yet at {versions.root}")
        return
    click.echo(
        f"graph version {current.number}, {current.quads} quads, {current.origin} of"
        f" {current.created:%Y-%m-%d %H:%M} UTC, content {current.content_hash[:16]}"
    )
    click.echo(f"store {versions.root}")


@main.command()
@table_format_option("settings")
@pass_cli
@fails_cleanly
def config(cli: CliContext, format_name: str) -> None:
    """Show every setting with its value and where that came from."""
    rows = [(s.variable, str(s.value), s.origin, s.description) for s in cli.settings().describe()]
    write_table(("variable", "value", "origin", "description"), rows, format_name)
