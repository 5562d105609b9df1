"""The pool of engines: at most so many queries at once, each with a limit it cannot pass.

A query has an engine to itself for as long as it takes. At its time limit, or when nobody waits
for it any more, that engine is ended and another takes its place, so a query can harm nothing
but itself. Each engine has one version of the graph open; for the version in use there is a
spare.
"""

import asyncio
import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import NoReturn

import pyoxigraph as ox

from gfmdkg.engine.answers import EngineAnswer, Spool, SpooledAnswer, count_rows, kind_of
from gfmdkg.engine.connection import Response
from gfmdkg.engine.endpoint import Endpoint
from gfmdkg.engine.server import EngineServer
from gfmdkg.engine.supervisor import Admission, Lane, Supervisor
from gfmdkg.errors import (
    AnswerTooLarge,
    Busy,
    EngineFailure,
    GfmdkgError,
    NotAcceptable,
    QueryTimeout,
)
from gfmdkg.rdf.media import GRAPH_FORMATS, RESULTS_FORMATS, AnswerFormats, AnswerKind, Dataset
from gfmdkg.rdf.prefix_lines import PREFIXED, used_namespaces, write_prefixed
from gfmdkg.settings import Settings
from gfmdkg.store.rdf_store import is_refusal, rejection
from gfmdkg.store.versions import Version

__all__ = ["WORK", "EnginePool", "EngineWork", "PoolStats", "QueryRequest"]

_SPARES = 1
# Writing this much with prefixes takes some milliseconds, which other requests can bear to wait.
_SMALL_BYTES = 64 * 1024
_COMPLAINT_BYTES = 64 * 1024
_PROBLEM = "application/problem+json"
_OWN_DATASET, _ANY_FORMATS = Dataset(), AnswerFormats()
# How a request ends by what it raises; to be refused for what it asks is an answer as well.
_ENDS: Mapping[type[BaseException], str] = {
    QueryTimeout: "timeouts",
    AnswerTooLarge: "too_large",
    Busy: "busy",
    EngineFailure: "failures",
    asyncio.CancelledError: "cancelled",
    GfmdkgError: "answered",
}


@dataclass(slots=True, kw_only=True)
class QueryRequest:
    """A query that has passed the checks of ``gfmdkg.rdf.guard``.

    Limits that are ``None`` are the pool's. Relative IRIs stand below the project's base, and
    its prefixes are known.
    """

    text: str
    version: Version
    formats: AnswerFormats = _ANY_FORMATS
    dataset: Dataset = _OWN_DATASET
    lane: Lane = Lane.ADHOC
    time_limit_seconds: float | None = None
    answer_limit_bytes: int | None = None


@dataclass(slots=True)
class EngineWork:
    """What the engine did for one request, all its queries together.

    ``engine_seconds`` holds evaluation and serialisation, which are one stream in an engine.
    ``rows`` are those of the first query; further ones count and look up names.
    """

    calls: int = 0
    queue_seconds: float = 0.0
    engine_seconds: float = 0.0
    rows: int | None = None

    def add(self, answer: EngineAnswer) -> None:
        """Put one query down to this request."""
        if self.calls == 0:
            self.rows = answer.rows
        self.calls += 1
        self.queue_seconds += answer.queue_seconds
        self.engine_seconds += answer.engine_seconds


