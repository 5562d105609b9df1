"""The shortcuts of the shipped graph: what follows from the links of the report."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest

from gfmdkg.build.derivation import derive_passages
from gfmdkg.namespaces import BASE, GFMD
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import VersionStore

PASSAGE = f"{BASE}id/passage/gfmd-dialogue-gcm-2017-04-06-c1/"


@pytest.fixture(scope="module")
def shipped(shipped_store: Path) -> Iterator[OxigraphStore]:
    version = VersionStore(shipped_store).require_current()
    with closing(OxigraphStore.open_read_only(version.database)) as store:
        yield store


def linked(store: OxigraphStore, passage: str, name: str) -> set[str]:
    subject = ox.NamedNode(PASSAGE + passage)
    predicate = ox.NamedNode(GFMD + name)
    return {
        quad.object.value.rpartition("/")[2]
        for quad in store.quads_about(subject.value)
        if quad.subject == subject and quad.predicate == predicate
        if isinstance(quad.object, ox.NamedNode)
    }


def test_a_passage_aligns_with_a_goal_that_its_words_cite(shipped: OxigraphStore) -> None:
    assert linked(shipped, "p22", "cites") == {"3"}
    assert "3" in linked(shipped, "p22", "alignsWith")


def test_a_passage_does_not_align_with_an_instrument_or_the_set_of_goals(
    shipped: OxigraphStore,
) -> None:
    assert linked(shipped, "pol-01", "cites") == {"gcm", "sdg"}
    assert linked(shipped, "pol-01", "alignsWith") == set()


def test_what_is_inferred_or_proposed_is_not_cited(shipped: OxigraphStore) -> None:
    assert linked(shipped, "pol-06", "cites") == {"gmg-principles-2017", "micic", "migof"}
    assert linked(shipped, "p10", "cites") == {"gcm"}


def test_the_shipped_shortcuts_are_all_that_follow(shipped: OxigraphStore) -> None:
    patch = derive_passages(shipped, is_union=True)
    assert not patch.added
    assert not patch.removed
