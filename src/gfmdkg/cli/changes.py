"""``submit``, ``changes``, ``revert`` and ``token``: what is done to the graph, and by whom."""

import getpass
from pathlib import Path

import click
from pydantic import TypeAdapter

from gfmdkg.build.sources import bytes_of, read_all
from gfmdkg.cli.building import content_validation
from gfmdkg.cli.context import (
    EXIT_FAULTS,
    CliContext,
    content_option,
    pass_cli,
    table_format_option,
)
from gfmdkg.cli.history import diff_format_option, write_difference
from gfmdkg.cli.result_tables import write_table
from gfmdkg.curation.changes.change_sets import ChangeSet, State
from gfmdkg.curation.changes.review import Review
from gfmdkg.curation.documents import Effect, SubmittedDocument, media_type_of
from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.errors import ParameterError
from gfmdkg.paths import Content, shipped_content
from gfmdkg.validation import Report
from gfmdkg.validation.findings import to_terminal

__all__ = ["changes", "revert", "submit", "token"]


# Whoever can write the store's folder may sign with any name.
_person_option = click.option(
    "--as",
    "person",
    metavar="NAME",
    callback=lambda _, __, given: given or getpass.getuser(),
    help="Whose work this is. Default: your name on this machine.",
)


def _review(cli: CliContext, content: Content | None = None) -> Review:
    """The curation of the store, by the rules of the content."""
    versions = cli.versions()
    return Review(
        versions=versions, validate=content_validation(cli, versions, content or shipped_content())
    )


