"""What the routes share and what lives as long as the process: store, engine, catalog, terms."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from contextvars import Context

from gfmdkg.about import VERSION
from gfmdkg.catalog import Catalog
from gfmdkg.engine.request import EngineAnswer, Lane, QueryRequest
from gfmdkg.engine.spool import SpooledAnswer
from gfmdkg.errors import NotFound
from gfmdkg.formats.json_ld import JSON_LD, Compaction
from gfmdkg.formats.solutions import Solutions
from gfmdkg.http.list_indexes import ListIndexes
from gfmdkg.http.request_log import MeteredPool
from gfmdkg.http.responses import body_of
from gfmdkg.http.row_memory import RowMemory
from gfmdkg.paths import Content, shipped_content
from gfmdkg.settings import Settings
from gfmdkg.store.answers import AnswerFormats, Dataset
from gfmdkg.store.names import open_names
from gfmdkg.store.versions import Version, VersionStore
from gfmdkg.terms.index import TermIndex

__all__ = ["Service", "decode_solutions", "read_body"]

# Decoding this much JSON takes some milliseconds, which other requests can bear to wait.
_SMALL_BYTES = 256 * 1024
_TERM_INDEXES_KEPT = 2
# Pages of rows beside finished answers: all first pages of the shipped queries take a quarter.
_ROWS_SHARE_OF_ONE = 8
_WHOLE = Dataset()
_JSON = AnswerFormats(results="application/sparql-results+json", graph="text/turtle")


class Service:
    """Built by ``create_app``, started and closed with it.

    ``fingerprint`` changes with the software and with the canned queries; entity tags hold it.
    """

    def __init__(self, settings: Settings, *, content: Content | None = None) -> None:
        self.settings = settings
        self.content = content or shipped_content()
        self.versions = VersionStore(settings.store, kept=settings.versions_kept)
        self.catalog = Catalog.load(self.content.queries)
        self.json_ld = Compaction.load(self.content.context)
        self.pool = MeteredPool(settings=settings)
        self.fingerprint = _fingerprint(self.content)
        self.lists = ListIndexes(wait_seconds=settings.query_timeout_seconds)
        self.row_memory = RowMemory(settings.cache_limit_bytes // _ROWS_SHARE_OF_ONE)
        self._followers: list[Callable[[Version], None]] = []
        self._terms: OrderedDict[int, asyncio.Task[TermIndex]] = OrderedDict()

    async def start(self) -> None:
        """Start the query workers, with the current version open if there is one."""
        current = self.versions.current()
        await self.pool.start(warm=None if current is None else current.database)
        if current is not None:
            self._turn_to(current)

    def follow(self, follower: Callable[[Version], None]) -> None:
        """Call ``follower`` with the current version at the start and whenever it is asked for."""
        self._followers.append(follower)

    def _turn_to(self, current: Version) -> None:
        self.lists.warm(current)
        for follower in self._followers:
            follower(current)

    async def close(self) -> None:
        """Stop the query workers."""
        for task in self._terms.values():
            task.cancel()
        await self.lists.close()
        await self.pool.close()

    async def version(self, number: int | None = None) -> Version:
        """A published version, the current one by ``None``. Raises ``NotFound``, ``StoreError``."""
        current = self.versions.require_current()
        self._turn_to(current)
        if number is None or number == current.number:
            return current
        if number > current.number:
            raise NotFound("version", str(number))
        return self.versions.get(number)

    async def answer(
        self,
        text: str,
        *,
        version: Version,
        formats: AnswerFormats = _JSON,
        dataset: Dataset = _WHOLE,
        lane: Lane = Lane.CANNED,
        base_iri: str | None = None,
        time_limit_seconds: float | None = None,
        answer_limit_bytes: int | None = None,
    ) -> EngineAnswer:
        """Run a query in a worker. Raises what ``WorkerPool.query`` raises."""
        return await self.pool.query(
            QueryRequest(
                text=text,
                store=version.database,
                formats=formats,
                dataset=dataset,
                base_iri=base_iri,
                prefixes=True,
                lane=lane,
                time_limit_seconds=time_limit_seconds,
                answer_limit_bytes=answer_limit_bytes,
            )
        )

    async def solutions(
        self, text: str, *, version: Version, time_limit_seconds: float | None = None
    ) -> Solutions:
        """Run a SELECT of ours and decode its solutions."""
        answer = await self.answer(text, version=version, time_limit_seconds=time_limit_seconds)
        return await decode_solutions(await read_body(answer))

    async def graph_body(self, answer: EngineAnswer, *, root: str | None) -> bytes | SpooledAnswer:
        """The body of an answer in RDF; JSON-LD gets short names, as ``Compaction`` has it."""
        if answer.media_type != JSON_LD:
            return body_of(answer)
        expanded = await read_body(answer)
        if len(expanded) < _SMALL_BYTES:
            return self.json_ld.compact(expanded, root=root)
        return await asyncio.to_thread(self.json_ld.compact, expanded, root=root)

    async def terms(self, version: Version) -> TermIndex:
        """The names of a version; open for the last two that were asked for."""
        task = self._terms.get(version.number)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            # Seconds of work for a big graph where nobody asked before: away from the loop.
            opening = asyncio.to_thread(open_names, version)
            task = asyncio.create_task(opening, context=Context())
            self._terms[version.number] = task
            while len(self._terms) > _TERM_INDEXES_KEPT:
                self._terms.popitem(last=False)
        self._terms.move_to_end(version.number)
        # Shielded: the index is for everybody, so one caller that goes away must not stop it.
        return await asyncio.shield(task)


async def read_body(answer: EngineAnswer) -> bytes:
    """The whole body of an engine's answer, which is closed if it was spooled."""
    if answer.body is not None:
        return answer.body
    assert answer.file is not None  # noqa: S101 - one of the two is always there
    with answer.file as file:
        return b"".join([chunk async for chunk in file.chunks()])


async def decode_solutions(body: bytes) -> Solutions:
    """The solutions that the engine wrote as SPARQL JSON."""
    if len(body) < _SMALL_BYTES:
        return Solutions.from_json(body)
    return await asyncio.to_thread(Solutions.from_json, body)


def _fingerprint(content: Content) -> str:
    digest = hashlib.sha256(VERSION.encode())
    for path in sorted(content.queries.rglob("*.rq")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
