"""What a canned query answered is not worked out again for other pages and formats."""

import asyncio
from pathlib import Path
from typing import Any, cast

import httpx
from tests.http.conftest import running, settings_for

from gfmdkg.http import create_app
from gfmdkg.http.front import Front
from gfmdkg.http.parameters import Paging
from gfmdkg.http.row_memory import Question, RowMemory

INSTRUMENTS = "/api/queries/instruments"
CSV = {"format": "csv"}
ANEW = {"cache-control": "no-cache"}


def ask(
    store: Path, *requests: tuple[dict[str, Any], dict[str, str]]
) -> tuple[list[int], list[httpx.Response]]:
    """Engine queries of each request (parameters, headers), once names are read, and answers."""

    async def run() -> tuple[list[int], list[httpx.Response]]:
        app = create_app(settings_for(store, warm_queries=False))
        pool = cast("Front", app).service.pool
        counts, answers = [], []
        async with running(app) as client:
            await client.get("/api/queries/topics")
            for parameters, headers in requests:
                before = pool.stats().answered_total
                answers.append(await client.get(INSTRUMENTS, params=parameters, headers=headers))
                counts.append(pool.stats().answered_total - before)
        return counts, answers

    return asyncio.run(run())


def test_total_is_counted_once_for_all_pages_and_formats(harbour_store: Path) -> None:
    counts, answers = ask(
        harbour_store,
        ({"per_page": 1}, {}),
        ({"per_page": 1, "page": 2}, {}),
        ({"per_page": 2}, {}),
        ({"per_page": 1, **CSV}, {}),
        ({"per_page": 1, "version": 1}, {}),
    )
    # The former version's names are read for the last one.
    assert counts == [2, 1, 1, 1, 3]
    first, second, wider = (answer.json() for answer in answers[:3])
    assert first["total"] == second["total"] == wider["total"] > 2
    assert wider["items"] == first["items"] + second["items"]
    assert 'rel="next"' in answers[3].headers["link"]


def test_whole_table_tells_the_total(harbour_store: Path) -> None:
    counts, answers = ask(harbour_store, (CSV, {}), ({"per_page": 1}, {}))
    assert counts == [1, 1]
    assert answers[1].json()["total"] == len(answers[0].text.splitlines()) - 1


def test_page_serves_every_client_whatever_its_headers(harbour_store: Path) -> None:
    counts, answers = ask(
        harbour_store, ({"per_page": 1}, {}), ({"per_page": 1}, {"host": "other.test"})
    )
    assert counts == [2, 0]
    assert answers[0].content == answers[1].content


def test_client_that_wants_no_cache_gets_everything_worked_out(harbour_store: Path) -> None:
    counts, answers = ask(
        harbour_store,
        ({"per_page": 1}, {}),
        ({"per_page": 1}, ANEW),
        ({"per_page": 1, **CSV}, ANEW),
    )
    assert counts == [2, 2, 2]
    assert answers[0].content == answers[1].content


PAGE = Paging(page=1, per_page=10, is_given=False)


def question(number: int) -> Question:
    return Question(1, "hash", bytes([number]))


def test_pages_are_dropped_from_the_one_used_longest_ago() -> None:
    memory = RowMemory(20 * 1024)
    for number in range(30):
        memory.keep_page(question(number), PAGE, b"x" * 512)
        assert memory.page(question(0), PAGE) is not None
    kept = [n for n in range(30) if memory.page(question(n), PAGE) is not None]
    assert kept == [0, *range(11, 30)]
    assert memory.size_bytes == 20 * 1024


def test_page_kept_again_takes_its_place_once() -> None:
    memory = RowMemory(20 * 1024)
    memory.keep_page(question(1), PAGE, b"x" * 512)
    memory.keep_page(question(1), PAGE, b"y" * 100)
    assert memory.page(question(1), PAGE) == b"y" * 100
    assert memory.size_bytes == 612


def test_page_that_would_fill_the_memory_is_not_kept() -> None:
    memory = RowMemory(20 * 1024)
    memory.keep_page(question(1), PAGE, b"x" * 2048)
    assert memory.page(question(1), PAGE) is None
    assert memory.size_bytes == 0


def test_totals_have_a_bound() -> None:
    memory = RowMemory(0)
    questions = [Question(1, "hash", number.to_bytes(4, "big")) for number in range(5000)]
    for asked in questions:
        memory.keep_total(asked, 7)
    known = [asked for asked in questions if memory.total(asked) == 7]
    assert known == questions[-4096:]
