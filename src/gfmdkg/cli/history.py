"""``log``, ``diff``, ``revert``, ``blame``, ``rebuild`` and ``export``: the graph's history."""

import json
import sys
from pathlib import Path

import click

from gfmdkg.cli.context import (
    EXIT_FAULTS,
    CliContext,
    content_option,
    format_option,
    pass_cli,
    table_format_option,
)
from gfmdkg.cli.result_tables import write_table
from gfmdkg.curation.changes.change_sets import ChangeStore
from gfmdkg.curation.changes.exporting import export_files
from gfmdkg.curation.changes.history import as_html, as_json, as_text, difference, name_of, value_of
from gfmdkg.curation.changes.history import blame as blame_resource
from gfmdkg.curation.changes.rebuilding import rebuild_all, rebuild_one
from gfmdkg.graph import Graph
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.paths import Content
from gfmdkg.store.names import open_names
from gfmdkg.store.patches import Patch, graph_of
from gfmdkg.store.versions import Version

__all__ = ["blame", "diff", "diff_format_option", "export", "log", "rebuild", "write_difference"]

diff_format_option = format_option(
    ("text", "json", "rdfp", "html"),
    "How to write it: rdfp is RDF Patch, html a fragment of a page.",
    default="text",
)


def write_difference(patch: Patch, version: Version, format_name: str) -> None:
    """Write a patch to stdout, with the labels that a version has."""
    if format_name == "rdfp":
        click.echo(patch.to_text(), nl=False)
        return
    label_of = open_names(version).label
    if format_name == "json":
        click.echo(json.dumps(as_json(patch, label_of), ensure_ascii=False, indent=2))
    else:
        click.echo((as_html if format_name == "html" else as_text)(patch, label_of))


@click.command(short_help="List all versions, the latest first.")
@table_format_option("list")
@pass_cli
def log(cli: CliContext, format_name: str) -> None:
    """List all versions, the latest first: when, how, by whom and why each was made."""
    members = ("origin", "author", "change", "added", "removed", "message")
    rows = [
        (v.number, v.created.isoformat(timespec="seconds"), *(getattr(v, name) for name in members))
        for v in reversed(cli.versions().history())
    ]
    write_table(("version", "created", *members), rows, format_name)


@click.command(short_help="Show what version V2 has more and less than V1.")
@click.argument("first", type=int, metavar="V1")
@click.argument("last", type=int, metavar="V2")
@diff_format_option
@pass_cli
def diff(cli: CliContext, first: int, last: int, format_name: str) -> None:
    """Show what version V2 has more and less than V1, by resource."""
    versions = cli.versions()
    patch = difference(versions, first, last)
    version = versions.record(last)
    write_difference(
        patch, version if version.is_available else versions.require_current(), format_name
    )


@click.command(short_help="Show which version each triple about RESOURCE came from.")
@click.argument("resource")
@table_format_option("rows")
@pass_cli
def blame(cli: CliContext, resource: str, format_name: str) -> None:
    """Show for each triple of RESOURCE which version and change set it came from.

    RESOURCE is a name, a code, a CURIE or an IRI. Of what is older than the recorded history
    the graph tells the file.
    """
    versions = cli.versions()
    version = versions.require_current()
    opened = Graph(version, versions=versions)
    iri = resource if resource.startswith(("http:", "https:")) else opened.resolve(resource)
    label_of = opened.terms.label
    changes = ChangeStore(versions)
    rows = []
    for statement, origin in blame_resource(versions, iri):
        change = None if origin.change is None else changes.get(origin.change)
        rows.append(
            (
                origin.number,
                origin.change,
                origin.author if change is None else change.author,
                origin.created.isoformat(timespec="minutes"),
                name_of(statement.predicate, label_of),
                value_of(statement.object, label_of),
                graph_of(statement).removeprefix(GRAPH_BASE),
            )
        )
    columns = ("version", "change", "author", "created", "property", "value", "graph")
    if format_name != "table":
        write_table(columns, rows, format_name)
        return
    for number, change_number, author, created, property_, value, graph in rows:
        source = f", change set {change_number} by {author}" if change_number else ""
        click.echo(f"{property_}: {value}")
        click.echo(f"    version {number} of {created}{source} [{graph}]")


@click.command()
@click.option("--verify", is_flag=True, help="Rebuild all versions and compare content hashes.")
@click.option("--version", "number", type=int, help="Write this version, pruned or not.")
@content_option
@pass_cli
def rebuild(cli: CliContext, verify: bool, number: int | None, content: Content) -> None:
    """Rebuild versions from the files and the recorded change sets.

    --verify says for each version whether its content is the same, bit by bit, and exits with
    1 where one differs; a version that the files at hand do not lead to is said so. --version
    writes one as N-Quads to stdout. Nothing in the store is changed.
    """
    if number is not None:
        store = rebuild_one(cli.versions(), content, number)
        store.dump(sys.stdout.buffer, media_type="application/n-quads")
        return
    if not verify:
        raise click.UsageError("say --verify, or --version NUMBER")
    with cli.error.status("rebuilding") as status:
        found = list(rebuild_all(cli.versions(), content, progress=status.update))
    verdicts = {True: "agrees", False: "DIFFERS", None: "not rebuilt"}
    for rebuilt in found:
        click.echo(
            f"version {rebuilt.version.number}: {verdicts[rebuilt.agrees]} ({rebuilt.reason})"
        )
    if any(rebuilt.agrees is False for rebuilt in found):
        raise SystemExit(EXIT_FAULTS)


@click.command(short_help="Write published changes back to the Turtle files.")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="FOLDER",
    help="The data/ folder of a checkout.",
)
@pass_cli
def export(cli: CliContext, folder: Path) -> None:
    """Write published changes back to the Turtle files below a data/ folder.

    Only files whose graph says something else are written; building from them gives the same
    graphs again.
    """
    exported = export_files(cli.versions().require_current(), folder)
    for path in exported.written:
        click.echo(f"wrote {folder / path}")
    for path in exported.emptied:
        cli.say(f"{folder / path} has no graph in the store; remove it if that is meant")
    if not exported.written:
        cli.say("every file says what its graph says")
