"""The command group, and the commands that concern the program itself."""

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from gfmdkg.about import VERSION
from gfmdkg.cli.context import EXIT_FAULTS, CliContext, pass_cli, table_format_option
from gfmdkg.cli.result_tables import write_table
from gfmdkg.errors import ContentError, DataRejected, GfmdkgError

__all__ = ["main"]

_EXIT_USAGE = 2
# The module of each command, and behind a colon its name there where that is another.
_MODULES = {
    "blame": "history",
    "build": "building",
    "changes": "changes",
    "diff": "history",
    "export": "history",
    "list": "listing:list_items",
    "load": "building",
    "log": "history",
    "mcp": "serving",
    "network": "networks",
    "queries": "running",
    "query": "querying",
    "rebuild": "history",
    "revert": "changes",
    "run": "running",
    "search": "searching",
    "serve": "serving",
    "show": "querying",
    "submit": "changes",
    "table": "tables",
    "token": "changes",
    "validate": "validating",
}


class _Commands(click.Group):
    """The commands, each imported when it is called, and how their faults leave the program.

    To import all of them takes a second, the web framework's share included; who runs one
    waits for that one.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted({*_MODULES, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or ``None``."""
        place = _MODULES.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _, name = place.partition(":")
        command = getattr(import_module(f"gfmdkg.cli.{module}"), name or cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 - our own modules
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of ours becomes a message on stderr and an exit code.

        1 where the content is at fault, 2 where the request is. Anything else is a defect and
        keeps its traceback.
        """
        try:
            return super().invoke(ctx)
        except GfmdkgError as error:
            click.echo(f"gfmdkg: {error.message}", err=True)
            if isinstance(error, DataRejected):
                for fault in error.faults:
                    click.echo(f"  {fault}", err=True)
            at_fault = isinstance(error, ContentError | DataRejected)
            raise SystemExit(EXIT_FAULTS if at_fault else _EXIT_USAGE) from error


@click.group(
    cls=_Commands,
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
def config(cli: CliContext, format_name: str) -> None:
    """Show every setting with its value and where that came from."""
    rows = [(s.variable, str(s.value), s.origin, s.description) for s in cli.settings().describe()]
    write_table(("variable", "value", "origin", "description"), rows, format_name)
