"""The server around handlers of its own that count how often they run."""

import asyncio
import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import Message
from tests.sites import publish, settings_for
from tests.waiting import begin, give_way

from gfmdkg.engine.answers import Spool
from gfmdkg.errors import Busy, EngineFailure, QueryTimeout
from gfmdkg.http.answer import Answer
from gfmdkg.http.cache import Cache
from gfmdkg.http.request import ClientGone
from gfmdkg.http.server import READING, Handler, RawRoute, Server
from gfmdkg.http.service import Service
from gfmdkg.paths import shipped_content
from gfmdkg.store.versions import Origin, VersionStore


class Reply:
    """What came back for one request."""

    def __init__(self, messages: list[Message]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {n.decode(): v.decode() for n, v in messages[0]["headers"]}
        self.body = b"".join(m.get("body", b"") for m in messages[1:])


class Counting:
    """A handler that answers with how often it was asked; `gate` holds it back."""

    def __init__(
        self, body: bytes = b"", *, cacheable: bool = True, etag: str | None = None
    ) -> None:
        self.calls, self.etag = 0, etag
        self.body, self.cacheable = body, cacheable
        self.gate = asyncio.Event()
        self.gate.set()
        self.errors: list[BaseException] = []

    async def __call__(self, request: Request) -> Answer:
        self.calls += 1
        number = self.calls
        await self.gate.wait()
        await give_way()  # no engine answers at once
        if self.errors:
            raise self.errors.pop(0)
        spool = Spool(limit_bytes=1 << 30)
        spool.write(b"%d " % number + self.body)
        return Answer(
            media_type="text/csv", body=spool.finish(), cacheable=self.cacheable, etag=self.etag
        )


def make_server(store: Path, handler: Handler, **changes: Any) -> Server:
    service = Service(settings_for(store, **changes), content=shipped_content(), roles={})
    methods = (*READING, "POST")
    routes = [RawRoute(path, handler, methods) for path in ("/sparql", "/x")]
    return Server(service, FastAPI(), routes)


async def ask(
    server: Server,
    path: str = "/x",
    *,
    method: str = "GET",
    query: bytes = b"",
    body: bytes = b"",
    pairs: Sequence[tuple[bytes, bytes]] = (),
    **headers: str,
) -> Reply:
    sent: list[Message] = []
    pairs = [*pairs, *((n.replace("_", "-").encode(), v.encode()) for n, v in headers.items())]
    if body:
        pairs.append((b"content-length", b"%d" % len(body)))
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "scheme": "http",
        "headers": pairs,
    }
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        for message in messages:
            return message
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    await server(scope, receive, send)
    return Reply(sent)


async def ask_at_once(server: Server, handler: Counting, count: int) -> list[Reply]:
    """So many equal requests that have all come before the handler answers any."""
    handler.gate.clear()
    asked = [await begin(ask(server)) for _ in range(count)]
    assert server.metrics.in_progress == count
    handler.gate.set()
    return await asyncio.gather(*asked)


