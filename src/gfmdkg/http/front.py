"""The outermost callable: finished answers at once, everything else to where it is made.

A request whose answer is finished is answered from here, without parsing anything.
"""

import asyncio
from collections.abc import Mapping
from time import perf_counter
from types import MappingProxyType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gfmdkg.errors import GfmdkgError
from gfmdkg.http.answering import Answering, Exchange
from gfmdkg.http.boundary import ErrorBoundary
from gfmdkg.http.cache import AnswerCache, FinishedAnswer, Key
from gfmdkg.http.compression import accepts_gzip
from gfmdkg.http.front_group import FrontGroup
from gfmdkg.http.lookups import Lookups
from gfmdkg.http.methods import refuse_method
from gfmdkg.http.metrics import render_metrics
from gfmdkg.http.request_log import EngineWork, RequestIds, RequestLog
from gfmdkg.http.responses import send_bytes
from gfmdkg.http.service import Service

__all__ = ["Front"]

# These answer for this very moment.
_NEVER_KEPT = frozenset({"/health", "/ready", "/metrics"})
# A POST whose body may be part of a key, and how long that body may be.
_KEYED_POST = "/sparql"
# Where look-ups come in.
_LOOKED_UP = "/sparql"
_KEYED_TYPES = (b"application/sparql-query", b"application/x-www-form-urlencoded")
_KEYED_BODY_BYTES = 64 * 1024


class Front:
    """Answers from the cache, or by the raw handler of a path, or by the application.

    ``exact`` maps a path, ``below`` the beginning of paths, to the handler that answers it.
    """

    def __init__(
        self,
        service: Service,
        app: ASGIApp,
        exact: Mapping[str, ASGIApp] = MappingProxyType({}),
        below: Mapping[str, ASGIApp] = MappingProxyType({}),
    ) -> None:
        settings = service.settings
        self.service = service
        self.cache = AnswerCache(settings.cache_limit_bytes)
        self.log = RequestLog(settings.log_format)
        self._app = app
        self._answering = Answering(
            app=app,
            exact={
                path: ErrorBoundary(handler)
                for path, handler in {**exact, "/metrics": self._send_metrics}.items()
            },
            below={path: ErrorBoundary(handler) for path, handler in below.items()},
            cache=self.cache,
            log=self.log,
        )
        self._lookups = Lookups(service.fingerprint)
        self._ids = RequestIds()
        self._group = FrontGroup(self._snapshot) if settings.fronts > 1 else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or take part in the server's start and end."""
        if scope["type"] != "http":
            await self._live(scope, receive, send)
            return
        began = perf_counter()
        headers = scope["headers"]
        fields = dict(headers)
        method = scope["method"]
        request_id = self._ids.name(fields.get(b"x-request-id"))
        is_gzip = accepts_gzip(fields.get(b"accept-encoding", b""))
        # A header that came twice means what only the handler can tell.
        has_key = len(fields) == len(headers) and b"authorization" not in fields
        key = self._key(scope, fields, is_gzip=is_gzip) if has_key else None
        reads_cache = b"no-cache" not in fields.get(b"cache-control", b"")
        given = fields.get(b"if-none-match")
        if key is not None and reads_cache and method in ("GET", "HEAD"):
            answer = self.cache.get(key)
            if answer is not None:
                await self._answering.deliver(
                    answer, "cached", send, method, request_id, began, given
                )
                return
            if given is None and scope["path"] == _LOOKED_UP:
                work = EngineWork()
                answer = self._look_up(scope, fields, is_gzip=is_gzip, work=work)
                if answer is not None:
                    self.cache.put(key, answer)
                    await self._answering.deliver(
                        answer, "ok", send, method, request_id, began, given, work
                    )
                    return
        exchange = Exchange(
            scope=scope,
            receive=receive,
            send=send,
            method=method,
            request_id=request_id,
            began=began,
            is_gzip=is_gzip,
            key=key,
            if_none_match=given,
            reads_cache=reads_cache,
        )
        if method not in ("GET", "HEAD"):
            exchange.if_none_match = None
            exchange.key = None
            if method == "POST" and scope["path"] == _KEYED_POST and key is not None:
                answer = await self._look_up_post(exchange, key, fields)
                if answer is not None:
                    await self._answering.send(exchange, answer, outcome="cached")
                    return
        await self._answering.respond(exchange, fields)

    def _look_up(
        self, scope: Scope, fields: Mapping[bytes, bytes], *, is_gzip: bool, work: EngineWork
    ) -> FinishedAnswer | None:
        version = self.service.versions.current()
        if version is None:
            return None
        accept = fields.get(b"accept")
        return self._lookups.answer(scope, version, accept=accept, is_gzip=is_gzip, work=work)

    def _key(self, scope: Scope, fields: Mapping[bytes, bytes], *, is_gzip: bool) -> Key | None:
        try:
            version = self.service.versions.current()
        except GfmdkgError:  # the store is damaged: the handler says how
            return None
        if version is None or scope["path"] in _NEVER_KEPT:
            return None
        return Key(
            scope.get("raw_path") or scope["path"].encode(),
            scope["query_string"],
            fields.get(b"accept"),
            fields.get(b"host"),
            fields.get(b"x-forwarded-proto"),
            is_gzip,
            version.number,
            version.content_hash,
        )

    async def _look_up_post(
        self, exchange: Exchange, key: Key, fields: Mapping[bytes, bytes]
    ) -> FinishedAnswer | None:
        """Read a short query, so that it can be part of the key, and look its answer up."""
        content_type = fields.get(b"content-type", b"")
        length = fields.get(b"content-length", b"")
        if (
            not content_type.startswith(_KEYED_TYPES)
            or not length.isdigit()
            or int(length) > _KEYED_BODY_BYTES
            or b"content-encoding" in fields
        ):
            return None
        parts: list[bytes] = []
        messages: list[Message] = []
        while not messages or messages[-1].get("more_body", False):
            message = await exchange.receive()
            messages.append(message)
            parts.append(message.get("body", b""))
            if message["type"] == "http.disconnect":
                break
        body = b"".join(parts)
        exchange.receive = _replaying(messages, exchange.receive)
        if messages[-1]["type"] == "http.disconnect" or b"update" in body.lower():
            return None
        exchange.key = key._replace(body=content_type + b"\0" + body)
        return self.cache.get(exchange.key) if exchange.reads_cache else None

    # The service itself

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start and end with the server."""
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        if self._group is not None:
            await self._group.start()
        try:
            await self._app(scope, receive, send)
        finally:
            if self._group is not None:
                await self._group.close()
            await asyncio.to_thread(self.log.close)

    def _snapshot(self) -> Mapping[str, object]:
        return self._answering.metrics.snapshot(
            pool=self.service.pool.stats(),
            cache=self.cache,
            flights=self._answering.flights,
            log=self.log,
        )

    async def _send_metrics(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        if scope["method"] != "GET":
            await refuse_method(scope, ("GET", "HEAD"), send)
            return
        snapshots = await self._group.snapshots() if self._group else [self._snapshot()]
        accept = dict(scope["headers"]).get(b"accept", b"").decode("latin-1")
        content_type, body = render_metrics(snapshots, self.service.versions, accept)
        headers = (("content-type", content_type), ("cache-control", "no-store"))
        await send_bytes(200, headers, body, send)


def _replaying(messages: list[Message], receive: Receive) -> Receive:
    """The messages that were read already, then those that come."""
    left = iter(messages)

    async def replay() -> Message:
        for message in left:
            return message
        return await receive()

    return replay
