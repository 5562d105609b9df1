"""The canonical Turtle writer."""

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfmdkg.namespaces import BASE
from gfmdkg.paths import shipped_content
from gfmdkg.rdf.turtle import TurtleBlocks, write_turtle
from gfmdkg.rdf.values import Term, typed

SHIPPED = sorted(
    path
    for folder in ("ontology", "data")
    for path in (shipped_content().root / folder).rglob("*.ttl")
)
S, P, Q, R = (ox.NamedNode(f"https://w3id.org/gfmdkg/ontology#{name}") for name in "spqr")


def read(text: str) -> list[ox.Quad]:
    return [
        ox.Quad(t.subject, t.predicate, t.object)
        for t in ox.parse(text.encode(), ox.RdfFormat.TURTLE, base_iri=BASE)
    ]


def triples(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    return [quad.triple for quad in quads]


def canonical(quads: Iterable[ox.Quad]) -> set[str]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


@pytest.mark.parametrize(
    "path", SHIPPED, ids=lambda p: p.relative_to(shipped_content().root).as_posix()
)
def test_every_shipped_file_keeps_its_triples_and_is_stable(path: Path) -> None:
    quads = read(path.read_text("utf-8"))
    text = write_turtle(triples(quads))
    again = read(text)
    assert canonical(again) == canonical(quads)
    assert write_turtle(triples(again)) == text


def test_the_order_of_the_triples_and_the_labels_of_nodes_do_not_show() -> None:
    path = shipped_content().ontology / "shapes" / "link.ttl"
    given_order = triples(read(path.read_text("utf-8")))

    def renamed(term: Term) -> Term:
        return ox.BlankNode("z" + term.value[::-1]) if isinstance(term, ox.BlankNode) else term

    other = [ox.Triple(renamed(s), p, renamed(o)) for s, p, o in reversed(given_order)]  # type: ignore[arg-type]
    assert write_turtle(other) == write_turtle(given_order)


def test_a_type_comes_first_then_predicates_by_short_name_and_english_before_others() -> None:
    label = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    text = write_turtle(
        [
            ox.Triple(S, label, ox.Literal("b", language="es")),
            ox.Triple(S, label, ox.Literal("z", language="en")),
            ox.Triple(S, P, ox.NamedNode("https://w3id.org/gfmdkg/id/x/1.2")),
            ox.Triple(S, ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), Q),
        ]
    )
    assert text == (
        "@base <https://w3id.org/gfmdkg/> .\n"
        "@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "\n"
        "gfmd:s a gfmd:q ;\n"
        "    gfmd:p <id/x/1.2> ;\n"
        '    skos:prefLabel "z"@en , "b"@es .\n'
    )


def test_subjects_keep_the_order_of_an_existing_file() -> None:
    facts = [ox.Triple(s, P, ox.Literal("v")) for s in (S, Q, R)]
    text = write_turtle(facts, first=[R.value])
    assert [line.split()[0] for line in text.splitlines() if " gfmd:p" in line] == [
        "gfmd:r",
        "gfmd:q",
        "gfmd:s",
    ]


def test_a_node_that_two_refer_to_gets_a_label_and_a_cycle_too() -> None:
    a, b, c = (ox.BlankNode(name) for name in ("x9", "x8", "x7"))
    shared = [
        ox.Triple(*parts)
        for parts in ((S, P, a), (Q, P, a), (a, P, ox.Literal("v")), (b, P, c), (c, P, b))
    ]
    text = write_turtle(shared)
    assert "_:b1" in text
    assert "_:x" not in text
    assert canonical(read(text)) == canonical(
        read(
            "PREFIX g: <https://w3id.org/gfmdkg/ontology#>"
            " g:s g:p _:a . g:q g:p _:a . _:a g:p 'v' . _:b g:p _:c . _:c g:p _:b ."
        )
    )


@pytest.mark.parametrize(
    "document",
    [
        "<s> <p> ( 1 2 ( 3 ) [ <q> 4 ] ) .",
        "( 1 2 ) <p> <o> .",
        "_:l rdf:first 1 ; rdf:rest _:l .",
        "<s> <p> _:l . <t> <p> _:l . _:l rdf:first 1 ; rdf:rest () .",
        "<s> <p> _:l . _:l rdf:first 1 , 2 ; rdf:rest () .",
        "<s> <p> _:l . _:l rdf:first 1 ; rdf:rest _:m . _:m rdf:first 2 ; rdf:rest () ; <x> 1 .",
        "<s> <p> [] , [ <q> [ <r> [] ] ] . [] <p> [ <q> 1 ] .",
        "<s> <p> " + "[ <q> " * 200 + "1" + " ]" * 200 + " .",
        "<s> <p> " + "( " * 100 + "1" + " )" * 100 + " .",
        "<s> <p> ( " + " ".join(map(str, range(3000))) + " ) .",
    ],
    ids=["lists", "list-subject", "ring", "shared-list", "two-firsts", "tail-with-more", "unnamed",
         "deep", "deep-lists", "long-list"],
)  # fmt: skip
def test_lists_and_unnamed_nodes_come_back(document: str) -> None:
    quads = read("PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> " + document)
    text = write_turtle(triples(quads))
    assert canonical(read(text)) == canonical(quads)
    assert write_turtle(triples(read(text))) == text


def test_a_whole_decimal_is_written_with_its_point() -> None:
    assert "gfmd:p 1.0 ." in write_turtle([ox.Triple(S, P, typed("1", "decimal"))])


def test_iris_that_would_change_their_meaning_are_written_in_full() -> None:
    ends = ("", "//x", "a:b", "../up", "a/./b", "?q", "#f", ".", "a//b", "id/x")
    facts = [ox.Triple(ox.NamedNode(BASE + end), P, ox.NamedNode(BASE + end)) for end in ends]
    assert {(q.subject.value, q.object.value) for q in read(write_turtle(facts))} == {  # type: ignore[union-attr]
        (BASE + end, BASE + end) for end in ends
    }


characters = st.characters(codec="utf-8") | st.sampled_from("\"\\\n\r\t\x00\x7f|='")
literals = st.one_of(
    st.builds(ox.Literal, st.text(characters)),
    st.builds(lambda text: ox.Literal(text, language="fr"), st.text(characters)),
    st.builds(
        typed,
        st.sampled_from(["1", "+1", "1.", ".5", "-0.50", "1e3", "1.5E-2", "true", "1e", "", " 1"]),
        st.sampled_from(["integer", "decimal", "double", "boolean", "date"]),
    ).filter(lambda literal: literal not in (typed("1", "decimal"), typed("+1", "decimal"))),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(literals, min_size=1, max_size=3))
def test_any_literal_comes_back_as_it_was(values: list[ox.Literal]) -> None:
    text = write_turtle([ox.Triple(S, P, value) for value in values])
    assert {q.object for q in read(text)} == set(values)


def test_blocks_can_be_written_one_by_one() -> None:
    blocks = TurtleBlocks()
    body = "\n".join(
        blocks.block(ox.NamedNode(f"{BASE}id/x/{n}"), {P: [ox.Literal("v")]}) for n in range(3)
    )
    assert len(read(f"{blocks.header()}\n{body}")) == 3
