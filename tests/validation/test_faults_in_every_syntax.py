"""The faults that Turtle files have are found in the other syntaxes as well, and where."""

import io
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from tests.validation.faults import HEADER, TURTLE, Fault

from gfmdkg.build.sources import decode_file, syntax_of
from gfmdkg.curation.file_validation import FileValidator
from gfmdkg.namespaces import BASE, PREFIXES
from gfmdkg.paths import shipped_content
from gfmdkg.store.versions import VersionStore
from gfmdkg.validation import Finding, Mode

FORMATS = {
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}
# These are about how the Turtle text itself is laid out.
FAULTS = [
    fault
    for fault in TURTLE
    if fault.marked.startswith(HEADER) and "prefix" not in fault.text.removeprefix(HEADER).lower()
]
IN_GRAPH = "GRAPH <https://example.org/g> {\n"


def write(fault: Fault, syntax: str) -> str:
    """The triples of a faulty file in another syntax."""
    if syntax == "trig":
        return f"{HEADER}{IN_GRAPH}{fault.text.removeprefix(HEADER)}}}\n"
    triples = ox.parse(fault.text.encode(), ox.RdfFormat.TURTLE, base_iri=BASE)
    if syntax == "nq":
        graph = ox.NamedNode("https://example.org/g")
        quads = [ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples]
        return (ox.serialize(quads, format=FORMATS[syntax]) or b"").decode()
    prefixes = dict(PREFIXES) if syntax == "rdf" else None
    output = io.BytesIO()
    ox.serialize(triples, output, FORMATS[syntax], prefixes=prefixes)
    return output.getvalue().decode()


@pytest.fixture(scope="module", params=["trig", *FORMATS])
def found(
    request: pytest.FixtureRequest, shipped_store: Path
) -> tuple[str, Mapping[str, str], Mapping[str, list[Finding]]]:
    """The syntax, and the text and findings of each file."""
    syntax = request.param
    version = VersionStore(shipped_store).require_current()
    texts = {fault.name: write(fault, syntax) for fault in FAULTS}
    files = [
        decode_file(f"{name}.{syntax}", text.encode(), syntax_of(f"x.{syntax}"))
        for name, text in texts.items()
    ]
    report = FileValidator(shipped_content(), against=version).validate(
        files, today=date(2026, 1, 1)
    )
    assert report.mode is Mode.INCREMENTAL
    findings: dict[str, list[Finding]] = {}
    for finding in report.findings:
        findings.setdefault(str(finding.file).rpartition(".")[0], []).append(finding)
    return syntax, texts, findings


def test_there_are_enough_of_them() -> None:
    assert len(FAULTS) >= 60


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_it_is_reported_once_where_it_stands(
    fault: Fault, found: tuple[str, Mapping[str, str], Mapping[str, list[Finding]]]
) -> None:
    syntax, texts, findings = found
    (finding,) = findings.get(fault.name, [])
    assert finding.code == fault.code
    assert fault.words in f"{finding.message} {finding.remedy}"
    lines = texts[fault.name].split("\n")
    match syntax:
        case "trig":
            line, column = fault.place
            assert (finding.line, finding.column) == (line + 1, column)
        case "nt" | "nq":
            assert finding.line is not None
            assert finding.column is not None
            place = lines[finding.line - 1][finding.column - 1 :]
            assert place.startswith(("<", '"', "_:"))
            subject = finding.focus_node or ""
            assert subject in lines[finding.line - 1] or subject.startswith("_:")
        case "jsonld":
            assert finding.pointer is not None
            assert resolve(json.loads(texts[fault.name]), finding.pointer) is not None
        case _:
            # The named record, or the one that leads to the unnamed node.
            assert finding.line is not None
            assert "rdf:about=" in lines[finding.line - 1]


def resolve(value: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value
