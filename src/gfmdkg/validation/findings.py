"""What is validated and what was found, as one model, with its JSON and its text for a terminal."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Self

from rich.cells import cell_len

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
    "Span",
    "collapse",
    "to_terminal",
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

    @property
    def rank(self) -> int:
        """The less, the worse."""
        return list(Severity).index(self)


class Mode(StrEnum):
    """Whether all of the data was validated, or what a change can affect."""

    FULL = "full"
    INCREMENTAL = "incremental"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text; all four count from 1, in characters, a tab being one.

    ``end_column`` is the column after the last character.
    """

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Edit(Span):
    """A piece of a file and the `text` to put in its place; the place as in a finding."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A change to the finding's file that is certain to mend it."""

    description: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultTerms:
    """The terms of a shape's finding as Turtle writes them without prefixes, a path's included."""

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

    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    cell: str | None = None
    severity: Severity
    code: str
    message: str
    remedy: str | None = None
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
        return cls(severity=Severity.VIOLATION, code=code, **asdict(fault))

    def as_fault(self) -> Fault:
        """The finding as what errors carry, which name a cell in the message."""
        fault = Fault(**{each.name: getattr(self, each.name) for each in fields(Fault)})
        return fault if self.cell is None else replace(fault, message=self.text, line=None)

    @property
    def text(self) -> str:
        """The message, which names the cell where that is the place."""
        return self.message if self.cell is None else f"{self.cell}: {self.message}"

    @property
    def place(self) -> str:
        """``file:line:column`` or ``file: cell`` as far as known, else the focus node."""
        if self.cell is not None:
            return f"{self.file}: {self.cell}" if self.file else self.cell
        position = (self.file, self.line, self.column)
        text = ":".join(str(part) for part in position if part is not None)
        return text or self.focus_node or "the data"

    @property
    def shape_iri(self) -> str | None:
        """The IRI of the shape, which has a page; ``None`` for another rule."""
        has_page = self.shape is not None and self.shape.startswith(("http://", "https://"))
        return self.shape if has_page else None


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
        return Report.of(findings, mode=self.mode, reason=self.reason).with_sources(self.sources)

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
        return any(finding.severity.rank <= severity.rank for finding in self.findings)

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


JSON_FIELDS = tuple(each.name for each in fields(Finding))[:16]
"""The members of a finding in JSON, but for ``fix``, in the order of the documented schema."""


def _order(finding: Finding) -> tuple[Any, ...]:
    return (
        finding.file or "\uffff",
        finding.line or 0,
        finding.column or 0,
        len(finding.cell or ""),
        finding.cell or "",
        finding.severity.rank,
        finding.code,
        *(value or "" for value in (finding.focus_node, finding.path, finding.value)),
        finding.message,
        finding.shape or "",
    )


# One fault, one finding

_KIND = ("node-kind", "datatype", "class", "node", "or", "xone", "in")
_FORM = ("pattern", "min-length", "max-length", "language-in")
_RANGE = ("min-inclusive", "max-inclusive", "min-exclusive", "max-exclusive")
_MISSING = frozenset({"min-count", "qualified-min-count", "has-value"})
_ORDER = {code: rank for rank, code in enumerate((*_KIND, *_RANGE, *_FORM))}
_UNKNOWN = frozenset({"term-undefined", "property-unfamiliar"})


