"""The outermost callable: from a request to the answer that is sent, kept, shared and recorded.

Handlers give an ``Answer`` or raise an error of ours. What is the same for all is done here,
once: cached answers are kept and shared, errors become problems, a client that has an answer
already gets 304, and log and metrics have the same few numbers.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter, time
from typing import Any, NamedTuple
from uuid import uuid4

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gfmdkg.engine.answers import SpooledAnswer
from gfmdkg.engine.pool import WORK
from gfmdkg.errors import EngineFailure, GfmdkgError, InternalError, MethodNotAllowed
from gfmdkg.http.answer import ANSWER, Answer, StreamCompressor, options_answer
from gfmdkg.http.cache import SingleFlight, Turn
from gfmdkg.http.log import Entry, RequestLog
from gfmdkg.http.metrics import Metrics, render_metrics
from gfmdkg.http.problems import problem_answer
from gfmdkg.http.process_group import ProcessGroup
from gfmdkg.http.request import ClientGone, Key, RequestContext, RequestIds, header, wait_until_gone
from gfmdkg.http.service import Service
from gfmdkg.store.versions import Version

__all__ = ["READING", "RawRoute", "Server"]

READING = ("GET", "HEAD", "OPTIONS")
"""The methods of an address that is only read."""

Handler = Callable[[Request], Awaitable[Answer]]
"""What answers at an address without the framework. May raise any ``GfmdkgError``."""


class RawRoute(NamedTuple):
    """An address without the framework; a path that ends in ``…`` stands for all that go on so."""

    path: str
    handler: Handler
    methods: Sequence[str] = READING


_LOG = logging.getLogger("gfmdkg.http")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_NOT_MODIFIED, _BAD_REQUEST, _CLIENT_GONE = 304, 400, 499
_LAST_WORDS = (
    "lifespan.startup.failed",
    "lifespan.shutdown.complete",
    "lifespan.shutdown.failed",
)


class Server:
    """Answers from the cache, by a raw route, or by ``app``, which has all other paths."""

    def __init__(self, service: Service, app: ASGIApp, routes: Sequence[RawRoute]) -> None:
        settings = service.settings
        self.service = service
        self.metrics = Metrics()
        self.log = RequestLog(settings.log_format, count=self.metrics.count)
        self.single_flight = SingleFlight()
        self.app = app
        routes = (*routes, RawRoute("/metrics", self._answer_metrics))
        self.routes = {route.path: route for route in routes}
        self._below = {path[:-1]: r for path, r in self.routes.items() if path.endswith("…")}
        self._ids = RequestIds()
        self._group = ProcessGroup(self._snapshot) if settings.server_processes > 1 else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or take part in the server's start and end."""
        if scope["type"] != "http":
            await self._live(scope, receive, send)
            return
        request = RequestContext(scope, receive, self._ids)
        self.metrics.in_progress += 1
        try:
            key = await request.key(self._current_version())
            found = None
            if key is not None and request.reads_cache:
                found = self.service.cache.get(key)
                self.metrics.cache_hits += found is not None
                self.metrics.cache_misses += found is None
            if found is not None:
                await self._send(request, found, send, outcome="cached")
            elif key is None or request.if_none_match is not None or not request.reads_cache:
                answer = await self._compute(request)
                if request.tag_of(answer) is None:
                    self._keep(key, answer)
                await self._send(request, answer, send)
            else:
                await self._share(request, key, send)
        except ClientGone:
            self._record(request, Answer(cacheable=False), _CLIENT_GONE, 0, "disconnected")
        finally:
            self.metrics.in_progress -= 1

    def _current_version(self) -> Version | None:
        try:
            return self.service.versions.current()
        except GfmdkgError:  # the store is damaged: the handler says how
            return None

    # To the answer

    async def _share(self, request: RequestContext, key: Key, send: Send) -> None:
        """Compute the answer for all who ask the same at this time, or wait for it."""
        has_failed = False
        while not self.single_flight.lead(key):
            outcome: Answer | Turn | None = await self.single_flight.wait(key)
            has_failed |= outcome is Turn.RETRY
            if outcome in (Turn.LEAD, Turn.RETRY):  # another may have tried, and be through
                outcome = self.service.cache.get(key)
            if isinstance(outcome, Answer):
                await self._send(request, outcome, send, outcome="cached")
                return
            if outcome is Turn.ALONE:
                await self._send(request, await self._compute(request), send)
                return
        result: Answer | Turn = Turn.LEAD  # where this one leaves, another has to try
        try:
            answer = await self._compute(request)
            result = self._outcome(key, answer, has_failed=has_failed)
        finally:
            self.single_flight.end(key, result)
        await self._send(request, answer, send)

    def _outcome(self, key: Key, answer: Answer, *, has_failed: bool) -> Answer | Turn:
        """What the leader's answer is for those who wait.

        A failure is tried once more, and then told to all: what ended two engines would end more.
        """
        if not isinstance(answer.body, bytes):
            return Turn.ALONE
        if answer.is_lasting:
            self._keep(key, answer)
            return answer
        if answer.status < _BAD_REQUEST:
            return Turn.ALONE
        return Turn.RETRY if answer.result == "error" and not has_failed else answer

    def _keep(self, key: Key | None, answer: Answer) -> None:
        if key is not None and answer.is_lasting:
            size_bytes = answer.size_bytes + key.size_bytes
            self.service.cache.put(key, answer, size_bytes=size_bytes)

    async def _compute(self, request: RequestContext) -> Answer:
        """The handler's answer, ready to be sent. Raises ``ClientGone``."""
        scope = request.scope
        mark = WORK.set(request.work)
        try:
            answer = await self._handle(Request(scope, request.receive))
        except ClientGone:
            raise
        except GfmdkgError as error:
            answer = problem_answer(error, scope)
        except asyncio.CancelledError:
            # The server's time for its end is up. Nobody awaits this task, so it ends here.
            answer = problem_answer(EngineFailure("the service is shutting down"), scope)
        except Exception as error:  # noqa: BLE001 - the boundary of all handlers
            instance = uuid4().urn
            _LOG.error("%s at %s", instance, scope["path"], exc_info=error)
            answer = problem_answer(InternalError(instance), scope)
        finally:
            WORK.reset(mark)
        answer.route = answer.route or self._name(scope)
        answer.rows = request.work.rows
        await answer.finish(is_gzip=request.is_gzip)
        return answer

    async def _handle(self, request: Request) -> Answer:
        path, method = request.scope["path"], request.method
        route = self._route(path)
        if method == "OPTIONS":
            return options_answer(_METHODS if route is None else route.methods)
        if route is not None:
            if method not in route.methods:
                raise MethodNotAllowed(method, path, route.methods)
            return await route.handler(request)
        handed_on: list[Answer] = []

        async def take(message: Message) -> None:
            if message["type"] == ANSWER:
                handed_on.append(message["answer"])

        await self.app(request.scope, request.receive, take)
        return handed_on[0]

    def _route(self, path: str) -> RawRoute | None:
        if path in self.routes:
            return self.routes[path]
        return next((route for at, route in self._below.items() if path.startswith(at)), None)

    def _name(self, scope: Scope) -> str:
        """How log and metrics call the address."""
        route = self._route(scope["path"])
        if route is not None:
            return route.path
        if scope["method"] == "OPTIONS":
            return "preflight"
        return getattr(scope.get("route"), "path", "unmatched")

    # To the client

    async def _send(
        self, request: RequestContext, answer: Answer, send: Send, *, outcome: str = ""
    ) -> None:
        """Send an answer, or 304 where the client has it already."""
        status, lines, body = answer.status, answer.lines, answer.body
        tag = request.tag_of(answer)
        if tag is not None:
            status, lines, outcome = _NOT_MODIFIED, answer.fresh_lines(tag), "not_modified"
        start = {
            "type": "http.response.start",
            "status": status,
            "headers": [*lines, (b"x-request-id", request.id.encode("ascii"))],
        }
        try:
            await send(start)
            if request.is_head or tag is not None:
                body = b""
            if isinstance(body, bytes):
                size_bytes = len(body)
                await send({"type": "http.response.body", "body": body})
            else:
                size_bytes = body.size_bytes
                if not await _send_file(request, body, send, is_gzip=answer.is_gzip):
                    outcome = "disconnected"
        finally:
            answer.close()
        self._record(request, answer, status, size_bytes, outcome or answer.result)

    def _record(
        self, request: RequestContext, answer: Answer, status: int, size_bytes: int, outcome: str
    ) -> None:
        """Put the request down in the log and the metrics."""
        version = answer.version
        entry = Entry(
            moment=time(),
            request_id=request.id,
            method=request.method if request.method in _METHODS else "other",
            route=answer.route or self._name(request.scope),
            status=status,
            version=None if version is None else version.number,
            seconds=perf_counter() - request.began,
            size_bytes=size_bytes,
            outcome=outcome,
            rows=answer.rows,
            work=request.work,
        )
        self.log.request(entry)

    # The service itself

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start and end with the server."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        if self._group is not None:
            await self._group.start()

        async def send_last(message: Message) -> None:
            # The server waits for this message alone: whatever comes after it may be cut off.
            if message["type"] in _LAST_WORDS:
                if self._group is not None:
                    await self._group.close()
                await asyncio.to_thread(self.log.close)
            await send(message)

        await self.app(scope, receive, send_last)

    def _snapshot(self) -> Mapping[str, Any]:
        self.log.hand_on()
        return self.metrics.snapshot(
            pool=self.service.pool.stats(),
            cache=self.service.cache,
            single_flight=self.single_flight,
            log=self.log,
        )

    async def _answer_metrics(self, request: Request) -> Answer:
        snapshots = await self._group.snapshots() if self._group else [self._snapshot()]
        accept = header(request.scope, b"accept") or ""
        media_type, body = render_metrics(snapshots, self.service.versions, accept)
        return Answer(media_type=media_type, body=body, cacheable=False)


async def _send_file(
    request: RequestContext, body: SpooledAnswer, send: Send, *, is_gzip: bool
) -> bool:
    """Send a body that is a file; false where the client left before its end."""
    compressor = StreamCompressor() if is_gzip else None
    # A server takes what is sent to nobody without a word.
    watching = asyncio.create_task(wait_until_gone(request.receive))
    sent_bytes = 0
    try:
        async for chunk in body.chunks():
            if watching.done():
                return False
            sent_bytes += len(chunk)
            is_last = sent_bytes == body.size_bytes
            piece = chunk if compressor is None else await compressor.feed(chunk, is_last=is_last)
            if piece or is_last:
                await send({"type": "http.response.body", "body": piece, "more_body": not is_last})
        return True
    finally:
        watching.cancel()
