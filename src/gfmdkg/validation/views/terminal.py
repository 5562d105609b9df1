"""The view for a terminal: place, what is wrong, the source line with a mark, what to do."""

import unicodedata
from collections.abc import Iterator

from gfmdkg.validation.findings import Finding, Report, Severity

__all__ = ["to_terminal"]

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
    mark = " " * _width(before) + "^" + "~" * max(0, _width(marked) - 1)
    lead, tail = ("…" if cut else ""), ("…" if cut + _WIDEST < len(source) else "")
    return lead + _plain(shown) + tail, " " * len(lead) + mark


def _plain(text: str) -> str:
    """Text that cannot steer the terminal: tabs widened, other control characters shown."""
    return "".join(
        _TAB if c == "\t" else "�" if unicodedata.category(c) in {"Cc", "Cf"} else c for c in text
    )


def _width(text: str) -> int:
    """Columns that a text takes on a terminal: wide characters two, combining ones none."""
    total = 0
    for character in text:
        if character == "\t":
            total += len(_TAB)
        elif not unicodedata.combining(character):
            total += 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
    return total