def collapse(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those that another one explains.

    A value of the wrong type breaks the pattern beside it as well; a label without its tag is
    also missing as the English one; a misspelt property is missing under its right name. Told
    of each, a curator would look for two faults where there is one.
    """
    found = _one_a_value(findings)
    dangling = {(f.focus_node, f.path, f.value) for f in found if f.code == "reference-dangling"}
    untyped = {f.focus_node for f in found if f.code == "term-undefined" and f.is_about_class}
    explained = {
        (f.focus_node, f.path) for f in found if f.value is not None and f.code in _ORDER
    } | {(f.focus_node, f.meant) for f in found if f.code in _UNKNOWN and f.meant is not None}
    same_name = {f.focus_node for f in found if f.code.endswith("-label-shared")}
    return [
        f
        for f in found
        if not (f.code in _KIND and (f.focus_node, f.path, f.value) in dangling)
        and not (f.code in _KIND and f.value in untyped)
        and not (f.code in _MISSING and (f.focus_node, f.path) in explained)
        and not (f.code == "property-on-other-class" and f.focus_node in untyped)
        and not (f.code == "near-duplicate" and f.focus_node in same_name)
    ]


def _one_a_value(findings: Iterable[Finding]) -> list[Finding]:
    """Of several value-related results about one value of a property, the most telling."""
    groups: dict[object, list[Finding]] = {}
    for f in findings:
        is_related = f.code in _ORDER and f.value is not None
        is_comparable = is_related and (f.path is not None or f.concerns_iri)
        key = (f.focus_node, f.path, f.value) if is_comparable else f
        groups.setdefault(key, []).append(f)
    return [_most_telling(group) for group in groups.values()]


def _most_telling(group: Sequence[Finding]) -> Finding:
    first = min(group, key=lambda f: (_ORDER.get(f.code, 99), f.shape or ""))
    worst = min((f.severity for f in group), key=lambda severity: severity.rank)
    ranges = [f for f in group if f.code in _RANGE and f is not first]
    message = "; ".join(dict.fromkeys((first.message, *(f.message for f in ranges))))
    return replace(first, severity=worst, message=message)


# For a terminal

_RESET, _BOLD, _DIM = "\x1b[0m", "\x1b[1m", "\x1b[2m"
_COLOURS = {
    Severity.VIOLATION: "\x1b[31m",
    Severity.WARNING: "\x1b[33m",
    Severity.INFO: "\x1b[36m",
}
_TAB = "    "
# A line longer than this is cut around the mark.
_WIDEST = 100


def to_terminal(report: Report, *, colour: bool = False) -> str:
    """A block of lines for each finding, and the verdict below; with ANSI colours if asked."""
    blocks = ["\n".join(_block(finding, report, colour=colour)) for finding in report.findings]
    verdict = report.summary()
    fixable = sum(finding.fixable for finding in report.findings)
    if fixable:
        verdict += f"; --fix mends {fixable} of them"
    if colour:
        good = "\x1b[32m" if report.conforms else _COLOURS[Severity.VIOLATION]
        verdict = f"{good}{verdict}{_RESET}"
    if report.reason is not None:
        verdict += f"\nall was looked at, not only what changed: {_plain(report.reason)}"
    return "\n\n".join([*blocks, verdict])


def _block(finding: Finding, report: Report, *, colour: bool) -> Iterator[str]:
    def paint(text: str, code: str) -> str:
        return f"{code}{text}{_RESET}" if colour else text

    tint = _COLOURS[finding.severity]
    place, severity = paint(finding.place, _BOLD), paint(str(finding.severity), tint)
    yield f"{place}: {severity}: {_plain(finding.message)} [{finding.code}]"
    text = report.sources.get(finding.file or "")
    if text is not None and finding.line is not None:
        line, mark = _excerpt(text, finding)
        margin = " " * len(str(finding.line))
        yield f"  {paint(f'{finding.line} |', _DIM)} {line}"
        yield f"  {paint(f'{margin} |', _DIM)} {paint(mark, tint)}"
    if finding.remedy:
        yield f"  → {_plain(finding.remedy)}"
    if finding.fix is not None:
        yield f"  → --fix: {_plain(finding.fix.description)}"
    about = " · ".join(part for part in (finding.pointer, finding.shape) if part)
    if about:
        yield f"  {paint(f'see {about}', _DIM)}"


def _excerpt(text: str, finding: Finding) -> tuple[str, str]:
    """The source line, tabs widened, and a line that underlines the place in it."""
    assert finding.line is not None  # noqa: S101 - the caller looked
    lines = text.removeprefix("\ufeff").split("\n")
    source = lines[finding.line - 1].rstrip("\r") if finding.line <= len(lines) else ""
    start = min((finding.column or 1) - 1, len(source))
    end = len(source)
    if finding.end_line == finding.line and finding.end_column is not None:
        end = min(finding.end_column - 1, end)
    end = max(end, start)
    cut = max(0, start - _WIDEST // 2) if len(source) > _WIDEST else 0
    shown = source[cut : cut + _WIDEST]
    before, marked = source[cut:start], source[start : min(end, cut + _WIDEST)]
    width = max(0, cell_len(_plain(marked)) - 1)
    mark = " " * cell_len(_plain(before)) + "^" + "~" * width
    lead, tail = ("…" if cut else ""), ("…" if cut + _WIDEST < len(source) else "")
    return lead + _plain(shown) + tail, " " * len(lead) + mark


def _plain(text: str) -> str:
    """Text that cannot steer the terminal: tabs widened, other control characters shown."""
    return "".join(
        _TAB if c == "\t" else "�" if unicodedata.category(c) in {"Cc", "Cf"} else c for c in text
    )