@click.command(short_help="Propose a change to the graph, for review.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("-m", "--message", required=True, help="What the change is for.")
@click.option("--graph", metavar="IRI", help="The named graph that the one FILE is about.")
@click.option("--add", is_flag=True, help="Add FILE to its graph instead of replacing it.")
@click.option(
    "--remove",
    "removed",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A file of triples to remove, from whichever graph has them.",
)
@_person_option
@content_option
@pass_cli
def submit(
    cli: CliContext,
    files: tuple[Path, ...],
    message: str,
    graph: str | None,
    add: bool,
    removed: tuple[Path, ...],
    person: str,
    content: Content,
) -> None:
    """Propose a change: it is stored and validated, but not public before it is published.

    A FILE below a folder data/ or ontology/ becomes the content of the graph of its path; any
    other FILE gets a graph of its own. RDF Patch (.rdfp) is applied, quads (.nq, .trig) are
    added to the graphs that they name. The rows of a table (.csv, .xlsx) take the place of what
    the graph says of their records; new ones get a graph of their own. The exit code
    is 1 where the change breaks rules.
    """
    if graph is not None and len(files) != 1:
        raise ParameterError("graph", "goes with exactly one FILE")
    if not files and not removed:
        raise ParameterError("FILE", "is missing")
    effect = Effect.ADD if add else None
    documents = [*_read(files, graph=graph, effect=effect), *_read(removed, effect=Effect.REMOVE)]
    review = _review(cli, content)
    with cli.error.status("validating"):
        change = review.submit(documents, message=message, author=person)
    _report(change)
    click.echo(_line(change))
    if not change.conforms:
        cli.say("it is stored, but cannot be accepted; mend the files and submit again")
        raise SystemExit(EXIT_FAULTS)


def _read(
    files: tuple[Path, ...], *, graph: str | None = None, effect: Effect | None = None
) -> list[SubmittedDocument]:
    def read(file: Path) -> SubmittedDocument:
        return SubmittedDocument(
            name=file.as_posix(),
            body=bytes_of(file),
            media_type=media_type_of(file.name),
            graph=graph,
            effect=effect,
        )

    return read_all(read, files)


@click.group()
def changes() -> None:
    """List, show, accept, reject and publish change sets."""


@changes.command("list")
@click.option("--state", type=click.Choice([s.value for s in State]), help="Only those that are.")
@table_format_option("list")
@pass_cli
def list_changes(cli: CliContext, state: str | None, format_name: str) -> None:
    """List the change sets, the latest first."""
    columns = ("number", "state", "author", "created", "added", "removed", "conforms", "message")
    found = [c for c in reversed(_review(cli).changes.all()) if state in (None, c.state)]
    rows = [[getattr(change, name) for name in columns] for change in found]
    write_table(columns, rows, format_name)


@changes.command()
@click.argument("number", type=int)
@pass_cli
def show(cli: CliContext, number: int) -> None:
    """Show a change set: its files, its validation, and what became of it."""
    change = _review(cli).changes.get(number)
    click.echo(_line(change))
    for given in change.inputs:
        place = f" <{given.graph}>" if given.graph else ""
        click.echo(f"  {given.effect} {given.name}{place} sha256:{given.sha256[:16]}")
    for event in change.events:
        note = f": {event.note}" if event.note else ""
        click.echo(f"  {event.at} {event.state} by {event.by}{note}")
    _report(change)


@changes.command()
@click.argument("number", type=int)
@diff_format_option
@pass_cli
def diff(cli: CliContext, number: int, format_name: str) -> None:
    """Show what a change set adds and removes, by resource."""
    review = _review(cli)
    patch = review.changes.patch(number)
    write_difference(patch, review.versions.require_current(), format_name)


@changes.command()
@click.argument("number", type=int)
@click.option("-m", "--message", default="", help="A note for the record.")
@_person_option
@content_option
@pass_cli
def accept(cli: CliContext, number: int, message: str, person: str, content: Content) -> None:
    """Approve a change set after validating it against the current version.

    Whoever works on this machine owns the store, so one's own may be accepted here, with a
    word about it; over HTTP somebody else has to, unless GFMDKG_SELF_REVIEW is set.
    """
    with cli.error.status("validating"):
        change = _review(cli, content).accept(number, by=person, message=message, self_review=True)
    if change.author == person:
        cli.say(f"accepted by its own author, {person}")
    click.echo(_line(change))


@changes.command()
@click.argument("number", type=int)
@click.option("-m", "--message", required=True, help="Why.")
@_person_option
@pass_cli
def reject(cli: CliContext, number: int, message: str, person: str) -> None:
    """Turn a change set down."""
    click.echo(_line(_review(cli).reject(number, by=person, message=message)))


@changes.command()
@click.argument("number", type=int)
@_person_option
@content_option
@pass_cli
def publish(cli: CliContext, number: int, person: str, content: Content) -> None:
    """Make an accepted change set part of the graph, as a new version."""
    with cli.error.status("publishing"):
        review = _review(cli, content)
        version = review.publish(number, by=person)
    click.echo(f"version {version.number}: {version.quads} quads")
    click.echo(_line(review.changes.get(number)))


@click.command()
@click.argument("number", type=int, metavar="V")
@click.option("-m", "--message", default="", help="Why.")
@_person_option
@content_option
@pass_cli
def revert(cli: CliContext, number: int, message: str, person: str, content: Content) -> None:
    """Undo exactly what version V did, as a new version.

    What changed again since is shown as a conflict, and then nothing is done.
    """
    with cli.error.status("validating"):
        version = _review(cli, content).revert(number, by=person, message=message)
    click.echo(f"version {version.number}: {version.message}")


def _line(change: ChangeSet) -> str:
    verdict = "" if change.conforms else ", breaks rules"
    return (
        f"change set {change.number}: {change.state}, +{change.added} -{change.removed}{verdict},"
        f" by {change.author}: {change.message}"
    )


def _report(change: ChangeSet) -> None:
    report = TypeAdapter(Report).validate_python(change.report)
    if report.findings:
        click.echo(to_terminal(report), err=True)


@click.group()
def token() -> None:
    """Create, list and revoke the tokens that allow writing."""


@token.command()
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    required=True,
    help="What the token allows: a reviewer may write and publish, a submitter may propose.",
)
@click.option("--name", default="unnamed", show_default=True, help="Whose token it is.")
@pass_cli
def create(cli: CliContext, role: str, name: str) -> None:
    """Print a new token. It is shown this once: only its hash is stored."""
    secret, record = TokenStore(cli.settings().store).create(name=name, role=Role(role))
    cli.say(f"token {record.id} for {name}, role {role}; send it as: Authorization: Bearer …")
    click.echo(secret)


@token.command("list")
@table_format_option("list")
@pass_cli
def list_tokens(cli: CliContext, format_name: str) -> None:
    """List all tokens by id, without the tokens themselves."""
    rows = [
        (t.id, t.name, t.role.value, t.created, t.revoked)
        for t in TokenStore(cli.settings().store).all()
    ]
    write_table(("id", "name", "role", "created", "revoked"), rows, format_name)


@token.command()
@click.argument("token_id", metavar="ID")
@pass_cli
def revoke(cli: CliContext, token_id: str) -> None:
    """Make the token with this id worthless from now on."""
    record = TokenStore(cli.settings().store).revoke(token_id)
    click.echo(f"token {record.id} is revoked")
