"""Each kind over a fictional graph, whose edges are counted by hand, and by SPARQL."""

import json
from decimal import Decimal
from typing import Any

import pyoxigraph as ox
import pytest
from tests.networks.conftest import BASE, EVERYTHING, MEMBERS, edges_of, networks_in

from gfmdkg.errors import NotFound
from gfmdkg.networks.formats import EVIDENCE_SHOWN
from gfmdkg.networks.kinds import ASSERTIONS, KINDS, kind_named
from gfmdkg.networks.occurrences import Grounds, NetworkRequest, edges_query, evidence_query
from gfmdkg.networks.worker import Networks
from gfmdkg.store.rdf_store import OxigraphStore

SDG = "http://metadata.un.org/sdg/"
EXPLICIT = Grounds()
EDGES: dict[str, dict[str, int]] = {
    "cocitation": {"reed tide": 2, "tide ferry": 2, "14 ferry": 1},
    "instrument-topic": {
        "tide water": 3,
        "tide boats": 2,
        "reed water": 2,
        "reed boats": 1,
        "ferry water": 1,
        "ferry boats": 1,
    },
    "actor-instrument": {"person-ada tide": 1, "person-ada reed": 1},
    "sdg-instrument": {"14 ferry": 1, "14.1 tide": 1, "14.1 ferry": 1},
    "session-instrument": {
        "lagoon-1 tide": 3,
        "lagoon-1 reed": 2,
        "lagoon-1 ferry": 1,
        "lagoon-2 tide": 1,
        "lagoon-2 ferry": 2,
    },
    "similarity": {
        "lagoon-1/pol-1 lagoon-2/pol-1": 2,
        "lagoon-1/pol-1 lagoon-2/pra-1": 1,
        "lagoon-2/pol-1 lagoon-2/pra-1": 1,
    },
}


