"""Measures of tiny graphs whose values are known."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.networks.conftest import network_of

from gfmdkg.networks.network import Measures, measure

NAMES = "abcdefghij"
PASSAGES = st.dictionaries(
    st.integers(0, 20).map(str), st.lists(st.sampled_from(NAMES), unique=True, max_size=4)
)


def measures_of(found: Mapping[str, Sequence[str]]) -> Measures:
    """The measures of the network of passages that hold these nodes."""
    return network_of(found).measures


def test_in_a_path_the_middle_lies_on_the_only_way() -> None:
    measures = measures_of({"p": "ab", "q": "bc"})
    assert measures.degree == (1, 2, 1)
    assert measures.betweenness == (0.0, 1.0, 0.0)
    assert measures.betweenness_sample is None


def test_the_weighted_degree_adds_up_the_weights() -> None:
    assert measures_of({"p": "ab", "q": "ab", "r": "bc"}).weighted_degree == (2, 3, 1)


def test_the_pagerank_of_a_star_is_the_one_worked_out_on_paper() -> None:
    # Centre c and leaf l of a star with 4 leaves: c = 0.03 + 0.85 × 4l, l = 0.03 + 0.85 × c/4.
    leaf = (0.03 + 0.85 * 0.03 / 4) / (1 - 0.85**2)
    centre = 0.03 + 0.85 * 4 * leaf
    pagerank = measures_of({"p": "ab", "q": "ac", "r": "ad", "s": "ae"}).pagerank
    assert pagerank == pytest.approx((centre, leaf, leaf, leaf, leaf), abs=2e-6)


def test_the_pagerank_follows_weights() -> None:
    _, heavy, light = measures_of({"p": "ab", "q": "ab", "r": "ac"}).pagerank
    assert heavy > light


@given(PASSAGES)
def test_the_pagerank_adds_up_to_one_and_stays_as_it_is_for_a_further_step(
    passages: dict[str, str],
) -> None:
    network = network_of(passages)
    pagerank = network.measures.pagerank
    if not pagerank:
        return
    assert sum(pagerank) == pytest.approx(1, abs=1e-4)
    graph = network.graph
    for node, rank in enumerate(pagerank):
        come = sum(
            pagerank[near] * graph[near][node]["weight"] / graph.degree(near, weight="weight")
            for near in graph[node]
        )
        assert rank == pytest.approx(0.15 / len(graph) + 0.85 * come, abs=1e-4)


def test_two_cliques_with_a_bridge_are_two_communities() -> None:
    found = {"p": "abcd", "q": "abcd", "r": "efg", "s": "efg", "bridge": "ae"}
    measures = measures_of(found)
    assert measures.community == (0, 0, 0, 0, 1, 1, 1)
    assert measures.modularity is not None
    assert 0.3 < measures.modularity < 0.5


def test_a_large_network_is_sampled_and_says_so() -> None:
    network = network_of({f"p{n}": [f"n{n}", f"n{n + 1}"] for n in range(40)})
    exact = measure(network.graph)
    sampled, again = (measure(network.graph, betweenness_steps=1_000) for _ in range(2))
    assert exact.betweenness_sample is None
    assert sampled.betweenness_sample == 12
    assert sampled == again
    assert sampled.betweenness != exact.betweenness


def test_an_empty_network_has_no_measures() -> None:
    measures = measures_of({})
    assert (measures.degree, measures.pagerank, measures.modularity) == ((), (), None)


PROGRAM = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"scipy", "lxml", "pandas"}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Refuse())
from random import Random
from gfmdkg.networks.kinds import KINDS
from gfmdkg.networks.occurrences import Grounds, NetworkRequest
from gfmdkg.networks.formats import network_document
from gfmdkg.networks.formats import GRAPH_FILES
from gfmdkg.networks.network import build_network
from gfmdkg.networks.occurrences import Occurrence
from gfmdkg.terms.index import TermIndex
random = Random(1)
found = sorted({
    Occurrence(f"urn:p{p}", f"urn:n{random.randrange(60)}", f"urn:p{p}", None)
    for p in range(80) for _ in range(4)
})
network = build_network(KINDS["cocitation"], [found], grounds=Grounds())
request = NetworkRequest(kind="cocitation")
terms = TermIndex.from_facts(())
document = network_document(network, terms, lambda passages, grounds: {}, request)
print(document, *(write(document) for write in GRAPH_FILES.values()))
"""


def test_all_is_the_same_in_each_process_and_needs_no_scipy() -> None:
    """Texts have another hash in each process, and networkx takes scipy where there is any."""
    answers = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(answers) == 1
    assert len(answers.pop()) > 10_000
