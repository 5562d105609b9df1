"""What a description says of a resource, and how it is put together."""

import json

import pyoxigraph as ox
import pytest
from tests.resources.conftest import Describe

from gfmdkg.errors import Ambiguous, NotFound
from gfmdkg.rdf.values import write_json
from gfmdkg.resources import identify, not_found
from gfmdkg.terms.index import TermIndex

PACT = """
<instrument/pact> a gfmd:Instrument ;
  skos:prefLabel "Pact on Safety at Sea"@en , "Pacte sur la sécurité en mer"@fr ;
  skos:altLabel "PSS"@en ; skos:hiddenLabel "Safty Pact"@en ; gfmd:neverLabel "Sea"@en ;
  gfmd:adoptionDate "2029-03-04"^^xsd:date ; gfmd:legallyBinding true ;
  gfmd:weight 1.5 , "INF"^^xsd:double ;
  dcterms:spatial [ skos:note "an inner note"@en ] ;
  gfmd:adoptedBy <actor/org-port> .
<actor/org-port> skos:prefLabel "Port"@en .
"""
LINKS = "".join(
    f"""
<passage/r/p{n:02}> a gfmd:Paragraph ; skos:prefLabel "Passage {n}"@en ;
  gfmd:cites <instrument/pact> ;
  gfmd:locator "paragraph {n}"@en .
<citation/r/p{n:02}/pact> a gfmd:Citation ; gfmd:passage <passage/r/p{n:02}> ;
  gfmd:target <instrument/pact> ; gfmd:matchedText "PSS" , "the pact" ;
  gfmd:confidence 0.9 ; gfmd:anticipated true ; skos:note "why" ;
  gfmd:assertion <https://w3id.org/gfmdkg/scheme/assertion/{"explicit" if n % 2 else "inferred"}> .
"""
    for n in range(1, 61)
)


def test_properties_stand_in_groups_and_in_a_fixed_order(described: Describe) -> None:
    found = described(PACT, "PSS")
    titles = {g.name: [p.title for p in g.properties] for g in found.groups}
    assert titles == {
        "names": ["title", "also called", "wrongly called", "never means it"],
        "kind": ["is a"],
        "facts": ["adoption date", "legally binding", "spatial", "weight"],
        "links": ["adopted by"],
    }
    titles_of_pact = found.groups[0].properties[0].values
    assert [getattr(value, "language", None) for value in titles_of_pact] == ["en", "fr"]


def test_values_are_plain_json_that_tells_its_kind(described: Describe) -> None:
    found = described(PACT, "PSS")
    document = json.loads(write_json(found))
    values = {p["title"]: p["values"] for g in document["groups"] for p in g["properties"]}
    assert values["legally binding"][0]["value"] is True
    assert values["adoption date"][0]["value"] == "2029-03-04"
    assert {v["value"] for v in values["weight"]} == {1.5, "INF"}
    assert values["adopted by"] == [
        {"kind": "resource", "iri": "https://w3id.org/gfmdkg/id/actor/org-port", "label": "Port"}
    ]
    (node,) = values["spatial"]
    assert node["kind"] == "node"
    assert node["properties"][0]["values"][0]["value"] == "an inner note"
    assert document["names"][:2] == [
        {"text": "Pact on Safety at Sea", "kind": "preferred", "language": "en"},
        {"text": "Pacte sur la sécurité en mer", "kind": "preferred", "language": "fr"},
    ]
    assert "Sea" not in [n["text"] for n in document["names"]]


def test_what_points_here_is_counted_and_cut_with_a_query_for_all(described: Describe) -> None:
    found = described(PACT + LINKS, "PSS")
    by_title = {i.title: i for i in found.incoming}
    assert by_title["passages that cite it"].total == 60
    assert len(by_title["passages that cite it"].items) == 50
    links = by_title["passages that cite it"].links
    assert links is not None
    assert "LIMIT" not in links["sparql"]
    assert {i.links for i in found.without_queries().incoming} == {None}
    first = by_title["cited by"].items[0]
    assert first.other is not None
    assert first.other is not None
    assert first.other.label == "Passage 1"


