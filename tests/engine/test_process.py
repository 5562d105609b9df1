"""The machinery that any role of worker stands on."""

import asyncio
import os
import select
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.listener import Listener
from tests.waiting import begin, until

from gfmdkg.engine.workers import Role, WorkerProcess
from gfmdkg.errors import Conflict, EngineFailure, QueryTimeout

# Its sleeps are the work that takes long, or never ends.
ROLE = """
import os, resource, socket, sys, time
from gfmdkg.engine.frames import Reply
from gfmdkg.errors import Conflict

class Panic(BaseException):
    pass

def create_handler(options):
    if options.get("start") == "hang":
        time.sleep(60)
    if options.get("start") == "fail":
        raise ValueError("no such option")

    kept = []

    def handle(frame):
        match frame.head.decode():
            case "echo":
                return Reply(head={"options": options}, body=frame.body)
            case "ours":
                raise Conflict("another was first")
            case "memory":
                raise MemoryError
            case "panic":
                raise Panic("at the disco")
            case "exit":
                os._exit(7)
            case "recurse":
                sys.stderr.write("thread '<unnamed>' has overflowed its stack")
                sys.stderr.flush()
                os.abort()
            case "litter":
                # Large enough for malloc, and what was made last holds all the rest.
                litter = [os.urandom(1000) for _ in range(50_000)]
                kept.append(litter.pop())
                return Reply(head={})
            case "sleep":
                time.sleep(float(frame.body or b"60"))
                return Reply(head={})
            case "retire":
                return Reply(head={}, retires=True)
            case "connect":
                with socket.socket() as connection:
                    connection.connect(("127.0.0.1", int(frame.body)))
            case "limits":
                core = resource.getrlimit(resource.RLIMIT_CORE)
                return Reply(head={"core": core, "as": resource.getrlimit(resource.RLIMIT_AS)})

    return handle
"""
MEMORY = 512 << 20


@pytest.fixture
def role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "played_role.py").write_text(ROLE)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "played_role"


async def _start(
    role: str,
    *,
    ready_seconds: float = 20.0,
    on_lost: Callable[[WorkerProcess], None] = lambda _: None,
    **options: str,
) -> WorkerProcess:
    return await WorkerProcess.start(
        Role(module=role, cause="", options=options, queue=0, wait_seconds=0.0),
        memory_limit_bytes=MEMORY,
        ready_seconds=ready_seconds,
        on_lost=on_lost,
    )


async def _end(worker: WorkerProcess) -> int:
    worker.close()
    async with asyncio.timeout(5):
        return await worker.wait()


def test_requests_and_replies_of_any_size_come_through(runner: asyncio.Runner, role: str) -> None:
    async def scenario() -> None:
        worker = await _start(role, colour="red")
        for size in (0, 1, 70_000, 5_000_000):
            body = os.urandom(size)
            reply = await worker.request(b"echo", body, limit_seconds=5)
            assert reply.body == body
            assert reply.head == {"options": {"colour": "red"}}
        assert await _end(worker) == 0

    runner.run(scenario())


def test_process_that_rests_gives_its_memory_back(role: str) -> None:
    async def scenario() -> None:
        worker = await _start(role)
        await worker.request(b"litter", limit_seconds=20)
        less = _resident_bytes(worker.pid) - (20 << 20)
        await until(lambda: _resident_bytes(worker.pid) <= less, "memory is given back")
        assert (await worker.request(b"echo", b"still there", limit_seconds=5)).body
        await _end(worker)

    asyncio.run(scenario())


def _resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    ("head", "cause"),
    [
        (b"memory", "memory limit of 512 MiB"),
        (b"panic", "Panic: at the disco"),
        (b"exit", "exit code 7"),
        (b"recurse", "nested too deeply"),
    ],
)
def test_death_is_told_in_words(role: str, head: bytes, cause: str) -> None:
    async def scenario() -> None:
        lost: list[WorkerProcess] = []
        worker = await _start(role, on_lost=lost.append)
        with pytest.raises(EngineFailure, match=cause):
            await worker.request(head, limit_seconds=5)
        assert not worker.is_usable
        await _end(worker)
        assert lost == [worker]
        with pytest.raises(EngineFailure):
            await worker.request(b"echo", limit_seconds=5)
        assert lost == [worker]

    asyncio.run(scenario())


