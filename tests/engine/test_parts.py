"""Frames, errors, admission and spools, each by itself."""

import asyncio
import inspect
import os
import tempfile
from typing import Any

import pytest

from gfmdkg import errors
from gfmdkg.engine.admission import Admission, Waiter
from gfmdkg.engine.death import describe_death
from gfmdkg.engine.failures import decode_error, encode_error
from gfmdkg.engine.frames import FrameAssembler, FrameError, pack_frame
from gfmdkg.engine.process import WorkerProcess
from gfmdkg.engine.request import Lane
from gfmdkg.engine.spool import Spool, SpooledAnswer
from gfmdkg.errors import AnswerTooLarge, Candidate, Clash, Fault, GfmdkgError

VALUES = {
    "faults": (Fault(message="bad", file="a.ttl", line=3, column=4),),
    "candidates": (Candidate(iri="http://e/a", label="a", score=91.5),),
    "clashes": (Clash(statement="<http://e/a> <http://e/b> 1", reason="gone", version=7),),
    "allowed": ("x", "y"),
    "offered": ("x", "y"),
    "accepted": ("x", "y"),
}
CLASSES = [
    kind
    for name in errors.__all__
    if inspect.isclass(kind := getattr(errors, name)) and issubclass(kind, GfmdkgError)
]


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_crosses_with_its_fields(kind: type[GfmdkgError]) -> None:
    names = list(inspect.signature(kind).parameters)
    values: dict[str, Any] = {
        name: VALUES.get(name, 7 if "limit" in name else name) for name in names
    }
    error = kind(**values)
    again = decode_error(encode_error(error))
    assert type(again) is kind
    assert again.message == error.message
    for name in names:
        assert getattr(again, name) == getattr(error, name)


@pytest.mark.parametrize("size", [1, 5, 17, 1000])
def test_frames_are_put_together_from_any_pieces(size: int) -> None:
    assembler = FrameAssembler()
    for body in (b"", b"x" * 3000):
        data = pack_frame(b'{"a": 1}', body, limit_seconds=1.5, has_file=True)
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        *early, last = [assembler.feed(piece) for piece in pieces]
        assert not any(early)
        assert last is not None
        assert (last.head, last.body, last.limit_seconds) == (b'{"a": 1}', body, 1.5)
        assert (last.has_file, last.retires) == (True, False)


@pytest.mark.parametrize("data", [pack_frame(b"{}") + b"more", b"\xff" * 17])
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(FrameError):
        FrameAssembler().feed(data)


def _join(admission: Admission, lane: Lane) -> tuple[Waiter | None, Waiter | None]:
    future: asyncio.Future[WorkerProcess] = asyncio.get_running_loop().create_future()
    return admission.join(lane, future)


def test_adhoc_never_takes_the_reserved_places() -> None:
    admission = Admission(workers=3, reserved=1, queue=9)
    admission.enter(Lane.ADHOC)
    assert admission.may_enter(Lane.ADHOC, idle=4)
    admission.enter(Lane.ADHOC)
    assert not admission.may_enter(Lane.ADHOC, idle=4)
    assert admission.may_enter(Lane.CANNED, idle=4)
    admission.leave(Lane.ADHOC)
    for _ in range(2):
        admission.enter(Lane.CANNED)
    assert not admission.may_enter(Lane.CANNED, idle=4)


def test_adhoc_leaves_the_reserved_processes_while_others_start() -> None:
    admission = Admission(workers=3, reserved=1, queue=9)
    assert not admission.may_enter(Lane.ADHOC, idle=1)
    assert admission.may_enter(Lane.ADHOC, idle=2)
    assert admission.may_enter(Lane.CANNED, idle=1)
    assert not admission.may_enter(Lane.CANNED, idle=0)
    admission.enter(Lane.CANNED)
    assert admission.may_enter(Lane.ADHOC, idle=1)


def test_one_worker_still_serves_adhoc_queries() -> None:
    assert Admission(workers=1, reserved=1, queue=0).may_enter(Lane.ADHOC, idle=4)


def test_queue_is_by_order_of_coming_as_far_as_lanes_have_room() -> None:
    async def scenario() -> None:
        admission = Admission(workers=2, reserved=1, queue=9)
        first, _ = _join(admission, Lane.ADHOC)
        second, _ = _join(admission, Lane.ADHOC)
        third, _ = _join(admission, Lane.CANNED)
        assert admission.next(idle=2) is first
        assert admission.next(idle=2) is third
        assert admission.next(idle=2) is None
        admission.leave(Lane.ADHOC)
        assert admission.next(idle=2) is second

    asyncio.run(scenario())


def test_canned_query_displaces_the_last_adhoc_one_of_a_full_queue() -> None:
    async def scenario() -> None:
        admission = Admission(workers=1, reserved=0, queue=2)
        _join(admission, Lane.ADHOC)
        last, _ = _join(admission, Lane.ADHOC)
        assert _join(admission, Lane.ADHOC) == (None, None)
        placed, displaced = _join(admission, Lane.CANNED)
        assert placed is not None
        assert displaced is last
        _join(admission, Lane.CANNED)
        assert _join(admission, Lane.CANNED) == (None, None)
        assert admission.waiting(Lane.CANNED) == 2

    asyncio.run(scenario())


def test_spool_moves_to_a_file_and_keeps_its_limit() -> None:
    spool = Spool(limit_bytes=100, memory_bytes=10)
    spool.write(b"0123456789")
    assert (spool.file, spool.body()) == (None, b"0123456789")
    spool.write(b"abc")
    assert spool.file is not None
    assert (spool.body(), b"".join(spool.chunks())) == (b"", b"0123456789abc")
    with pytest.raises(AnswerTooLarge) as caught:
        spool.write(b"x" * 88)
    assert caught.value.limit_bytes == 100
    spool.close()


def test_spooled_answer_can_be_read_twice_and_is_closed() -> None:
    async def scenario() -> None:
        content = os.urandom(10_000)
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.flush()
            answer = SpooledAnswer(os.dup(file.fileno()))
        assert answer.size_bytes == len(content)
        with answer:
            for size in (999, 20_000):
                assert b"".join([c async for c in answer.chunks(size)]) == content
        with pytest.raises(ValueError, match="closed"):
            await anext(answer.chunks())

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("code", "words", "cause"),
    [
        (-9, "", "killed from outside (SIGKILL)"),
        (-6, "memory allocation of 64 bytes failed\n", "memory limit of 1 MiB"),
        (-6, "terminate called\n  what():  std::bad_alloc\n", "memory limit of 1 MiB"),
        (-11, "", "crashed (SIGSEGV)"),
        (3, "Traceback\nValueError: x\n", "exit code 3: ValueError: x"),
    ],
)
def test_cause_of_death_is_read_from_signal_and_last_words(
    code: int, words: str, cause: str
) -> None:
    assert cause in describe_death(code, words, 1 << 20)
