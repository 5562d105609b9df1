"""The JSON-LD context: it covers the ontology, and nothing is lost on the way there and back."""

import json
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from rdflib import Graph
from rdflib.namespace import OWL, RDF

FOLDER = Path(__file__).parents[2] / "ontology"
VALID = sorted((FOLDER / "examples").glob("*/valid-*.ttl"))
NAMESPACE = "https://w3id.org/gfmdkg/ontology#"


@pytest.fixture(scope="module")
def context() -> dict[str, Any]:
    document = json.loads((FOLDER / "context.jsonld").read_text(encoding="utf-8"))
    found: dict[str, Any] = document["@context"]
    return found


def triples(data: bytes, form: pyoxigraph.RdfFormat) -> set[tuple[str, ...]]:
    quads = pyoxigraph.parse(data, format=form)
    return {(str(q.subject), str(q.predicate), str(q.object)) for q in quads}


@pytest.mark.parametrize("path", VALID, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_turtle_survives_the_way_through_json(path: Path, context: dict[str, Any]) -> None:
    # Written by one library and read by another, so that an error is not undone by its twin.
    graph = Graph().parse(path, format="turtle")
    written = graph.serialize(format="json-ld", context=context, auto_compact=False)
    assert triples(written.encode(), pyoxigraph.RdfFormat.JSON_LD) == triples(
        path.read_bytes(), pyoxigraph.RdfFormat.TURTLE
    )


def test_every_term_has_a_name_in_json(terms: Graph, context: dict[str, Any]) -> None:
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty):
        for term in terms.subjects(RDF.type, kind):
            name = str(term).removeprefix(NAMESPACE)
            entry = context[name]
            identifier = entry if isinstance(entry, str) else entry["@id"]
            assert identifier == f"gfmd:{name}"


def test_labels_become_maps_from_language_to_text(context: dict[str, Any]) -> None:
    source = b'<https://e.org/a> <http://www.w3.org/2004/02/skos/core#prefLabel> "A"@en , "B"@fr .'
    graph = Graph().parse(data=source, format="turtle")
    text = graph.serialize(format="json-ld", context=context, auto_compact=False)
    assert json.loads(text)["prefLabel"] == {"en": "A", "fr": "B"}
