"""Clients that three generators make of the OpenAPI document: they compile, run, and agree."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import skip_unless_required

from .conftest import Tool, run_in

pytestmark = pytest.mark.clients

IMPORT_ALL = """
import importlib, pkgutil, gfmdkg_client
for module in pkgutil.walk_packages(gfmdkg_client.__path__, "gfmdkg_client."):
    importlib.import_module(module.name)
    print(module.name)
"""


@pytest.fixture(scope="module")
def typescript(workshop: Path, npx: Tool) -> Path:
    """The workshop with both TypeScript clients and the programs on them, compiled strictly."""
    npx("openapi-typescript", "openapi.json", "-o", "schema.d.ts")
    fetch = ("-c", "@hey-api/client-fetch", "--silent", "--no-log-file")
    npx("openapi-ts", "-i", "openapi.json", "-o", "sdk", *fetch)
    npx("tsc")
    return workshop


@pytest.fixture(scope="module")
def python(workshop: Path) -> Path:
    """The workshop with the Python client."""
    if importlib.util.find_spec("openapi_python_client") is None:
        skip_unless_required("needs openapi-python-client, which `make clients` installs")
    options = ("--config", "python-client.yaml", "--meta", "none", "--output-path", "gfmdkg_client")
    generator = (sys.executable, "-m", "openapi_python_client", "generate")
    run_in(workshop, *generator, "--path", "openapi.json", *options)
    return workshop


def check(told: dict[str, Any], address: str) -> None:
    """What a program told is what the service answers to one who reads plain JSON."""

    def get(path: str, **parameters: Any) -> Any:
        return httpx.get(f"{address}{path}", params=parameters, verify=False).json()

    citing = get(
        "/api/queries/recommendations-citing", instrument="CMW", kind="political", per_page=100
    )["items"]
    listed = get("/api/recommendations", kind="political", facets="topics", per_page=3)
    found = get("/api/search", q="detention")["items"]
    completed = get("/api/suggest", q="mig")["items"]
    missing = get("/api/resource", iri="CMV")
    assert citing
    assert listed["total"] > len(listed["items"]) == 3
    assert told == {
        "cited": [row["instrument"]["iri"] for row in citing],
        "words": [row["matched_text"] for row in citing],
        "total": listed["total"],
        "titles": [row["recommendation"]["label"] for row in listed["items"]],
        "counts": [value["count"] for value in listed["facets"]["topics"]["values"]],
        "found": found[0]["resource"]["label"],
        "first": completed[0]["resource"]["label"],
        "adopted": ["1990-12-18"],
        "conforms": False,
        "codes": ["min-count", "min-count", "min-count", "orphan"],
        "status": 404,
        "nearest": [each["label"] for each in missing["candidates"]],
    }


@pytest.mark.parametrize("program", ["typed-fetch", "generated-sdk"])
def test_typescript_program_compiles_strictly_and_runs(
    typescript: Path, address: str, program: str
) -> None:
    check(json.loads(run_in(typescript, "node", f"{program}.mjs", address)), address)


def test_python_program_fits_the_types_and_runs(python: Path, address: str) -> None:
    # What the generator writes is its own affair; the program has to fit its types.
    types = ("--strict", "--follow-imports=silent", "--config-file=")
    run_in(python, sys.executable, "-m", "mypy", *types, "python_client.py")
    check(json.loads(run_in(python, sys.executable, "python_client.py", address)), address)


def test_every_module_of_the_python_client_can_be_imported(python: Path) -> None:
    assert len(run_in(python, sys.executable, "-c", IMPORT_ALL).split()) > 90
