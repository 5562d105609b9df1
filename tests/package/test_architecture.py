"""``docs/architecture.md`` against the code: its packages, and the modules that its trips pass.

A module is passed where a function of it runs. Each is one more to read for who follows a trip,
so their number has a bound.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import FrameType

import pytest
from tests.sites import running, settings_for
from tests.waiting import until

import gfmdkg
from gfmdkg.app import create_app
from gfmdkg.http.server import Server

PACKAGE = Path(gfmdkg.__file__).parent
PAGE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text("utf-8")
_ROW = re.compile(r"^\| `(gfmdkg\.[a-z_.]+)` \|", re.MULTILINE)

REQUESTS = {
    "A SPARQL query": (
        "/sparql?query=SELECT%20%3Fo%20%7B%20%3Fs%20a%20gfmd%3AInstrument%20%3B%20%3Fp%20%3Fo%20%7D",
        18,
    ),
    "A canned query": ("/api/queries/recommendations-citing?instrument=CMW", 22),
}
_TRIPLE = (
    "<https://w3id.org/gfmdkg/id/instrument/cmw>"
    ' <http://www.w3.org/2004/02/skos/core#altLabel> "Migrant Workers Treaty"@en .'
)
# Runs a command and then prints the modules of ours whose functions ran, were they only those of
# a module's own start.
_TRACED = """
import sys
from pathlib import Path
import gfmdkg
from gfmdkg.cli.main import main

package = str(Path(gfmdkg.__file__).parent)
passed, loading = set(), 0

def watch(frame, event, _):
    global loading
    if frame.f_code.co_name == "<module>":
        loading += {"call": 1, "return": -1}.get(event, 0)
    elif event == "call" and not loading and frame.f_code.co_filename.startswith(package):
        passed.add(frame.f_globals["__name__"])

sys.setprofile(watch)
try:
    main(["--store", *sys.argv[1:]])
finally:
    sys.setprofile(None)
    print(*passed, file=sys.stderr)
"""


def told(heading: str) -> set[str]:
    """The modules that the section with this heading lists."""
    section = PAGE.partition(f"### {heading}\n")[2].partition("\n#")[0]
    return set(_ROW.findall(section))


def test_every_package_is_told() -> None:
    packages = {f"gfmdkg.{path.parent.name}" for path in PACKAGE.glob("*/*.py")}
    modules = {f"gfmdkg.{path.stem}" for path in PACKAGE.glob("[a-z]*.py")}
    picture = PAGE.partition("\n## The picture\n")[2].partition("\n## ")[0]
    assert set(_ROW.findall(picture)) == packages
    assert set(re.findall(r"`(gfmdkg\.[a-z_]+)`", picture)) == packages | modules


@pytest.mark.parametrize("trip", REQUESTS)
def test_trip_of_a_request(trip: str, shipped_store: Path) -> None:
    path, most = REQUESTS[trip]
    passed: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        name = frame.f_globals.get("__name__", "")
        if event == "call" and name.startswith("gfmdkg."):
            passed.add(name)

    async def scenario() -> None:
        app = create_app(settings_for(shipped_store, warm_queries=False))
        assert isinstance(app, Server)
        async with running(app) as client:
            await client.get(path)  # what is made once for a version is made
            await until(lambda: app.service.pool.stats().idle == 2, "the spare is ready as well")
            sys.setprofile(note)
            try:
                answer = await client.get(path, headers={"cache-control": "no-cache"})
            finally:
                sys.setprofile(None)
            assert answer.status_code == 200, answer.text

    asyncio.run(scenario())
    assert passed == told(trip)
    assert len(passed) <= most


def traced(folder: Path, *arguments: str) -> tuple[str, set[str]]:
    """What a command prints, and the modules that it passes."""
    done = subprocess.run(
        [sys.executable, "-c", _TRACED, *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"XDG_CACHE_HOME": str(folder)},
        check=True,
    )
    return done.stdout, set(done.stderr.splitlines()[-1].split())


def test_trip_of_a_file_that_is_validated(shipped_store: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.nt"
    file.write_text(_TRIPLE, "utf-8")
    # Once before, for the first check after an upgrade prepares the rules.
    for _ in range(2):
        printed, passed = traced(tmp_path, str(shipped_store), "validate", str(file))
    assert printed == "conforms: no findings\n"
    assert passed == told("A file that is validated")
    assert len(passed) <= 40


def test_trip_of_a_change_that_is_published(shipped_store: Path, tmp_path: Path) -> None:
    file, store = tmp_path / "one.nt", str(shutil.copytree(shipped_store, tmp_path / "store"))
    file.write_text(_TRIPLE, "utf-8")
    traced(tmp_path, store, "submit", str(file), "-m", "a name", "--as", "ada")
    traced(tmp_path, store, "changes", "accept", "1", "-m", "yes", "--as", "bea")
    printed, passed = traced(tmp_path, store, "changes", "publish", "1", "--as", "bea")
    assert printed.startswith("version 2:")
    assert passed == told("A change that is published")
