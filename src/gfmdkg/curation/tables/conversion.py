"""Big tables to Turtle with little memory: blocks are sorted on disk, not held."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TextIO

from gfmdkg.curation.tables.reading import TableReader
from gfmdkg.curation.tables.record_types import record_type as find_type
from gfmdkg.curation.tables.source import TableSource
from gfmdkg.formats.turtle_writer import TurtleBlocks
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.values import Iri, Term
from gfmdkg.validation.findings import Finding

__all__ = ["Conversion", "convert_table"]

_BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What came of a table: how many records and triples, and the faults of its cells."""

    records: int
    triples: int
    findings: tuple[Finding, ...]


class _Spool:
    """Blocks of Turtle by their subjects, in a temporary file."""

    def __init__(self) -> None:
        # An empty name is a private file that goes with the connection.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE block (iri TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID")
        self._waiting: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def add(self, iri: str, text: str) -> None:
        self._waiting.append((iri, text))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def sorted(self) -> Iterator[str]:
        self._flush()
        for (text,) in self._database.execute("SELECT text FROM block ORDER BY iri"):
            yield text

    def _flush(self) -> None:
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO block VALUES (?, ?)", self._waiting)
        self._database.execute("COMMIT")
        self._waiting.clear()


def convert_table(
    source: Path | bytes,
    terms: TermIndex,
    output: TextIO,
    *,
    file: str | None = None,
    record_type: str | None = None,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Conversion:
    """Write the table as canonical Turtle, the same as ``TableDocument.turtle`` gives.

    Memory grows with the number of records by their IRIs alone, about 250 bytes each. What is
    sound is written even where there are findings. Raises ``NotFound`` for a record type
    that there is not.
    """
    reader = TableReader(
        source=TableSource(source, file=file),
        terms=terms,
        record_type=find_type(record_type) if record_type else None,
        progress=progress,
    )
    blocks = TurtleBlocks(from_store=True)
    records = triples = 0
    with _Spool() as spool:
        for record in reader.records():
            properties: dict[Iri, list[Term]] = {}
            for statement in record.statements:
                properties.setdefault(Iri(statement.predicate), []).append(statement.value)
            spool.add(record.iri, blocks.block(Iri(record.iri), properties))
            records += 1
            triples += sum(len(set(values)) for values in properties.values())
        output.write(blocks.header())
        output.writelines("\n" + text for text in spool.sorted())
    return Conversion(records=records, triples=triples, findings=tuple(reader.findings))
