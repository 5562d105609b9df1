"""``build`` and ``load``: versions from the shipped files, and from any others."""

from functools import partial
from pathlib import Path

import click

from gfmdkg.build import beginning
from gfmdkg.build import build as build_version
from gfmdkg.cli.context import CliContext, fails_cleanly, pass_cli
from gfmdkg.cli.progress import shown_progress
from gfmdkg.curation.loading import load as load_files
from gfmdkg.curation.loading import place_files
from gfmdkg.curation.rules import DraftRules
from gfmdkg.curation.writing import Validate
from gfmdkg.paths import Content, shipped_content
from gfmdkg.store.versions import VersionStore
from gfmdkg.validation import Report
from gfmdkg.validation.findings import to_terminal

__all__ = ["build", "content_option", "load", "validation"]

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
        cli.say(to_terminal(built.report))
    click.echo(f"version {built.version.number}: {built.version.quads} quads")


@click.command(short_help="Publish files of RDF of any size, with the rules or without.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option(
    "--graph",
    metavar="IRI",
    help="The named graph of triples. Default: one named after each FILE.",
)
@click.option("--unchecked", is_flag=True, help="Apply no rules: as fast as the engine can write.")
@click.option("-m", "--message", metavar="TEXT", help="What the version says of itself.")
@content_option
@pass_cli
@fails_cleanly
def load(
    cli: CliContext,
    files: tuple[Path, ...],
    graph: str | None,
    unchecked: bool,
    message: str | None,
    content_root: Path | None,
) -> None:
    """Add the triples of files to the current version, and publish that as the next one.

    FILE is N-Triples, N-Quads, Turtle or TriG (.nt, .nq, .ttl, .trig), also packed (.nt.gz).
    Quads keep their graphs. It all becomes public at once, or nothing does. A store without
    a version begins empty.
    """
    placed = place_files(files, graph=graph)
    versions = cli.versions()
    begun = beginning(versions, default_graph=cli.settings().default_graph)
    with begun, shown_progress(cli, "loading") as progress:
        version = load_files(
            placed,
            versions,
            validate=None if unchecked else validation(cli, versions, content_root),
            message=message or f"loaded {', '.join(path.name for path in files)}",
            progress=progress,
        )
    click.echo(f"version {version.number}: {version.quads} quads")


def validation(cli: CliContext, versions: VersionStore, content_root: Path | None) -> Validate:
    """The rules of some content for what is written to a store, as far as settings ask for them."""
    if cli.settings().write_rules == "none":
        return lambda _, __: Report.of(())
    is_union = versions.require_current().default_graph == "union"
    rules = DraftRules(Content(root=content_root) if content_root else shipped_content())
    return partial(rules.report_write, versions, is_union=is_union)
