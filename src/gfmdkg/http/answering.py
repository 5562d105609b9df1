"""From a request that the cache knows nothing of to its answer, for all who ask the same."""

import asyncio
from collections.abc import Callable, Mapping
from time import perf_counter

from starlette.types import ASGIApp, Receive, Scope, Send

from gfmdkg.errors import EngineFailure
from gfmdkg.http.cache import AnswerCache, FinishedAnswer, Flights, Key, Turn, is_lasting
from gfmdkg.http.compression import plain_tags
from gfmdkg.http.exchange import Exchange
from gfmdkg.http.methods import send_options
from gfmdkg.http.metrics import Metrics
from gfmdkg.http.outcomes import outcome_of
from gfmdkg.http.problems import problem_response
from gfmdkg.http.recorder import Recorder
from gfmdkg.http.request_log import WORK, EngineWork, RequestLog
from gfmdkg.http.responses import send_bytes

__all__ = ["Answering"]

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_SCHEMES = (b"http", b"https")
# Answers up to this size are held here in any case; the engine keeps them in memory as well.
_HELD_BYTES = 256 * 1024
_NOT_MODIFIED, _BAD_REQUEST, _CLIENT_GONE = 304, 400, 499


class Answering:
    """Runs handlers, shares and keeps what they answer, sends it, and puts it on record.

    ``exact`` maps a path, ``below`` the beginning of paths, to its handler; ``app`` has all
    other paths.
    """

    def __init__(
        self,
        *,
        app: ASGIApp,
        exact: Mapping[str, ASGIApp],
        below: Mapping[str, ASGIApp],
        cache: AnswerCache,
        log: RequestLog,
    ) -> None:
        self.cache, self.log = cache, log
        self.flights = Flights()
        self.metrics = Metrics()
        self._app, self._exact, self._below = app, dict(exact), list(below.items())

    async def respond(self, exchange: Exchange, fields: Mapping[bytes, bytes]) -> None:
        """Answer one request; ``fields`` are its headers."""
        if exchange.is_gzip and exchange.if_none_match is not None:
            # The handlers know the tags of the plain forms.
            exchange.scope["headers"] = [
                (n, plain_tags(v) if n == b"if-none-match" else v)
                for n, v in exchange.scope["headers"]
            ]
        if fields.get(b"x-forwarded-proto") in _SCHEMES:
            exchange.scope["scheme"] = fields[b"x-forwarded-proto"].decode("ascii")
        self.metrics.in_progress += 1
        try:
            if (
                exchange.key is None
                or exchange.if_none_match is not None
                or not exchange.reads_cache
            ):
                await self._answer_alone(exchange)
                return
            match await self.flights.board(exchange.key):
                case Turn.LEAD:
                    await self._lead(exchange, exchange.key)
                case Turn.ALONE:
                    await self._answer_alone(exchange)
                case answer:
                    await self.send(exchange, answer, outcome="cached")
        finally:
            self.metrics.in_progress -= 1

    async def _answer_alone(self, exchange: Exchange) -> None:
        answer = await self._compute(exchange, _no_one_waits)
        if answer is None:
            return
        if answer.is_lasting and exchange.key is not None:
            self.cache.put(exchange.key, answer)
        await self.send(exchange, answer, outcome=outcome_of(answer))

    async def _lead(self, exchange: Exchange, key: Key) -> None:
        answer = None
        try:
            answer = await self._compute(exchange, lambda: self.flights.scatter(key))
        finally:
            self._settle(key, answer)
        if answer is not None:
            await self.send(exchange, answer, outcome=outcome_of(answer))

    def _settle(self, key: Key, answer: FinishedAnswer | None) -> None:
        """Do for those who wait what the leader's answer allows."""
        if answer is None:  # it left, or it failed; after a large answer nobody waits any more
            self.flights.hand_over(key)
        elif answer.is_lasting:
            self.cache.put(key, answer)
            self.flights.land(key, answer)
        elif answer.status < _BAD_REQUEST:
            self.flights.scatter(key)
        elif outcome_of(answer) == "error" and not self.flights.fails_again(key):
            self.flights.hand_over(key)
        else:
            self.flights.land(key, answer)

    async def _compute(
        self, exchange: Exchange, on_stream: Callable[[], None]
    ) -> FinishedAnswer | None:
        """The handler's answer; ``None`` where it went out already, or the client did."""
        scope = exchange.scope
        if exchange.is_head:
            scope = {**scope, "method": "GET"}
        recorder = Recorder(
            exchange.send,
            exchange.receive,
            limit_bytes=max(self.cache.value_limit_bytes, _HELD_BYTES),
            is_gzip=exchange.is_gzip,
            is_head=exchange.is_head,
            extra=[(b"x-request-id", exchange.request_id.encode("ascii"))],
            on_stream=on_stream,
        )
        route, handler = self._route(scope)
        mark = WORK.set(exchange.work)
        try:
            await handler(scope, exchange.receive, recorder)
        except asyncio.CancelledError:
            # The server's time for its end is up. Nobody awaits this task, so it ends here.
            if recorder.is_streaming:
                raise
            error = EngineFailure("the service is shutting down")
            recorder.reset()
            await send_bytes(*problem_response(error), recorder)
        finally:
            WORK.reset(mark)
            recorder.close()
        if not route:
            route = getattr(scope.get("route"), "path", "unmatched")
        if not recorder.is_whole:
            status = recorder.status if recorder.is_streaming else _CLIENT_GONE
            outcome = "ok" if recorder.is_complete else "disconnected"
            version = recorder.field(b"content-version")
            self._note(
                exchange.request_id,
                exchange.method,
                route,
                status,
                None if version is None else version.decode("latin-1"),
                perf_counter() - exchange.began,
                recorder.size_bytes,
                outcome,
                exchange.work,
                exchange.work.rows,
            )
            return None
        return await recorder.finish(
            route=route,
            rows=exchange.work.rows,
            is_lasting=is_lasting(scope),
            if_none_match=exchange.if_none_match,
        )

    def _route(self, scope: Scope) -> tuple[str, ASGIApp]:
        path = scope["path"]
        handler = self._exact.get(path)
        if handler is not None:
            return path, handler
        for prefix, below in self._below:
            if path.startswith(prefix):
                return f"{prefix}…", below
        if scope["method"] == "OPTIONS":
            return "preflight", _send_options
        return "", self._app

    async def send(self, exchange: Exchange, answer: FinishedAnswer, *, outcome: str) -> None:
        """Send a whole answer to whoever asks in this exchange."""
        await self.deliver(
            answer,
            outcome,
            exchange.send,
            exchange.method,
            exchange.request_id,
            exchange.began,
            exchange.if_none_match,
            exchange.work,
        )

    async def deliver(
        self,
        answer: FinishedAnswer,
        outcome: str,
        send: Send,
        method: str,
        request_id: str,
        began: float,
        if_none_match: bytes | None,
        work: EngineWork | None = None,
    ) -> None:
        """Send a whole answer, or 304 where the client has it already.

        Plain arguments, because this is the hot path.
        """
        status, headers, body = answer.status, answer.headers, answer.body
        if if_none_match is not None and answer.is_lasting:
            tag = answer.matching_tag(if_none_match)
            if tag is not None:
                status, body, outcome = _NOT_MODIFIED, b"", "not_modified"
                headers = answer.fresh_headers(tag)
        if method == "HEAD":
            body = b""
        named = [*headers, (b"x-request-id", request_id.encode("ascii"))]
        await send({"type": "http.response.start", "status": status, "headers": named})
        await send({"type": "http.response.body", "body": body})
        self._note(
            request_id,
            method,
            answer.route,
            status,
            answer.version,
            perf_counter() - began,
            len(body),
            outcome,
            work,
            answer.rows,
        )

    def note(
        self,
        answer: FinishedAnswer,
        outcome: str,
        request_id: str,
        seconds: float,
        work: EngineWork | None,
    ) -> None:
        """Put on record that a GET got this whole answer."""
        self._note(
            request_id,
            "GET",
            answer.route,
            answer.status,
            answer.version,
            seconds,
            len(answer.body),
            outcome,
            work,
            answer.rows,
        )

    def _note(
        self,
        request_id: str,
        method: str,
        route: str,
        status: int,
        version: str | None,
        seconds: float,
        size_bytes: int,
        outcome: str,
        work: EngineWork | None,
        rows: int | None,
    ) -> None:
        if method not in _METHODS:
            method = "other"
        self.metrics.request(route, method, status, seconds, size_bytes, outcome, work)
        self.log.request(
            request_id,
            method,
            route,
            status,
            version,
            seconds,
            size_bytes,
            outcome,
            work,
            rows,
        )


def _no_one_waits() -> None:
    """For an answer that is not shared."""


async def _send_options(scope: Scope, receive: Receive, send: Send) -> None:
    del scope, receive
    await send_options(_METHODS, send)
