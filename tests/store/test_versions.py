"""Published versions: atomic, durable, one writer at a time."""

import multiprocessing
import os
import signal
import time
from io import BytesIO
from pathlib import Path

import pytest
from tests.waiting import wait_until

from gfmdkg.errors import Conflict, NotFound, StoreError
from gfmdkg.rdf.media import AnswerFormats
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Draft, Origin, Version, VersionStore

CSV = AnswerFormats(results="text/csv")


def publish(draft: Draft, message: str = "test") -> Version:
    return draft.publish(
        message=message, origin=Origin.BUILD, sources_hash="x", default_graph="strict"
    )


def insert(versions: VersionStore, subject: str) -> Version:
    with versions.writing() as draft:
        draft.store.update(f"INSERT DATA {{ <http://x/{subject}> <http://x/p> 1 }}")
        return publish(draft)


def count(version: Version) -> int:
    store, output = OxigraphStore.open_read_only(version.database), BytesIO()
    store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", formats=CSV, output=output)
    return int(output.getvalue().split()[1])


def test_a_store_has_no_version_before_the_first_is_published(tmp_path: Path) -> None:
    versions = VersionStore(tmp_path)
    assert versions.current() is None
    with pytest.raises(StoreError, match="gfmdkg build"):
        versions.require_current()


def test_each_version_keeps_what_it_held_when_it_was_published(tmp_path: Path) -> None:
    versions = VersionStore(tmp_path)
    first, second = insert(versions, "a"), insert(versions, "b")
    assert (first.number, second.number, second.parent) == (1, 2, 1)
    assert (count(first), count(second)) == (1, 2)
    assert versions.current() == second
    assert versions.history() == (first, second)


def test_another_process_sees_the_version_that_this_one_published(tmp_path: Path) -> None:
    here, elsewhere = VersionStore(tmp_path), VersionStore(tmp_path)
    insert(here, "a")
    assert elsewhere.require_current().number == 1
    insert(here, "b")
    assert elsewhere.require_current().number == 2


def test_a_draft_that_is_not_published_leaves_nothing(tmp_path: Path) -> None:
    versions = VersionStore(tmp_path)
    before = insert(versions, "a")
    with pytest.raises(ZeroDivisionError), versions.writing() as draft:
        draft.store.update("INSERT DATA { <http://x/b> <http://x/p> 1 }")
        raise ZeroDivisionError
    assert versions.current() == before
    assert count(before) == 1
    assert list((tmp_path / "staging").iterdir()) == []


def test_a_draft_from_nothing_starts_empty_but_counts_on(tmp_path: Path) -> None:
    versions = VersionStore(tmp_path)
    insert(versions, "a")
    with versions.writing(from_nothing=True) as draft:
        assert len(draft.store) == 0
        version = publish(draft)
    assert (version.number, version.parent, version.quads) == (2, 1, 0)


def test_equal_content_has_an_equal_hash_whatever_its_history(tmp_path: Path) -> None:
    one, other = VersionStore(tmp_path / "1"), VersionStore(tmp_path / "2")
    insert(one, "a")
    forwards = insert(one, "b")
    insert(other, "b")
    backwards = insert(other, "a")
    assert forwards.content_hash == backwards.content_hash
    assert insert(one, "c").content_hash != forwards.content_hash


def test_old_versions_are_pruned_and_then_not_found(tmp_path: Path) -> None:
    versions = VersionStore(tmp_path, kept=2)
    for subject in "abcd":
        insert(versions, subject)
    assert [v.number for v in versions.history() if v.is_available] == [3, 4]
    with pytest.raises(NotFound, match="version"):
        versions.get(1)


def test_a_second_writer_waits_and_then_says_so(tmp_path: Path) -> None:
    versions = VersionStore(tmp_path)
    with (
        versions.writing(),
        pytest.raises(Conflict, match="another writer"),
        VersionStore(tmp_path).writing(wait_seconds=0.05),
    ):
        pass


def test_a_damaged_record_names_its_file(tmp_path: Path) -> None:
    version = insert(VersionStore(tmp_path), "a")
    (version.folder / "version.json").write_text("{")
    with pytest.raises(StoreError, match="version.json"):
        VersionStore(tmp_path).current()


@pytest.mark.parametrize("content", [b"", b"twelve\n", b"\xff\xfe"])
def test_a_damaged_pointer_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    insert(VersionStore(tmp_path), "a")
    (tmp_path / "CURRENT").write_bytes(content)
    with pytest.raises(StoreError, match="CURRENT") as caught:
        VersionStore(tmp_path).current()
    (fault,) = caught.value.faults
    assert fault.remedy is not None
    assert str(tmp_path / "versions") in fault.remedy