def ask(networks: Networks, kind: str, **options: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(networks.answer(NetworkRequest(kind=kind, **options)))
    return document


def short(iri: str) -> str:
    _, passage, local = iri.rpartition("/passage/")
    return local if passage else iri.rpartition("/")[2]


def named(document: dict[str, Any]) -> dict[str, int]:
    return {f"{short(s)} {short(t)}": weight for (s, t), weight in edges_of(document).items()}


def iri(path: str) -> str:
    return f"{BASE}id/{path}"


def test_every_kind_is_counted_here() -> None:
    assert EDGES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_the_edges_are_those_counted_by_hand(lagoon_networks: Networks, kind: str) -> None:
    found = named(ask(lagoon_networks, kind))
    # One-sided edges have the lower IRI first, and http sorts before https.
    assert found == EDGES[kind]


@pytest.mark.parametrize("grounds", [EXPLICIT, EVERYTHING])
@pytest.mark.parametrize("kind", KINDS)
def test_the_offered_sparql_gives_the_same_edges_and_evidence(
    lagoon: OxigraphStore, lagoon_networks: Networks, kind: str, grounds: Grounds
) -> None:
    document = ask(lagoon_networks, kind, grounds=grounds)
    rows = lagoon.select(edges_query(KINDS[kind], grounds)).rows
    found = {}
    for source, target, weight in rows:
        assert isinstance(source, ox.NamedNode)
        assert isinstance(target, ox.NamedNode)
        assert isinstance(weight, ox.Literal)
        found[source.value, target.value] = int(weight.value)
    assert found == edges_of(document)
    for edge in document["edges"]:
        ends = edge["source"], edge["target"]
        whole = ask(lagoon_networks, kind, grounds=grounds, edge=ends)
        iris = [item["iri"] for item in whole["items"]]
        query = evidence_query(KINDS[kind], grounds, ends)
        assert [row[0] for row in lagoon.select(query)] == [ox.NamedNode(each) for each in iris]
        assert iris[:EVIDENCE_SHOWN] == [item["iri"] for item in edge["evidence"]["items"]]
        assert whole["total"] == edge["weight"] == edge["evidence"]["total"]


def test_the_offered_sparql_keeps_to_a_minimum_and_to_passages(lagoon: OxigraphStore) -> None:
    items = f"SELECT ?item WHERE {{ VALUES ?item {{ <{iri('passage/lagoon-1/p1')}> }} }}"
    kind = KINDS["cocitation"]
    assert len(lagoon.select(edges_query(kind, EXPLICIT, minimum=2))) == 2
    assert len(lagoon.select(edges_query(kind, EXPLICIT, items=items))) == 1
    assert len(lagoon.select(edges_query(kind, EXPLICIT, items=items, minimum=2))) == 0


def test_links_that_are_less_sure_can_be_left_out(lagoon: OxigraphStore) -> None:
    sure = Grounds(confidence=Decimal("0.7"))
    document = ask(networks_in(lagoon), "cocitation", grounds=sure)
    # That of reed in p1 is not, so reed and tide stand together in p2 alone.
    assert named(document) == {"reed tide": 1, "tide ferry": 2, "14 ferry": 1}
    assert len(lagoon.select(edges_query(KINDS["cocitation"], sure))) == 3


def test_inferred_links_count_where_they_are_asked_for(lagoon_networks: Networks) -> None:
    inferred = Grounds(assertions=(ASSERTIONS["explicit"], ASSERTIONS["inferred"]))
    document = ask(lagoon_networks, "actor-instrument", grounds=inferred)
    edges = {short(e["source"]) + " " + short(e["target"]): e for e in document["edges"]}
    assert edges["person-bo ferry"]["assertions"] == ["inferred"]
    assert edges["person-ada tide"]["assertions"] == ["explicit"]
    assert document["assertions"] == ["explicit", "inferred"]


def test_nodes_have_labels_types_and_sides(lagoon_networks: Networks) -> None:
    nodes = {short(n["id"]): n for n in ask(lagoon_networks, "session-instrument")["nodes"]}
    assert nodes["tide"]["label"] == 'Tide "High" Treaty'
    assert nodes["reed"]["label"] == "Déclaration des roseaux"
    assert {name: nodes[name]["type"] for name in ("tide", "ferry", "lagoon-1")} == {
        "tide": "instrument",
        "ferry": "process",
        "lagoon-1": "session",
    }
    assert (nodes["tide"]["side"], nodes["lagoon-1"]["side"]) == ("instrument", "session")
    assert nodes["tide"]["count"] == 4
    assert nodes["lagoon-1"]["count"] == 3


def test_what_is_too_much_to_draw_is_counted(lagoon_networks: Networks) -> None:
    document = ask(lagoon_networks, "instrument-topic", limit=3, edge_limit=2)
    assert [short(node["id"]) for node in document["nodes"]] == ["water", "tide", "boats"]
    assert named(document) == {"tide water": 3, "tide boats": 2}
    assert document["total"] == {"nodes": 5, "edges": 6, "unlinked": 0}
    assert document["left_out"] == {"nodes": 2, "edges": 4}
    whole = {n["id"]: n for n in ask(lagoon_networks, "instrument-topic")["nodes"]}
    assert all(whole[n["id"]]["pagerank"] == n["pagerank"] for n in document["nodes"])


def test_communities_are_called_after_their_heaviest_node(lagoon_networks: Networks) -> None:
    document = ask(lagoon_networks, "cocitation")
    (first, *_) = document["communities"]
    assert first["nodes"] == sum(n["community"] == 0 for n in document["nodes"])
    assert first["heaviest"]["label"]


def test_where_nothing_is_linked_the_answer_says_what_would_be(lagoon: OxigraphStore) -> None:
    networks = networks_in(lagoon)
    retrospective = Grounds(assertions=(ASSERTIONS["retrospective"],))
    document = ask(networks, "cocitation", grounds=retrospective)
    assert document["edges"] == []
    assert document["hint"]["assertions"] == ["explicit", "inferred"]
    assert document["hint"]["edges"] == 4
    assert "hint" not in ask(networks, "cocitation", items=frozenset())
    assert "hint" not in ask(networks, "cocitation", grounds=EVERYTHING, items=frozenset())


def test_the_callers_members_are_in_the_document(lagoon_networks: Networks) -> None:
    document = ask(lagoon_networks, "cocitation", members=MEMBERS)
    assert (document["version"], document["links"]) == ("7", {})


def test_a_page_of_evidence(lagoon_networks: Networks) -> None:
    edge = iri("session/lagoon-1"), iri("instrument/tide")
    page = ask(lagoon_networks, "session-instrument", edge=edge, start=1, limit=1)
    assert page["items"] == [
        {
            "iri": iri("passage/lagoon-1/p2"),
            "label": "On reeds",
            "matched_text": "the Tide Treaty | the Treaty",
        }
    ]
    assert page["total"] == 3
    assert page["source"] == {"iri": edge[0], "label": "First Lagoon Dialogue"}


def test_evidence_has_the_words_that_name_its_ends(lagoon_networks: Networks) -> None:
    def words(kind: str, one: str, other: str, **options: Any) -> dict[str, str | None]:
        page = ask(lagoon_networks, kind, edge=(iri(one), iri(other)), **options)
        return {short(item["iri"]): item["matched_text"] for item in page["items"]}

    found = words("cocitation", "instrument/reed", "instrument/tide")
    assert found == {
        "lagoon-1/p1": None,
        "lagoon-1/p2": "the Reed Rules | the Tide Treaty | the Treaty",
    }
    # Words of links that do not count are not among them.
    assert (
        words("session-instrument", "session/lagoon-1", "process/ferry")["lagoon-1/pol-1"] is None
    )
    alike = words("similarity", "passage/lagoon-1/pol-1", "passage/lagoon-2/pol-1")
    assert alike == {"tide": "a tide pact | the high treaty", "ferry": None}
    (edge,) = (
        edge
        for edge in ask(lagoon_networks, "similarity")["edges"]
        if short(edge["source"]) == "lagoon-1/pol-1" and short(edge["target"]) == "lagoon-2/pol-1"
    )
    assert edge["evidence"]["items"][0]["matched_text"] == "a tide pact | the high treaty"


def test_nodes_that_share_nothing_have_no_evidence(lagoon_networks: Networks) -> None:
    edge = iri("instrument/reed"), iri("process/ferry")
    assert ask(lagoon_networks, "cocitation", edge=edge)["total"] == 0


def test_what_is_no_node_under_the_filters_has_no_evidence(lagoon_networks: Networks) -> None:
    edge = iri("instrument/tide"), iri("instrument/reed")
    nothing = ask(lagoon_networks, "cocitation", edge=edge, items=frozenset())
    assert (nothing["total"], nothing["source"]["label"]) == (0, 'Tide "High" Treaty')


def test_the_ends_of_an_edge_may_come_in_either_order(lagoon_networks: Networks) -> None:
    edge = iri("instrument/tide"), iri("instrument/reed")
    assert ask(lagoon_networks, "cocitation", edge=edge)["total"] == 2


def test_a_node_of_the_other_side_is_not_found(lagoon_networks: Networks) -> None:
    edge = iri("instrument/tide"), iri("session/lagoon-1")
    with pytest.raises(NotFound, match="no session of this network"):
        ask(lagoon_networks, "session-instrument", edge=edge)


def test_an_unknown_kind_offers_the_nearest() -> None:
    with pytest.raises(NotFound, match="cocitation") as caught:
        kind_named("co-citations")
    assert caught.value.candidates[0].iri == "cocitation"


def test_the_shipped_graph_gives_by_sparql_what_it_gives_here(shipped: OxigraphStore) -> None:
    networks = networks_in(shipped)
    for kind in KINDS.values():
        found = edges_of(ask(networks, kind.name, grounds=EVERYTHING))
        rows = shipped.select(edges_query(kind, EVERYTHING)).rows
        assert len(rows) == len(found) > 0
        assert sum(found.values()) == sum(
            int(row[2].value) for row in rows if isinstance(row[2], ox.Literal)
        )


def test_what_has_no_iri_is_no_node() -> None:
    store = OxigraphStore.in_memory()
    turtle = """
    @prefix cito: <http://purl.org/spar/cito/> .
    @prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
    @prefix : <https://example.org/> .
    :p a gfmd:Paragraph .
    [] a gfmd:Citation ; gfmd:passage :p ; gfmd:target :a , :b , [] ;
      gfmd:assertion <https://w3id.org/gfmdkg/scheme/assertion/explicit> ;
      gfmd:reviewStatus <https://w3id.org/gfmdkg/scheme/review-status/accepted> .
    """
    store.load(turtle.encode(), media_type="text/turtle", graph="")
    document = ask(networks_in(store), "cocitation")
    assert edges_of(document) == {("https://example.org/a", "https://example.org/b"): 1}
    assert {node["label"] for node in document["nodes"]} == {None}
