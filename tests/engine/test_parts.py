"""Frames, errors, admission and spools, each by itself."""

import asyncio
import inspect
import io
import os
import tempfile
from typing import Any

import pytest
from tests.waiting import begin, give_way

from gfmdkg import errors
from gfmdkg.engine.answers import MEMORY_BYTES, Spool, SpooledAnswer
from gfmdkg.engine.frames import (
    decode_error,
    encode_error,
    pack_frame,
    read_frame,
    receive_frame,
)
from gfmdkg.engine.process import describe_death
from gfmdkg.engine.supervisor import Admission, Lane
from gfmdkg.errors import (
    AnswerTooLarge,
    Busy,
    Candidate,
    ConflictingStatement,
    EngineFailure,
    Fault,
    GfmdkgError,
)

VALUES = {
    "faults": (Fault(message="bad", file="a.ttl", line=3, column=4),),
    "candidates": (Candidate(iri="http://e/a", label="a", score=91.5),),
    "conflicts": (
        ConflictingStatement(statement="<http://e/a> <http://e/b> 1", reason="gone", version=7),
    ),
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
    async def scenario() -> None:
        reader = asyncio.StreamReader()
        for body in (b"", b"x" * 3000):
            data = pack_frame(b'{"a": 1}', body, limit_seconds=1.5, retires=True)
            awaited = asyncio.create_task(receive_frame(reader))
            for at in range(0, len(data), size):
                await give_way()
                assert not awaited.done()
                reader.feed_data(data[at : at + size])
            frame = await awaited
            assert (frame.head, frame.body, frame.limit_seconds) == (b'{"a": 1}', body, 1.5)
            assert frame.retires
            assert read_frame(io.BytesIO(data)) == frame
            assert read_frame(io.BytesIO(data[:-1])) is None

    asyncio.run(scenario())


def test_what_is_no_frame_is_refused() -> None:
    async def scenario() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(b"\xff" * 17)
        with pytest.raises(EngineFailure):
            await receive_frame(reader)

    asyncio.run(scenario())


def _admission(**values: Any) -> Admission:
    return Admission(**({"places": 1, "queue": 9, "wait_seconds": 5.0} | values))


def test_adhoc_never_takes_the_reserved_places() -> None:
    async def scenario() -> None:
        admission = _admission(places=3, reserved=1)
        adhoc = [await begin(admission.enter(Lane.ADHOC)) for _ in range(3)]
        assert [task.done() for task in adhoc] == [True, True, False]
        canned = [await begin(admission.enter(Lane.CANNED)) for _ in range(2)]
        assert [task.done() for task in canned] == [True, False]
        admission.leave(Lane.CANNED)
        await asyncio.gather(canned[1])
        assert not adhoc[2].done()
        admission.leave(Lane.ADHOC)
        await asyncio.gather(adhoc[2])

    asyncio.run(scenario())


def test_one_place_still_serves_adhoc_queries() -> None:
    async def scenario() -> None:
        await _admission(reserved=1, queue=0).enter(Lane.ADHOC)

    asyncio.run(scenario())


def test_queue_is_by_order_of_coming_as_far_as_lanes_have_room() -> None:
    async def scenario() -> None:
        admission = _admission(places=2, reserved=1)
        await admission.enter(Lane.ADHOC)
        await admission.enter(Lane.CANNED)
        adhoc = await begin(admission.enter(Lane.ADHOC))
        canned = await begin(admission.enter(Lane.CANNED))
        admission.leave(Lane.CANNED)
        await asyncio.gather(canned)
        assert not adhoc.done()
        admission.leave(Lane.ADHOC)
        await asyncio.gather(adhoc)

    asyncio.run(scenario())


def test_canned_query_displaces_the_last_adhoc_one_of_a_full_queue() -> None:
    async def scenario() -> None:
        admission = _admission(queue=2)
        await admission.enter(Lane.ADHOC)
        first, last = [await begin(admission.enter(Lane.ADHOC)) for _ in range(2)]
        with pytest.raises(Busy):
            await admission.enter(Lane.ADHOC)
        for displaced in (last, first):
            await begin(admission.enter(Lane.CANNED))
            with pytest.raises(Busy):
                await displaced
        with pytest.raises(Busy):
            await admission.enter(Lane.CANNED)
        assert admission.waiting == {Lane.ADHOC: 0, Lane.CANNED: 2}

    asyncio.run(scenario())


def test_waiter_that_is_cancelled_as_its_turn_comes_gives_the_place_on() -> None:
    async def scenario() -> None:
        admission = _admission()
        await admission.enter()
        first, second = [await begin(admission.enter(Lane.CANNED)) for _ in range(2)]
        admission.leave()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await second
        assert admission.running[Lane.CANNED] == 1

    asyncio.run(scenario())


def test_nobody_waits_longer_than_allowed_and_nobody_enters_at_the_end() -> None:
    async def scenario() -> None:
        admission = _admission(wait_seconds=0.01)
        await admission.enter()
        with pytest.raises(Busy):
            await admission.enter()
        closing = await begin(admission.close(limit_seconds=5))
        with pytest.raises(Busy, match="is ending"):
            await admission.enter()
        admission.leave()
        await closing

    asyncio.run(scenario())


def test_spool_moves_to_a_file_and_keeps_its_limit() -> None:
    spool = Spool(limit_bytes=MEMORY_BYTES + 100)
    spool.write(b"0" * MEMORY_BYTES)
    spool.write(b"abc")
    with pytest.raises(AnswerTooLarge) as caught:
        spool.write(b"x" * 98)
    assert caught.value.limit_bytes == MEMORY_BYTES + 100
    body = spool.finish()
    assert isinstance(body, SpooledAnswer)
    with body:
        assert body.tail(4) == b"0abc"
        assert b"".join(body.pieces()) == b"0" * MEMORY_BYTES + b"abc"


def test_small_answer_stays_in_memory() -> None:
    spool = Spool(limit_bytes=100)
    for piece in (b"", b"ab", b"c"):
        spool.write(piece)
    assert spool.finish() == b"abc"


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
