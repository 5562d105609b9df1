"""Where the faults of a file become findings, up to a number that memory can bear."""

from gfmdkg.curation.tables.cells import Cell
from gfmdkg.curation.tables.columns import Column
from gfmdkg.curation.tables.faults import CellFault
from gfmdkg.validation.findings import Finding, Severity

__all__ = ["FINDINGS_KEPT", "FindingSink"]

FINDINGS_KEPT = 10_000


class FindingSink:
    """The findings of one file; once it ``is_full`` a last one says so, and no more are taken."""

    def __init__(self, file: str | None) -> None:
        self._file = file
        self.findings: list[Finding] = []
        self.is_full = False

    def whole_file(self, message: str, remedy: str | None = None) -> None:
        """A fault of the file as a whole."""
        self.add(Severity.VIOLATION, "no-table", message, remedy, None)

    def fault(self, fault: CellFault, cell: Cell, column: Column | None = None) -> None:
        """A fault of one cell."""
        self.add(
            Severity.VIOLATION,
            fault.code,
            f"column “{column.name}”: {fault.message}" if column else fault.message,
            fault.remedy,
            cell,
            value=fault.value,
            path=column.predicate if column else None,
        )

    def add(
        self,
        severity: Severity,
        code: str,
        message: str,
        remedy: str | None,
        cell: Cell | None,
        *,
        value: str | None = None,
        path: str | None = None,
    ) -> None:
        """Anything else."""
        if self.is_full:
            return
        if len(self.findings) >= FINDINGS_KEPT:
            self.is_full = True
            code, message = "too-many", f"more than {FINDINGS_KEPT} faults; the rest was not read"
            severity, remedy, value, path = Severity.VIOLATION, "mend these first", None, None
        self.findings.append(
            Finding(
                severity=severity,
                code=code,
                message=message,
                remedy=remedy,
                file=self._file,
                line=cell.line if cell else None,
                cell=cell.name if cell else None,
                value=value,
                path=path,
            )
        )
