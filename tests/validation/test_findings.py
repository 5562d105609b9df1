"""The report and its views."""

import json

from gfmdkg.errors import Fault
from gfmdkg.validation.findings import Finding, Mode, Report, Severity


def finding(**fields: object) -> Finding:
    given: dict[str, object] = {"severity": Severity.VIOLATION, "code": "min-count", "message": "m"}
    return Finding(**{**given, **fields})  # type: ignore[arg-type]


def test_only_violations_keep_a_report_from_conforming() -> None:
    warning, info = finding(severity=Severity.WARNING), finding(severity=Severity.INFO)
    assert Report.of([warning, info]).conforms
    report = Report.of([warning, finding()])
    assert not report.conforms
    assert report.violations == [finding()]


def test_findings_are_ordered_by_place_and_each_is_there_once() -> None:
    late, early = finding(file="a", line=9), finding(file="a", line=2)
    nowhere, other = finding(), finding(file="b", line=1)
    assert Report.of([nowhere, late, other, early, late]).findings == (early, late, other, nowhere)


def test_json_view_has_the_documented_members() -> None:
    document = json.loads(Report.of([finding(file="a.ttl", line=1)]).to_json_text())
    assert list(document) == ["conforms", "mode", "findings"]
    assert document["mode"] == Mode.FULL
    assert list(document["findings"][0]) == [
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
        "fix",
    ]
    assert document["findings"][0]["severity"] == "violation"
    assert document["findings"][0]["cell"] is None


def test_place_falls_back_to_the_focus_node() -> None:
    assert finding(focus_node="urn:x").place == "urn:x"
    assert finding().place == "the data"


def test_summary_counts_each_severity() -> None:
    findings = [finding(line=n) for n in (1, 2)] + [finding(severity=Severity.INFO)]
    assert Report.of(findings).summary() == "does not conform: 2 violations, 1 info"


def test_fault_and_finding_carry_the_same_place() -> None:
    fault = Fault(message="m", file="f", line=1, column=2, remedy="r")
    made = Finding.from_fault(fault, code="syntax")
    assert made.as_fault() == fault
    assert made.severity is Severity.VIOLATION
