"""What all tests share: the optional folder beside the repository, a store, a real server."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
import uvicorn
from starlette.types import ASGIApp
from tests.command import Run, command_on
from tests.listener import listener  # noqa: F401 - a fixture
from tests.sites import empty_site, harbour_store, shipped_site, site  # noqa: F401 - fixtures
from tests.waiting import wait_until

from gfmdkg.app import create_app
from gfmdkg.build import ensure_built
from gfmdkg.http.connection import BoundedConnection
from gfmdkg.paths import shipped_content
from gfmdkg.settings import Settings
from gfmdkg.store.versions import VersionStore

Serve = Callable[[Settings], AbstractContextManager[str]]

REPOSITORY = Path(__file__).parent.parent
SHARED = REPOSITORY.parent / "shared"


def skip_unless_required(reason: str) -> NoReturn:
    """Skip a test that needs what a stranger's clone lacks; where all must run, fail it."""
    if os.environ.get("REQUIRE_ALL_TESTS"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder ``../shared`` with the W3C suites and source texts; skips without it."""
    if not SHARED.is_dir():
        skip_unless_required("needs ../shared (W3C suites, source texts), not in the repository")
    return SHARED


@pytest.fixture(scope="session")
def shipped_store(own_store: Path) -> Path:
    """The folder of a store with the shipped graph, built once for all tests; read it only."""
    ensure_built(shipped_content(), VersionStore(own_store))
    return own_store


@pytest.fixture
def run(shipped_store: Path) -> Run:
    """Run `gfmdkg --store … ARGUMENTS` on the shared store, or on another by ``store=``."""
    return command_on(shipped_store)


@contextmanager
def serve_app(app: ASGIApp, **options: Any) -> Iterator[tuple[uvicorn.Server, int]]:
    """The application on a free port of this machine, for real; its server, and the port."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        log_level="critical",
        http=BoundedConnection,
        ws="none",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        **options,
    )
    server = uvicorn.Server(config)
    # The system kills a worker when the thread that started it ends, so it waits for all.
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive(), "the service starts")
        assert server.started
        yield server, taken.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        taken.close()


@contextmanager
def serve_settings(settings: Settings) -> Iterator[str]:
    """The service on a free port of this machine, for real; its address."""
    with serve_app(create_app(settings), lifespan="on") as (_, port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def serve() -> Serve:
    """``with serve(settings) as url``: the service on a free port of this machine, for real."""
    return serve_settings
