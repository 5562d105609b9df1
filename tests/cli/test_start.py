"""What a command costs beside its work: little more than what its libraries take to load."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_RUN = ["run", "recommendations-citing", "--instrument", "CMW"]
_FLOOR = "import click, pyoxigraph"
# Measured: 3.7.
_MOST_TIMES_THE_FLOOR = 6


@pytest.fixture
def cpu_seconds(tmp_path: Path) -> Callable[..., float]:
    """The processor time of a Python process, with bytecode kept, as where gfmdkg is installed."""
    left_out = ("COVERAGE_", "PYTHONDONTWRITEBYTECODE")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    environment["PYTHONPYCACHEPREFIX"] = str(tmp_path)

    def measure(*arguments: str) -> float:
        process = subprocess.Popen(
            [sys.executable, *arguments], stdout=subprocess.DEVNULL, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return usage.ru_utime + usage.ru_stime

    return measure


def test_a_canned_query_takes_a_few_times_what_its_libraries_take(
    shipped_store: Path, cpu_seconds: Callable[..., float]
) -> None:
    command = ("-m", "gfmdkg.cli", "--store", str(shipped_store), *_RUN)
    # In turn, so that what else runs on the machine slows both; the first has nothing kept yet.
    pairs = [(cpu_seconds("-c", _FLOOR), cpu_seconds(*command)) for _ in range(6)][1:]
    assert min(ours for _, ours in pairs) <= _MOST_TIMES_THE_FLOOR * min(f for f, _ in pairs)


def loaded_by(store: Path, *arguments: str) -> set[str]:
    """The modules that a command loads."""
    code = (
        "import sys; from gfmdkg.cli import main\n"
        "try: main()\n"
        "finally: print('\\nLOADED', *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--store", str(store), *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.rpartition("LOADED")[2].split())


@pytest.mark.parametrize(
    "arguments",
    [
        _RUN,
        ["query", "ASK {}"],
        ["show", "ICRMW"],
        ["search", "detention"],
        ["list", "instruments"],
    ],
)
def test_a_command_that_reads_loads_nothing_that_builds_or_serves(
    arguments: list[str], shipped_store: Path
) -> None:
    assert not loaded_by(shipped_store, *arguments) & {
        *("asyncio", "fastapi", "networkx", "openpyxl", "pyshacl", "rapidfuzz", "rdflib"),
        *("gfmdkg.build.assembly", "gfmdkg.http", "gfmdkg.store.patches", "gfmdkg.validation"),
    }


def test_an_unchecked_load_loads_nothing_that_validates_or_reads_tables(tmp_path: Path) -> None:
    file = tmp_path / "one.nt"
    file.write_text("<urn:x:s> <urn:x:p> <urn:x:o> .", "utf-8")
    loaded = loaded_by(tmp_path / "store", "load", str(file), "--unchecked")
    assert not loaded & {
        *("gfmdkg.curation.tables.source", "gfmdkg.terms.parameters", "gfmdkg.validation", "yaml"),
    }
