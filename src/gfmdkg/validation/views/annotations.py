"""The view as workflow commands, which GitHub shows beside the lines of a change."""

from collections.abc import Iterator

from gfmdkg.validation.findings import Finding, Report, Severity

__all__ = ["to_annotations"]

_COMMANDS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def to_annotations(report: Report) -> str:
    """A line ``::error file=…,line=…,col=…,title=…::message`` for each finding."""
    return "\n".join([*(_command(finding) for finding in report.findings), report.summary()])


def _command(finding: Finding) -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in _properties(finding))
    what = f"{finding.cell}: {finding.message}" if finding.cell else finding.message
    message = f"{what}\n{finding.remedy}" if finding.remedy else what
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(message)}"


def _properties(finding: Finding) -> Iterator[tuple[str, str]]:
    if finding.file is not None:
        yield "file", finding.file
    if finding.line is not None:
        yield "line", str(finding.line)
        # Columns hold only within one line, and GitHub's last column is inclusive.
        if finding.end_line is not None and finding.end_line != finding.line:
            yield "endLine", str(finding.end_line)
        elif finding.column is not None:
            yield "col", str(finding.column)
            if finding.end_column is not None:
                yield "endColumn", str(max(finding.column, finding.end_column - 1))
    yield "title", f"gfmdkg {finding.code}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
