"""Index files: whole or not there, built once, whatever happens meanwhile."""

import multiprocessing
import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.waiting import wait_until

from gfmdkg.errors import StoreError
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.search.building import INDEX_NAME, build_index, ensure_index
from gfmdkg.search.index import SearchIndex
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Origin, VersionStore

TURTLE = b"""
<http://x/a> a <https://w3id.org/gfmdkg/ontology#Instrument> ;
    <http://www.w3.org/2004/02/skos/core#prefLabel> "Convention on Harbours"@en .
"""


def version_folder(root: Path) -> Path:
    versions = VersionStore(root)
    with versions.writing() as draft:
        draft.store.load(TURTLE, media_type="text/turtle", graph="")
        version = draft.publish(
            message="test", origin=Origin.BUILD, sources_hash="x", default_graph="strict"
        )
    return version.folder


def build_slowly(folder: Path, log: Path) -> None:
    select = OxigraphStore.open_read_only(folder / "db").select

    def slow(query: str) -> Solutions:
        with log.open("a") as file:
            file.write("q")
        time.sleep(0.1)  # noqa: TID251 - a large graph, where the builders meet
        return select(query)

    ensure_index(folder, slow)


def test_an_index_is_built_once_for_all_processes(tmp_path: Path) -> None:
    folder, log = version_folder(tmp_path / "store"), tmp_path / "log"
    context = multiprocessing.get_context("spawn")
    builders = [context.Process(target=build_slowly, args=(folder, log)) for _ in range(3)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join(30)
        assert builder.exitcode == 0
    assert len(log.read_text()) == 4
    index = SearchIndex.open(folder / INDEX_NAME)
    assert index.search("harbours").total == 1
    index.close()


def test_a_builder_that_is_killed_is_in_nobodys_way(tmp_path: Path) -> None:
    folder, log = version_folder(tmp_path / "store"), tmp_path / "log"
    builder = multiprocessing.get_context("spawn").Process(target=build_slowly, args=(folder, log))
    builder.start()
    wait_until(
        lambda: log.exists() and list(folder.glob("*.part")),
        "the index is half built",
        within_seconds=20,
    )
    assert builder.pid is not None
    os.kill(builder.pid, signal.SIGKILL)
    builder.join(10)
    assert not (folder / INDEX_NAME).exists()
    store = OxigraphStore.open_read_only(folder / "db")
    index = SearchIndex.open(ensure_index(folder, store.select))
    assert index.search("harbours").total == 1
    index.close()
    assert not list(folder.glob("*.part"))


def test_an_index_of_another_format_is_built_anew(tmp_path: Path) -> None:
    folder = version_folder(tmp_path / "store")
    select = OxigraphStore.open_read_only(folder / "db").select
    path = ensure_index(folder, select)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(StoreError, match="no index"):
        SearchIndex.open(path)
    SearchIndex.open(ensure_index(folder, select)).close()


def test_an_index_that_is_there_is_not_built_again(tmp_path: Path) -> None:
    folder = version_folder(tmp_path / "store")
    path = ensure_index(folder, OxigraphStore.open_read_only(folder / "db").select)

    def forbidden(query: str) -> Solutions:
        raise AssertionError(query)

    assert ensure_index(folder, forbidden) == path


def test_what_is_no_index_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / INDEX_NAME
    with pytest.raises(StoreError, match="no index"):
        SearchIndex.open(path)
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match="no index"):
        SearchIndex.open(path)
    store = OxigraphStore.in_memory()
    with pytest.raises(StoreError, match="cannot be written"):
        build_index(tmp_path / "missing" / INDEX_NAME, store.select)


def test_an_empty_graph_has_an_empty_index(tmp_path: Path) -> None:
    build_index(tmp_path / INDEX_NAME, OxigraphStore.in_memory().select)
    index = SearchIndex.open(tmp_path / INDEX_NAME)
    assert index.search("anything").total == 0
    assert index.suggest("any").items == ()
    index.close()


def test_a_pruned_version_leaves_no_index(tmp_path: Path) -> None:
    folder = version_folder(tmp_path)
    ensure_index(folder, OxigraphStore.open_read_only(folder / "db").select)
    with VersionStore(tmp_path, kept=1).writing() as draft:
        assert draft.folder != folder
        draft.publish(message="next", origin=Origin.BUILD, sources_hash="x", default_graph="strict")
    assert [file.name for file in folder.iterdir()] == ["version.json"]
