"""One report, many views: for people, for editors, for continuous integration, for programs."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox

from gfmdkg.about import VERSION
from gfmdkg.namespaces import BASE, SH
from gfmdkg.rdf.spreadsheet import guard_text
from gfmdkg.validation.findings import JSON_FIELDS, Edit, Finding, Report, Severity, to_terminal

__all__ = ["VIEWS", "View"]

_COMMANDS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A way to write a report: its media type, and what writes it."""

    media_type: str
    write: Callable[[Report], str]


_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_NAMES = """
And Class Closed Datatype Disjoint Equals HasValue In LanguageIn LessThan LessThanOrEquals MaxCount
MaxExclusive MaxInclusive MaxLength MinCount MinExclusive MinInclusive MinLength Node NodeKind Not
Or Pattern Property QualifiedMaxCount QualifiedMinCount SPARQL UniqueLang Xone
"""
# The constraint components by the codes that findings have for them.
_COMPONENTS = {
    re.sub("(?<=[a-z])(?=[A-Z])", "-", name).lower(): f"{name}ConstraintComponent"
    for name in _NAMES.split()
}


def to_csv(report: Report) -> str:
    """RFC 4180 with a header line, a row for each finding; the columns are its members in JSON."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(JSON_FIELDS)
    for finding in report.findings:
        writer.writerow(_cell(getattr(finding, name)) for name in JSON_FIELDS)
    return output.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else guard_text(str(value))


def to_annotations(report: Report) -> str:
    """A line ``::error file=…,line=…,col=…,title=…::message`` for each finding."""
    return "\n".join([*(_command(finding) for finding in report.findings), report.summary()])


def _command(finding: Finding) -> str:
    properties = ",".join(f"{name}={_in_property(value)}" for name, value in _placing(finding))
    message = "\n".join(filter(None, (finding.text, finding.remedy)))
    return f"::{_COMMANDS[finding.severity]} {properties}::{_in_command(message)}"


def _placing(finding: Finding) -> Iterator[tuple[str, str]]:
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


def _in_command(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _in_property(text: str) -> str:
    return _in_command(text).replace(":", "%3A").replace(",", "%2C")


def to_html(report: Report) -> str:
    """A ``section`` for the web page, without scripts or styles; the classes say how bad it is."""
    return _render("report.html", report)


def to_sarif(report: Report) -> str:
    """One run with a result for each finding and a rule for each shape or check."""
    rules: dict[str, dict[str, Any]] = {}
    for finding in report.findings:
        rules.setdefault(_rule_id(finding), _rule(finding))
    ids = list(rules)
    document = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "gfmdkg",
                        "version": VERSION,
                        "informationUri": BASE,
                        "rules": list(rules.values()),
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(finding, ids.index(_rule_id(finding))) for finding in report.findings
                ],
            }
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _rule_id(finding: Finding) -> str:
    """The shape's local name with the kind of constraint, or the check's name."""
    if finding.shape_iri is None:
        return finding.code
    return f"{finding.shape_iri.rpartition('#')[2].rpartition('/')[2]}/{finding.code}"


def _rule(finding: Finding) -> dict[str, Any]:
    return {
        "id": _rule_id(finding),
        "shortDescription": {"text": finding.remedy or finding.message},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        **({} if finding.shape_iri is None else {"helpUri": finding.shape_iri}),
    }


def _result(finding: Finding, rule_index: int) -> dict[str, Any]:
    text = f"{finding.text}. {finding.remedy}." if finding.remedy else finding.text
    result: dict[str, Any] = {
        "ruleId": _rule_id(finding),
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": text.replace("..", ".")},
        "locations": [_location(finding)],
    }
    if finding.fix is not None and finding.file is not None:
        change = {
            "artifactLocation": _artifact(finding.file),
            "replacements": [
                {"deletedRegion": _region(edit), "insertedContent": {"text": edit.text}}
                for edit in finding.fix.edits
            ],
        }
        description = {"text": finding.fix.description}
        result["fixes"] = [{"description": description, "artifactChanges": [change]}]
    names = ("cell", "pointer", "focus_node", "path", "value", "shape")
    given = {name: getattr(finding, name) for name in names}
    properties = {name: value for name, value in given.items() if value is not None}
    return result | ({"properties": properties} if properties else {})


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.file is not None:
        physical: dict[str, Any] = {"artifactLocation": _artifact(finding.file)}
        if finding.line is not None:
            physical["region"] = _region(finding)
        location["physicalLocation"] = physical
    if finding.focus_node is not None:
        location["logicalLocations"] = [
            {"fullyQualifiedName": finding.focus_node, "kind": "resource"}
        ]
    return location


def _region(place: Finding | Edit) -> Mapping[str, int]:
    given = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    return {name: value for name, value in given.items() if value is not None}


def _artifact(file: str) -> Mapping[str, str]:
    return {"uri": quote(file, safe="/:")}


def to_turtle(report: Report) -> str:
    """A ``sh:ValidationReport``; what is no SHACL constraint has a component of gfmdsh:."""
    return _render("report.ttl", report, component=_component, literal=ox.Literal)


def _component(code: str) -> str:
    component = _COMPONENTS.get(code)
    return f"gfmdsh:{code}" if component is None else f"<{SH}{component}>"


def _render(template: str, report: Report, **values: Any) -> str:
    # Whoever writes no such view loads nothing that fills in templates.
    from gfmdkg.http.rendering import render

    return render(template, {"report": report, **values}).decode() + "\n"


VIEWS: Mapping[str, View] = {
    "text": View(media_type="text/plain", write=to_terminal),
    "json": View(media_type="application/json", write=Report.to_json_text),
    "sarif": View(media_type="application/sarif+json", write=to_sarif),
    "github": View(media_type="text/plain", write=to_annotations),
    "csv": View(media_type="text/csv", write=to_csv),
    "ttl": View(media_type="text/turtle", write=to_turtle),
    "html": View(media_type="text/html", write=to_html),
}
"""View by name, as ``--format`` and ``?format=`` take it."""
