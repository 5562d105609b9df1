"""Validating a curator's files in the context of a published version, or of the content."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryFile

import pyoxigraph as ox

from gfmdkg.build.assembly import assemble, find_doubles
from gfmdkg.build.derivation import PROVENANCE_GRAPH
from gfmdkg.build.sources import SHAPES_GRAPHS, Source, collect_sources, data_scope
from gfmdkg.catalog import Catalog
from gfmdkg.curation.batches import BatchValidation
from gfmdkg.curation.progress import Progress, untold
from gfmdkg.curation.proposal import Placed, apply_proposal, place
from gfmdkg.curation.rules import ONTOLOGY_GRAPH
from gfmdkg.curation.tables import TableDocument
from gfmdkg.errors import DataError
from gfmdkg.namespaces import DCTERMS
from gfmdkg.paths import Content
from gfmdkg.store.patches import graph_of, quads_of, statements_about, statements_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version
from gfmdkg.validation import Finding, Report, SourceFile
from gfmdkg.validation.documents import read_document, read_documents
from gfmdkg.validation.incremental.rules import Rules, load_rules
from gfmdkg.validation.json_ld import CONTEXT_IRIS
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.validate import FindAround, Request, validate

__all__ = ["FileValidator"]

_NOTHING_BEFORE = "there is no published version to compare with"
_IDENTIFIER = ox.NamedNode(DCTERMS + "identifier")
_DIGEST = "sha256:"


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
        batches: Iterable[Sequence[TableDocument]] | None = None,
        progress: Progress = untold,
    ) -> Report:
        """The report on these files; of the content itself where there are none.

        A file that is one of the graphs takes its place. Only findings about the files are
        reported, and violations that they cause elsewhere. In the context of a version only
        what the files can affect is looked at, where that can be told; ``mode`` and ``reason``
        of the report say which it was. ``batches`` of tables need a version; they are validated
        together with the files, and ``progress`` hears how far that is. Raises
        ``OntologyError`` where the rules are at fault.
        """
        read = read_documents(given, contexts=self._contexts)
        if read.unreadable:
            texts = {file.path: file.text for file in given}
            return Report.of(read.unreadable).with_sources(texts)
        if self._against is None or not (given or batches):
            return self._in_content(given, read.documents, today)
        context = _VersionContext(
            self._content, self._against, self.rules, follows_files=self._follows
        )
        placed = [
            place(file, document, self._content)
            for file, document in zip(given, read.documents, strict=True)
        ]
        return context.validate(placed, batches or ((),), today=today, progress=progress)

    @cached_property
    def rules(self) -> Rules:
        """The shapes and checks; raises ``OntologyError`` where they are at fault."""
        kept = None if self._against is None else self._against.folder
        return load_rules(self._content.ontology, kept=kept)

    @cached_property
    def _contexts(self) -> dict[str, str]:
        file = self._content.context
        if not file.is_file():
            return {}
        return dict.fromkeys(CONTEXT_IRIS, file.read_text("utf-8"))

    def _in_content(
        self,
        given: Sequence[SourceFile],
        documents: Sequence[PositionedGraph],
        today: date | None,
    ) -> Report:
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
        scope = data_scope(is_union=True)
        around = [
            SourceFile(path=s.path, text=s.text, graph=s.graph)
            for s in kept
            if scope.is_data(s.graph)
        ]
        placed = [*read_documents(around).documents, *documents]
        request = Request(
            state=store,
            scope=scope,
            documents=placed,
            written=[(f.graph, d.graph) for f, d in zip([*around, *given], placed, strict=True)],
            given={file.path for file in given or around},
            today=today,
            reason=_NOTHING_BEFORE if given else None,
        )
        report = validate(request, self.rules)
        if given:
            return report
        return report.with_findings((*report.findings, *find_doubles(store, kept)))


class _VersionContext:
    """Validates documents as a change of a version, by the rules of some content.

    With ``follows_files``, files of the content that were edited since the version was built
    count as they are now.
    """

    def __init__(
        self, content: Content, version: Version, rules: Rules, *, follows_files: bool
    ) -> None:
        self._content, self._version, self._rules = content, version, rules
        self._follows = follows_files
        self._scope = data_scope(is_union=version.default_graph == "union")

    def validate(
        self,
        files: Sequence[Placed],
        batches: Iterable[Sequence[TableDocument]] = ((),),
        *,
        today: date | None,
        progress: Progress = untold,
    ) -> Report:
        """The report on files and on batches of tables, each in the context of all the others.

        Memory holds one batch at a time, unless all must be looked at.
        """
        with (
            closing(OxigraphStore.open_read_only(self._version.database)) as before,
            self._version.scratch() as after,
            TemporaryFile() as waiting,
        ):
            try:
                edited, gone = self._edited(before, files)
            except DataError as error:
                return Report.of(Finding.from_fault(f, code="syntax") for f in error.faults)
            validation = BatchValidation(
                before=before,
                after=after,
                rules=self._rules,
                scope=self._scope,
                files=files,
                edited=edited,
                find_around=self._find_around(after, [*files, *edited]),
                waiting=waiting,
            )
            validation.apply(batches, gone)
            reason = self._reason_for_full_run(before, edited)
            return validation.report(today=today, progress=progress, reason=reason)

    def _reason_for_full_run(self, before: OxigraphStore, edited: Sequence[Placed]) -> str | None:
        if any(p.graph.startswith(SHAPES_GRAPHS) for p in edited):
            return "the shapes were edited since the version was built"
        if not before.has_graph(ONTOLOGY_GRAPH):
            return "the version does not hold the ontology"
        return None

    # The files of the content

    def _edited(
        self, before: OxigraphStore, given: Sequence[Placed]
    ) -> tuple[list[Placed], set[str]]:
        """The files that differ from what the version was built of, and what went with others.

        A version that does not hold the ontology gets it from the files in any case. Raises
        ``DataError`` for files that cannot be read.
        """
        is_complete = before.has_graph(ONTOLOGY_GRAPH)
        if is_complete and not self._follows:
            return [], set()
        sources = {source.graph: source for source in collect_sources(self._content)}
        if not self._follows:
            sources = {g: s for g, s in sources.items() if s.path.startswith("ontology/")}
        built = _built_from(before)
        shown = {graph for p in given for graph in p.replaced}
        edited = [
            Placed(
                document=_read(source),
                graph=graph,
                replaced=frozenset({graph}),
                is_given=False,
            )
            for graph, source in sources.items()
            if graph not in shown and built.get(graph) != source.digest
        ]
        lost = set(built) - set(sources) - shown if self._follows else set()
        return edited, {s for graph in lost for s in statements_of(before, graph)}

    def _find_around(self, after: OxigraphStore, placed: Sequence[Placed]) -> FindAround:
        """What finds the files that say something about a record, to tell places in them."""
        shown = {p.graph for p in placed}

        def find(iris: Collection[str]) -> list[PositionedGraph]:
            graphs = {graph_of(q) for iri in iris for q in quads_of(statements_about(after, iri))}
            wanted = graphs - shown
            if not wanted:
                return []
            return [_read(s) for s in collect_sources(self._content) if s.graph in wanted]

        return find


def _built_from(store: OxigraphStore) -> dict[str, str]:
    """The graphs that come from files, with the SHA-256 of these."""
    return {
        s.subject.value: s.object.value.removeprefix(_DIGEST)
        for s in quads_of(statements_of(store, PROVENANCE_GRAPH))
        if s.predicate == _IDENTIFIER
        and isinstance(s.subject, ox.NamedNode)
        and isinstance(s.object, ox.Literal)
    }


def _read(source: Source) -> PositionedGraph:
    return read_document(source.text, base_iri=source.graph, file=source.path)
