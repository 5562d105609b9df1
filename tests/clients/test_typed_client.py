"""A client in types that are made from the service's own OpenAPI document."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import Serve, skip_unless_required

from gfmdkg.settings import Settings

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"


@pytest.fixture(scope="module")
def address(serve: Serve, shipped_store: Path) -> Iterator[str]:
    with serve(Settings(store=shipped_store, log_format="off")) as url:
        yield url


@pytest.fixture(scope="module")
def workshop(address: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the types of the running service, the program, and its libraries."""
    if shutil.which("node") is None or not (MODULES / "openapi-typescript").is_dir():
        skip_unless_required("needs Node, and `npm ci` in tests/clients")
    folder = tmp_path_factory.mktemp("typed")
    (folder / "openapi.json").write_bytes(
        httpx.get(f"{address}/openapi.json", verify=False).content
    )
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node_modules").symlink_to(MODULES)
    shutil.copy(HERE / "explorer.mts", folder)
    run(folder, "openapi-typescript/bin/cli.js", "openapi.json", "-o", "schema.d.ts")
    return folder


def run(folder: Path, script: str, *arguments: str) -> str:
    done = subprocess.run(
        ["node", f"node_modules/{script}", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_program_in_generated_types_compiles_strictly_and_runs(
    workshop: Path, address: str
) -> None:
    options = ("--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext")
    run(workshop, "typescript/bin/tsc", *options, "explorer.mts")
    done = subprocess.run(
        ["node", "explorer.mjs", address],
        cwd=workshop,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["total"] > told["titles"] == 3
    assert "etention" in told["found"]
    assert told["first"]
    assert "UN CMW" in told["words"]
    assert told["adopted"] == ["1990-12-18"]
    assert told["nearest"]
