"""A generated graph of a few reports, and a store that has it."""

import pyoxigraph as ox
import pytest
from benchmarks.generator import Generated, generate

TRIPLES = 20_000


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return generate(tmp_path_factory.mktemp("generated"), triples=TRIPLES)


@pytest.fixture(scope="session")
def graph(generated: Generated) -> ox.Store:
    store = ox.Store()
    store.bulk_load(path=str(generated.path), format=ox.RdfFormat.N_QUADS)
    return store
