"""A running service, its OpenAPI document, and the programs from npm that read it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.conftest import Serve, skip_unless_required

from gfmdkg.settings import Settings

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
# A linter is neither to report on its use, nor to ask for a newer one.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}

Tool = Callable[..., str]

# A program on the Python client, which a test copies beside that client.
collect_ignore = ["python_client.py"]


@pytest.fixture(scope="session")
def address(serve: Serve, shipped_store: Path) -> Iterator[str]:
    with serve(Settings(store=shipped_store, log_format="off")) as url:
        yield url


@pytest.fixture(scope="session")
def workshop(address: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the document as it is served, and with all that is beside this file."""
    if shutil.which("node") is None or not MODULES.is_dir():
        skip_unless_required("needs Node, and `npm ci` in tests/openapi")
    folder = tmp_path_factory.mktemp("workshop")
    document = httpx.get(f"{address}/openapi.json", verify=False).content
    (folder / "openapi.json").write_bytes(document)
    for path in HERE.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    (folder / "node_modules").symlink_to(MODULES)
    return folder


@pytest.fixture(scope="session")
def npx(workshop: Path) -> Tool:
    """Run a program of a package in the workshop; what it printed."""

    def run(name: str, *arguments: str) -> str:
        return run_in(workshop, str(MODULES / ".bin" / name), *arguments)

    return run


def run_in(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | QUIET,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
