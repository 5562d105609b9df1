"""Answers as text: what a model has to see is there, and what it need not is not."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfmdkg.mcp.wording import (
    TEXT_LIMIT,
    describe_list,
    describe_problem,
    describe_solutions,
    trim_prefixes,
)

PACT = {"iri": "https://e.example/pact", "label": "Sea Pact"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def test_item_has_labels_and_iris_and_no_empty_members() -> None:
    item: dict[str, object] = {
        "what": PACT,
        "note": None,
        "names": [],
        "binding": True,
        "score": 3.5,
    }
    text = describe_list("Pacts", {"items": [item], "total": 1, "version": "7"})
    assert text.splitlines() == [
        "Pacts: 1 in all, page 1. Version 7 of the graph.",
        "1. what: “Sea Pact” <https://e.example/pact>",
        "   binding: true",
    ]


def test_items_are_numbered_over_the_pages_and_the_next_is_offered() -> None:
    links = {"next": "/api/pacts?page=3"}
    document = {"items": [PACT], "total": 9, "page": 2, "per_page": 4, "links": links}
    text = describe_list("Pacts", document)
    assert "\n5. “Sea Pact”" in text
    assert text.endswith("ask again with page=3.")


def test_hint_of_another_query_follows() -> None:
    hint = {"message": "Passages cite it:", "query": "q", "items": [{"passage": PACT}], "links": {}}
    text = describe_list("Pacts", {"items": [], "total": 0, "hint": hint})
    assert text.splitlines()[1:] == [
        "Passages cite it:",
        "1. passage: “Sea Pact” <https://e.example/pact>",
    ]


def test_long_list_ends_early_and_says_so() -> None:
    item = {"text": "x" * (TEXT_LIMIT // 4)}
    text = describe_list("Texts", {"items": [item] * 10, "total": 10})
    assert len(text) < TEXT_LIMIT + 500
    assert "\n3. " in text
    assert "\n4. " not in text
    assert "the structured content goes on" in text


def test_long_cell_is_cut_and_says_by_how_much() -> None:
    text = describe_list("Lists", {"items": [{"of": list(range(15))}], "total": 1})
    assert "10 | 11 | … and 3 more" in text


def test_facets_and_groups_are_told_with_their_counts_after_the_items() -> None:
    counted = [{"value": PACT, "count": 2, "selected": False}, {"value": "x", "count": 1}]
    document = {
        "items": [PACT],
        "total": 1,
        "facets": {"pact": {"label": "Pact", "values": counted, "total_values": 2}},
        "groups": [{"type": "pact", "iri": "https://e.example/Pact", "count": 3}],
        "corrected": None,
        "lenient": False,
    }
    assert describe_list("Pacts", document).splitlines()[2:] == [
        "facets:",
        "  pact: “Sea Pact” <https://e.example/pact> (2) | x (1)",
        "groups: pact (3)",
        "lenient: false",
    ]


def test_node_with_a_count_keeps_its_name() -> None:
    node = {"id": "https://e.example/pact", "label": "Sea Pact", "type": "instrument", "count": 3}
    text = describe_list("A network", {"nodes": [node]})
    assert "- id: https://e.example/pact; label: Sea Pact; type: instrument; count: 3" in text


def test_document_that_is_no_list_is_told_by_its_members() -> None:
    assert describe_list("State", {"status": "ok", "version": "2"}).splitlines() == [
        "State. Version 2 of the graph.",
        "status: ok",
    ]


def test_description_of_a_resource_is_an_outline() -> None:
    literal = {
        "kind": "literal",
        "value": "Pacte",
        "datatype": "http://e.example/s",
        "language": "fr",
    }
    fact = {"property": PACT, "values": [literal, {**literal, "value": "1", "language": None}]}
    words = {"link": "https://e.example/link", "words": ["sea", "pact"], "notes": []}
    document = {
        "resource": PACT,
        "groups": [{"name": "facts", "properties": [fact]}],
        "evidence": {"count": 1, "items": [words] * 13, "links": {"sparql": "/sparql"}},
        "links": {"ttl": "/pact.ttl"},
    }
    lines = describe_list("A resource", document).splitlines()
    assert lines[:9] == [
        "A resource.",
        "resource: “Sea Pact” <https://e.example/pact>",
        "groups:",
        "- name: facts",
        "  properties:",
        "  - property: “Sea Pact” <https://e.example/pact>; values: “Pacte”@fr | 1",
        "evidence:",
        "  count: 1",
        "  items:",
    ]
    assert lines[9] == "  - link: https://e.example/link; words: sea | pact"
    assert lines[-1] == "  - … and 1 more"


def test_problem_offers_what_would_do_instead() -> None:
    problem = {
        "type": "https://e.example/not-found",
        "title": "Not found",
        "status": 404,
        "detail": "no pact is called “Sae Pact”",
        "candidates": [PACT],
        "allowed": ["a", "b"],
    }
    assert describe_problem(problem).splitlines() == [
        "Not found (404): no pact is called “Sae Pact”",
        "Use one of these instead:",
        "- “Sea Pact” <https://e.example/pact>",
        "allowed: a | b",
    ]


def test_solutions_are_told_with_their_terms() -> None:
    row = {
        "pact": {"type": "uri", "value": PACT["iri"]},
        "name": {"type": "literal", "value": "Pacte", "xml:lang": "fr"},
        "count": {"type": "literal", "value": "3", "datatype": "http://e.example/integer"},
        "node": {"type": "bnode", "value": "b0"},
    }
    document = {"head": {"vars": list(row)}, "results": {"bindings": [row]}}
    assert describe_solutions(document, "4").splitlines() == [
        "Solutions of pact, name, count, node: 1. Version 4 of the graph.",
        "1. pact: <https://e.example/pact>",
        "   name: “Pacte”@fr",
        "   count: 3",
        "   node: b0",
    ]


def test_turtle_keeps_the_prefixes_that_it_uses() -> None:
    turtle = (
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "@prefix sdg: <http://metadata.un.org/sdg/> .\n"
        "@prefix own: <https://e.example/> .\n"
        '<https://e.example/pact> skos:prefLabel "Sea Pact" .\n'
    )
    kept = trim_prefixes(turtle)
    assert [line.split()[1] for line in kept.splitlines()[:-1]] == ["skos:", "own:"]


@given(st.lists(JSON, max_size=4), st.dictionaries(st.text(string.ascii_letters), JSON))
def test_any_document_can_be_told(items: list[Any], members: dict[str, Any]) -> None:
    text = describe_list("Things", {**members, "items": items, "total": 4, "page": 1, "links": {}})
    assert text.startswith("Things: 4 in all, page 1.")


@pytest.mark.parametrize("value", [object(), {1, 2}])
def test_what_is_not_from_json_is_a_defect(value: object) -> None:
    with pytest.raises(TypeError):
        describe_list("Things", {"items": [{"of": value}], "total": 1})
