"""The service under test, started as anybody would start it for such a run."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.conformance.service import Service

from gfmdkg.curation.tokens import Role, TokenStore


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """``gfmdkg serve --empty --default-graph strict``, in a process of its own."""
    store = tmp_path_factory.mktemp("conformance") / "store"
    token, _ = TokenStore(store).create(name="suite", role=Role.REVIEWER)
    environment = os.environ | {
        "GFMDKG_STORE": str(store),
        "GFMDKG_VERSIONS_KEPT": "2",
        # The suites have persons and concepts of their own.
        "GFMDKG_WRITE_RULES": "none",
        "GFMDKG_LOG_FORMAT": "off",
    }
    command = ["-m", "gfmdkg.cli", "serve", "--empty", "--default-graph", "strict", "--port", "0"]
    with subprocess.Popen(
        [sys.executable, *command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip().rstrip("/")
            assert url.startswith("http://127.0.0.1:"), "the service did not start"
            service = Service(url, token)
            with service.client:
                service.wait()
                yield service
        finally:
            process.terminate()