def test_same_question_runs_once(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting()
        server = make_server(harbour_store, handler)
        first, second = await ask(server), await ask(server)
        assert (first.body, second.body, handler.calls) == (b"1 ", b"1 ", 1)
        different = {k for k in first.headers if first.headers[k] != second.headers[k]}
        assert different == {"x-request-id"}

    asyncio.run(scene())


@pytest.mark.parametrize(
    "other",
    [
        {"query": b"a=1"},
        {"accept": "text/turtle"},
        {"host": "elsewhere"},
        {"x_forwarded_proto": "https"},
        {"accept_encoding": "gzip"},
        {"authorization": "Bearer t"},
        {"cache_control": "no-cache"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_whatever_an_answer_depends_on_is_part_of_its_key(
    harbour_store: Path, other: dict[str, Any]
) -> None:
    async def scene() -> None:
        handler = Counting()
        server = make_server(harbour_store, handler)
        await ask(server)
        await ask(server, **other)
        assert handler.calls == 2

    asyncio.run(scene())


def test_header_given_twice_is_one_with_both_values(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting()
        server = make_server(harbour_store, handler)
        both = [(b"accept", b"text/csv"), (b"accept", b"text/turtle")]
        bodies = [(await ask(server, pairs=pairs)).body for pairs in (both, both, both[1:])]
        assert bodies == [b"1 ", b"1 ", b"2 "]
        assert (await ask(server, accept="text/csv, text/turtle")).body == b"1 "

        handler.etag = '"t"'
        known = [(b"if-none-match", b'"t"'), (b"if-none-match", b'"other"')]
        assert (await ask(server, query=b"a", pairs=known)).status == 304

    asyncio.run(scene())


def test_answer_to_an_authorised_request_is_not_kept(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting()
        server = make_server(harbour_store, handler)
        await ask(server, authorization="Bearer t")
        assert (await ask(server)).body == b"2 "

    asyncio.run(scene())


def test_no_cache_computes_anew_and_keeps_the_result(harbour_store: Path) -> None:
    async def scene() -> None:
        server = make_server(harbour_store, Counting())
        await ask(server)
        assert (await ask(server, cache_control="no-cache")).body == b"2 "
        assert (await ask(server)).body == b"2 "

    asyncio.run(scene())


def test_volatile_answers_are_neither_kept_nor_shared(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting(cacheable=False)
        server = make_server(harbour_store, handler)
        bodies = {reply.body for reply in await ask_at_once(server, handler, 3)}
        assert bodies == {b"1 ", b"2 ", b"3 "}

    asyncio.run(scene())


def test_errors_are_not_kept(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting()
        handler.errors.append(QueryTimeout(1.0))
        server = make_server(harbour_store, handler)
        assert (await ask(server)).status == 504
        assert (await ask(server)).status == 200

    asyncio.run(scene())


def test_publish_makes_every_key_new(tmp_path: Path) -> None:
    async def scene() -> None:
        versions = VersionStore(tmp_path)
        with versions.writing() as draft:
            draft.publish(
                message="empty", origin=Origin.EMPTY, sources_hash="", default_graph="union"
            )
        handler = Counting()
        server = make_server(tmp_path, handler)
        await ask(server)
        publish(VersionStore(tmp_path), message="by somebody else", files={})
        assert (await ask(server)).body == b"2 "

    asyncio.run(scene())


def test_identical_requests_in_flight_are_computed_once(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting()
        server = make_server(harbour_store, handler)
        replies = await ask_at_once(server, handler, 20)
        assert {reply.body for reply in replies} == {b"1 "}
        assert len({reply.headers["x-request-id"] for reply in replies}) == 20
        assert handler.calls == 1

    asyncio.run(scene())


def test_next_takes_over_when_the_first_ones_client_leaves(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting()
        handler.errors.append(ClientGone())
        server = make_server(harbour_store, handler)
        handler.gate.clear()
        leaver = await begin(ask(server))
        others = [await begin(ask(server)) for _ in range(4)]
        handler.gate.set()
        assert {reply.body for reply in await asyncio.gather(*others)} == {b"2 "}
        with pytest.raises(IndexError):  # nothing was sent to who left
            await leaver

    asyncio.run(scene())


def test_crash_of_a_worker_costs_one_request_and_repeated_ones_are_not_tried_by_all(
    harbour_store: Path,
) -> None:
    async def scene(failures: int) -> tuple[list[int], int]:
        handler = Counting()
        handler.errors.extend(EngineFailure("it crashed") for _ in range(failures))
        server = make_server(harbour_store, handler)
        replies = await ask_at_once(server, handler, 5)
        return [reply.status for reply in replies], handler.calls

    assert asyncio.run(scene(1)) == ([503, 200, 200, 200, 200], 2)
    assert asyncio.run(scene(9)) == ([503] * 5, 2)


def test_each_failure_where_somebody_waits_is_tried_once_more(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting()
        server = make_server(harbour_store, handler)
        for failures, statuses in (
            (1, [503, 200, 200]),  # tried again, and mended
            (1, [503, 200, 200]),  # so is the next failure of the same question
            (2, [503, 503, 503]),
            (1, [503, 200, 200]),
        ):
            server.service.cache = Cache(1 << 20)
            handler.errors.extend(EngineFailure("it crashed") for _ in range(failures))
            replies = await ask_at_once(server, handler, len(statuses))
            assert [reply.status for reply in replies] == statuses
        handler.errors.append(EngineFailure("it crashed"))
        assert (await ask(server, "/x", query=b"alone")).status == 503  # nobody waits

    asyncio.run(scene())


def test_refusal_is_shared_with_those_who_wait(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting()
        handler.errors.append(Busy(3))
        server = make_server(harbour_store, handler)
        replies = await ask_at_once(server, handler, 3)
        assert [r.headers["retry-after"] for r in replies] == ["3"] * 3
        assert handler.calls == 1

    asyncio.run(scene())


def test_compressed_form_has_a_tag_of_its_own_that_gives_304(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting(b"row\n" * 1000)
        server = make_server(harbour_store, handler)
        plain = await ask(server)
        coded = await ask(server, accept_encoding="gzip")
        assert gzip.decompress(coded.body) == b"2 " + b"row\n" * 1000
        assert coded.headers["content-encoding"] == "gzip"
        assert coded.headers["content-length"] == str(len(coded.body))
        assert coded.headers["etag"].endswith('-gzip"')
        assert coded.headers["etag"] != plain.headers["etag"]
        for reply in (plain, coded):
            assert reply.headers["vary"] == "Accept, Accept-Encoding"
        tag = coded.headers["etag"]
        fresh = await ask(server, accept_encoding="gzip", if_none_match=tag)
        assert (fresh.status, fresh.body, fresh.headers["etag"]) == (304, b"", tag)
        assert "content-length" not in fresh.headers
        assert "content-encoding" not in fresh.headers
        # Without gzip this tag is not that of what would be sent.
        assert (await ask(server, if_none_match=tag)).status == 200
        assert handler.calls == 2

    asyncio.run(scene())


def test_304_comes_without_a_cache_as_well(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting(b"row\n" * 1000)

        async def steady(request: Request) -> Answer:
            handler.calls = 0
            return await handler(request)

        server = make_server(harbour_store, steady, cache_limit_bytes=0)
        tag = (await ask(server, accept_encoding="gzip")).headers["etag"]
        fresh = await ask(server, accept_encoding="gzip", if_none_match=tag)
        assert (fresh.status, fresh.headers["etag"]) == (304, tag)
        assert fresh.headers["vary"] == "Accept, Accept-Encoding"

    asyncio.run(scene())


def test_small_and_incompressible_answers_stay_as_they_are(harbour_store: Path) -> None:
    async def scene() -> None:
        small = await ask(make_server(harbour_store, Counting()), accept_encoding="gzip")
        assert "content-encoding" not in small.headers

    asyncio.run(scene())


def test_head_is_the_head_of_get_and_shares_its_answer(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting(b"row\n" * 10)
        server = make_server(harbour_store, handler)
        head, get = await ask(server, method="HEAD"), await ask(server)
        assert head.body == b""
        assert head.headers["content-length"] == str(len(get.body))
        assert handler.calls == 1

    asyncio.run(scene())


def test_post_of_a_query_is_kept_by_its_body(harbour_store: Path) -> None:
    async def scene() -> None:
        calls = 0
        seen: list[bytes] = []

        async def handler(request: Request) -> Answer:
            nonlocal calls
            calls += 1
            seen.append((await request.receive())["body"])
            body = b"%d" % calls
            return Answer(media_type="text/csv", body=body, cacheable=False, is_lasting=True)

        server = make_server(harbour_store, handler)

        async def post(body: bytes, media_type: str = "application/sparql-query") -> bytes:
            reply = await ask(server, "/sparql", method="POST", body=body, content_type=media_type)
            assert reply.headers["cache-control"] == "no-store"
            return reply.body

        form = "application/x-www-form-urlencoded"
        assert [await post(b"ASK {}"), await post(b"ASK {}")] == [b"1", b"1"]
        assert await post(b"ASK { }") == b"2"
        assert [await post(b"query=A", form), await post(b"query=A", form)] == [b"3", b"3"]
        assert [await post(b"update=A", form), await post(b"update=A", form)] == [b"4", b"5"]
        update = "application/sparql-update"
        assert [await post(b"CLEAR ALL", update), await post(b"CLEAR ALL", update)] == [b"6", b"7"]
        assert seen[:3] == [b"ASK {}", b"ASK { }", b"query=A"]

    asyncio.run(scene())


def test_large_answers_pass_through_compressed_and_unkept(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting(b"row\n" * 200_000)
        server = make_server(harbour_store, handler, cache_limit_bytes=1_000_000)
        plain = await ask(server)
        assert len(plain.body) == int(plain.headers["content-length"])
        coded = await ask(server, accept_encoding="gzip")
        assert gzip.decompress(coded.body) == b"2 " + b"row\n" * 200_000
        assert "content-length" not in coded.headers
        assert "x-request-id" in coded.headers
        assert len(server.service.cache) == 0
        head = await ask(server, method="HEAD")
        assert (head.body, head.headers["content-length"]) == (b"", str(len(plain.body)))

    asyncio.run(scene())


def test_waiters_do_not_wait_for_a_large_answer_of_somebody_slow(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting(b"row\n" * 200_000)
        server = make_server(harbour_store, handler, cache_limit_bytes=1_000_000)
        assert len({reply.body[:2] for reply in await ask_at_once(server, handler, 3)}) == 3

    asyncio.run(scene())


def test_own_request_id_comes_back_where_it_is_sane(harbour_store: Path) -> None:
    async def scene() -> None:
        server = make_server(harbour_store, Counting())
        assert (await ask(server, x_request_id="a.b-1")).headers["x-request-id"] == "a.b-1"
        for bad in ('a"b', "a b", "x" * 65, ""):
            assert (await ask(server, x_request_id=bad)).headers["x-request-id"] != bad

    asyncio.run(scene())


def test_handler_that_is_stopped_at_the_end_says_so(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting()
        handler.gate.clear()
        server = make_server(harbour_store, handler)
        task = await begin(ask(server))
        task.cancel()
        reply = await task
        assert reply.status == 503
        assert b"shutting down" in reply.body

    asyncio.run(scene())


def test_server_counts_what_is_in_progress(harbour_store: Path) -> None:
    async def scene() -> None:
        handler = Counting()
        handler.gate.clear()
        server = make_server(harbour_store, handler)
        task = await begin(ask(server))
        assert server.metrics.in_progress == 1
        handler.gate.set()
        await task
        assert server.metrics.in_progress == 0
        assert len(server.single_flight) == 0

    asyncio.run(scene())