def _increment(root: str, times: int) -> None:
    versions = VersionStore(Path(root))
    for _ in range(times):
        with versions.writing() as draft:
            draft.store.update(
                "DELETE { <http://x/c> <http://x/n> ?n } INSERT { <http://x/c> <http://x/n> ?m }"
                " WHERE { <http://x/c> <http://x/n> ?n BIND(?n + 1 AS ?m) }"
            )
            publish(draft)


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    versions = VersionStore(tmp_path)
    with versions.writing() as draft:
        draft.store.update("INSERT DATA { <http://x/c> <http://x/n> 0 }")
        publish(draft)
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_increment, args=(str(tmp_path), 10)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    output = BytesIO()
    store = OxigraphStore.open_read_only(versions.require_current().database)
    store.query("SELECT ?n { ?c <http://x/n> ?n }", formats=CSV, output=output)
    assert output.getvalue().split()[1] == b"20"


def _write_for_ever(root: str, acknowledged: str) -> None:
    versions = VersionStore(Path(root), kept=1000)
    number = 0
    with Path(acknowledged).open("a", encoding="utf-8") as log:
        while True:
            number += 1
            with versions.writing() as draft:
                draft.store.update(
                    f"INSERT DATA {{ <http://x/{os.getpid()}-{number}> <http://x/p> 1, 2, 3 }}"
                )
                publish(draft)
            log.write(f"{os.getpid()}-{number}\n")
            log.flush()


def _wait_for_lines(log: Path, count: int) -> None:
    wait_until(
        lambda: len(log.read_text().split()) >= count,
        "more writes are acknowledged",
        within_seconds=30,
    )


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.soak)])
def test_a_killed_writer_loses_nothing_acknowledged_and_leaves_no_half(
    tmp_path: Path, rounds: int
) -> None:
    context = multiprocessing.get_context("spawn")
    log = tmp_path / "acknowledged"
    root = tmp_path / "store"
    log.touch()
    for turn in range(rounds):
        lines = len(log.read_text().split())
        writer = context.Process(target=_write_for_ever, args=(str(root), str(log)))
        writer.start()
        _wait_for_lines(log, lines + 2)
        time.sleep(0.007 * (turn % 10))  # noqa: TID251 - the moment of the kill
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
    versions = VersionStore(root, kept=1000)
    store, output = OxigraphStore.open_read_only(versions.require_current().database), BytesIO()
    store.query("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s", formats=CSV, output=output)
    found = dict(line.rsplit(",", 1) for line in output.getvalue().decode().split()[1:])
    missing = [name for name in log.read_text().split() if f"http://x/{name}" not in found]
    assert missing == []
    assert set(found.values()) == {"3"}, "a write is there in part"
    insert(versions, "after")
    assert list((root / "staging").iterdir()) == []


def test_diaries_of_the_engine_do_not_pile_up(tmp_path: Path) -> None:
    versions = VersionStore(tmp_path)
    for name in "abcd":
        published = insert(versions, name)
        for _ in range(3):
            OxigraphStore.open_read_only(published.database).close()
    kept = [len(list(folder.glob("LOG*"))) for folder in tmp_path.glob("versions/*/db")]
    assert len(kept) == 4
    assert max(kept) == 1


def test_reader_sees_a_version_at_once_and_looks_at_no_file_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = VersionStore(tmp_path), VersionStore(tmp_path)
    assert reader.current() is None
    for number in (1, 2, 3):
        insert(writer, str(number))
        current = reader.current()
        assert current is not None
        assert current.number == number
        assert reader.current() is current
        with monkeypatch.context() as patched:
            patched.setattr(os, "stat", None)
            assert [reader.current() for _ in range(100)] == [current] * 100


def test_reader_sees_a_store_that_was_made_anew_and_a_pointer_put_by_hand(tmp_path: Path) -> None:
    root, kept = tmp_path / "store", tmp_path / "kept"
    for _ in range(2):
        insert(VersionStore(root), "a")
    reader = VersionStore(root)
    assert reader.require_current().number == 2

    def wait_for(number: int) -> None:
        wait_until(lambda: reader.require_current().number == number, f"version {number} is seen")

    (root / "next").write_text("1")
    (root / "next").replace(root / "CURRENT")
    wait_for(1)
    root.rename(kept)
    for _ in range(3):
        insert(VersionStore(root), "a")
    wait_for(3)
    insert(VersionStore(root), "a")
    assert reader.require_current().number == 4
