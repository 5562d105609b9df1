"""Findings in every format that is read: their places, and the pointers of JSON-LD."""

from collections.abc import Callable
from datetime import date

import pytest

from gfmdkg.build.sources import SYNTAXES, decode_file, syntax_of
from gfmdkg.curation.file_validation import FileValidator
from gfmdkg.errors import DataError
from gfmdkg.paths import Content
from gfmdkg.validation import Finding

TODAY = date(2026, 1, 1)
G = "https://w3id.org/gfmdkg"
JSON_LD = """{
  "@context": [
    "https://w3id.org/gfmdkg/context.jsonld",
    {"@base": "https://w3id.org/gfmdkg/", "x": "https://w3id.org/gfmdkg/ontology#",
     "tags": {"@id": "skos:altLabel", "@container": "@language"}}
  ],
  "@graph": [
    {
      "@id": "id/instrument/x-json-a",
      "@type": "x:Instrument",
      "skos:prefLabel": ▶1"Untagged Jsonesque Pact",
      "x:instrumentType": {"@id": "scheme/instrument-type/framework"},
      "x:legallyBinding": ▶2"false",
      "x:adoptionDate": {"@value": "2011-05-04", "@type": "xsd:date"},
      "x:adoptedBy": [{"@id": "id/actor/org-ilo"}, {▶3"@id": "id/process/gfmd"}],
      "tags": {"en": "XJA"}
    },
    {
      ▶4"@id": "id/session/x-json",
      "@type": "x:Session",
      "skos:prefLabel": {"@value": "A session in JSON", "@language": "en"},
      "schema:location": {"@value": "Nowhere", "@language": "en"},
      "x:partOfProcess": {"@id": "id/process/gfmd"},
      "x:thematicCluster": {▶5"skos:note": {▶6"@value": "no tag"}},
      "@reverse": {"x:inSession": {
        "@id": "id/participation/x-json/ilo", "@type": "x:Participation",
        "x:participant": {"@id": "id/actor/org-ilo"},
        "x:role": {▶7"@id": "scheme/topic/integration-and-inclusion"}
      }}
    }
  ]
}
"""


def places(marked: str) -> tuple[str, dict[int, tuple[int, int]]]:
    found: dict[int, tuple[int, int]] = {}
    parts = marked.split("▶")
    text = parts[0]
    for part in parts[1:]:
        found[int(part[0])] = (text.count("\n") + 1, len(text.rpartition("\n")[2]) + 1)
        text += part[1:]
    return text, found


Validate = Callable[[str, str], list[Finding]]


@pytest.fixture(scope="module")
def validate(small_content: Content) -> Validate:
    """The findings about one file of that name and text."""
    validator = FileValidator(small_content)

    def run(name: str, text: str) -> list[Finding]:
        file = decode_file(name, text.encode(), syntax_of(name))
        # The few data that are around have violations of their own.
        report = validator.validate([file], today=TODAY)
        return [finding for finding in report.findings if finding.file == name]

    return run


def test_json_ld_findings_have_place_and_pointer(validate: Validate) -> None:
    text, expected = places(JSON_LD)
    found = {(f.line, f.column): (f.code, f.pointer) for f in validate("a.jsonld", text)}
    assert {n: found.get(place) for n, place in expected.items()} == {
        1: ("datatype", "/@graph/0/skos:prefLabel"),
        2: ("datatype", "/@graph/0/x:legallyBinding"),
        3: ("node", "/@graph/0/x:adoptedBy/1"),
        4: ("min-count", "/@graph/1"),
        5: ("node", "/@graph/1/x:thematicCluster"),
        6: ("datatype", "/@graph/1/x:thematicCluster/skos:note"),
        7: ("node", "/@graph/1/@reverse/x:inSession/x:role"),
    }
    assert len(found) == len(expected)


@pytest.mark.parametrize(("name", "graph"), [("a.nt", ""), ("a.nq", " <https://example.org/g>")])
def test_lines_of_n_triples_and_n_quads_are_named(
    name: str, graph: str, validate: Validate
) -> None:
    subject = f"<{G}/id/instrument/x-lines>"
    rows = [
        ("<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", f"<{G}/ontology#Instrument>"),
        ("<http://www.w3.org/2004/02/skos/core#prefLabel>", '"Pact of the Lines"@en'),
        (f"<{G}/ontology#instrumentType>", f"<{G}/scheme/instrument-type/framework>"),
        (f"<{G}/ontology#legallyBinding>", '"false"'),
        (f"<{G}/ontology#adoptionDate>", '"2011"^^<http://www.w3.org/2001/XMLSchema#gYear>'),
        (f"<{G}/ontology#adoptedBy>", f"<{G}/id/actor/org-ilo>"),
    ]
    text = "".join(f"{subject} {p} {o}{graph} .\n" for p, o in rows)
    (finding,) = validate(name, text)
    assert (finding.line, finding.column) == (4, len(subject) + len(rows[3][0]) + 3)
    assert finding.fix is not None
    assert finding.fix.edits[0].text == '"false"^^<http://www.w3.org/2001/XMLSchema#boolean>'


def test_trig_has_the_places_of_turtle(validate: Validate) -> None:
    text, expected = places(
        f"""@prefix g: <{G}/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
GRAPH <https://example.org/g> {{
  <{G}/id/instrument/x-trig> a g:Instrument ; skos:prefLabel "Trigonal Pact"@en ;
    g:instrumentType <{G}/scheme/instrument-type/framework> ; g:legallyBinding ▶1"false" }}
{{ <{G}/id/instrument/x-trig> g:adoptionDate "2011" , ▶2"2012"^^g:year ;
    g:adoptedBy <{G}/id/actor/org-ilo> . }}
"""
    )
    found = {(f.line, f.column) for f in validate("a.trig", text)}
    assert set(expected.values()) <= found


def test_rdf_xml_findings_have_the_place_of_their_subject(validate: Validate) -> None:
    text, expected = places(
        f"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xml:base="{G}/"
  xmlns:skos="http://www.w3.org/2004/02/skos/core#" xmlns:g="{G}/ontology#">
  <g:Process ▶1rdf:about="{G}/id/process/x-xml">
  <skos:prefLabel xml:lang="en">Xmlish process</skos:prefLabel>
  <g:related rdf:resource="{G}/id/process/gfmd"/></g:Process>
</rdf:RDF>
"""
    )
    assert expected[1] in {(f.line, f.column) for f in validate("a.rdf", text)}


def test_ill_formed_xml_is_a_finding(validate: Validate) -> None:
    (finding,) = validate("a.rdf", "<a>\n<b></a>")
    assert (finding.code, finding.file) == ("syntax", "a.rdf")


def test_the_name_or_the_given_syntax_tells_the_format() -> None:
    assert syntax_of("x.ttl") == "text/turtle"
    assert syntax_of("x.JSON") == "application/ld+json"
    assert syntax_of("x", "nq") == SYNTAXES["nq"]
    with pytest.raises(DataError, match="--syntax"):
        syntax_of("x.doc")


def test_a_byte_that_is_not_utf_8_has_its_place() -> None:
    with pytest.raises(DataError) as caught:
        decode_file("a.ttl", "# ä\nü \xff".encode()[:-2] + b"\xff", "text/turtle")
    assert (caught.value.faults[0].line, caught.value.faults[0].column) == (2, 3)
