"""`gfmdkg network`: networks on stdout or in a file."""

import csv
import io
import json
from pathlib import Path

import networkx as nx
import pytest
from tests.command import Run

from gfmdkg.networks.occurrences import FORMATS


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_network_goes_to_stdout(run: Run, format_name: str) -> None:
    result = run("network", "cocitation", "--format", format_name)
    assert result.exit_code == 0, result.output
    assert "instrument/gcm" in result.stdout


def test_a_file_holds_the_whole_network(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "network.graphml"
    result = run("network", "cocitation", "--format", "graphml", "--output", str(target))
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"wrote {target}" in result.stderr.replace("\n", "")
    graph = nx.read_graphml(target)
    assert (len(graph), graph.number_of_edges()) == (21, 46)


def test_assertions_minimum_and_limit_narrow_it(run: Run) -> None:
    options = ("--assertions", "explicit,inferred", "--minimum", "2")
    document = json.loads(run("network", "cocitation", *options, "--limit", "4").stdout)
    assert document["assertions"] == ["explicit", "inferred"]
    assert all(edge["weight"] >= 2 for edge in document["edges"])
    assert len(document["nodes"]) == 4


def test_filters_choose_the_passages_that_it_is_made_of(run: Run) -> None:
    political = json.loads(run("network", "cocitation", "--kind", "political").stdout)
    others = json.loads(run("network", "cocitation", "--kind=-political").stdout)
    found = {i["iri"] for e in political["edges"] for i in e["evidence"]["items"]}
    assert len(political["edges"]) == 10
    assert all("/pol-" in iri for iri in found)
    assert not any("/pol-" in i["iri"] for e in others["edges"] for i in e["evidence"]["items"])


def test_a_matrix_has_a_row_an_instrument(run: Run) -> None:
    options = ("--matrix", "--format", "csv", "--limit", "3")
    rows = list(csv.reader(io.StringIO(run("network", "instrument-topic", *options).stdout)))
    assert rows[0][0] == "instrument"
    assert len(rows) == 1 + 3 + 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("friendship",), "no network is called “friendship”"),
        (("cocitation", "--matrix"), "one side"),
        (("instrument-topic", "--matrix", "--format", "dot"), "json or csv"),
        (("cocitation", "--assertions", "rumour"), "allowed: explicit"),
        (("cocitation", "--instruments", "nonsense"), "no instrument is called"),
    ],
)
def test_what_is_wrong_is_said(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("network", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
