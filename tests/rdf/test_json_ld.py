"""Compact JSON-LD: short names, and not a triple more or less than the expanded form has."""

import json
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfmdkg.paths import shipped_content
from gfmdkg.rdf.json_ld import Compaction

CONTENT = shipped_content()
EXAMPLES = sorted(CONTENT.ontology.glob("examples/*/valid-*.ttl"))
ROOT = "https://e.org/a"
PREFIXES = """
@prefix : <https://e.org/> .
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@pytest.fixture(scope="module")
def compaction() -> Compaction:
    return Compaction.load(CONTENT.context)


def expanded(turtle: str) -> bytes:
    written = pyoxigraph.serialize(
        pyoxigraph.parse(turtle, format=pyoxigraph.RdfFormat.TURTLE),
        format=pyoxigraph.RdfFormat.JSON_LD,
    )
    assert written is not None
    return written


def canonical(document: bytes) -> set[str]:
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(document, format=pyoxigraph.RdfFormat.JSON_LD))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.UNSTABLE)
    return set(map(str, dataset))


def compact(compaction: Compaction, turtle: str) -> dict[str, Any]:
    source = expanded(PREFIXES + turtle)
    document = compaction.compact(source, root=ROOT)
    assert canonical(document) == canonical(source)
    found: dict[str, Any] = json.loads(document)
    return found


def test_each_kind_of_value_gets_its_short_form(compaction: Compaction) -> None:
    document = compact(
        compaction,
        """:a a gfmd:Recommendation ; skos:prefLabel "A"@en , "B"@fr ; gfmd:cites :c , :d ;
        gfmd:order 7 ; gfmd:anticipated true ; gfmd:number "3" ; gfmd:confidence 0.95 .""",
    )
    assert document["id"] == ROOT
    assert document["type"] == "Recommendation"
    assert document["prefLabel"] == {"en": "A", "fr": "B"}
    assert sorted(document["cites"]) == ["https://e.org/c", "https://e.org/d"]
    assert document["order"] == 7
    assert document["anticipated"] is True
    assert document["number"] == "3"
    assert document["confidence"] == "0.95"


def test_the_context_has_what_is_used_and_no_more(compaction: Compaction) -> None:
    document = compact(compaction, ":a gfmd:cites :b .")
    assert document["@context"] == {
        "@version": 1.1,
        "id": "@id",
        "type": "@type",
        "cites": {"@id": "https://w3id.org/gfmdkg/ontology#cites", "@type": "@id"},
    }


def test_a_value_of_another_kind_than_its_name_has_keeps_its_kind(compaction: Compaction) -> None:
    document = compact(
        compaction,
        """:a gfmd:cites "words" ; skos:prefLabel "no language" ; gfmd:order "7"^^xsd:byte ;
        gfmd:number :b , "3"@en ; :own 1.5e0 ; a "text" , :Class .""",
    )
    assert document["gfmd:cites"] == "words"
    assert document["skos:prefLabel"] == "no language"
    assert document["gfmd:order"] == {"type": "xsd:byte", "@value": "7"}
    assert {"id": "https://e.org/b"} in document["number"]


def test_blank_nodes_stand_inside_what_they_hang_from(compaction: Compaction) -> None:
    document = compact(
        compaction, ':a :has [ gfmd:passageText "x" ; :has [ gfmd:passageText "y" ] ] .'
    )
    assert document["https://e.org/has"]["passageText"] == "x"
    assert document["https://e.org/has"]["https://e.org/has"] == {"passageText": "y"}


@pytest.mark.parametrize(
    "turtle",
    [
        ":a :p _:x . :b :p _:x . _:x :q 1 .",
        "_:x :p _:y . _:y :p _:x .",
        "_:x :p _:x .",
        ":a :p (1 2 (3)) .",
        ":a :p [] . :b :p [] .",
        ":a :p _:x . _:y :p _:z . _:z :p _:y .",
    ],
)
def test_knots_of_blank_nodes_lose_nothing(compaction: Compaction, turtle: str) -> None:
    assert compact(compaction, turtle)


def test_nothing_at_all_is_an_empty_graph(compaction: Compaction) -> None:
    assert compact(compaction, "")["@graph"] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_every_valid_example_says_the_same(compaction: Compaction, path: Path) -> None:
    source = expanded(path.read_text(encoding="utf-8"))
    assert canonical(compaction.compact(source, root=ROOT)) == canonical(source)


NODES = st.sampled_from([":a", ":b", "_:x", "_:y", "_:z"])
VALUES = NODES | st.sampled_from(
    [
        '"t"',
        '"t"@en',
        '"t"@fr',
        '"01"^^xsd:integer',
        "1",
        "true",
        '"1"^^xsd:boolean',
        '"2017"^^:own',
    ]
)
PROPERTIES = st.sampled_from(
    ["gfmd:cites", "skos:prefLabel", "gfmd:order", "gfmd:anticipated", "gfmd:number", ":own", "a"]
)


@settings(max_examples=150, deadline=None)
@given(triples=st.lists(st.tuples(NODES, PROPERTIES, VALUES), max_size=8))
def test_any_graph_says_the_same(triples: list[tuple[str, str, str]]) -> None:
    turtle = " .\n".join(" ".join(triple) for triple in triples) + (" ." if triples else "")
    assert compact(Compaction.load(CONTENT.context), turtle)
