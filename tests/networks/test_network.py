"""Building networks: what is linked, how often, on which grounds; and what is too large."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.networks.conftest import COCITATION, EVERYTHING, iri, network_of, occurrences

from gfmdkg.errors import NetworkTooLarge
from gfmdkg.networks import network as network_module
from gfmdkg.networks.kinds import ASSERTIONS, KINDS
from gfmdkg.networks.network import Network, build_network, evidence_of
from gfmdkg.networks.occurrences import Grounds

ACROSS = KINDS["instrument-topic"]
SIMILARITY = KINDS["similarity"]
PASSAGES = st.dictionaries(
    st.sampled_from("pqrstuv"), st.lists(st.sampled_from("abcdef"), unique=True, max_size=5)
)


def weights(network: Network) -> dict[tuple[str, str], int]:
    return {
        (network.nodes[a].iri[-1], network.nodes[b].iri[-1]): len(edge.evidence)
        for (a, b), edge in network.edges.items()
    }


@given(PASSAGES)
def test_a_weight_is_the_number_of_passages_that_hold_both(
    passages: Mapping[str, Sequence[str]],
) -> None:
    expected = {}
    for one, other in combinations("abcdef", 2):
        both = sum(one in nodes and other in nodes for nodes in passages.values())
        if both:
            expected[one, other] = both
    network = network_of(passages)
    assert weights(network) == expected
    held = {node for nodes in passages.values() for node in nodes}
    linked = {node for pair in expected for node in pair}
    assert network.unlinked == len(held - linked)
    for (a, b), edge in network.edges.items():
        one, other = network.nodes[a].iri[-1], network.nodes[b].iri[-1]
        either = sum(one in nodes or other in nodes for nodes in passages.values())
        assert network.jaccard(a, b) == pytest.approx(len(edge.evidence) / either)


@given(PASSAGES, PASSAGES, st.integers(1, 3))
def test_across_sides_the_same_holds_from_the_minimum_on(
    first: Mapping[str, Sequence[str]], second: Mapping[str, Sequence[str]], minimum: int
) -> None:
    # The second side has names of its own, as topics and instruments do.
    topics = {passage: [node.upper() for node in nodes] for passage, nodes in second.items()}
    expected = {}
    for one in "abcdef":
        for other in "ABCDEF":
            both = sum(one in first.get(p, ()) and other in topics.get(p, ()) for p in "pqrstuv")
            if both >= minimum:
                expected[one, other] = both
    network = network_of(first, topics, kind=ACROSS, minimum=minimum)
    assert weights(network) == expected
    assert all(network.nodes[a].side == 0 and network.nodes[b].side == 1 for a, b in network.edges)


def test_only_the_passages_asked_for_count() -> None:
    found = {"p": ["a", "b"], "q": ["a", "b", "c"]}
    network = network_of(found, items=frozenset({iri("p")}))
    assert weights(network) == {("a", "b"): 1}
    assert network.nodes[0].count == 1
    assert network_of(found, items=frozenset()).nodes == ()


def test_an_edge_tells_on_what_grounds_its_links_are_asserted() -> None:
    side = sorted(
        [*occurrences({"p": ["a", "b"]}), *occurrences({"p": ["c"]}, assertion="inferred")]
    )
    network = build_network(COCITATION, [side], grounds=EVERYTHING)
    grounds = {
        (network.nodes[a].iri[-1], network.nodes[b].iri[-1]): edge.assertions
        for (a, b), edge in network.edges.items()
    }
    explicit, inferred = ASSERTIONS["explicit"], ASSERTIONS["inferred"]
    assert grounds["a", "b"] == {explicit}
    assert grounds["a", "c"] == {explicit, inferred}


def test_two_links_between_the_same_passage_and_thing_count_once() -> None:
    both = sorted(
        [*occurrences({"p": ["a", "b"]}), *occurrences({"p": ["a"]}, assertion="inferred")]
    )
    network = build_network(COCITATION, [both], grounds=EVERYTHING)
    assert weights(network) == {("a", "b"): 1}
    (edge,) = network.edges.values()
    assert edge.assertions == {ASSERTIONS["explicit"], ASSERTIONS["inferred"]}


def test_the_evidence_of_similar_recommendations_is_what_they_share() -> None:
    network = network_of({"ref": ["a", "b"], "other": ["a", "b", "c"]}, kind=SIMILARITY)
    assert evidence_of(network, iri("a"), iri("b")) == (iri("other"), iri("ref"))


def test_a_network_with_too_many_edges_says_which_minimum_would_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(network_module, "EDGES_LIMIT", 2)
    found = {"p": ["a", "b", "c"], "q": ["a", "b"]}
    with pytest.raises(NetworkTooLarge, match="minimum=2") as caught:
        network_of(found)
    assert (caught.value.edges, caught.value.limit_edges, caught.value.minimum) == (3, 2, 2)
    assert weights(network_of(found, minimum=2)) == {("a", "b"): 2}


def test_where_all_edges_weigh_the_same_no_minimum_is_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(network_module, "EDGES_LIMIT", 2)
    with pytest.raises(NetworkTooLarge, match="narrow it with filters") as caught:
        network_of({"p": ["a", "b", "c"]})
    assert caught.value.minimum is None


@pytest.mark.parametrize("kind", ["cocitation", "instrument-topic"])
def test_pairs_are_counted_before_they_are_made(kind: str) -> None:
    sides = [{"p": [str(n) for n in range(2_001)]}] * len(KINDS[kind].sides)
    with pytest.raises(NetworkTooLarge) as caught:
        network_of(*sides, kind=KINDS[kind])
    assert caught.value.edges == 2_001**2 // (3 - len(sides))


def test_an_empty_graph_is_an_empty_network() -> None:
    network = build_network(COCITATION, [[]], grounds=Grounds())
    assert (network.nodes, network.edges, network.unlinked) == ((), {}, 0)
