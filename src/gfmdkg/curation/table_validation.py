"""Validating tables by the shapes and checks, in the context of a version of the graph."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from gfmdkg.curation.changes.tabular import statements_of_triples
from gfmdkg.curation.file_validation import FileValidator
from gfmdkg.curation.tables import TableDocument, read_table, table_changes
from gfmdkg.paths import Content
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.selecting import Select, select_from
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import TermIndex, labels_query
from gfmdkg.validation import Report, SourceFile

__all__ = ["TableValidator"]


class TableValidator:
    """Validates tables, and files beside them, against a version; again and again."""

    def __init__(self, content: Content, version: Version) -> None:
        self._content, self._version = content, version

    def read(
        self,
        source: Path | bytes,
        *,
        file: str | None = None,
        progress: Callable[[int], None] = lambda _rows: None,
    ) -> TableDocument:
        """Read a CSV or XLSX file by the names of the version."""
        return read_table(source, self._terms, file=file, progress=progress)

    def validate(self, given: Sequence[SourceFile], tables: Sequence[TableDocument]) -> Report:
        """The report on all of them together; findings on tables have their cells.

        What a row puts in the place of what the version says is not there for the rules, so
        a date that is corrected is not the second one of its record.
        """
        replaced = {t for table in tables for t in table_changes(table, self._select).removed}
        removed = statements_of_triples(self._published, replaced) if replaced else ()
        sources = [*given, *(table.source() for table in tables)]
        report = self._validator.validate(sources, removed=removed)
        for table in tables:
            report = table.relocate(report)
        return report

    @cached_property
    def _validator(self) -> FileValidator:
        return FileValidator(self._content, against=self._version)

    @cached_property
    def _published(self) -> OxigraphStore:
        return OxigraphStore.open_read_only(self._version.database)

    @cached_property
    def _select(self) -> Select:
        return select_from(self._published)

    @cached_property
    def _terms(self) -> TermIndex:
        return TermIndex.from_solutions(self._select(labels_query()))