def test_evidence_tells_passage_words_and_ground_the_explicit_first(described: Describe) -> None:
    found = described(PACT + LINKS, "PSS")
    assert found.evidence.total == 60
    assert len(found.evidence.items) == 50
    grounds = [e.assertion.iri.rpartition("/")[2] for e in found.evidence.items if e.assertion]
    assert grounds == ["explicit"] * 30 + ["inferred"] * 20
    first = found.evidence.items[0]
    assert (first.direction, first.locator, first.matched_text) == (
        "in",
        "paragraph 1",
        "PSS | the pact",
    )
    assert (first.confidence, first.anticipated, first.note) == (0.9, True, "why")
    from_passage = described(PACT + LINKS, "passage/r/p01")
    assert [(e.direction, e.target.label) for e in from_passage.evidence.items] == [
        ("out", "Pact on Safety at Sea")
    ]


def test_retired_resource_tells_what_to_use_instead(described: Describe) -> None:
    turtle = '<a> skos:prefLabel "A"@en ; owl:deprecated true ; dcterms:isReplacedBy <b> .'
    found = described(turtle + ' <b> skos:prefLabel "B"@en .', "A")
    assert found.deprecated
    assert [r.label for r in found.replaced_by] == ["B"]


def test_sources_are_graphs_with_their_files(described: Describe) -> None:
    found = described('<a> skos:prefLabel "A"@en .', "A")
    (source,) = found.provenance.sources
    assert (source.file, source.statements) == ("data/reports/harbour.ttl", 1)
    other = described('<a> skos:prefLabel "A"@en .', "A", file="submitted/x")
    assert other.provenance.sources[0].file is None


def test_citation_is_pinned_to_the_version_and_escaped_for_bibtex(described: Describe) -> None:
    found = described('<a> skos:prefLabel "50% of {A} & B_C\\\\D"@en .', "a")
    cited = found.citation
    assert cited.permalink == "https://w3id.org/gfmdkg/id/a?version=7"
    assert "version 7 (2031-05-06)" in cited.text
    assert r"title = {{50\% of \{A\} \& B\_C\textbackslash{}D}}" in cited.bibtex
    assert cited.bibtex.startswith("@misc{gfmdkg-a-v7,\n")
    assert rf"howpublished = {{\url{{{cited.permalink}}}}}" in cited.bibtex
    foreign = described('<http://e/x#y> skos:prefLabel "Y"@en .', "http://e/x#y")
    assert foreign.citation.permalink == (
        "https://w3id.org/gfmdkg/resource?iri=http%3A%2F%2Fe%2Fx%23y&version=7"
    )


def test_nothing_said_is_no_description(described: Describe) -> None:
    with pytest.raises(NotFound):
        described(PACT, "http://e/none")


INDEX = TermIndex.from_facts(
    [
        ("https://w3id.org/gfmdkg/id/instrument/cmw", "pref", "CMW", None),
        ("https://w3id.org/gfmdkg/id/instrument/a", "pref", "Twin", None),
        ("https://w3id.org/gfmdkg/id/instrument/b", "pref", "Twin", None),
    ]
)


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        (" CMW ", "https://w3id.org/gfmdkg/id/instrument/cmw"),
        ("instrument/cmw", "https://w3id.org/gfmdkg/id/instrument/cmw"),
        ("sdg:10.7", "http://metadata.un.org/sdg/10.7"),
        ("http://e/any", "http://e/any"),
        ("urn:x:1", "urn:x:1"),
        ("citation/r/p1/cmw", "https://w3id.org/gfmdkg/id/citation/r/p1/cmw"),
    ],
)
def test_whatever_names_a_resource_identifies_it(text: str, iri: str) -> None:
    assert identify(text, INDEX) == ox.NamedNode(iri)


@pytest.mark.parametrize("text", ["CMWX", "http://e/a b", "sdg:<>", "gfmd:no space"])
def test_what_names_nothing_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        identify(text, INDEX)


def test_shared_name_is_ambiguous() -> None:
    with pytest.raises(Ambiguous):
        identify("Twin", INDEX)


def test_unknown_iri_has_its_neighbours_as_candidates() -> None:
    error = not_found("https://w3id.org/gfmdkg/id/instrument/cmv", INDEX)
    assert error.candidates[0].label == "CMW"
