"""``build``."""

from pathlib import Path

import click

from gfmdkg.build import build as build_version
from gfmdkg.cli.context import CliContext, fails_cleanly, pass_cli
from gfmdkg.paths import Content, shipped_content

__all__ = ["build", "content_option"]

content_option = click.option(
    "--content",
    "content_root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="Folder with ontology/, data/ and queries/. Default: what came with the program.",
)


@click.command()
@content_option
@click.option(
    "--discard-changes",
    is_flag=True,
    help="Build although the store holds changes of its own; its versions stay.",
)
@pass_cli
@fails_cleanly
def build(cli: CliContext, content_root: Path | None, discard_changes: bool) -> None:
    """Build the graph from its files and publish it as a new version.

    Refuses with all faults at once, and then leaves the former version in use.
    """
    content = Content(root=content_root) if content_root else shipped_content()
    with cli.error.status("building") as status:
        built = build_version(
            content,
            cli.versions(),
            default_graph=cli.settings().default_graph,
            discard_changes=discard_changes,
            progress=status.update,
        )
    if built.report is not None and built.report.findings:
        cli.say(built.report.to_text())
    click.echo(f"version {built.version.number}: {built.version.quads} quads")
