"""The co-citation network of the shipped data, against what was counted by hand."""

import csv
import json
from pathlib import Path
from urllib.parse import urljoin

from tests.networks.conftest import BASE, COCITATION, networks_in

from gfmdkg.networks.network import build_network
from gfmdkg.networks.occurrences import Grounds, NetworkRequest, read_occurrences
from gfmdkg.store.rdf_store import OxigraphStore

GOLDEN = Path(__file__).with_name("cocitation.tsv")
PASSAGE = f"{BASE}id/passage/gfmd-dialogue-gcm-2017-04-06-c1/"


def golden() -> dict[tuple[str, str], list[str]]:
    lines = [line for line in GOLDEN.read_text().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines, delimiter="\t"))
    assert all(int(row["weight"]) == len(row["passages"].split()) for row in rows)
    return {
        (urljoin(f"{BASE}id/", row["one"]), urljoin(f"{BASE}id/", row["other"])): [
            PASSAGE + passage for passage in row["passages"].split()
        ]
        for row in rows
    }


def test_the_shipped_network_is_the_one_counted_by_hand(shipped: OxigraphStore) -> None:
    network = build_network(
        COCITATION, [read_occurrences(shipped.select, "references", Grounds())], grounds=Grounds()
    )
    nodes = network.nodes
    found = {
        (nodes[one].iri, nodes[other].iri): sorted(edge.evidence)
        for (one, other), edge in network.edges.items()
    }
    assert found == golden()
    assert (len(nodes), len(network.edges), network.unlinked) == (21, 46, 3)


def test_its_heaviest_node_has_the_measures_counted_by_hand(shipped: OxigraphStore) -> None:
    """Of the Compact: 14 passages without the heading, 9 neighbours, weights that add up to 20."""
    document = json.loads(networks_in(shipped).answer(NetworkRequest(kind="cocitation")))
    first = document["nodes"][0]
    assert first["id"] == f"{BASE}id/instrument/gcm"
    assert (first["count"], first["degree"], first["weighted_degree"]) == (14, 9, 20)
