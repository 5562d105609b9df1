"""Answers that took long are asked for once, whoever asks and however often."""

import multiprocessing
import time
from pathlib import Path

import pytest
from tests.lists.conftest import Library

from gfmdkg.lists.definitions import GROUPS
from gfmdkg.lists.index import ListIndex, build_indexes
from gfmdkg.lists.reading import ANSWERS_NAME, SelectBytes, cached_answers, select_from

TABLE = b"?item\t?value\n<a:1>\t1\n<a:2>\t2\n<a:1>\t1\n"
DISTINCT = b"?item\t?value\n<a:1>\t1\n<a:2>\t2\n"


class Asked:
    """A ``SelectBytes`` that counts."""

    def __init__(self, answer: bytes = TABLE, seconds: float = 0.0) -> None:
        self.queries: list[str] = []
        self._answer, self._seconds = answer, seconds

    def __call__(self, query: str) -> bytes:
        self.queries.append(query)
        time.sleep(self._seconds)  # noqa: TID251 - what the engine takes
        return self._answer


def keep(folder: Path, ask: SelectBytes) -> SelectBytes:
    return cached_answers(folder, ask, worth_seconds=0)


def test_an_answer_is_asked_for_once_and_its_equal_rows_are_kept_once(tmp_path: Path) -> None:
    asked = Asked()
    assert keep(tmp_path, asked)("q") == DISTINCT
    assert keep(tmp_path, asked)("q") == DISTINCT
    assert keep(tmp_path, asked)("another") == DISTINCT
    assert asked.queries == ["q", "another"]


def test_what_the_engine_finds_at_once_is_not_kept(tmp_path: Path) -> None:
    asked = Asked()
    select = cached_answers(tmp_path, asked)
    assert select("q") == TABLE
    assert select("q") == TABLE
    assert asked.queries == ["q", "q"]
    assert not (tmp_path / ANSWERS_NAME).exists()
    slow = Asked(seconds=0.06)
    assert cached_answers(tmp_path, slow)("q") == DISTINCT
    assert (tmp_path / ANSWERS_NAME).exists()


def test_empty_answer_is_an_answer(tmp_path: Path) -> None:
    asked = Asked(b"?item\n")
    assert [keep(tmp_path, asked)("q") for _ in range(2)] == [b"?item\n"] * 2
    assert len(asked.queries) == 1


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b""])
def test_damaged_file_is_replaced(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / ANSWERS_NAME).write_bytes(damage)
    asked = Asked()
    for _ in range(3):
        assert keep(tmp_path, asked)("q") == DISTINCT
    assert 1 <= len(asked.queries) <= 2


def test_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"
    asked = Asked()
    assert keep(folder, asked)("q") == DISTINCT
    assert keep(folder, asked)("q") == DISTINCT
    assert len(asked.queries) == 2


def test_error_of_the_engine_is_passed_on_and_nothing_kept(tmp_path: Path) -> None:
    def fail(query: str) -> bytes:
        raise PermissionError(query)

    with pytest.raises(PermissionError, match="q"):
        keep(tmp_path, fail)("q")
    assert keep(tmp_path, Asked())("q") == DISTINCT


def ask_twenty(folder: Path, log: Path) -> None:
    def ask(query: str) -> bytes:
        with log.open("a") as file:
            file.write(f"{query}\n")
        time.sleep(0.01)  # noqa: TID251 - what the engine takes, so that the processes meet
        return TABLE

    select = keep(folder, ask)
    for number in range(20):
        assert select(f"q{number}") == DISTINCT


def test_processes_that_read_at_once_share_the_work(tmp_path: Path) -> None:
    log = tmp_path / "log"
    context = multiprocessing.get_context("spawn")
    readers = [context.Process(target=ask_twenty, args=(tmp_path, log)) for _ in range(3)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(30)
        assert reader.exitcode == 0
    assert sorted(log.read_text().split()) == sorted(f"q{number}" for number in range(20))


def test_lists_from_kept_answers_are_those_that_the_engine_gives(
    library: Library, tmp_path: Path
) -> None:
    def forbidden(query: str) -> bytes:
        raise AssertionError(f"asked again: {query}")

    for group in GROUPS:
        for ask in (select_from(library.store), forbidden):
            for faceted, index in build_indexes(group, keep(tmp_path, ask)):
                assert content_of(index) == content_of(library.lists[faceted.name])


def content_of(index: ListIndex) -> tuple[object, ...]:
    links = {name: table.bitmaps(None) for name, table in index.linked.items()}
    orders = {
        name: tuple(map(tuple, directions)) for name, directions in index.permutations.items()
    }
    columns = {name: tuple(column) for name, column in index.columns.items()}
    return index.items, index.plain, index.broader, columns, orders, links
