"""A change in batches: all are applied first, then each is looked at against the whole.

A short change is one batch. Memory holds one of them, however long the tables are.
"""

import gzip
import pickle
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import IO, Self

import pyoxigraph as ox

from gfmdkg.build.assembly import double_findings
from gfmdkg.build.derivation import derive_passages_about
from gfmdkg.curation.tables.triples import TableDocument, table_changes
from gfmdkg.namespaces import graph_iri
from gfmdkg.paths import Content
from gfmdkg.store.loading import Progress
from gfmdkg.store.patches import Patch, normalise, quads_of, statements_of, subjects_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import stated_elsewhere
from gfmdkg.validation import Finding, Report, Severity, SourceFile
from gfmdkg.validation.data_graph import Scope, node_text, our_term, select_all
from gfmdkg.validation.findings import Mode, collapse
from gfmdkg.validation.incremental.examination import Coverage
from gfmdkg.validation.incremental.reach import Unbounded
from gfmdkg.validation.incremental.rules import Rules
from gfmdkg.validation.known import Known
from gfmdkg.validation.lint import Namesakes
from gfmdkg.validation.locate import place_findings
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.validate import FindAround, Request, validate

__all__ = ["BatchValidation", "FindingTally", "Placed", "Proposal", "place"]

_MOST_FINDINGS = 10_000
_NAMES_NOT_COMPARED = Finding(
    severity=Severity.INFO,
    code="names-not-compared",
    message="not every name was compared with those that are nearly the same: there are too"
    " many; the same name twice is found in any case",
    remedy="check a part of the records by itself to have its names compared",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A document, the named graph that takes its triples, and those that it takes the place of.

    ``is_given`` says that it is what a curator asks about, and no part of the surroundings.
    """

    document: PositionedGraph
    graph: str
    replaced: frozenset[str]
    is_given: bool = True


def place(file: SourceFile, document: PositionedGraph, content: Content | None = None) -> Placed:
    """A file's document, at its place among the graphs of some content."""
    graph = file.graph
    if content is not None:
        path, root = Path(file.path).resolve(), content.root.resolve()
        if path.is_relative_to(root):
            graph = graph_iri(PurePosixPath(path.relative_to(root)).as_posix())
    return Placed(document=document, graph=graph, replaced=frozenset({graph, file.graph}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What documents change of a state, before anything is derived.

    ``shown`` are the statements that count as added: all of what is given, new or not.
    """

    shown: tuple[str, ...]
    patch: Patch

    @classmethod
    def of(
        cls, before: OxigraphStore, placed: Sequence[Placed], *, removed: Collection[str] = ()
    ) -> Self:
        """What the documents, and the loss of the statements ``removed``, change of a state."""
        said: dict[bool, set[str]] = {True: set(), False: set()}
        for each in placed:
            home = ox.NamedNode(each.graph)
            terms = (map(our_term, triple) for triple in each.document.graph)
            quads = (ox.Quad(s, p, o, home) for s, p, o in terms)  # type: ignore[arg-type]
            said[each.is_given].update(normalise(quads))
        wanted = said[True] | said[False]
        gone = {s for p in placed for graph in p.replaced for s in statements_of(before, graph)}
        patch = Patch.of(wanted, (gone | set(removed)) - wanted)
        new = set(patch.added) - set(patch.obstacles(before).added)
        return cls(shown=tuple(said[True] | new), patch=patch)

    def apply(self, before: OxigraphStore, after: OxigraphStore, *, is_union: bool) -> Patch:
        """Change ``after``, which holds the same as ``before``; the derived and the union follow.

        What comes back is all that changed, with what is derived.
        """
        self.patch.apply(after, is_union=is_union)
        changed = subjects_of((*self.patch.added, *self.patch.removed))
        derived = derive_passages_about(after, before, changed, is_union=is_union)
        derived.apply(after, is_union=is_union)
        return Patch.of((*self.shown, *derived.added), (*self.patch.removed, *derived.removed))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Pieces of tables that were applied together, what they added, and all that changed."""

    tables: Sequence[TableDocument]
    added: Sequence[str]
    delta: Patch


@dataclass(slots=True, kw_only=True)
class BatchValidation:
    """One validation of files and tables as a change of ``before``, which ``after`` comes to hold.

    ``files`` are part of the first batch. ``edited`` are the files around them that changed as
    well; they are applied with the first batch and tell places in each. ``known`` is what
    ``before`` knows. The batches wait in a temporary file.
    """

    before: OxigraphStore
    after: OxigraphStore
    known: Known
    rules: Rules
    scope: Scope
    files: Sequence[Placed]
    edited: Sequence[Placed]
    find_around: FindAround
    waiting: IO[bytes]
    count: int = 0
    _batch_of: dict[str, int] = field(default_factory=dict)

    def apply(self, batches: Iterable[Sequence[TableDocument]], gone: Collection[str]) -> None:
        """Change ``after`` as all batches have it; the statements that are ``gone`` go too."""
        seen: set[str] = set()
        with gzip.open(self.waiting, "wb", compresslevel=1) as packed:
            for tables in batches:
                placed = [*self.files, *self.edited] if not self.count else []
                for table in tables:
                    # The graph of a table is there once, and its first piece takes its place.
                    replaced = frozenset({table.graph} - seen)
                    seen.add(table.graph)
                    document = table.positioned()
                    placed.append(Placed(document=document, graph=table.graph, replaced=replaced))
                removed = {
                    statement
                    for table in tables
                    for statement in table_changes(table, self.before, graph=table.graph).removed
                }
                if not self.count:
                    removed |= set(gone)
                else:  # until then the engine has the batches before in memory
                    self.after.flush()
                proposal = Proposal.of(self.before, placed, removed=removed)
                delta = proposal.apply(self.before, self.after, is_union=self.scope.is_union)
                batch = _Batch(tables=tables, added=proposal.patch.added, delta=delta)
                pickle.dump(batch, packed, pickle.HIGHEST_PROTOCOL)
                for subject in (s for p in placed if p.is_given for s in p.document.subjects):
                    self._batch_of.setdefault(node_text(subject), self.count)
                self.count += 1

    def _batches(self) -> Iterator[_Batch]:
        self.waiting.seek(0)
        with gzip.open(self.waiting) as packed:
            for _ in range(self.count):
                # Nobody but this process can have written to a file without a name.
                yield pickle.load(packed)  # noqa: S301

    def report(
        self, *, today: date | None, progress: Progress, reason: str | None = None
    ) -> Report:
        """The findings on all batches; ``reason`` says why all of the graph is to be looked at.

        That is done for one batch; where several cannot be bounded, they are refused.
        """
        if self.count > 1 and reason is not None:
            return self._refusal(reason)
        try:
            return self._report(today, progress, reason)
        except Unbounded as error:
            return self._refusal(error.reason)

    def _report(self, today: date | None, progress: Progress, reason: str | None) -> Report:
        is_whole = self.count == 1
        coverage = None if is_whole else Coverage(self._batch_of)
        asked = 0 if is_whole else len(self._batch_of)
        namesakes = Namesakes(Known(select_all(self.after, scope=self.scope)), asked=asked)
        tally = FindingTally()
        sources: dict[str, str] = {}
        mode = Mode.INCREMENTAL
        for number, batch in enumerate(self._batches()):
            if coverage is not None:
                progress("checking", number, self.count)
                coverage.number = number
            tables = (
                Placed(document=table.positioned(), graph=table.graph, replaced=frozenset())
                for table in batch.tables
            )
            placed = [*(self.files if number == 0 else ()), *tables, *self.edited]
            if is_whole:
                views = map(self.scope.everything, (self.before, self.after))
                namesakes = Namesakes(self.known.changed(batch.delta, *views))
            request = Request(
                state=self.after,
                scope=self.scope,
                before=self.before,
                delta=batch.delta,
                reason=reason,
                documents=[each.document for each in placed],
                written=[(each.graph, each.document.graph) for each in placed],
                given={each.document.file or "" for each in placed if each.is_given},
                find_around=self.find_around,
                today=today,
                coverage=coverage,
                namesakes=namesakes,
            )
            report = validate(request, self.rules)
            elsewhere = self._stated_elsewhere(batch, placed)
            report = report.with_findings((*report.findings, *elsewhere))
            found = _relocated(report, batch.tables)
            mode, reason = found.mode, found.reason
            tally.add(found.findings)
            sources |= found.sources
        if not namesakes.compared_all:
            tally.add([_NAMES_NOT_COMPARED])
        return Report.of(tally.findings(), mode=mode, reason=reason).with_sources(sources)

    def _stated_elsewhere(self, batch: _Batch, placed: Sequence[Placed]) -> Sequence[Finding]:
        """What would be left out of a batch that comes in."""
        given = tuple(f" <{each.graph}>" for each in placed if each.is_given)
        came = quads_of(s for s in batch.added if s.endswith(given))
        found = list(stated_elsewhere(self.after, came))
        if not found:
            return ()
        documents = [each.document for each in placed]
        return place_findings(Report.of(double_findings(found)), documents).findings

    def _refusal(self, reason: str) -> Report:
        finding = Finding(
            severity=Severity.VIOLATION,
            code="too-large",
            message=f"a change of {len(self._batch_of):,} records is too large for what it needs,"
            f" a check of the whole graph: {reason}",
            remedy="check it in several smaller files",
        )
        of_cells = (f for batch in self._batches() for t in batch.tables for f in t.findings)
        return Report.of([finding, *of_cells], mode=Mode.INCREMENTAL)


def _relocated(report: Report, tables: Sequence[TableDocument]) -> Report:
    """The report with places that a curator knows, and the faults of the cells."""
    found = list(report.findings)
    for table in tables:
        found = table.relocated(found)
    made = {table.file for table in tables}
    shown = {name: text for name, text in report.sources.items() if name not in made}
    of_cells = (finding for table in tables for finding in table.findings)
    return report.with_findings([*found, *of_cells]).with_sources(shown)


class FindingTally:
    """Findings up to a number that memory, and a reader, can bear.

    Beyond it the least severe go first, and of one severity the last; a finding of the same
    severity says how many of each code went, so no verdict changes.
    """

    def __init__(self, *, most: int = _MOST_FINDINGS) -> None:
        self._most = most
        self._kept: list[Finding] = []
        self._left_out: Counter[tuple[Severity, str]] = Counter()

    def add(self, findings: Iterable[Finding]) -> None:
        """Take some more."""
        self._kept = sorted((*self._kept, *findings), key=lambda f: f.severity.rank)
        self._left_out.update((f.severity, f.code) for f in self._kept[self._most :])
        del self._kept[self._most :]

    def findings(self) -> list[Finding]:
        """What was kept, each fault once, and what is to be said of the others."""
        # The faults of cells have no record yet that others could be about, too.
        of_cells = [f for f in self._kept if f.focus_node is None]
        of_rules = [f for f in self._kept if f.focus_node is not None]
        counts: list[Finding] = []
        for severity in Severity:
            codes = {c: n for (s, c), n in sorted(self._left_out.items()) if s is severity}
            if codes:
                listed = ", ".join(f"{code} {count:,}" for code, count in codes.items())
                total = sum(codes.values())
                counted = Finding(
                    severity=severity,
                    code="not-listed",
                    message=f"{total:,} more findings are counted here alone: {listed}",
                    remedy="mend those that are listed, and check again",
                )
                counts.append(counted)
        return [*of_cells, *collapse(of_rules), *counts]