WORK: ContextVar[EngineWork | None] = ContextVar("gfmdkg_engine_work", default=None)
"""The request for which queries are run at the moment, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStats:
    """The pool at this moment, and how all requests ended since its start."""

    workers: int
    idle: int
    starting: int
    running: Mapping[Lane, int]
    waiting: Mapping[Lane, int]
    started_total: int
    ended: Mapping[str, int]


class EnginePool:
    """Runs queries on published versions; belongs to one event loop.

    Where the settings name an endpoint elsewhere, it answers for the version that it holds.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._admission = Admission(
            places=settings.engines,
            reserved=settings.engines_reserved,
            queue=settings.query_queue,
            wait_seconds=settings.query_queue_seconds,
            cause="all engines are busy",
        )
        self._endpoint = Endpoint(settings.engine_url) if settings.engine_url else None
        self._engines = Supervisor(self._start_engine, bound=settings.engines + _SPARES)
        self._current: Version | None = None
        self._ended = dict.fromkeys(_ENDS.values(), 0)

    async def start(self, version: Version | None) -> None:
        """Have an engine ready for a version, and soon a spare.

        Raises ``EngineFailure`` and ``StoreError``.
        """
        if version is None:
            return
        self._current = version
        if self._endpoint is not None:
            await self._endpoint.check(version, self._start_own)
        self._engines.give_back(await self._engines.take(version))
        self._engines.keep_spare(version, idle=2)

    def turn_to(self, version: Version) -> None:
        """Note that this version is the one in use now; those that went before need no engine."""
        if version is not self._current:
            self._current = version
            self._engines.dismiss(lambda other: other == version)
            self._engines.keep_spare(version)

    async def close(self) -> None:
        """Take no more requests, finish those there are, and end every engine.

        What is not done after ``settings.shutdown_seconds`` is ended with its engine.
        """
        await self._admission.close(limit_seconds=self._settings.shutdown_seconds)
        await self._engines.close()

    async def query(self, request: QueryRequest) -> EngineAnswer:
        """Run a query. Cancelling the caller's task ends it at once.

        Raises ``Busy``, ``QueryTimeout``, ``AnswerTooLarge``, ``QueryRejected``,
        ``NotAcceptable``, ``StoreError`` and ``EngineFailure``.
        """
        came = perf_counter()
        lane = request.lane
        try:
            await self._admission.enter(lane)
            try:
                answer = await self._run(request, came)
            finally:
                self._admission.leave(lane, seconds=perf_counter() - came)
        except BaseException as error:
            self._count(error)
            raise
        self._ended["answered"] += 1
        work = WORK.get()
        if work is not None:
            work.add(answer)
        return answer

    def stats(self) -> PoolStats:
        """Figures for ``/metrics`` and the log."""
        return PoolStats(
            workers=len(self._engines.living),
            idle=len(self._engines.idle),
            starting=self._engines.starting,
            running=dict(self._admission.running),
            waiting=self._admission.waiting,
            started_total=self._engines.started_total,
            ended=dict(self._ended),
        )

    # Engines

    async def _start_engine(self, version: Version) -> EngineServer:
        if self._endpoint is not None:
            engine = await self._endpoint.connect(version, self._start_own, self._engines.lose)
            if engine is not None:
                return engine
        return await self._start_own(version)

    async def _start_own(self, version: Version) -> EngineServer:
        return await EngineServer.start(
            version.database,
            memory_limit_bytes=self._settings.worker_memory_limit_bytes,
            on_lost=self._engines.lose,
        )

    # Queries

    async def _run(self, request: QueryRequest, came: float) -> EngineAnswer:
        settings, formats = self._settings, request.formats
        limit_bytes = request.answer_limit_bytes or settings.answer_limit_bytes
        version = request.version
        engine = await self._engines.take(version)
        if version is self._current:
            self._engines.keep_spare(version)
        spool = Spool(limit_bytes=limit_bytes)
        asked = perf_counter()
        try:
            response, shift = await engine.ask(
                request.text,
                formats=formats,
                dataset=request.dataset,
                spool=spool,
                limit_seconds=request.time_limit_seconds or settings.query_timeout_seconds,
            )
        except BaseException:
            spool.close()
            raise
        finally:
            self._engines.give_back(engine)
        body = spool.finish()
        media_type = response.media_type
        if response.status != HTTPStatus.OK:
            _refuse(response, body, formats, shift)
        kind = kind_of(media_type, body)
        if kind is None:
            if not isinstance(body, bytes):
                body.close()
            raise EngineFailure("the answer broke off in the middle")
        rows = None
        if kind is AnswerKind.GRAPH and formats.graph in PREFIXED:
            media_type = formats.graph
            body = await _with_prefixes(body, media_type, limit_bytes)
        elif kind is not AnswerKind.BOOLEAN and engine.is_own:  # others lay out otherwise
            rows = count_rows(media_type, (body,) if isinstance(body, bytes) else body.pieces())
        return EngineAnswer(
            kind=kind,
            media_type=media_type,
            body=body,
            rows=rows,
            queue_seconds=asked - came,
            engine_seconds=response.ended_at - asked,
            first_seconds=response.head_at - asked,
        )

    def _count(self, error: BaseException) -> None:
        end = next((name for kind, name in _ENDS.items() if isinstance(error, kind)), None)
        if end is not None:
            self._ended[end] += 1


def _refuse(
    response: Response, body: bytes | SpooledAnswer, formats: AnswerFormats, shift: int
) -> NoReturn:
    """Raise what an engine's answer other than 200 stands for."""
    words = _words(body)
    if response.media_type == _PROBLEM:
        words = _told_by_a_problem(words)
    if response.status == HTTPStatus.NOT_ACCEPTABLE:
        offered = RESULTS_FORMATS if formats.results is None else GRAPH_FORMATS
        raise NotAcceptable("the Accept header", tuple(offered))
    if response.status == HTTPStatus.BAD_REQUEST or is_refusal(words):
        raise rejection(words, shift=shift)
    raise EngineFailure(words or f"it answered with the status {response.status}")


def _words(body: bytes | SpooledAnswer) -> str:
    if not isinstance(body, bytes):
        with body:
            body = body.tail(_COMPLAINT_BYTES)
    return body[:_COMPLAINT_BYTES].decode(errors="replace").strip()


def _told_by_a_problem(words: str) -> str:
    """What another instance of this service tells by a problem, in the words of its engine."""
    try:
        problem = json.loads(words)
        detail = str(problem["detail"])
        if "line" in problem:
            said = detail.partition(": ")[2]
            return f"error at {problem['line']}:{problem['column']}: {said}"
    except (ValueError, KeyError, TypeError):
        return words
    return detail


async def _with_prefixes(
    body: bytes | SpooledAnswer, media_type: str, limit_bytes: int
) -> bytes | SpooledAnswer:
    """Triples that came as N-Triples, in a format with prefixes."""
    if isinstance(body, bytes) and len(body) <= _SMALL_BYTES:
        return _write_prefixed(body, media_type, limit_bytes)
    return await asyncio.to_thread(_write_prefixed, body, media_type, limit_bytes)


def _write_prefixed(
    body: bytes | SpooledAnswer, media_type: str, limit_bytes: int
) -> bytes | SpooledAnswer:
    spool = Spool(limit_bytes=limit_bytes)
    try:
        source = body if isinstance(body, bytes) else b"".join(body.pieces())
        triples = ox.parse(source, ox.RdfFormat.N_TRIPLES)
        write_prefixed(triples, spool, media_type, used_namespaces(source))  # type: ignore[arg-type]
    except BaseException:
        spool.close()
        raise
    finally:
        if not isinstance(body, bytes):
            body.close()
    return spool.finish()
