"""A small fictional graph, the shipped one, and networks made of a few lines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gfmdkg.networks.kinds import ASSERTIONS, KINDS, NetworkKind
from gfmdkg.networks.network import Network, build_network
from gfmdkg.networks.occurrences import Grounds, Occurrence
from gfmdkg.networks.worker import Networks
from gfmdkg.store.names import names_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import VersionStore

HERE = Path(__file__).parent
BASE = "https://w3id.org/gfmdkg/"
EVERYTHING = Grounds(assertions=tuple(ASSERTIONS.values()))
COCITATION = KINDS["cocitation"]
MEMBERS = {"version": "7", "links": {}}

Build = Callable[..., Network]


def occurrences(
    found: Mapping[str, Sequence[str]], *, assertion: str | None = "explicit"
) -> list[Occurrence]:
    """Passage to the nodes in it, as occurrences in their order; names become IRIs."""
    ground = None if assertion is None else ASSERTIONS[assertion]
    return sorted(
        Occurrence(iri(unit), iri(node), iri(unit), ground)
        for unit, nodes in found.items()
        for node in nodes
    )


def iri(name: str) -> str:
    return f"https://example.org/{name}"


def network_of(
    *sides: Mapping[str, Sequence[str]], kind: NetworkKind = COCITATION, **options: Any
) -> Network:
    """The network of passages that hold these nodes, a mapping a side."""
    return build_network(kind, [occurrences(side) for side in sides], grounds=Grounds(), **options)


def edges_of(document: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """The edges of a document with their weights."""
    return {(e["source"], e["target"]): e["weight"] for e in document["edges"]}


@pytest.fixture(scope="session")
def lagoon() -> OxigraphStore:
    """The fictional Lagoon Dialogues."""
    store = OxigraphStore.in_memory()
    store.load((HERE / "lagoon.ttl").read_bytes(), media_type="text/turtle", graph="")
    return store


@pytest.fixture(scope="session")
def shipped(shipped_store: Path) -> Iterator[OxigraphStore]:
    """The shipped graph."""
    version = VersionStore(shipped_store).require_current()
    with closing(OxigraphStore.open_read_only(version.database)) as store:
        yield store


def networks_in(store: OxigraphStore) -> Networks:
    return Networks(store.select, names_of(store))


@pytest.fixture(scope="session")
def lagoon_networks(lagoon: OxigraphStore) -> Networks:
    return networks_in(lagoon)
