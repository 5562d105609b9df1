"""The outermost callable: finished answers at once, everything else to where it is made.

A request whose answer is finished is answered from here, without parsing anything.
"""

import asyncio
from collections.abc import Mapping
from time import perf_counter
from types import MappingProxyType
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gfmdkg.errors import GfmdkgError
from gfmdkg.http.answering import Answering
from gfmdkg.http.boundary import ErrorBoundary
from gfmdkg.http.cache import AnswerCache, FinishedAnswer, Key
from gfmdkg.http.exchange import Exchange
from gfmdkg.http.front_group import FrontGroup
from gfmdkg.http.lookups import Lookups
from gfmdkg.http.methods import refuse_method
from gfmdkg.http.metrics import render_metrics
from gfmdkg.http.request_head import HeadMemory, RequestHead
from gfmdkg.http.request_log import EngineWork, RequestIds, RequestLog
from gfmdkg.http.responses import send_bytes
from gfmdkg.http.service import Service
from gfmdkg.store.versions import Version

__all__ = ["SOUGHT", "Front"]

SOUGHT = "gfmdkg.sought"
"""In the scope of a request for which ``Front.answer_at_once`` has found nothing."""

# These answer for this very moment.
_NEVER_KEPT = frozenset({"/health", "/ready", "/metrics"})
# A POST whose body may be part of a key, and how long that body may be.
_KEYED_POST = "/sparql"
# Where look-ups come in.
_LOOKED_UP = "/sparql"
_KEYED_TYPES = (b"application/sparql-query", b"application/x-www-form-urlencoded")
_KEYED_BODY_BYTES = 64 * 1024


class _Found(NamedTuple):
    """An answer that needs no waiting, and how the log names what became of the request."""

    answer: FinishedAnswer
    outcome: str
    work: EngineWork | None


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
        self.heads = HeadMemory()
        self._lookups = Lookups(service.fingerprint, memory_bytes=settings.lookup_memory_bytes)
        self._ids = RequestIds()
        self._group = FrontGroup(self._snapshot) if settings.fronts > 1 else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or take part in the server's start and end."""
        if scope["type"] != "http":
            await self._live(scope, receive, send)
            return
        began = perf_counter()
        method, path, query = scope["method"], scope["path"], scope["query_string"]
        head = RequestHead.of(scope["headers"])
        request_id = self._ids.name(head.request_id)
        version = self._version(path, head)
        key = None
        is_read = method in ("GET", "HEAD")
        if version is not None:
            key = _key(scope.get("raw_path") or path.encode(), query, head, version)
            is_new = is_read and head.reads_cache and SOUGHT not in scope
            found = self._find(key, version, path, head) if is_new else None
            if found is not None:
                await self._answering.deliver(
                    found.answer,
                    found.outcome,
                    send,
                    method,
                    request_id,
                    began,
                    head.if_none_match,
                    found.work,
                )
                return
        exchange = Exchange(
            scope=scope,
            receive=receive,
            send=send,
            method=method,
            request_id=request_id,
            began=began,
            is_gzip=head.is_gzip,
            key=key,
            if_none_match=head.if_none_match,
            reads_cache=head.reads_cache,
        )
        if not is_read:
            exchange.if_none_match = None
            exchange.key = None
            if method == "POST" and path == _KEYED_POST and key is not None:
                answer = await self._look_up_post(exchange, key, head.fields)
                if answer is not None:
                    await self._answering.send(exchange, answer, outcome="cached")
                    return
        await self._answering.respond(exchange, head.fields)

    def answer_at_once(self, target: bytes, head: RequestHead) -> tuple[FinishedAnswer, str] | None:
        """The answer to a GET, and the request's id, where neither needs to be waited for.

        ``target`` is a request target without escapes in its path; ``head`` is recurring. The
        request is on record when this returns an answer. After ``None`` the request comes in
        again, with the mark ``SOUGHT`` in its scope.
        """
        began = perf_counter()
        raw_path, _, query = target.partition(b"?")
        path = raw_path.decode("ascii")
        version = self._version(path, head)
        if version is None:
            return None
        found = self._find(_key(raw_path, query, head, version), version, path, head)
        if found is None:
            return None
        request_id = self._ids.name(None)
        self._answering.note(
            found.answer, found.outcome, request_id, perf_counter() - began, found.work
        )
        return found.answer, request_id

    def _find(self, key: Key, version: Version, path: str, head: RequestHead) -> _Found | None:
        """The answer to a GET that is finished, or that a short walk gives."""
        answer = self.cache.get(key)
        if answer is not None:
            return _Found(answer, "cached", None)
        if path != _LOOKED_UP or head.if_none_match is not None:
            return None
        work = EngineWork()
        answer = self._lookups.answer(key.query, version, head, work=work)
        if answer is None:
            return None
        self.cache.put(key, answer)
        return _Found(answer, "ok", work)

    def _version(self, path: str, head: RequestHead) -> Version | None:
        """The version that an answer with a key belongs to; ``None`` where it can have no key."""
        if not head.has_key or path in _NEVER_KEPT:
            return None
        try:
            return self.service.versions.current()
        except GfmdkgError:  # the store is damaged: the handler says how
            return None

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


def _key(raw_path: bytes, query: bytes, head: RequestHead, version: Version) -> Key:
    return Key(
        raw_path,
        query,
        head.accept,
        head.host,
        head.scheme,
        head.is_gzip,
        version.number,
        version.content_hash,
    )


def _replaying(messages: list[Message], receive: Receive) -> Receive:
    """The messages that were read already, then those that come."""
    left = iter(messages)

    async def replay() -> Message:
        for message in left:
            return message
        return await receive()

    return replay
