"""The view as SARIF 2.1.0, which editors and code scanning read."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from gfmdkg.about import VERSION
from gfmdkg.namespaces import BASE
from gfmdkg.validation.findings import Edit, Finding, Report, Severity

__all__ = ["to_sarif"]

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


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
    shape = finding.shape
    if shape is None or not shape.startswith(("http://", "https://")):
        return finding.code
    return f"{shape.rpartition('#')[2].rpartition('/')[2]}/{finding.code}"


def _rule(finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": _rule_id(finding),
        "shortDescription": {"text": finding.remedy or finding.message},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
    }
    if finding.shape is not None and finding.shape.startswith(("http://", "https://")):
        rule["helpUri"] = finding.shape
    return rule


def _result(finding: Finding, rule_index: int) -> dict[str, Any]:
    what = f"{finding.cell}: {finding.message}" if finding.cell else finding.message
    text = f"{what}. {finding.remedy}." if finding.remedy else what
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
                {"deletedRegion": _edit_region(edit), "insertedContent": {"text": edit.text}}
                for edit in finding.fix.edits
            ],
        }
        description = {"text": finding.fix.description}
        result["fixes"] = [{"description": description, "artifactChanges": [change]}]
    properties = {
        name: value
        for name in ("cell", "pointer", "focus_node", "path", "value", "shape")
        if (value := getattr(finding, name)) is not None
    }
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


def _region(finding: Finding) -> Mapping[str, int]:
    given = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    return {name: value for name, value in given.items() if value is not None}


def _edit_region(edit: Edit) -> Mapping[str, int]:
    return {
        "startLine": edit.line,
        "startColumn": edit.column,
        "endLine": edit.end_line,
        "endColumn": edit.end_column,
    }


def _artifact(file: str) -> Mapping[str, str]:
    return {"uri": quote(file, safe="/:")}
