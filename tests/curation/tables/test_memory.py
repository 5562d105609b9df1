"""Long tables: memory stays bounded, every fault has its cell, and a run can be stopped."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

_CONVERT = """
import resource, sys
from pathlib import Path
from gfmdkg.curation.tables import convert_table
from gfmdkg.terms.index import LabelEntry, TermIndex

types, scheme = "https://w3id.org/gfmdkg/scheme/instrument-type", "treaty"
terms = TermIndex.from_entries([
    LabelEntry(iri=f"{types}/{scheme}", kind="pref", text="Treaty", language="en", scheme=types)])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with Path(sys.argv[2]).open("w") as output:
    done = convert_table(Path(sys.argv[1]), terms, output)
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(done.records, len(done.findings), done.findings[-1].cell, grown // 1024)
"""
_VALIDATE = """
import resource, sys
from pathlib import Path
from gfmdkg.curation.table_validation import GivenTable, TableValidator
from gfmdkg.paths import shipped_content
from gfmdkg.store.versions import VersionStore

version = VersionStore(Path(sys.argv[1])).require_current()
validator = TableValidator(shipped_content(), version, records_at_once=50)
peaks = []
for table in sys.argv[2:]:
    report = validator.validate([], [GivenTable(source=Path(table))])
    assert len(report.violations) == 1, report.violations
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(*((later - peaks[0]) // 1024 for later in peaks[1:]))
"""


def write_table(path: Path, rows: int, *, wrong_every: int) -> Path:
    with path.open("w") as output:
        output.write("key,title (en),other names (en),type,legally binding,adopted,note (en)\n")
        for n in range(rows):
            kind = "traety" if n % wrong_every == wrong_every // 2 else "treaty"
            output.write(
                f"made-{n},Instrument {n},I{n} | S{n},{kind},yes,1990-12-18,Some words on it\n"
            )
    return path


def test_a_table_of_eight_times_the_rows_takes_little_more_memory_to_validate(
    shipped_store: Path, tmp_path: Path
) -> None:
    tables = [write_table(tmp_path / f"{rows}.csv", rows, wrong_every=rows) for rows in (100, 800)]
    run = subprocess.run(
        [sys.executable, "-c", _VALIDATE, str(shipped_store), *map(str, tables)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(run.stdout) < 25


@pytest.mark.soak
def test_a_hundred_thousand_rows_take_little_memory(tmp_path: Path) -> None:
    table = write_table(tmp_path / "big.csv", 100_000, wrong_every=20)
    run = subprocess.run(
        [sys.executable, "-c", _CONVERT, str(table), str(tmp_path / "big.ttl")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    records, findings, cell, grown_mebibytes = run.stdout.split()
    assert (records, findings, cell) == ("100000", "5000", "D99992")
    assert int(grown_mebibytes) < 60


def test_an_interrupted_run_leaves_nothing_behind(shipped_store: Path, tmp_path: Path) -> None:
    table = write_table(tmp_path / "big.csv", 3_000, wrong_every=1_000)
    scratch = shipped_store / "scratch"
    before = set(scratch.iterdir()) if scratch.exists() else set()
    process = subprocess.Popen(
        [sys.executable, "-m", "gfmdkg.cli", "validate", str(table)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "GFMDKG_STORE": str(shipped_store)},
    )
    # Until the copy that it works on is there.
    while process.poll() is None and not (
        scratch.exists() and any(p.is_dir() and p not in before for p in scratch.iterdir())
    ):
        pass
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert stderr.endswith("Aborted!\n")
    assert {p for p in scratch.iterdir() if p.is_dir()} == {p for p in before if p.is_dir()}
