"""Validating tables by the shapes and checks, in the context of a version of the graph."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gfmdkg.curation.file_validation import FileValidator
from gfmdkg.curation.progress import Progress, untold
from gfmdkg.curation.tables import TableDocument, read_pieces
from gfmdkg.paths import Content
from gfmdkg.store.names import open_names
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import TermIndex
from gfmdkg.validation import Report, SourceFile

__all__ = ["GivenTable", "TableValidator"]

_RECORDS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTable:
    """A CSV or XLSX file, on disk or in memory; ``file`` names it in findings, or else its path."""

    source: Path | bytes
    file: str | None = None


class TableValidator:
    """Validates tables, and files beside them, against a version; again and again."""

    def __init__(
        self, content: Content, version: Version, *, records_at_once: int = _RECORDS_AT_ONCE
    ) -> None:
        """Memory is bounded by so many ``records_at_once``, whatever the length of a table."""
        self._content, self._version, self._most = content, version, records_at_once

    def validate(
        self,
        given: Sequence[SourceFile],
        tables: Sequence[GivenTable],
        *,
        progress: Progress = untold,
    ) -> Report:
        """The report on all of them together; findings on tables have their cells.

        What a row puts in the place of what the version says is not there for the rules, so
        a date that is corrected is not the second one of its record. Of very many findings the
        worst 10,000 are listed, and the others counted.
        """
        batches = self._batches(tables, progress)
        return self._validator.validate(given, batches=batches, progress=progress)

    def _batches(
        self, tables: Sequence[GivenTable], progress: Progress
    ) -> Iterator[list[TableDocument]]:
        """The tables in pieces; those of small tables share a batch."""
        rows = records = 0
        batch: list[TableDocument] = []
        for table in tables:
            before = rows

            def read(count: int, before: int = before) -> None:
                nonlocal rows
                rows = before + count
                progress("reading", rows, None)

            for piece in read_pieces(
                table.source, self._terms, size=self._most, file=table.file, progress=read
            ):
                if batch and records + piece.records > self._most:
                    yield batch
                    batch, records = [], 0
                batch.append(piece)
                records += piece.records
        yield batch

    @cached_property
    def _validator(self) -> FileValidator:
        return FileValidator(self._content, against=self._version)

    @cached_property
    def _terms(self) -> TermIndex:
        return open_names(self._version)
