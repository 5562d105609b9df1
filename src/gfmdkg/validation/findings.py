"""What is validated and what was found, as one model, with its JSON and plain-text views."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from gfmdkg.errors import Fault

__all__ = [
    "JSON_FIELDS",
    "Edit",
    "Finding",
    "Fix",
    "Mode",
    "Report",
    "ResultTerms",
    "Severity",
    "SourceFile",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file: its path as findings show it, its text, its named graph, and its format.

    The graph's IRI is also the base of relative IRIs.
    """

    path: str
    text: str
    graph: str
    media_type: str = "text/turtle"


class Severity(StrEnum):
    """How bad a finding is; only a violation keeps data from being published."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


class Mode(StrEnum):
    """Whether all of the data was validated, or what a change can affect."""

    FULL = "full"
    INCREMENTAL = "incremental"


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A piece of a file and the text to put in its place; the place as in ``Finding``."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A change to the finding's file that is certain to mend it."""

    description: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultTerms:
    """The terms of a finding as Turtle writes them without prefixes, a path's included."""

    focus: str
    path: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, where, and what to do about it.

    Lines and columns count from 1 and ``end_column`` is the one after the last character;
    ``cell`` is the cell of a table instead, ``pointer`` the JSON Pointer (RFC 6901) of a
    JSON-LD document. ``code`` names the kind of rule ("min-count", "syntax", or a check's
    name). ``focus_node``, ``path``, ``value`` and ``shape`` are terms: an IRI, ``_:label`` or
    a literal's text; ``terms`` has the first three exactly. ``fixable`` says that there is a
    certain ``fix``.

    The last three serve to tell one fault from another: the term that a misspelt one was
    ``meant`` to be, whether that is the record's class, and whether the rule is about the
    form of the focus node's own IRI.
    """

    severity: Severity
    code: str
    message: str
    remedy: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    cell: str | None = None
    fixable: bool = False
    focus_node: str | None = None
    path: str | None = None
    value: str | None = None
    shape: str | None = None
    pointer: str | None = None
    fix: Fix | None = None
    terms: ResultTerms | None = field(default=None, repr=False)
    meant: str | None = None
    is_about_class: bool = False
    concerns_iri: bool = False

    @classmethod
    def from_fault(cls, fault: Fault, *, code: str) -> Self:
        """The violation that a fault is."""
        return cls(
            severity=Severity.VIOLATION,
            code=code,
            message=fault.message,
            remedy=fault.remedy,
            file=fault.file,
            line=fault.line,
            column=fault.column,
            focus_node=fault.focus_node,
            path=fault.path,
            value=fault.value,
        )

    def as_fault(self) -> Fault:
        """The finding as what errors carry."""
        return Fault(
            message=self.message,
            file=self.file,
            line=self.line,
            column=self.column,
            remedy=self.remedy,
            focus_node=self.focus_node,
            path=self.path,
            value=self.value,
        )

    @property
    def place(self) -> str:
        """``file:line:column`` or ``file: cell`` as far as known, else the focus node."""
        if self.cell is not None:
            return f"{self.file}: {self.cell}" if self.file else self.cell
        position = (self.file, self.line, self.column)
        text = ":".join(str(part) for part in position if part is not None)
        return text or self.focus_node or "the data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All findings of one validation, ordered by place; ``conforms`` means no violation.

    ``sources`` has the text of files that findings are about, for views that show it;
    ``reason`` says why a change was not validated by itself, where that was asked for.
    """

    conforms: bool
    mode: Mode = Mode.FULL
    findings: tuple[Finding, ...] = field(default=())
    reason: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(
        cls, findings: Iterable[Finding], *, mode: Mode = Mode.FULL, reason: str | None = None
    ) -> Self:
        """The report of these findings, each once."""
        ordered = tuple(sorted(set(findings), key=_order))
        conforms = all(finding.severity is not Severity.VIOLATION for finding in ordered)
        return cls(conforms=conforms, mode=mode, findings=ordered, reason=reason)

    def with_findings(self, findings: Iterable[Finding]) -> "Report":
        """The report of these findings in place of its own; all else is as it was."""
        found = Report.of(findings, mode=self.mode, reason=self.reason)
        return found.with_sources(self.sources)

    def with_sources(self, sources: Mapping[str, str]) -> "Report":
        """The same report with the texts of its files."""
        return replace(self, sources=sources)

    @property
    def violations(self) -> Sequence[Finding]:
        """The findings that keep the data from being published."""
        return [f for f in self.findings if f.severity is Severity.VIOLATION]

    @property
    def faults(self) -> Sequence[Fault]:
        """The violations as what errors carry."""
        return [finding.as_fault() for finding in self.violations]

    def reaches(self, severity: Severity) -> bool:
        """Whether there is a finding at least as bad as this."""
        return any(_RANK[finding.severity] <= _RANK[severity] for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """The JSON view: ``conforms``, ``mode`` and ``findings`` with all fields of each."""
        return {
            "conforms": self.conforms,
            "mode": self.mode.value,
            **({} if self.reason is None else {"reason": self.reason}),
            "findings": [
                {name: getattr(finding, name) for name in JSON_FIELDS}
                | {"fix": None if finding.fix is None else asdict(finding.fix)}
                for finding in self.findings
            ],
        }

    def to_json_text(self) -> str:
        """The JSON view as text."""
        return json.dumps(self.to_json(), ensure_ascii=False, indent=2)

    def to_text(self) -> str:
        """The view for a terminal: place, severity and message, the remedy below."""
        lines: list[str] = []
        for finding in self.findings:
            code = f" [{finding.code}]"
            lines.append(f"{finding.place}: {finding.severity}: {finding.message}{code}")
            if finding.remedy:
                lines.append(f"    {finding.remedy}")
        lines.append(self.summary())
        return "\n".join(lines)

    def summary(self) -> str:
        """One line: the verdict, and how many findings of each severity.

        >>> Report.of([]).summary()
        'conforms: no findings'
        """
        counts = [(s, sum(f.severity is s for f in self.findings)) for s in Severity]
        named = [
            f"{n} {s}{'s' if n != 1 and s is not Severity.INFO else ''}" for s, n in counts if n
        ]
        verdict = "conforms" if self.conforms else "does not conform"
        return f"{verdict}: {', '.join(named) or 'no findings'}"


JSON_FIELDS = (
    "file",
    "line",
    "column",
    "end_line",
    "end_column",
    "cell",
    "severity",
    "code",
    "message",
    "remedy",
    "fixable",
    "focus_node",
    "path",
    "value",
    "shape",
    "pointer",
)
"""The members of a finding in JSON, but for ``fix``, in the order of the documented schema."""


def _order(finding: Finding) -> tuple[Any, ...]:
    return (
        finding.file or "\uffff",
        finding.line or 0,
        finding.column or 0,
        len(finding.cell or ""),
        finding.cell or "",
        _RANK[finding.severity],
        finding.code,
        *(value or "" for value in (finding.focus_node, finding.path, finding.value)),
        finding.message,
        finding.shape or "",
    )
