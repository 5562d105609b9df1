"""A table of 100,000 rows: memory stays bounded, and every fault has its cell."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = """
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


@pytest.mark.soak
def test_a_hundred_thousand_rows_take_little_memory(tmp_path: Path) -> None:
    table = tmp_path / "big.csv"
    with table.open("w") as output:
        output.write("key,title (en),other names (en),type,adopted,note (en)\n")
        for n in range(100_000):
            kind = "traety" if n % 20 == 0 else "treaty"
            output.write(
                f"made-{n},Instrument {n},I{n} | S{n},{kind},1990-12-18,Some words on it\n"
            )
    run = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(table), str(tmp_path / "big.ttl")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    records, findings, cell, grown_mebibytes = run.stdout.split()
    assert (records, findings, cell) == ("100000", "5000", "D99982")
    assert int(grown_mebibytes) < 60
