"""The pieces in which a big change is applied and looked at, so that memory holds one of them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, overload

from gfmdkg.curation.proposal import Placed
from gfmdkg.curation.spool import Spool
from gfmdkg.curation.tables import TableDocument, replaced_statements
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.validation import Finding, Report

__all__ = ["Part", "TableParts"]


def _as_they_are(findings: Iterable[Finding]) -> list[Finding]:
    return list(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Documents that are looked at together.

    ``replaced`` gives the statements of a state that they take the place of, ``relocate`` the
    findings on them with the places that a curator knows. ``tables`` are the documents whose
    text is not what a curator sees, ``faults`` what is wrong with their cells.
    """

    placed: Sequence[Placed]
    replaced: Callable[[OxigraphStore], Collection[str]] = lambda _: ()
    relocate: Callable[[Iterable[Finding]], list[Finding]] = _as_they_are
    tables: frozenset[str] = frozenset()
    faults: Sequence[Finding] = ()

    @property
    def files(self) -> frozenset[str]:
        """The names of what is given, as findings have them."""
        return frozenset(p.document.file or "" for p in self.placed if p.is_given)

    def relocated(self, report: Report) -> Report:
        """The report with places that a curator knows, and the faults of the cells."""
        found = [*self.relocate(report.findings), *self.faults]
        return report.with_findings(found).with_sources(self.shown_sources(report))

    def shown_sources(self, report: Report) -> Mapping[str, str]:
        """The texts of a report's files that are what a curator sees."""
        return {name: text for name, text in report.sources.items() if name not in self.tables}


class TableParts(Sequence[Part]):
    """Pieces of tables, on disk, as parts of about so many records each.

    ``files`` are looked at with the first part. Pieces share a part as long as they are small.
    """

    def __init__(self, *, records: int) -> None:
        self.files: Sequence[Placed] = ()
        self._most = records
        self._pieces: Spool[TableDocument] = Spool()
        self._groups: list[list[int]] = [[]]
        self._beginnings: dict[str, int] = {}
        self._waiting = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pieces.close()

    def append(self, piece: TableDocument) -> None:
        """Add the next piece."""
        number = len(self._pieces)
        self._beginnings.setdefault(piece.file, number)
        if self._waiting and self._waiting + piece.records > self._most:
            self._groups.append([])
            self._waiting = 0
        self._waiting += piece.records
        self._groups[-1].append(number)
        self._pieces.append(piece)

    def __len__(self) -> int:
        return len(self._groups)

    @overload
    def __getitem__(self, index: int) -> Part: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Part]: ...

    def __getitem__(self, index: int | slice) -> Part | Sequence[Part]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        tables = {number: self._pieces[number] for number in self._groups[index]}
        placed = [self._place(table, number) for number, table in tables.items()]

        def replaced(before: OxigraphStore) -> list[str]:
            return [s for table in tables.values() for s in replaced_statements(table, before)]

        def relocate(findings: Iterable[Finding]) -> list[Finding]:
            found = list(findings)
            for table in tables.values():
                found = table.relocated(found)
            return found

        first = self.files if index == 0 else ()
        return Part(
            placed=[*first, *placed],
            replaced=replaced,
            relocate=relocate,
            tables=frozenset(table.file for table in tables.values()),
            faults=[finding for table in tables.values() for finding in table.findings],
        )

    def _place(self, table: TableDocument, number: int) -> Placed:
        # The graph of a table is there once, and the first piece takes its place.
        is_first = self._beginnings[table.file] == number
        replaced = frozenset({table.graph}) if is_first else frozenset[str]()
        return Placed(document=table.positioned(), graph=table.graph, replaced=replaced)
