"""The view as JUnit XML: a test suite for each file, a test case for each finding."""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from gfmdkg.validation.findings import Finding, Report, Severity

__all__ = ["to_junit"]

# What XML 1.0 cannot hold, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report) -> str:
    """Violations are failures; warnings and notes are cases that passed, with their words.

    A file without findings has one case that passed.
    """
    by_file: dict[str, list[Finding]] = {name: [] for name in sorted(report.sources)}
    for finding in report.findings:
        by_file.setdefault(finding.file or "the graph", []).append(finding)
    suites = "".join(_suite(name, findings) for name, findings in by_file.items())
    tests = sum(max(1, len(findings)) for findings in by_file.values())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="gfmdkg validate" tests="{tests}"'
        f' failures="{len(report.violations)}" errors="0">\n{suites}</testsuites>\n'
    )


def _suite(name: str, findings: Sequence[Finding]) -> str:
    failures = sum(finding.severity is Severity.VIOLATION for finding in findings)
    cases = "".join(_case(name, finding) for finding in findings)
    if not findings:
        cases = f'    <testcase classname={_quote(name)} name="conforms" time="0"/>\n'
    return (
        f"  <testsuite name={_quote(name)} tests={_quote(str(max(1, len(findings))))}"
        f' failures="{failures}" errors="0" skipped="0" time="0">\n{cases}  </testsuite>\n'
    )


def _case(suite: str, finding: Finding) -> str:
    text = "\n".join(
        part for part in (f"{finding.place}: {finding.message}", finding.remedy) if part
    )
    position = ":".join(str(n) for n in (finding.line, finding.column) if n is not None)
    place = finding.cell or position
    name = f"{finding.code} at {place}" if place else finding.code
    begin = f"    <testcase classname={_quote(suite)} name={_quote(name)}"
    if finding.line is not None:
        begin += f' line="{finding.line}"'
    if finding.file is not None:
        begin += f" file={_quote(finding.file)}"
    if finding.severity is Severity.VIOLATION:
        inner = (
            f"<failure message={_quote(finding.message)} type={_quote(finding.code)}>"
            f"{escape(_clean(text))}</failure>"
        )
    else:
        inner = f"<system-out>{escape(_clean(text))}</system-out>"
    return f'{begin} time="0">{inner}</testcase>\n'


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def _quote(text: str) -> str:
    return quoteattr(_clean(text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
