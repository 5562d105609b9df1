"""Validating a curator's files in the context of a published version, or of the content."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gfmdkg.build.assembly import assemble, find_doubles
from gfmdkg.build.sources import collect_sources
from gfmdkg.catalog import Catalog
from gfmdkg.curation.progress import Progress, untold
from gfmdkg.errors import DataError
from gfmdkg.paths import Content
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.selecting import select_from
from gfmdkg.store.versions import Version
from gfmdkg.validation import Finding, Report, SourceFile

if TYPE_CHECKING:
    from gfmdkg.curation.parts import TableParts
    from gfmdkg.validation.incremental import Rules
    from gfmdkg.validation.positions import PositionedGraph

__all__ = ["FileValidator"]

_NOTHING_BEFORE = "there is no published version to compare with"


class FileValidator:
    """Validates files, again and again, in the same context.

    The rules are those of ``content``. The context is the version ``against`` which the files
    are validated or, without one, the content's own data. What of it does not change is read
    once. With ``follows_files``, files of the content that were edited since the version was
    built count as they are now.
    """

    def __init__(
        self, content: Content, *, against: Version | None = None, follows_files: bool = False
    ) -> None:
        self._content, self._against, self._follows = content, against, follows_files

    def validate(
        self,
        given: Sequence[SourceFile],
        *,
        today: date | None = None,
        tables: "TableParts | None" = None,
        progress: Progress = untold,
    ) -> Report:
        """The report on these files; of the content itself where there are none.

        A file that is one of the graphs takes its place. Only findings about the files are
        reported, and violations that they cause elsewhere. In the context of a version only
        what the files can affect is looked at, where that can be told; ``mode`` and ``reason``
        of the report say which it was. ``tables`` need a version; they are validated together
        with the files, and ``progress`` hears how far that is. Raises ``OntologyError`` where
        the rules are at fault.
        """
        # rdflib and pyshacl take 0.2 s to import, and most commands never validate.
        from gfmdkg.curation.parts import Part
        from gfmdkg.curation.proposal import place
        from gfmdkg.curation.version_context import VersionContext
        from gfmdkg.validation.sources import read_documents

        read = read_documents(given, contexts=self._contexts)
        if read.unreadable:
            texts = {file.path: file.text for file in given}
            return Report.of(read.unreadable).with_sources(texts)
        if self._against is None or not (given or tables):
            return self._in_content(given, read.documents, today)
        context = VersionContext(
            self._content, self._against, self.rules, follows_files=self._follows
        )
        placed = [
            place(file, document, self._content)
            for file, document in zip(given, read.documents, strict=True)
        ]
        if tables is None:
            return context.validate([Part(placed=placed)], today=today)
        tables.files = placed
        return context.validate(tables, today=today, progress=progress)

    @cached_property
    def rules(self) -> "Rules":
        """The shapes and checks; raises ``OntologyError`` where they are at fault."""
        from gfmdkg.validation.sources import load_rules

        ontology = self._content.ontology
        return load_rules(shapes=ontology / "shapes", checks=ontology / "checks")

    @cached_property
    def _contexts(self) -> dict[str, str]:
        from gfmdkg.validation.json_ld import CONTEXT_IRIS

        file = self._content.context
        if not file.is_file():
            return {}
        return dict.fromkeys(CONTEXT_IRIS, file.read_text("utf-8"))

    def _in_content(
        self,
        given: Sequence[SourceFile],
        documents: "Sequence[PositionedGraph]",
        today: date | None,
    ) -> Report:
        from gfmdkg.curation.proposal import apply_proposal, place
        from gfmdkg.curation.rules import data_scope
        from gfmdkg.validation.data_graph import graph_from_nquads
        from gfmdkg.validation.sources import read_documents, validate_documents

        shown = {Path(file.path).resolve() for file in given}
        kept = [
            source
            for source in collect_sources(self._content)
            if (self._content.root / source.path).resolve() not in shown
        ]
        store = OxigraphStore.in_memory()
        try:
            assemble(store, kept, Catalog.load(self._content.queries))
        except DataError as error:
            return Report.of(Finding.from_fault(fault, code="syntax") for fault in error.faults)
        apply_proposal(store, store, [place(f, d) for f, d in zip(given, documents, strict=True)])
        data = graph_from_nquads(b"")
        is_data = data_scope(is_union=True).is_data
        around = [
            SourceFile(path=s.path, text=s.text, graph=s.graph) for s in kept if is_data(s.graph)
        ]
        read = read_documents(around, into=data)
        for document in documents:
            for triple in document.graph:
                data.add(triple)
        report = validate_documents(
            self.rules,
            data,
            [*read.documents, *documents],
            select=select_from(store),
            given={file.path for file in given or around},
            today=today,
            reason=_NOTHING_BEFORE if given else None,
        )
        if given:
            return report
        return report.with_findings((*report.findings, *find_doubles(store, kept)))
