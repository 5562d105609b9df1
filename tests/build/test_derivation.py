"""What follows for a passage: from its number, its kind, and what it is part of."""

from random import Random

import pyoxigraph as ox
import pytest

from gfmdkg.build.derivation import derive_passages, derive_passages_about
from gfmdkg.build.sources import DERIVED_GRAPH
from gfmdkg.namespaces import BASE, DCTERMS, GFMD, PREFIXES, RDF, SCHEME_BASE, XSD
from gfmdkg.store.patches import quads_of, subjects_of
from gfmdkg.store.rdf_store import OxigraphStore

PASSAGE = BASE + "id/passage/x/"
PROLOGUE = f"@base <{BASE}> .\n" + "".join(
    f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items()
)


def facts(text: str, passage: str) -> dict[str, str]:
    store = OxigraphStore.in_memory()
    store.load((PROLOGUE + text).encode(), media_type="text/turtle", graph="x:g")
    derived = quads_of(derive_passages(store, is_union=False).added)
    return {
        q.predicate.value.removeprefix(GFMD): str(getattr(q.object, "value", q.object))
        for q in derived
        if q.subject == ox.NamedNode(PASSAGE + passage)
    }


@pytest.mark.parametrize(
    ("kind", "number", "order", "key", "locator"),
    [
        ("political", "3", "3", "political-0003", "political recommendation 3"),
        ("practical", "7.10", "10", "practical-0007.0010", "practical recommendation 7.10"),
        ("recommendation", "121", "121", "recommendation-0121", "recommendation 121"),
        ("commitment", "12345", "12345", "commitment-12345", "commitment 12345"),
        ("action", "5 (b)", "2", "action-0005 (b)", "action 5 (b)"),
        ("pledge", "65a", "1", "pledge-0065a", "pledge 65a"),
    ],
)
def test_of_a_recommendation_all_follows_from_kind_and_number(
    kind: str, number: str, order: str, key: str, locator: str
) -> None:
    text = f"""<id/passage/x/a> a gfmd:Recommendation ; gfmd:number "{number}" ;
        gfmd:recommendationKind <scheme/recommendation-kind/{kind}> ."""
    assert facts(text, "a") == {"order": order, "sortKey": key, "locator": locator}


@pytest.mark.parametrize("number", ['"VII"', '"13 bis"', '"13bis"', "7.1", '"7"@en'])
def test_nothing_follows_from_what_is_no_number(number: str) -> None:
    assert facts(f"<id/passage/x/a> a gfmd:Paragraph ; gfmd:number {number} .", "a") == {}


def test_a_section_is_counted_by_its_iri_and_named_by_its_own_number() -> None:
    counted = {"order": "12", "sortKey": "s0012"}
    assert facts("<id/passage/x/s12> a gfmd:Section .", "s12") == {
        **counted,
        "locator": "section 12",
    }
    text = '<id/passage/x/s12> a gfmd:Section ; gfmd:number "IV.B" .'
    assert facts(text, "s12") == {**counted, "locator": "section IV.B"}


def test_the_report_is_found_at_any_depth() -> None:
    text = """<id/report/x> a gfmd:Report .
        <id/passage/x/s1> a gfmd:Section ; dcterms:isPartOf <id/report/x> .
        <id/passage/x/a> a gfmd:Recommendation ; dcterms:isPartOf <id/passage/x/s1> .
        <id/passage/x/b> a gfmd:Recommendation ; dcterms:isPartOf <id/passage/x/a> ."""
    assert facts(text, "b") == {"inReport": BASE + "id/report/x"}


def test_random_changes_derive_what_all_of_the_graph_would() -> None:
    """About the subjects that changed alone, however deep what follows from them stands."""
    random = Random(7)
    before = OxigraphStore.in_memory()
    derive_passages(before, is_union=False).apply(before)
    for step in range(300):
        after = OxigraphStore.in_memory()
        after.extend(before.quads())
        quads = [q for q in after.quads() if q.graph_name != ox.NamedNode(DERIVED_GRAPH)]
        removed = random.sample(quads, min(len(quads), random.randrange(3)))
        added = [_quad(random) for _ in range(random.randrange(4))]
        after.apply(added=added, removed=removed)
        subjects = subjects_of(map(str, (*added, *removed)))
        derive_passages_about(after, before, subjects, is_union=False).apply(after)
        assert not derive_passages(after, is_union=False), step
        before = after
    assert before.has_graph(DERIVED_GRAPH)


def _quad(random: Random) -> ox.Quad:
    def node() -> ox.NamedNode | ox.BlankNode:
        name = random.choice(("s1", "s2", "p01", "pol-01", "pol-02", "pra-01", "top"))
        return ox.BlankNode("b") if random.random() < 0.1 else ox.NamedNode(PASSAGE + name)

    def term(base: str, *names: str) -> ox.NamedNode:
        return ox.NamedNode(base + random.choice(names))

    predicate, value = random.choice(
        (
            (DCTERMS + "isPartOf", node()),
            (DCTERMS + "isPartOf", node()),
            (RDF + "type", term(GFMD, "Section", "Paragraph", "Recommendation", "Report")),
            (GFMD + "number", ox.Literal(random.choice(("1", "2.1", "IV")))),
            (
                GFMD + "recommendationKind",
                term(SCHEME_BASE + "recommendation-kind/", "political", "action"),
            ),
            (GFMD + "order", ox.Literal("1", datatype=ox.NamedNode(XSD + "integer"))),
        )
    )
    graph = ox.NamedNode(random.choice(("x:g", "x:h")))
    return ox.Quad(node(), ox.NamedNode(predicate), value, graph)
