"""A service over a copy of the shipped graph, which may be written to."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import Serve

from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.settings import Settings


@contextmanager
def writable_service(serve: Serve, shipped: Path, folder: Path) -> Iterator[httpx.Client]:
    """A client that may do everything, of a service over a copy of a store."""
    store = folder / "store"
    shutil.copytree(shipped, store)
    token, _ = TokenStore(store).create(name="Ada", role=Role.REVIEWER)
    settings = Settings(store=store, engines=2, self_review=True, log_format="off")
    headers = {"authorization": f"Bearer {token}"}
    with (
        serve(settings) as url,
        httpx.Client(base_url=url, headers=headers, timeout=60, verify=False) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def client(
    serve: Serve, shipped_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    with writable_service(serve, shipped_store, tmp_path_factory.mktemp("contract")) as client:
        yield client


@pytest.fixture(scope="session")
def document(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found
