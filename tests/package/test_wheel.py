"""The wheel carries everything: installed anywhere, it builds the graph and answers."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the repository."""
    target = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    (built,) = target.glob("*.whl")
    return built


def test_it_carries_ontology_data_and_queries(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in ("ontology/gfmd.ttl", "data/reference/instruments.ttl", "ontology/context.jsonld"):
        assert f"gfmdkg/content/{path}" in names
    assert any(n.startswith("gfmdkg/content/queries/") and n.endswith(".rq") for n in names)
    shipped = {p.relative_to(REPOSITORY / "src").as_posix() for p in _package_files()}
    assert shipped <= names


def _package_files() -> list[Path]:
    folder = REPOSITORY / "src" / "gfmdkg"
    return [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]


def test_installed_elsewhere_it_builds_the_graph_and_answers(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    (tmp_path / "elsewhere").mkdir()
    answer = subprocess.run(
        [
            *(sys.executable, "-P", "-m", "gfmdkg.cli", "--store", str(tmp_path / "store")),
            *("run", "recommendations-citing", "--instrument", "CMW", "--format", "csv"),
        ],
        cwd=tmp_path / "elsewhere",
        env={**os.environ, "PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert "UN CMW" in answer.stdout
    assert len(answer.stdout.splitlines()) == 2
