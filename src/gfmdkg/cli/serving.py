"""``serve`` and ``mcp``: the HTTP service, and the tools for language models."""

import asyncio
import os
import resource
import socket
import sys

import click
import uvicorn

from gfmdkg.build import ensure_empty
from gfmdkg.cli.context import CliContext, pass_cli
from gfmdkg.engine.pool import EnginePool
from gfmdkg.errors import EngineFailure
from gfmdkg.http.connection import server_config
from gfmdkg.settings import Settings
from gfmdkg.store.versions import Version

__all__ = ["mcp", "serve"]

# Longer than the usual 60 s of reverse proxies, so that it is they who close.
_KEEP_ALIVE_SECONDS = 75
_OPEN_FILES = 16_384
_BACKLOG = 2048
_ANY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - not to listen on, to recognise
_SDK = frozenset({"httpx2", "mcp", "mcp_types"})


@click.command(short_help="Serve the graph over HTTP.")
@click.option("--host", help="Address to listen on. Default: GFMDKG_HOST, or 127.0.0.1.")
@click.option("--port", type=int, help="Port; 0 takes a free one. Default: GFMDKG_PORT, or 8000.")
@click.option(
    "--processes", type=int, help="Server processes. Default: GFMDKG_SERVER_PROCESSES, or 1."
)
@click.option(
    "--default-graph",
    type=click.Choice(["union", "strict"]),
    help="What a query without GRAPH sees. Default: GFMDKG_DEFAULT_GRAPH, or union.",
)
@click.option("--empty", is_flag=True, help="Serve a store that begins empty, with the same API.")
@pass_cli
def serve(
    cli: CliContext,
    host: str | None,
    port: int | None,
    processes: int | None,
    default_graph: str | None,
    empty: bool,
) -> None:
    """Serve the graph over HTTP; builds it first where the sources changed."""
    settings = cli.settings(
        host=host, port=port, server_processes=processes, default_graph=default_graph
    )
    if empty:
        version = ensure_empty(cli.versions(), default_graph=settings.default_graph)
    else:
        version = cli.version(default_graph=default_graph)
    if settings.engine_url:
        asyncio.run(_check_endpoint(settings, version))
    listener = _listen(settings)
    cli.say(f"gfmdkg serves version {version.number} ({version.quads} quads)")
    click.echo(f"{_address_of(listener)}/")
    _run(settings, listener)


async def _check_endpoint(settings: Settings, version: Version) -> None:
    """Refuse an engine elsewhere before anybody can connect; each process checks it again."""
    pool = EnginePool(settings)
    try:
        await pool.start(version)
    except EngineFailure as failure:
        raise click.ClickException(failure.cause) from failure
    finally:
        await pool.close()


def _listen(settings: Settings) -> socket.socket:
    """A socket that listens where the settings say; says what to do where it cannot."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        # From now on connections wait; whoever reads the address may connect at once.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise click.ClickException(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror};"
            " name another with --port"
        ) from error
    listener.set_inheritable(True)
    return listener


def _address_of(listener: socket.socket) -> str:
    """The address that a client on this machine calls, without a path."""
    address, port = listener.getsockname()[:2]
    return f"http://{address if ':' not in address else f'[{address}]'}:{port}"


def _allow_many_connections() -> None:
    """Raise the process's own limit of open files, which is often 1024, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _run(settings: Settings, listener: socket.socket) -> None:
    _allow_many_connections()
    # The server processes read their settings from the environment that they inherit.
    os.environ.update(settings.as_environment())
    config = server_config(
        "gfmdkg.app.app:app_from_environment",
        settings,
        factory=True,
        workers=settings.server_processes,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    if settings.server_processes > 1:
        from uvicorn.supervisors import Multiprocess

        Multiprocess(config, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])


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
    with _listen(settings) as listener:
        address = f"{_address_of(listener)}{PATH}"
        serve_http(settings, listener, url, names=names, ready=lambda: click.echo(address))
