"""Backends of networkx: those that are installed take what they can, others are refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.network.conftest import HERE

from gfmdkg.errors import ParameterError
from gfmdkg.network import check_backend, installed_backends

# A whole backend: it works out betweenness, and says so where it does.
BACKEND = """
import networkx as nx


class Graph:
    __networkx_backend__ = "fictional"

    def __init__(self, graph):
        self.graph = graph

    def is_directed(self):
        return self.graph.is_directed()

    def is_multigraph(self):
        return self.graph.is_multigraph()


class Dispatcher:
    @staticmethod
    def convert_from_nx(graph, *args, **options):
        return Graph(graph)

    @staticmethod
    def convert_to_nx(found, **options):
        return found

    @staticmethod
    def betweenness_centrality(graph, *args, **options):
        return {node: 0.5 for node in graph.graph}

    @staticmethod
    def pagerank(graph, *args, **options):
        return {node: 0.25 for node in graph.graph}

    @staticmethod
    def can_run(name, args, options):
        return True

    @staticmethod
    def should_run(name, args, options):
        return True


def get_info():
    return {"functions": {"betweenness_centrality": {}, "pagerank": {}}}
"""
ENTRY_POINTS = """
[networkx.backends]
fictional = fictional_backend:Dispatcher

[networkx.backend_info]
fictional = fictional_backend:get_info
"""


@pytest.fixture
def site_packages(tmp_path: Path) -> Path:
    """A folder with a package that announces a backend, as pip would install it."""
    (tmp_path / "fictional_backend.py").write_text(BACKEND)
    record = tmp_path / "fictional_backend-1.0.dist-info"
    record.mkdir()
    (record / "entry_points.txt").write_text(ENTRY_POINTS)
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: fictional-backend\nVersion: 1.0")
    return tmp_path


# networkx reads the list of backends once, when it is first imported.
PROGRAM = """
import json, sys
from pathlib import Path
from gfmdkg.network import NetworkRequest, check_backend
from gfmdkg.network.answering import Networks
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.selecting import select_from

store = OxigraphStore.in_memory()
store.load(Path(sys.argv[1]).read_bytes(), media_type="text/turtle", graph="")
networks = Networks(select_from(store), backend=check_backend("fictional"))
sys.stdout.buffer.write(networks.answer(NetworkRequest(kind="cocitation")))
"""


def test_a_backend_takes_the_measures_that_it_has(site_packages: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(HERE / "lagoon.ttl")],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(site_packages), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert {node["betweenness"] for node in document["nodes"]} == {0.5}
    assert {node["pagerank"] for node in document["nodes"]} == {0.25}
    by_backend = {name for name, m in document["measures"].items() if m.get("by_backend")}
    assert by_backend == {"betweenness", "pagerank"}
    assert document["measures"]["community"]["modularity"] is not None


def test_an_unknown_backend_is_refused_with_those_installed(
    site_packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(site_packages))
    assert "fictional" in installed_backends()
    with pytest.raises(ParameterError, match="“quantum”, which is not installed") as caught:
        check_backend("quantum")
    assert {"networkx", "fictional"} <= set(caught.value.allowed)


def test_a_backend_that_cannot_be_loaded_is_refused_with_the_reason(
    site_packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site_packages / "fictional_backend.py").write_text("import a_package_that_is_missing")
    monkeypatch.syspath_prepend(str(site_packages))
    with pytest.raises(ParameterError, match="cannot be loaded: .*a_package_that_is_missing"):
        check_backend("fictional")


def test_networkx_itself_is_always_there() -> None:
    assert check_backend("") is None
    assert check_backend("networkx") is None


def test_the_loopback_of_networkx_own_tests_is_no_backend() -> None:
    assert "nx_loopback" not in installed_backends()
    with pytest.raises(ParameterError, match="not installed"):
        check_backend("nx_loopback")