def test_error_of_ours_leaves_the_process_alive(role: str) -> None:
    async def scenario() -> None:
        worker = await _start(role)
        with pytest.raises(Conflict, match="another was first"):
            await worker.request(b"ours", limit_seconds=5)
        assert (await worker.request(b"echo", b"still here", limit_seconds=5)).body
        await _end(worker)

    asyncio.run(scenario())


def test_each_request_has_a_limit_of_its_own(runner: asyncio.Runner, role: str) -> None:
    async def scenario() -> None:
        worker = await _start(role)
        await worker.request(b"echo", limit_seconds=0.2)
        await worker.request(b"sleep", b"0.4", limit_seconds=5)  # the first one's time passes
        begun = asyncio.get_running_loop().time()
        with pytest.raises(QueryTimeout) as caught:
            await worker.request(b"sleep", limit_seconds=0.4)
        assert caught.value.limit_seconds == 0.4
        assert 0.38 < asyncio.get_running_loop().time() - begun < 0.6
        assert await worker.wait() == -signal.SIGKILL

    runner.run(scenario())


def test_who_stops_waiting_for_the_end_does_not_stop_the_others(
    runner: asyncio.Runner, role: str
) -> None:
    async def scenario() -> None:
        worker = await _start(role)
        worker.kill()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await worker.wait()
        assert await worker.wait() == -signal.SIGKILL

    runner.run(scenario())


def test_process_that_retires_gives_its_reply_first(role: str) -> None:
    async def scenario() -> None:
        worker = await _start(role)
        assert (await worker.request(b"retire", limit_seconds=5)).head == {}
        assert not worker.is_usable
        assert await worker.wait() == 0

    asyncio.run(scenario())


def test_start_that_fails_or_hangs_is_told_and_leaves_nothing(
    role: str, count_children: Callable[[], int]
) -> None:
    async def scenario() -> None:
        with pytest.raises(EngineFailure, match="ValueError: no such option"):
            await _start(role, start="fail")
        with pytest.raises(EngineFailure, match=r"not ready in 0\.2 s"):
            await _start(role, ready_seconds=0.2, start="hang")
        starting = await begin(_start(role, start="hang"))
        await until(lambda: count_children() == 1, "the process was started")
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting

    before = list(Path("/proc/self/fd").iterdir())
    asyncio.run(scenario())
    assert list(Path("/proc/self/fd").iterdir()) == before
    assert count_children() == 0


def test_process_is_confined(role: str, listener: Listener) -> None:
    async def scenario() -> None:
        worker = await _start(role)
        limits = await worker.request(b"limits", limit_seconds=5)
        assert limits.head == {"core": [0, 0], "as": [MEMORY, MEMORY]}
        if worker.network_obstacle is None:
            with pytest.raises(EngineFailure, match="Network is unreachable"):
                await worker.request(b"connect", b"%d" % listener.port, limit_seconds=5)
            assert listener.count_callers() == 0
        await _end(worker)

    asyncio.run(scenario())


def test_worker_dies_with_its_front(role: str) -> None:
    async def scenario(report: int) -> None:
        worker = await _start(role)
        os.write(report, str(worker.pid).encode())
        await worker.request(b"sleep", limit_seconds=60)

    reading, writing = os.pipe()
    parent = os.fork()
    if parent == 0:
        try:
            asyncio.run(scenario(writing))
        finally:
            os._exit(1)
    worker = int(os.read(reading, 20))
    descriptor = os.pidfd_open(worker)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    assert select.select([descriptor], [], [], 5)[0] == [descriptor]
    for number in (descriptor, reading, writing):
        os.close(number)
