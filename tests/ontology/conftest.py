"""The ontology, its vocabularies and its shapes, each read once for the tests of this folder."""

from pathlib import Path

import pytest
from rdflib import Graph

ONTOLOGY = Path(__file__).parents[2] / "ontology"


def read(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


@pytest.fixture(scope="session")
def folder() -> Path:
    """The folder ``ontology/`` of the repository."""
    return ONTOLOGY


@pytest.fixture(scope="session")
def terms() -> Graph:
    """The classes and properties alone."""
    return read(ONTOLOGY / "gfmd.ttl")


@pytest.fixture(scope="session")
def vocabulary() -> Graph:
    """All concept schemes."""
    return read(*sorted((ONTOLOGY / "vocab").glob("*.ttl")))


@pytest.fixture(scope="session")
def shapes() -> Graph:
    """All shapes."""
    return read(*sorted((ONTOLOGY / "shapes").glob("*.ttl")))
