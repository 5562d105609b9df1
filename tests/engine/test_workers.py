"""The pool of Python processes: roles, limits, those who leave, and the end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.waiting import begin, give_way

from gfmdkg.engine.workers import Role, Workers
from gfmdkg.errors import Busy, Conflict, EngineFailure, QueryTimeout

# Answers with its own number, after work that takes as long as the body says.
ROLE = """
import os, time
from gfmdkg.engine.frames import Reply
from gfmdkg.errors import Conflict

def create_handler(options):
    def handle(frame):
        if frame.body == b"conflict":
            raise Conflict("another was first")
        time.sleep(float(frame.body or b"0"))
        return Reply(head=dict(options), body=str(os.getpid()).encode())
    return handle
"""
LIMIT_SECONDS = 20.0


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "patient_role.py").write_text(ROLE)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "patient_role"


@asynccontextmanager
async def open_workers(module: str, **values: Any) -> AsyncIterator[Workers]:
    given: dict[str, Any] = {"queue": 16, "wait_seconds": 20.0, "cause": "all are busy"} | values
    roles = {
        name: Role(module=module, options={"name": name}, **given) for name in ("first", "second")
    }
    workers = Workers(roles, memory_limit_bytes=1 << 30)
    try:
        yield workers
    finally:
        await workers.close(limit_seconds=5)


async def ask(workers: Workers, body: bytes = b"", *, limit_seconds: float = LIMIT_SECONDS) -> int:
    reply = await workers.request("first", b"{}", body, limit_seconds=limit_seconds)
    return int(reply.body)


def test_each_role_has_a_process_that_stays(module: str, count_children: Callable[[], int]) -> None:
    async def scenario() -> None:
        async with open_workers(module) as workers:
            pid = await ask(workers)
            other = await workers.request("second", b"{}", limit_seconds=LIMIT_SECONDS)
            assert other.head == {"name": "second"}
            assert int(other.body) != pid
            assert await ask(workers) == pid
        assert count_children() == 0

    asyncio.run(scenario())


def test_error_of_a_role_comes_through_and_costs_no_process(module: str) -> None:
    async def scenario() -> None:
        async with open_workers(module) as workers:
            pid = await ask(workers)
            with pytest.raises(Conflict, match="another was first"):
                await ask(workers, b"conflict")
            assert await ask(workers) == pid

    asyncio.run(scenario())


def test_work_over_its_limit_is_killed_and_the_next_gets_a_new_process(module: str) -> None:
    async def scenario() -> None:
        async with open_workers(module) as workers:
            pid = await ask(workers)
            with pytest.raises(QueryTimeout):
                await ask(workers, b"60", limit_seconds=0.1)
            assert not Path(f"/proc/{pid}").exists()
            assert await ask(workers) != pid

    asyncio.run(scenario())


def test_those_who_wait_too_long_or_are_too_many_are_sent_away(module: str) -> None:
    async def scenario() -> None:
        async with open_workers(module, queue=1, wait_seconds=0.05) as workers:
            first = await begin(ask(workers, b"0.5"))
            second = await begin(ask(workers))
            with pytest.raises(Busy, match="all are busy"):
                await ask(workers)
            with pytest.raises(Busy):
                await second
            assert await first

    asyncio.run(scenario())


def test_as_many_are_at_work_as_there_are_places(module: str) -> None:
    async def scenario() -> None:
        async with open_workers(module, places=2) as workers:
            pids = await asyncio.gather(*(ask(workers, b"0.3") for _ in range(4)))
            assert len(set(pids)) == 2

    asyncio.run(scenario())


def test_end_waits_for_those_at_work_and_kills_what_takes_longer(module: str) -> None:
    async def scenario() -> None:
        async with open_workers(module) as workers:
            await ask(workers)
            finishing = await begin(ask(workers, b"0.2"))
        assert await finishing
        async with open_workers(module) as workers:
            await ask(workers)
            endless = await begin(ask(workers, b"60"))
            await workers.close(limit_seconds=0.1)
            with pytest.raises(EngineFailure):
                await endless

    asyncio.run(scenario())


async def leave(request: "asyncio.Task[int]", *, after_steps: int) -> None:
    """Let a request go on for some steps of the event loop, then go away."""
    await give_way(after_steps)
    request.cancel()


@pytest.mark.parametrize("is_running", [False, True], ids=["before its start", "at work"])
@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 8])
def test_after_clients_that_leave_at_any_point_the_next_is_answered(
    module: str, steps: int, is_running: bool
) -> None:
    async def scenario() -> None:
        async with open_workers(module) as workers:
            if is_running:
                await ask(workers)
            first = asyncio.create_task(ask(workers, b"60"))
            await leave(first, after_steps=steps)
            # These find the first one's process started, at work, being killed or being reaped.
            for later_steps in (1, 2, 3, 4, 6, 10):
                waiting = asyncio.create_task(ask(workers, b"60"))
                await leave(waiting, after_steps=later_steps)
                with suppress(asyncio.CancelledError):
                    await waiting
            with suppress(asyncio.CancelledError):
                await first
            assert await ask(workers)

    asyncio.run(scenario())


@pytest.mark.parametrize("steps", range(1, 7))
def test_who_leaves_while_the_process_is_reaped_takes_nothing_from_the_next(
    module: str, steps: int
) -> None:
    async def scenario() -> None:
        async with open_workers(module) as workers:
            await ask(workers)
            first, second = [await begin(ask(workers, b"60")) for _ in range(2)]
            await leave(first, after_steps=0)
            await leave(second, after_steps=steps)
            await asyncio.wait({first, second})
            assert first.cancelled()
            assert second.cancelled()
            assert await ask(workers)

    asyncio.run(scenario())
