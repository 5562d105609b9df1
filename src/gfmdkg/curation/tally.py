"""Very many findings: the worst are kept, the others counted."""

from collections import Counter
from collections.abc import Iterable

from gfmdkg.validation import Finding, Severity
from gfmdkg.validation.collapse import collapse

__all__ = ["FindingTally"]

_MOST = 10_000


class FindingTally:
    """Findings up to a number that memory, and a reader, can bear.

    Beyond it the least severe go first, and of one severity the last; a finding of the same
    severity says how many of each code went, so no verdict changes.
    """

    def __init__(self, *, most: int = _MOST) -> None:
        self._most = most
        self._kept: dict[Severity, list[Finding]] = {severity: [] for severity in Severity}
        self._left_out: dict[Severity, Counter[str]] = {s: Counter() for s in Severity}

    def add(self, findings: Iterable[Finding]) -> None:
        """Take some more."""
        for finding in findings:
            self._kept[finding.severity].append(finding)
        surplus = sum(map(len, self._kept.values())) - self._most
        for severity in reversed(Severity):
            if surplus <= 0:
                return
            kept = self._kept[severity]
            gone = kept[-surplus:]
            del kept[-surplus:]
            self._left_out[severity].update(finding.code for finding in gone)
            surplus -= len(gone)

    def findings(self) -> list[Finding]:
        """What was kept, each fault once, and what is to be said of the others."""
        kept = [finding for found in self._kept.values() for finding in found]
        # The faults of cells have no record yet that others could be about, too.
        of_cells = [f for f in kept if f.focus_node is None]
        of_rules = collapse(f for f in kept if f.focus_node is not None)
        return [*of_cells, *of_rules, *self._counts()]

    def _counts(self) -> Iterable[Finding]:
        for severity, codes in self._left_out.items():
            if codes:
                listed = ", ".join(f"{code} {count:,}" for code, count in sorted(codes.items()))
                yield Finding(
                    severity=severity,
                    code="not-listed",
                    message=f"{codes.total():,} more findings are counted here alone: {listed}",
                    remedy="mend those that are listed, and check again",
                )
