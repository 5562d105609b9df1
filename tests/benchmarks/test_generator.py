"""The generated graph that benchmarks run on: as valid as the real one, and always the same."""

import io
from pathlib import Path

import pytest
from benchmarks.generator import Generated, generate
from benchmarks.reference import MADE_UP_GRAPH, shipped_sources
from tests.benchmarks.conftest import TRIPLES

from gfmdkg.build.assembly import validate_store
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.paths import shipped_content
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import with_union
from gfmdkg.validation import SourceFile


@pytest.fixture(scope="module")
def store(generated: Generated) -> OxigraphStore:
    store = OxigraphStore.in_memory()
    store.load(generated.path.read_bytes(), media_type="application/n-quads")
    return store


def test_the_same_seed_gives_the_same_file_and_another_seed_another(
    generated: Generated, tmp_path: Path
) -> None:
    again = generate(tmp_path, triples=TRIPLES)
    other = generate(tmp_path, triples=TRIPLES, seed=2)
    assert again.path.read_bytes() == generated.path.read_bytes()
    assert other.path.read_bytes() != generated.path.read_bytes()


def test_a_graph_that_is_there_is_not_written_again(generated: Generated) -> None:
    written = generated.path.stat().st_mtime_ns
    assert generate(generated.path.parent, triples=TRIPLES) == generated
    assert generated.path.stat().st_mtime_ns == written


def test_it_has_about_as_many_triples_as_asked_for_and_says_how_many(
    generated: Generated, store: OxigraphStore
) -> None:
    assert len(store) == generated.triples
    assert TRIPLES <= generated.triples < 1.5 * TRIPLES


def test_no_triple_is_in_two_graphs(generated: Generated, store: OxigraphStore) -> None:
    # Peers that show the union of the graphs and count doubles then give the same answers.
    store.extend(with_union(store.quads()))
    assert len(store) == 2 * generated.triples
    store.clear_graph("")


def test_it_breaks_no_shape_and_no_check(generated: Generated, store: OxigraphStore) -> None:
    def text_of(graph: str) -> str:
        output = io.BytesIO()
        store.dump(output, media_type="application/n-triples", graph=graph)
        return output.getvalue().decode()

    store.extend(with_union(store.quads()))
    shipped = {source.graph for source in shipped_sources()}
    files = list(shipped_sources())
    for graph in store.graph_names():
        if graph not in shipped:
            path = graph.removeprefix(GRAPH_BASE) + ".ttl"
            files.append(SourceFile(path=path, text=text_of(graph), graph=graph))
    assert any(file.graph == MADE_UP_GRAPH for file in files)

    report = validate_store(store, files, shipped_content())
    shipped_files = {source.path for source in shipped_sources()}
    found = [
        f"{fault.file}: {fault.message}"
        for fault in (finding.as_fault() for finding in report.findings)
        if fault.file not in shipped_files
    ]
    assert found == []
    store.clear_graph("")
