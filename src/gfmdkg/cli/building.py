"""``build`` and ``load``: versions from the shipped files, and from any others."""

from pathlib import Path

import click

from gfmdkg.build import beginning
from gfmdkg.build import build as build_version
from gfmdkg.cli.context import CliContext, content_option, pass_cli, shown_progress
from gfmdkg.curation.loading import load as load_files
from gfmdkg.curation.loading import place_files
from gfmdkg.curation.writing import Validate
from gfmdkg.paths import Content
from gfmdkg.store.versions import VersionStore

__all__ = ["build", "content_validation", "load"]


@click.command()
@content_option
@click.option(
    "--discard-changes",
    is_flag=True,
    help="Build although the store holds changes of its own; its versions stay.",
)
@pass_cli
def build(cli: CliContext, content: Content, discard_changes: bool) -> None:
    """Build the graph from its files and publish it as a new version.

    Refuses with all faults at once, and then leaves the former version in use.
    """
    with cli.error.status("building") as status:
        built = build_version(
            content,
            cli.versions(),
            default_graph=cli.settings().default_graph,
            discard_changes=discard_changes,
            progress=status.update,
        )
    if built.report.findings:
        from gfmdkg.validation.findings import to_terminal

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
def load(
    cli: CliContext,
    files: tuple[Path, ...],
    graph: str | None,
    unchecked: bool,
    message: str | None,
    content: Content,
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
            validate=None if unchecked else content_validation(cli, versions, content),
            message=message or f"loaded {', '.join(path.name for path in files)}",
            progress=progress,
        )
    click.echo(f"version {version.number}: {version.quads} quads")


def content_validation(cli: CliContext, versions: VersionStore, content: Content) -> Validate:
    """The rules of some content for what is written to a store, as far as settings ask for them."""
    from gfmdkg.curation.rules import validation  # which an unchecked load does without

    return validation(versions, None if cli.settings().write_rules == "none" else content)
