"""Every view of a report: what it holds, and that its readers can read it."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import SH
from tests.conftest import skip_unless_required

from gfmdkg.curation.models import ValidationReport
from gfmdkg.validation.findings import (
    Edit,
    Finding,
    Fix,
    Report,
    ResultTerms,
    Severity,
    to_terminal,
)
from gfmdkg.validation.views import VIEWS

HERE = Path(__file__).parent
OFFICIAL_SCHEMA = (
    HERE.parent / "clients/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
)
TEXT = '\ufeff# first\r\n\t<a> <b> "日本 <x>" ;\r\n'
SHAPE = "https://w3id.org/gfmdkg/shapes#Label-tagged"


def make(**fields: object) -> Finding:
    given: dict[str, object] = {
        "severity": Severity.VIOLATION,
        "code": "datatype",
        "message": "“A”, 100% wrong\nreally",
        "remedy": "Tag it <b>",
        "file": "data/ä b.ttl",
        "line": 2,
        "column": 10,
        "end_line": 2,
        "end_column": 18,
        "focus_node": "https://example.org/a",
        "path": "https://example.org/p",
        "value": "日本",
        "shape": SHAPE,
        "terms": ResultTerms(
            focus="<https://example.org/a>", path="<https://example.org/p>", value='"日本"'
        ),
    }
    return Finding(**{**given, **fields})  # type: ignore[arg-type]


@pytest.fixture
def report() -> Report:
    edit = Edit(line=2, column=18, end_line=2, end_column=18, text="@en")
    fix = Fix(description="add the language tag @en", edits=(edit,))
    return Report.of(
        [
            make(fixable=True, fix=fix),
            make(severity=Severity.WARNING, code="orphan", line=1, column=1, shape=None),
            make(severity=Severity.INFO, code="near-duplicate", line=3, end_line=4, shape=None),
            Finding(severity=Severity.VIOLATION, code="syntax", message="=bad\x07", file="x.ttl"),
        ]
    ).with_sources({"data/ä b.ttl": TEXT, "good.ttl": ""})


def test_terminal_marks_the_place_in_the_source_line(report: Report) -> None:
    lines = to_terminal(report).split("\n")
    start = next(n for n, line in enumerate(lines) if ":2:10:" in line)
    assert lines[start + 1] == '  2 |     <a> <b> "日本 <x>" ;'
    # A tab counts as four columns, a wide character as two.
    assert lines[start + 2] == "    |             ^~~~~~~~~~"
    assert lines[start + 3] == "  → Tag it <b>"
    assert f"see {SHAPE}" in lines[start + 5]
    assert "--fix mends 1" in lines[-1]
    assert "\x1b" not in "\n".join(lines)
    assert "\x07" not in "\n".join(lines)


def test_terminal_has_colours_where_asked(report: Report) -> None:
    assert "\x1b[31mviolation\x1b[0m" in to_terminal(report, colour=True)


def test_json_fits_its_documented_schema(report: Report) -> None:
    schema = ValidationReport.model_json_schema(mode="serialization")
    document = json.loads(VIEWS["json"].write(report))
    jsonschema_rs.validator_for(schema).validate(document)
    assert set(schema["$defs"]["Finding"]["properties"]) == set(document["findings"][0])
    assert document["findings"][1]["fix"]["edits"][0]["text"] == "@en"


SCHEMAS = [HERE / "sarif-2.1.0-used.schema.json", OFFICIAL_SCHEMA]


def schema_of_sarif(path: Path) -> Any:
    """A schema of SARIF 2.1.0: ours of the part that is written, or the official one, of npm."""
    if not path.is_file():
        skip_unless_required("needs `npm ci` in tests/clients")
    # The pattern of a language has a bracket too many there, which is no regular expression.
    return json.loads(path.read_text("utf-8").replace("{2}]?$", "{2}?$"))


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_sarif_has_the_structure_that_its_schema_asks_for(path: Path, report: Report) -> None:
    schema = schema_of_sarif(path)
    document = json.loads(VIEWS["sarif"].write(report))
    jsonschema_rs.validator_for(schema).validate(document)
    run = document["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[r["ruleIndex"]] for r in run["results"]] == [r["ruleId"] for r in run["results"]]
    assert [r["level"] for r in run["results"]] == ["warning", "error", "note", "error"]
    location = run["results"][1]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "data/%C3%A4%20b.ttl"
    assert location["region"]["startColumn"] == 10
    assert run["results"][1]["fixes"][0]["artifactChanges"][0]["replacements"]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_sarif_of_a_clean_report_fits_too(path: Path) -> None:
    schema = schema_of_sarif(path)
    document = json.loads(VIEWS["sarif"].write(Report.of([])))
    jsonschema_rs.validator_for(schema).validate(document)
    with pytest.raises(jsonschema_rs.ValidationError):
        document["runs"][0]["tool"]["driver"].pop("name")
        jsonschema_rs.validator_for(schema).validate(document)


def test_annotations_are_escaped_workflow_commands(report: Report) -> None:
    lines = VIEWS["github"].write(report).split("\n")
    assert lines[1] == (
        "::error file=data/ä b.ttl,line=2,col=10,endColumn=17,title=gfmdkg datatype"
        "::“A”, 100%25 wrong%0Areally%0ATag it <b>"
    )
    assert lines[0].startswith("::warning ")
    assert lines[2].startswith("::notice file=data/ä b.ttl,line=3,endLine=4,title=")
    assert len(lines) == 5


def test_csv_has_a_row_for_each_finding_and_no_formulas(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(VIEWS["csv"].write(report))))
    assert len(rows) == 4
    assert (rows[1]["line"], rows[1]["column"], rows[1]["value"]) == ("2", "10", "日本")
    assert rows[3]["message"].startswith("'=")


def test_turtle_is_the_report_of_the_recommendation(report: Report) -> None:
    graph = Graph().parse(data=VIEWS["ttl"].write(report), format="turtle")
    (node,) = graph.subjects(SH.conforms, None)
    results = list(graph.objects(node, SH.result))
    assert len(results) == 4
    for result in results:
        for name in (SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent):
            assert len(list(graph.objects(result, name))) == 1
    (datatype,) = graph.subjects(SH.sourceConstraintComponent, SH.DatatypeConstraintComponent)
    assert graph.value(datatype, SH.resultPath) == URIRef("https://example.org/p")
    assert graph.value(datatype, SH.sourceShape) == URIRef(SHAPE)
    clean = Graph().parse(data=VIEWS["ttl"].write(Report.of([])), format="turtle")
    assert [str(o) for o in clean.objects(None, SH.conforms)] == ["true"]


def test_html_is_escaped_and_well_formed(report: Report) -> None:
    text = VIEWS["html"].write(report)
    root = ET.fromstring(text.replace("\x07", ""))
    assert root.tag == "section"
    assert "Tag it &lt;b&gt;" in text
    assert f'<a href="{SHAPE}">' in text
