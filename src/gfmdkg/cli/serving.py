"""``serve``: the HTTP service."""

import asyncio
import os
import resource
import socket

import click
import uvicorn

from gfmdkg.build import ensure_built, ensure_empty
from gfmdkg.cli.context import CliContext, pass_cli
from gfmdkg.engine.pool import EnginePool
from gfmdkg.errors import EngineFailure
from gfmdkg.http.connection import server_config
from gfmdkg.paths import shipped_content
from gfmdkg.settings import Settings
from gfmdkg.store.versions import Version

__all__ = ["address_of", "listen", "serve"]

# Longer than the usual 60 s of reverse proxies, so that it is they who close.
_KEEP_ALIVE_SECONDS = 75
_OPEN_FILES = 16_384
_BACKLOG = 2048


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
    versions = cli.versions()
    if empty:
        version = ensure_empty(versions, default_graph=settings.default_graph)
    else:
        with cli.error.status("building") as status:
            version = ensure_built(
                shipped_content(),
                versions,
                default_graph=settings.default_graph,
                progress=status.update,
            ).version
    if settings.engine_url:
        asyncio.run(_check_endpoint(settings, version))
    listener = listen(settings)
    cli.say(f"gfmdkg serves version {version.number} ({version.quads} quads)")
    click.echo(f"{address_of(listener)}/")
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


def listen(settings: Settings) -> socket.socket:
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


def address_of(listener: socket.socket) -> str:
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
