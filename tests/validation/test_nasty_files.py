"""Files that go wrong in ways of their own: told in one finding, with the way out."""

from pathlib import Path

import pytest

from gfmdkg.build.sources import decode_file, syntax_of
from gfmdkg.curation.file_validation import FileValidator
from gfmdkg.paths import shipped_content
from gfmdkg.store.versions import VersionStore
from gfmdkg.validation import Finding, Severity

HEADER = """@base <https://w3id.org/gfmdkg/> .
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
RECORD = """<id/instrument/x-odd> a gfmd:Instrument ;
    skos:prefLabel "Zzqx odd pact"@en ;
    gfmd:instrumentType <scheme/instrument-type/framework> ;
    gfmd:legallyBinding false ;
    gfmd:adoptionDate "2011-05-04"^^xsd:date ;
    gfmd:adoptedBy <id/actor/org-ilo> .
"""
DEEP = 3000
RDF = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\n"
ENTITIES = """<?xml version="1.0"?>
<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">
 <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://x/">
<rdf:Description rdf:about="http://x/a"><x:p>&b;</x:p></rdf:Description></rdf:RDF>"""


@pytest.fixture(scope="module")
def validator(shipped_store: Path) -> FileValidator:
    version = VersionStore(shipped_store).require_current()
    return FileValidator(shipped_content(), against=version)


def find(validator: FileValidator, name: str, text: str) -> Finding:
    (finding,) = validator.validate([decode_file(name, text.encode(), syntax_of(name))]).findings
    return finding


@pytest.mark.parametrize(
    ("name", "text", "place", "message", "remedy"),
    [
        (
            "a.ttl",
            f"<x:a> <x:p> {'[ <x:p> ' * DEEP}1{' ]' * DEEP} .",
            (1, 13 + 200 * 8),
            "more than 200 levels",
            "",
        ),
        ("a.ttl", f"<x:a> <x:p> {'( ' * DEEP}{' )' * DEEP} .", (1, 13 + 400), "more than 200", ""),
        ("a.ttl", HEADER + RECORD.replace("@en", "@en_US"), (6, 38), "“@en_US”", "@en-US"),
        ("a.ttl", "\n <!DOCTYPE html><html></html>", (2, 2), "a web page", "the file itself"),
        ("a.ttl", '<?xml version="1.0"?><a/>', (1, 1), "this is XML", ".rdf"),
        ("a.ttl", '{"@id": "x:a"}', (1, 1), "this is JSON", ".jsonld"),
        ("a.rdf", HEADER, (1, 1), "this is Turtle", ".ttl"),
        (
            "a.rdf",
            RDF + "<rdf:Description rdf:about='é'></rdf:RDF>",
            (2, 33),
            "expected `</rdf:Description>`",
            "",
        ),
        ("a.rdf", ENTITIES, (3, 2), "made of other entities", "write its text out"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(
    name: str, text: str, place: tuple[int, int], message: str, remedy: str,
    validator: FileValidator,
) -> None:  # fmt: skip
    finding = find(validator, name, text)
    assert (finding.code, finding.line, finding.column) == ("syntax", *place)
    assert message in finding.message
    assert remedy in (finding.remedy or "")


def test_a_misspelt_namespace_is_told_for_all_that_is_in_it_goes_unnoticed(
    validator: FileValidator,
) -> None:
    finding = find(validator, "a.ttl", HEADER.replace("ontology#", "ontolgy#") + RECORD)
    assert (finding.code, finding.severity) == ("prefix-unfamiliar", Severity.VIOLATION)
    assert (finding.line, finding.column, finding.end_column) == (2, 15, 49)
    assert "<https://w3id.org/gfmdkg/ontology#>" in (finding.remedy or "")


def test_a_misspelt_namespace_under_another_prefix_is_told(validator: FileValidator) -> None:
    text = HEADER.replace("prefix skos: <http://www.w3.org", "prefix s: <https://www.w3.org")
    finding = find(validator, "a.ttl", text + "<x:a> s:note 1 .")
    assert (finding.code, finding.line) == ("prefix-unfamiliar", 3)


def test_another_meaning_of_a_prefix_is_only_a_warning(validator: FileValidator) -> None:
    text = "@prefix schema: <https://example.org/quite-other/> .\n<x:a> schema:note 1 ."
    assert find(validator, "a.ttl", text).severity is Severity.WARNING


def test_a_control_character_is_told(validator: FileValidator) -> None:
    finding = find(validator, "a.ttl", HEADER + RECORD.replace("odd pact", "od\x00d pact"))
    assert (finding.code, finding.line, finding.column) == ("control-character", 6, 20)
    assert "U+0000" in finding.message


def test_a_class_that_is_not_there_is_one_finding(validator: FileValidator) -> None:
    finding = find(validator, "a.ttl", HEADER + RECORD.replace("a gfmd:Inst", "a gfmd:inst"))
    assert finding.code == "term-undefined"
    assert "gfmd:Instrument" in (finding.remedy or "")
