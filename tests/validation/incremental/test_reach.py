"""What lies around nodes, up to a limit."""

import pyoxigraph as ox
import pytest

from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.walking import Step, TripleView
from gfmdkg.validation.incremental.reach import PropertyOccurrence, Surroundings, Unbounded


def test_what_is_too_much_once_is_too_much_again() -> None:
    links = [
        ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.NamedNode(f"x:o{n}")) for n in range(9)
    ]
    store = OxigraphStore.in_memory()
    store.extend(links)
    around = Surroundings(TripleView(store), limit=5)
    step = Step(predicate="x:p")
    reads = [
        PropertyOccurrence(prefix=(), step=step),
        PropertyOccurrence(prefix=(step,), step=step),
    ]
    for read in reads:
        with pytest.raises(Unbounded):
            around.add(frozenset({ox.NamedNode("x:s")}), [read])
