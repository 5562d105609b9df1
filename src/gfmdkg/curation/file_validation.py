"""Validating a curator's files in the context of a published version, or of the content."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from functools import cache, cached_property, partial
from pathlib import Path
from tempfile import TemporaryFile

import pyoxigraph as ox

from gfmdkg.build.assembly import assemble, validate_store
from gfmdkg.build.derivation import derive_passages
from gfmdkg.build.sources import (
    PROVENANCE_GRAPH,
    SHAPES_GRAPHS,
    collect_sources,
    data_scope,
    digest_of,
)
from gfmdkg.curation.batches import BatchValidation, Placed, Proposal, place
from gfmdkg.curation.rules import ONTOLOGY_GRAPH
from gfmdkg.curation.tables.triples import TableDocument, read_chunks
from gfmdkg.errors import DataError
from gfmdkg.namespaces import DCTERMS
from gfmdkg.paths import Content
from gfmdkg.queries import Catalog
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.store.loading import Progress
from gfmdkg.store.names import open_names
from gfmdkg.store.patches import graph_of, quads_of, statements_about, statements_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version
from gfmdkg.validation import Finding, Report, SourceFile
from gfmdkg.validation.data_graph import select_all
from gfmdkg.validation.documents import CONTEXT_IRIS, read_document, read_documents
from gfmdkg.validation.incremental.rules import Rules, load_rules
from gfmdkg.validation.known import Known
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.validate import FindAround, Request, validate

__all__ = ["FileValidator", "unreadable"]

_NOTHING_BEFORE = "there is no published version to compare with"
_IDENTIFIER = ox.NamedNode(DCTERMS + "identifier")
_DIGEST = "sha256:"


def unreadable(error: DataError) -> Report:
    """The report on files that cannot be read."""
    return Report.of(Finding.from_fault(fault, code="syntax") for fault in error.faults)


class FileValidator:
    """Validates files, again and again, in the same context.

    The rules are those of ``content``. The context is the version ``against`` which the files
    are validated or, without one, the content's own data. What of it does not change is read
    once. With ``follows_files``, files of the content that were edited since the version was
    built count as they are now. Memory holds at most ``records_at_once`` records of tables.
    """

    def __init__(
        self,
        content: Content,
        *,
        against: Version | None = None,
        follows_files: bool = False,
        records_at_once: int = 1_000,
    ) -> None:
        self._content, self._against, self._follows = content, against, follows_files
        self._most = records_at_once
        self._kept = None if against is None else against.folder
        if against is not None:
            # What a version knows is read once, when it is first needed.
            self._known = Known(partial(_select, against))
            self._terms = cache(partial(open_names, against))

    def validate(
        self,
        given: Sequence[SourceFile],
        tables: Sequence[tuple[str, Path | bytes]] = (),
        *,
        today: date | None = None,
        progress: Progress = lambda *_: None,
    ) -> Report:
        """The report on these files; of the content itself where there are none.

        A file that is one of the graphs takes its place. Only findings about the files are
        reported, and violations that they cause elsewhere. In the context of a version only
        what the files can affect is looked at, where that can be told; ``mode`` and ``reason``
        of the report say which it was. Raises ``OntologyError`` where the rules are at fault.

        ``tables``, CSV or XLSX with the names by which findings call them, need a version. They
        are validated together with the files, and findings on them have their cells. What a row
        puts in the place of what the version says is not there for the rules, so a date that is
        corrected is not the second one of its record. ``progress`` hears how far the work is.
        """
        documents, unreadable = read_documents(given, contexts=self._contexts)
        if unreadable:
            texts = {file.path: file.text for file in given}
            return Report.of(unreadable).with_sources(texts)
        if self._against is None or not (given or tables):
            return self._in_content(given, documents, today)
        placed = [place(f, d, self._content) for f, d in zip(given, documents, strict=True)]
        batches = self._batches(tables, progress) if tables else [()]
        return self._in_version(self._against, placed, batches, today, progress)

    @cached_property
    def rules(self) -> Rules:
        """The shapes and checks; raises ``OntologyError`` where they are at fault."""
        return load_rules(self._content.ontology, kept=self._kept)

    @cached_property
    def _contexts(self) -> dict[str, str]:
        file = self._content.context
        return dict.fromkeys(CONTEXT_IRIS, file.read_text("utf-8")) if file.is_file() else {}

    def _in_content(
        self, given: Sequence[SourceFile], documents: Sequence[PositionedGraph], today: date | None
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
            return unreadable(error)
        if not given:
            return validate_store(store, kept, self._content, kept=self._kept, today=today)
        proposed = [place(f, d) for f, d in zip(given, documents, strict=True)]
        Proposal.of(store, proposed).patch.apply(store, is_union=True)
        derive_passages(store, is_union=True).apply(store, is_union=True)
        scope = data_scope(is_union=True)
        around = [source for source in kept if scope.is_data(source.graph)]
        placed = [*read_documents(around)[0], *documents]
        request = Request(
            state=store,
            scope=scope,
            documents=placed,
            written=[(f.graph, d.graph) for f, d in zip([*around, *given], placed, strict=True)],
            given={file.path for file in given},
            today=today,
            reason=_NOTHING_BEFORE,
        )
        return validate(request, self.rules)

    def _batches(
        self, tables: Sequence[tuple[str, Path | bytes]], progress: Progress
    ) -> Iterator[list[TableDocument]]:
        """The tables in chunks; those of small tables share a batch."""
        records = 0
        batch: list[TableDocument] = []
        for name, source in tables:
            for chunk in read_chunks(
                source,
                self._terms(),
                size=self._most,
                file=name,
                progress=lambda rows: progress("reading", rows, None),
            ):
                if batch and records + len(chunk.records) > self._most:
                    yield batch
                    batch, records = [], 0
                batch.append(chunk)
                records += len(chunk.records)
        yield batch

    def _in_version(
        self,
        version: Version,
        files: Sequence[Placed],
        batches: Iterable[Sequence[TableDocument]],
        today: date | None,
        progress: Progress,
    ) -> Report:
        """The report on files and on batches of tables, each in the context of all the others.

        Memory holds one batch at a time, unless all must be looked at.
        """
        with (
            closing(OxigraphStore.open_read_only(version.database)) as before,
            version.scratch() as after,
            TemporaryFile() as waiting,
        ):
            try:
                edited, gone = self._edited(before, files)
            except DataError as error:
                return unreadable(error)
            validation = BatchValidation(
                before=before,
                after=after,
                known=self._known,
                rules=self.rules,
                scope=data_scope(is_union=version.is_union),
                files=files,
                edited=edited,
                find_around=self._find_around(after, [*files, *edited]),
                waiting=waiting,
            )
            validation.apply(batches, gone)
            reason = _reason_for_full_run(before, edited)
            return validation.report(today=today, progress=progress, reason=reason)

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
            Placed(document=_read(source), graph=graph, replaced=frozenset({graph}), is_given=False)
            for graph, source in sources.items()
            if graph not in shown and built.get(graph) != digest_of(source)
        ]
        lost = set(built) - set(sources) - shown if self._follows else set()
        return edited, {s for graph in lost for s in statements_of(before, graph)}

    def _find_around(self, after: OxigraphStore, placed: Sequence[Placed]) -> FindAround:
        """What finds the files that say something about a record, to tell places in them."""
        shown = {p.graph for p in placed}

        def find(iris: Collection[str]) -> list[PositionedGraph]:
            graphs = {graph_of(q) for iri in iris for q in quads_of(statements_about(after, iri))}
            sources = collect_sources(self._content) if graphs - shown else ()
            return [_read(s) for s in sources if s.graph in graphs - shown]

        return find


def _reason_for_full_run(before: OxigraphStore, edited: Sequence[Placed]) -> str | None:
    if any(p.graph.startswith(SHAPES_GRAPHS) for p in edited):
        return "the shapes were edited since the version was built"
    if not before.has_graph(ONTOLOGY_GRAPH):
        return "the version does not hold the ontology"
    return None


def _select(version: Version, query: str) -> Solutions:
    with closing(OxigraphStore.open_read_only(version.database)) as store:
        return select_all(store, scope=data_scope(is_union=version.is_union))(query)


def _built_from(store: OxigraphStore) -> dict[str, str]:
    """The graphs that come from files, with the SHA-256 of these."""
    return {
        s.subject.value: s.object.value.removeprefix(_DIGEST)
        for s in quads_of(statements_of(store, PROVENANCE_GRAPH))
        if s.predicate == _IDENTIFIER
        and isinstance(s.subject, ox.NamedNode)
        and isinstance(s.object, ox.Literal)
    }


def _read(source: SourceFile) -> PositionedGraph:
    return read_document(source.text, base_iri=source.graph, file=source.path)
