import asyncio
import gzip

import pytest
from tests.waiting import begin

from gfmdkg.http.answer import (
    Answer,
    StreamCompressor,
    accepts_gzip,
    compress,
    is_compressible,
    named_tag,
)
from gfmdkg.http.cache import Cache, SingleFlight, Turn
from gfmdkg.http.request import Key


def answer() -> Answer:
    return Answer(body=b"x")


def test_kept_values_stay_below_the_limit_and_the_oldest_go_first() -> None:
    cache = Cache(160_000)
    for number in range(40):
        cache.put(number, str(number), size_bytes=7_000)
        assert cache.size_bytes <= 160_000
        assert cache.get(0) == "0"  # asked for again and again, so it stays
    assert cache.get(1) is None
    assert cache.get(39) == "39"
    assert cache.evictions_total == 40 - len(cache)


def test_value_over_a_sixteenth_of_the_cache_is_not_kept() -> None:
    cache = Cache(160_000)
    cache.put("large", b"", size_bytes=10_001)
    without_room = Cache(0)
    without_room.put("any", b"", size_bytes=1)
    assert len(cache) == cache.size_bytes == len(without_room) == 0


def test_value_that_is_kept_anew_counts_once() -> None:
    cache = Cache(160_000)
    for size_bytes in (5_000, 3_000):
        cache.put("same", size_bytes, size_bytes=size_bytes)
    assert (cache.get("same"), cache.size_bytes, len(cache)) == (3_000, 3_000, 1)


def test_long_keys_count_as_well() -> None:
    assert Key(b"/", b"q" * 9_000, None, None, None, False, 1, "hash").size_bytes == 9_001


@pytest.mark.parametrize(
    ("given", "matched"),
    [
        (b'"t-gzip"', b'"t-gzip"'),
        (b'"other", W/"t-gzip"', b'"t-gzip"'),
        (b'"t"', b'"t"'),
        (b"*", b'"t"'),
        (b'"tt"', None),
        (b"t", None),
    ],
)
def test_entity_tags_match_as_wholes(given: bytes, matched: bytes | None) -> None:
    assert named_tag(given, '"t"', is_gzip=True) == matched


def test_compressed_form_is_none_for_a_client_that_does_not_take_it() -> None:
    assert named_tag(b'"t-gzip"', '"t"', is_gzip=False) is None
    assert named_tag(b'"t"', '"t"', is_gzip=False) == b'"t"'


async def waiting(flights: SingleFlight, count: int) -> list["asyncio.Task[Answer | Turn]"]:
    assert flights.lead("k")
    assert not flights.lead("k")
    return [await begin(flights.wait("k")) for _ in range(count)]


@pytest.mark.parametrize("outcome", [answer(), *Turn])
def test_those_who_wait_are_told_what_the_leader_got(outcome: Answer | Turn) -> None:
    async def scene() -> None:
        flights = SingleFlight()
        waiters = await waiting(flights, 5)
        flights.end("k", outcome)
        assert await asyncio.gather(*waiters) == [outcome] * 5
        assert flights.shared_total == (5 if isinstance(outcome, Answer) else 0)
        assert len(flights) == 0
        assert flights.lead("k")

    asyncio.run(scene())


def test_one_who_leaves_takes_nobody_along() -> None:
    async def scene() -> None:
        flights, made = SingleFlight(), answer()
        first, second = await waiting(flights, 2)
        first.cancel()
        await asyncio.wait({first})
        flights.end("k", made)
        assert await second is made
        assert first.cancelled()

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        (b"gzip, deflate, br", True),
        (b"GZIP;q=0.5", True),
        (b"*", True),
        (b"identity, *;q=0", False),
        (b"gzip;q=0", False),
        (b"gzip;q=0, *", False),
        (b"gzip;q=zero", False),
        (b"deflate, br", False),
        (b"", False),
        (b"gzip," * 1000, False),
    ],
)
def test_accept_encoding_is_read_by_the_standard(header: bytes, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


def test_formats_of_answers_are_compressed_and_pictures_are_not() -> None:
    formats = (
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/turtle",
        "application/ld+json",
        "application/n-triples",
        "application/trig",
        "application/rdf+xml",
        "application/problem+json",
        "image/svg+xml",
    )
    assert all(map(is_compressible, formats))
    assert not any(map(is_compressible, ("image/png", "application/zip", "")))


def test_compressed_body_is_the_same_each_time_in_a_thread_or_not() -> None:
    small, large = b"graph " * 500, b"graph " * 50_000

    async def scene() -> None:
        for body in (small, large):
            first, second = await compress(body), await compress(body)
            assert first == second
            assert gzip.decompress(first) == body

    asyncio.run(scene())


def test_stream_of_pieces_is_one_gzip_file() -> None:
    async def scene() -> None:
        stream = StreamCompressor()
        pieces = [b"a" * 200_000, b"b" * 10, b""]
        coded = [await stream.feed(p, is_last=i == 2) for i, p in enumerate(pieces)]
        assert gzip.decompress(b"".join(coded)) == b"".join(pieces)

    asyncio.run(scene())
