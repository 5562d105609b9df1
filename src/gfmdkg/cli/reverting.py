"""``revert``: undoing a version."""

from pathlib import Path

import click

from gfmdkg.cli.building import content_option
from gfmdkg.cli.changes import open_review, person_of, person_option
from gfmdkg.cli.context import CliContext, pass_cli

__all__ = ["revert"]


@click.command()
@click.argument("number", type=int, metavar="V")
@click.option("-m", "--message", default=None, help="Why.")
@person_option
@content_option
@pass_cli
def revert(
    cli: CliContext,
    number: int,
    message: str | None,
    person: str | None,
    content_root: Path | None,
) -> None:
    """Undo exactly what version V did, as a new version.

    What changed again since is shown as a conflict, and then nothing is done.
    """
    with cli.error.status("validating"):
        version = open_review(cli, content_root).revert(
            number, by=person_of(person), message=message
        )
    click.echo(f"version {version.number}: {version.message}")
