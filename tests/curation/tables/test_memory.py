"""Long tables: memory stays bounded, every fault has its cell, and a run can be stopped."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.curation.tables.long_tables import make_store, write_csv_table, write_workbook
from tests.waiting import wait_until

_CONVERT = """
import resource, sys
from pathlib import Path
from gfmdkg.terms.index import TermIndex
from gfmdkg.curation.tables.triples import convert_table, read_chunks

types, scheme = "https://w3id.org/gfmdkg/scheme/instrument-type", "treaty"
treaty = f"{types}/{scheme}"
terms = TermIndex.from_facts([(treaty, "pref", "Treaty", None), (treaty, "scheme", types, None)])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
done = convert_table(read_chunks(Path(sys.argv[1]), terms))
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(done.records, len(done.findings), done.findings[-1].cell, grown // 1024)
"""
# What is found of a table, and the memory held when each batch begins to be checked, in MiB.
_VALIDATE = """
import json, re, sys
from pathlib import Path
from gfmdkg.curation.file_validation import FileValidator
from gfmdkg.paths import shipped_content
from gfmdkg.store.versions import VersionStore

held = []

def hear(what, done, of):
    if what == "checking":
        status = Path("/proc/self/status").read_text()
        held.append(int(re.search(r"VmRSS:\\s+(\\d+)", status)[1]) // 1024)

version = VersionStore(Path(sys.argv[1])).require_current()
validator = FileValidator(shipped_content(), against=version, records_at_once=80)
report = validator.validate([], [(sys.argv[2], Path(sys.argv[2]))], progress=hear)
print(json.dumps({"held": held, "found": [(f.cell, f.code) for f in report.findings]}))
"""
_BOUND_MEBIBYTES = 400


@contextmanager
def start(
    store: Path, table: Path, *, stdout: Path, stderr: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """The command at work on a table; it is killed where the block ends by a failure."""
    command = [sys.executable, "-m", "gfmdkg.cli", "validate", "--format", "json", str(table)]
    with stdout.open("wb") as output, stderr.open("wb") as errors:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=errors,
            env={**os.environ, "GFMDKG_STORE": str(store), "COLUMNS": "200"},
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                process.wait()


def write_table(path: Path, rows: int, *, wrong_every: int) -> Path:
    with path.open("w") as output:
        output.write("key,title (en),other names (en),type,legally binding,adopted,note (en)\n")
        for n in range(rows):
            kind = "traety" if n % wrong_every == wrong_every // 2 else "treaty"
            output.write(
                f"made-{n},Instrument {n},I{n} | S{n},{kind},yes,1990-12-18,Some words on it\n"
            )
    return path


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_memory_does_not_grow_from_batch_to_batch(tmp_path: Path) -> None:
    store = make_store(tmp_path, rows=1_000)
    table = tmp_path / "advice.csv"
    faults = write_csv_table(table, 1_000)
    run = subprocess.run(
        [sys.executable, "-c", _VALIDATE, str(store), str(table)],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(run.stdout)
    assert sorted(map(tuple, told["found"])) == sorted(faults)
    assert len(told["held"]) == 13
    assert max(told["held"][3:]) - told["held"][2] < 15


@pytest.mark.soak
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_hundred_thousand_rows_are_validated_in_bounded_memory(
    suffix: str, tmp_path: Path
) -> None:
    store = make_store(tmp_path, rows=100_000)
    table = tmp_path / f"advice.{suffix}"
    faults = (write_csv_table if suffix == "csv" else write_workbook)(table, 100_000)
    with start(store, table, stdout=tmp_path / "report.json", stderr=tmp_path / "told") as process:
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 1
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert sorted((f["cell"], f["code"]) for f in report["findings"]) == sorted(faults)
    assert usage.ru_maxrss // 1024 < _BOUND_MEBIBYTES
    told = (tmp_path / "told").read_text("utf-8")
    assert re.search(r"^reading: [0-9,]+ rows$", told, re.MULTILINE)
    assert re.search(r"^checking: [0-9]+ of 100, about [0-9]+ min", told, re.MULTILINE)


@pytest.mark.soak
def test_a_long_run_is_stopped_while_it_checks(tmp_path: Path) -> None:
    store = make_store(tmp_path, rows=10_000)
    table = tmp_path / "advice.csv"
    write_csv_table(table, 10_000)
    told = tmp_path / "told"
    with start(store, table, stdout=tmp_path / "report.json", stderr=told) as process:
        wait_until(
            lambda: process.poll() is not None or "\nchecking: " in told.read_text("utf-8"),
            "it checks",
            within_seconds=600,
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 1
    assert told.read_text("utf-8").endswith("Aborted!\n")
    assert (tmp_path / "report.json").read_bytes() == b""
    assert [p.name for p in (store / "scratch").iterdir()] == ["lock"]


@pytest.mark.soak
def test_a_hundred_thousand_rows_take_little_memory(tmp_path: Path) -> None:
    table = write_table(tmp_path / "big.csv", 100_000, wrong_every=20)
    run = subprocess.run(
        [sys.executable, "-c", _CONVERT, str(table)],
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
    wait_until(
        lambda: (
            process.poll() is not None
            or (scratch.exists() and any(p.is_dir() for p in {*scratch.iterdir()} - before))
        ),
        "the copy that it works on is there",
        within_seconds=60,
    )
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert stderr.endswith("Aborted!\n")
    assert {p for p in scratch.iterdir() if p.is_dir()} == {p for p in before if p.is_dir()}
