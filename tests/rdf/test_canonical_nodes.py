"""Names of blank nodes: those of RDFC-1.0, and others only where that would take too long."""

import time
from collections.abc import Callable

import pyoxigraph as ox
import pytest

from gfmdkg.build.sources import collect_sources
from gfmdkg.paths import shipped_content
from gfmdkg.rdf.canonical_nodes import canonical_quads
from gfmdkg.store.reading import read_quads


def read(text: str) -> list[ox.Quad]:
    return list(ox.parse(text.encode(), ox.RdfFormat.TURTLE))


def complete(size: int) -> str:
    return "".join(f"_:a{i} <x:p> _:a{j} .\n" for i in range(size) for j in range(size) if i != j)


def ring(size: int) -> str:
    return "".join(f"_:a{i} <x:p> _:a{(i + 1) % size} .\n" for i in range(size))


def ladder(size: int) -> str:
    """A graph in which every node looks like every other, and has three neighbours."""
    rungs = "".join(f"_:a{i} <x:p> _:b{i} . _:b{i} <x:p> _:a{i} .\n" for i in range(size))
    sides = "".join(
        f"_:{s}{i} <x:p> _:{s}{(i + 1) % size} . _:{s}{(i + 1) % size} <x:p> _:{s}{i} .\n"
        for s in "ab"
        for i in range(size)
    )
    return rungs + sides


def twin_hubs(size: int) -> str:
    leaves = ", ".join("[ <x:q> 1 ]" for _ in range(size))
    return f"<x:s> <x:p> [ <x:r> {leaves} ], [ <x:r> {leaves} ] ."


POISON = {
    "list": f"<x:s> <x:p> ({' 1' * 3000}) .",
    "complete": complete(12),
    "ring": ring(500),
    "ladder": ladder(40),
    "hubs": twin_hubs(12),
}


@pytest.mark.parametrize("kind", POISON)
def test_graphs_that_would_take_ages_take_a_moment(kind: str) -> None:
    quads = read(POISON[kind])
    start = time.process_time()
    named = canonical_quads(quads, prefix="x-")
    assert time.process_time() - start < 3
    assert len(named) == len(quads)
    before, after = (
        {n for q in some for n in (q.subject, q.object) if isinstance(n, ox.BlankNode)}
        for some in (quads, named)
    )
    assert len(after) == len(before)


@pytest.mark.parametrize("kind", POISON)
def test_the_same_document_gets_the_same_names(kind: str) -> None:
    def names() -> list[str]:
        return [str(q) for q in canonical_quads(read(POISON[kind]))]

    assert names() == names()


def test_an_unlike_order_gives_the_same_names_where_nodes_can_be_told_apart() -> None:
    text = f"<x:s> <x:p> ({' 1' * 110}) ."
    quads = read(text)
    assert set(canonical_quads(quads)) == set(canonical_quads(quads[::-1]))


def test_the_shipped_files_have_the_names_of_rdfc() -> None:
    for source in collect_sources(shipped_content()):
        dataset = ox.Dataset(read(f"@base <{source.graph}> .\n{source.text}"))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        assert set(canonical_quads(read(f"@base <{source.graph}> .\n{source.text}"))) == set(
            dataset
        )


@pytest.mark.parametrize("graph", [complete, ring])
def test_small_ones_have_the_names_of_rdfc(graph: Callable[[int], str]) -> None:
    dataset = ox.Dataset(read(graph(6)))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert set(canonical_quads(read(graph(6)))) == set(dataset)


def test_names_carry_the_graph() -> None:
    (quad,) = read_quads(b"[] <x:p> 1 .", media_type="text/turtle", graph="x:g")
    assert isinstance(quad.subject, ox.BlankNode)
    assert quad.subject.value.startswith("x-g-")
