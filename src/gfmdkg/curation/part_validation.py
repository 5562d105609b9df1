"""A change in parts: all are applied first, then each is looked at against the whole."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from gfmdkg.build.doubles import double_findings
from gfmdkg.curation.parts import Part
from gfmdkg.curation.progress import Progress
from gfmdkg.curation.proposal import Placed, Proposal
from gfmdkg.curation.spool import Spool
from gfmdkg.curation.tally import FindingTally
from gfmdkg.formats.solutions import Solutions
from gfmdkg.store.homes import stated_elsewhere
from gfmdkg.store.patches import Patch, quads_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import with_union
from gfmdkg.validation import Finding, Report, Severity
from gfmdkg.validation.checks import Check
from gfmdkg.validation.data_graph import node_text
from gfmdkg.validation.findings import Mode
from gfmdkg.validation.incremental import (
    Coverage,
    Rules,
    Scope,
    report_put_off,
    select_all,
    validate_brought,
)
from gfmdkg.validation.namesakes import Namesakes
from gfmdkg.validation.placing import place_findings
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.sources import FindAround

__all__ = ["PartValidation"]

_PARTS_A_BLOCK = 5


@dataclass(slots=True, kw_only=True)
class PartValidation:
    """One validation of ``parts`` as a change of ``before``, which ``after`` is made to hold.

    ``edited`` are the files around them that changed as well; they are applied with the first
    part and tell places in each.
    """

    before: OxigraphStore
    after: OxigraphStore
    rules: Rules
    scope: Scope
    parts: Sequence[Part]
    edited: Sequence[Placed]
    find_around: FindAround
    progress: Progress
    proposals: Spool[Proposal]
    derived: Spool[Patch]
    part_of: dict[str, int] = field(default_factory=dict)
    _sources: dict[str, str] = field(default_factory=dict)

    def apply(self, gone: Collection[str]) -> None:
        """Change ``after`` as all parts have it; the statements that are ``gone`` go too.

        All that goes does so first, and what comes is written in few big blocks with nothing
        read in between: the engine makes files of each block, and keeps those that it has read.
        What is changed otherwise is flushed, for until then the engine has it in memory.
        """
        is_union = self.scope.is_union
        for number, part in enumerate(self.parts):
            self.progress("applying", number, len(self.parts))
            is_first = number == 0
            placed = [*part.placed, *self.edited] if is_first else part.placed
            removed = {*part.replaced(self.before), *(gone if is_first else ())}
            proposal = Proposal.of(self.before, placed, removed=removed)
            if proposal.patch.removed:
                Patch(removed=proposal.patch.removed).apply(self.after, is_union=is_union)
                self.after.flush()
            self.proposals.append(proposal)
            for each in part.placed:
                for subject in each.document.subjects:
                    self.part_of.setdefault(node_text(subject), number)
        for start in range(0, len(self.proposals), _PARTS_A_BLOCK):
            self.progress("writing", start, len(self.proposals))
            block = self.proposals[start : start + _PARTS_A_BLOCK]
            added = quads_of({s for proposal in block for s in proposal.patch.added})
            self.after.extend(with_union(added) if is_union else added)
        for number, proposal in enumerate(self.proposals):
            self.progress("deriving links", number, len(self.proposals))
            derived = proposal.derive(self.before, self.after, is_union=is_union)
            if derived:
                self.after.flush()
            self.derived.append(derived)

    def report(self, *, today: date | None) -> Report:
        """The findings on all parts. Raises ``Unbounded`` where a part cannot be bounded."""
        is_whole = len(self.parts) == 1
        coverage = None if is_whole else Coverage(self.part_of)
        asked = 0 if is_whole else len(self.part_of)
        namesakes = Namesakes(select_all(self.after, scope=self.scope), asked=asked)
        tally = FindingTally()
        for number, part in enumerate(self.parts):
            self.progress("checking", number, len(self.parts))
            if coverage is not None:
                coverage.number = number
            report = validate_brought(
                self.before,
                self.after,
                self.proposals[number].difference(self.derived[number]),
                self.rules,
                self._documents(part),
                scope=self.scope,
                given=part.files,
                find_around=self.find_around,
                today=today,
                coverage=coverage,
                namesakes=namesakes,
            )
            self._take(tally, part, report)
            tally.add(part.faults)
            tally.add(self._stated_elsewhere(number, part))
        if coverage is not None:
            self._report_put_off(coverage, tally)
        if not namesakes.compared_all:
            tally.add([_names_not_compared()])
        return self._conclude(tally.findings())

    def too_large(self, reason: str) -> Report:
        """The faults of cells, and that nothing else was looked at."""
        finding = Finding(
            severity=Severity.VIOLATION,
            code="too-large",
            message=f"a change of {len(self.part_of):,} records is too large for what it needs,"
            f" a check of the whole graph: {reason}",
            remedy="check it in several smaller files",
        )
        return self._conclude([finding, *(f for part in self.parts for f in part.faults)])

    def _documents(self, part: Part) -> list[PositionedGraph]:
        return [placed.document for placed in (*part.placed, *self.edited)]

    def _stated_elsewhere(self, number: int, part: Part) -> list[Finding]:
        """What would be left out of a part that comes in."""
        given = tuple(f" <{p.graph}>" for p in part.placed if p.is_given)
        came = quads_of(s for s in self.proposals[number].patch.added if s.endswith(given))
        found = double_findings(stated_elsewhere(self.after, came))
        placed = place_findings(Report.of(found), self._documents(part))
        return part.relocate(placed.findings)

    def _take(self, tally: FindingTally, part: Part, report: Report) -> None:
        tally.add(part.relocate(report.findings))
        self._sources |= part.shown_sources(report)

    def _conclude(self, findings: Iterable[Finding]) -> Report:
        return Report.of(findings, mode=Mode.INCREMENTAL).with_sources(self._sources)

    # The checks that ran as a whole

    def _report_put_off(self, coverage: Coverage, tally: FindingTally) -> None:
        select = select_all(self.after, scope=self.scope)
        by_part: dict[int, dict[Check, Solutions]] = {}
        for number, check in enumerate(coverage.put_off.values()):
            self.progress("comparing all records", number, len(coverage.put_off))
            for brings, rows in _sort_by_part(select(check.query), coverage).items():
                by_part.setdefault(brings, {})[check] = rows
        for number, found in sorted(by_part.items()):
            part = self.parts[number]
            report = report_put_off(
                self.after,
                found,
                self.rules,
                self._documents(part),
                scope=self.scope,
                given=part.files,
                find_around=self.find_around,
            )
            self._take(tally, part, report)


def _sort_by_part(solutions: Solutions, coverage: Coverage) -> Mapping[int, Solutions]:
    """The rows by the part that brings their record, or else the other that it clashes with."""
    names = [name for name in ("focus", "other") if name in solutions.variables]
    positions = [solutions.variables.index(name) for name in names]
    rows: dict[int, list[tuple[object, ...]]] = {}
    for row in solutions.rows:
        found = (coverage.part(row[position]) for position in positions)
        rows.setdefault(next((n for n in found if n is not None), 0), []).append(row)
    return {
        number: Solutions(variables=solutions.variables, rows=tuple(some))  # type: ignore[arg-type]
        for number, some in rows.items()
    }


def _names_not_compared() -> Finding:
    return Finding(
        severity=Severity.INFO,
        code="names-not-compared",
        message="not every name was compared with those that are nearly the same: there are too"
        " many; the same name twice is found in any case",
        remedy="check a part of the records by itself to have its names compared",
    )
