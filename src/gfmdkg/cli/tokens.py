"""``token``: who may write."""

import click

from gfmdkg.cli.context import CliContext, pass_cli
from gfmdkg.cli.options import table_format_option
from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.formats.tables import write_table

__all__ = ["token"]


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
