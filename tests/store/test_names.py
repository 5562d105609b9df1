"""The file of names beside a version: made once, for every process, whatever happens to it."""

import multiprocessing
import sqlite3
from collections.abc import Callable
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from gfmdkg.errors import StoreError
from gfmdkg.store.names import NAMES_NAME, names_of, open_names, write_names
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Origin, Version, VersionStore

CONVENTION, DRAFTS = "https://w3id.org/gfmdkg/id/instrument/chw", "https://example.org/drafts"
TURTLE = f"""
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{CONVENTION}> a gfmd:Instrument , skos:Concept ;
  skos:prefLabel "Convention on Harbours"@en , "Convention sur les ports"@fr ;
  skos:altLabel "CHW" , [] , <https://example.org/x> ; skos:inScheme <{DRAFTS}> .
<https://example.org/nameless> a gfmd:Instrument ; skos:inScheme <{DRAFTS}> .
[] skos:prefLabel "nobody" .
""".encode()


def published(root: Path, *, kept: int = 20) -> Version:
    with VersionStore(root, kept=kept).writing() as draft:
        draft.store.load(TURTLE, media_type="text/turtle", graph="")
        return draft.publish(
            message="test", origin=Origin.UPDATE, sources_hash="x", default_graph="strict"
        )


@pytest.fixture
def version(tmp_path: Path) -> Version:
    return published(tmp_path)


def test_names_are_those_of_the_graph(version: Version) -> None:
    names = open_names(version)
    assert len(names) == 1
    assert names.resolve("convention  on harbours") == CONVENTION
    assert names.label(CONVENTION) == "Convention on Harbours"
    assert [t.rpartition("#")[2] for t in names.types(CONVENTION)] == ["Concept", "Instrument"]
    assert names.members([DRAFTS]) == (CONVENTION,)
    assert "CHW" in {text for _, text, _ in names.labels(CONVENTION)}


def test_a_store_in_memory_has_the_same_names() -> None:
    store = OxigraphStore.in_memory()
    store.load(TURTLE, media_type="text/turtle", graph="")
    assert names_of(store).resolve("chw") == CONVENTION


def test_a_write_makes_no_names(version: Version) -> None:
    assert not (version.folder / NAMES_NAME).exists()


def inode(version: Version) -> int:
    return (version.folder / NAMES_NAME).stat().st_ino


def test_names_that_are_there_are_not_made_again(version: Version) -> None:
    open_names(version)
    before = inode(version)
    open_names(version)
    assert inode(version) == before


def open_with_others(version: Version, start: Barrier) -> None:
    start.wait(30)
    assert open_names(version).resolve("CHW") == CONVENTION


def test_processes_that_ask_at_once_get_one_file(version: Version) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    readers = [context.Process(target=open_with_others, args=(version, start)) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(30)
        assert reader.exitcode == 0
    assert not list(version.folder.glob("*.part"))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def overwrite(path: Path) -> None:
    path.write_bytes(b"not a database" * 100)


def stamp_otherwise(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 7")


@pytest.mark.parametrize("harm", [cut, overwrite, stamp_otherwise])
def test_a_file_that_is_damaged_or_of_other_software_is_made_anew(
    version: Version, harm: Callable[[Path], None]
) -> None:
    open_names(version)
    harm(version.folder / NAMES_NAME)
    assert open_names(version).resolve("CHW") == CONVENTION


def test_a_reader_keeps_its_names_while_another_makes_them_anew(version: Version) -> None:
    names = open_names(version)
    (version.folder / NAMES_NAME).unlink()
    open_names(version)
    assert names.resolve("CHW") == CONVENTION


def test_a_folder_that_cannot_be_written_is_named(version: Version) -> None:
    target = version.folder / "none" / NAMES_NAME
    with pytest.raises(StoreError, match=str(target)):
        write_names(target, OxigraphStore.in_memory())


def test_a_page_that_is_damaged_later_is_told_with_the_way_out(version: Version) -> None:
    open_names(version)
    path = version.folder / NAMES_NAME
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096))
    with pytest.raises(StoreError, match="made anew"):
        open_names(version).resolve("CHW")


def test_half_a_character_names_nothing(version: Version) -> None:
    assert open_names(version).find("\ud83d") is None


def test_a_pruned_version_leaves_no_names(version: Version) -> None:
    open_names(version)
    published(version.folder.parents[1], kept=1)
    assert {file.name for file in version.folder.iterdir()} <= {"version.json", "patch.rdfp"}
