"""``mcp``: the tools for clients of the Model Context Protocol."""

import sys

import click

from gfmdkg.cli.context import CliContext, pass_cli
from gfmdkg.cli.serving import address_of, listen

__all__ = ["mcp"]

_ANY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - not to listen on, to recognise
_SDK = frozenset({"httpx2", "mcp", "mcp_types"})


@click.command(short_help="Offer the graph as tools to clients of the Model Context Protocol.")
@click.option(
    "--url",
    metavar="URL",
    help="Ask the service that runs there, in place of this machine's own store.",
)
@click.option("--http", is_flag=True, help="Serve streamable HTTP at /mcp, not stdin and stdout.")
@click.option(
    "--host", help="With --http: address to listen on. Default: GFMDKG_HOST, or 127.0.0.1."
)
@click.option(
    "--port", type=int, help="With --http: port; 0 takes a free one. Default: GFMDKG_PORT, or 8000."
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="With --http: a host name by which clients call; --host and those of this machine to "
    "itself are known. May be given several times.",
)
@pass_cli
def mcp(
    cli: CliContext,
    url: str | None,
    http: bool,
    host: str | None,
    port: int | None,
    names: tuple[str, ...],
) -> None:
    """Offer the graph as tools to a client of the Model Context Protocol.

    The client starts this command itself and speaks with it over stdin and stdout; with --http
    it runs by itself and clients connect. Read-only. docs/language-models.md shows how to set up
    a client. Needs the extra: pip install 'gfmdkg[mcp]'.
    """
    if not http and (names or host is not None or port is not None):
        raise click.UsageError("--host, --port and --name go with --http")
    try:
        from gfmdkg.mcp.serving import PATH, serve_http, serve_stdio
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _SDK:
            raise
        raise click.ClickException(
            "this needs the protocol's SDK, which is an extra: pip install 'gfmdkg[mcp]'"
        ) from error
    settings = cli.settings(host=host, port=port)
    if url is None:
        cli.version()
    if not http:
        if sys.stdin.isatty():
            cli.say("a client of the protocol has to speak here; docs/language-models.md shows how")
        serve_stdio(settings, url)
        return
    if settings.host not in _ANY_ADDRESS:
        names += (f"[{settings.host}]" if ":" in settings.host else settings.host,)
    elif not names:
        cli.say("calls are answered by the names of this machine to itself alone; see --name")
    with listen(settings) as listener:
        address = f"{address_of(listener)}{PATH}"
        serve_http(settings, listener, url, names=names, ready=lambda: click.echo(address))
