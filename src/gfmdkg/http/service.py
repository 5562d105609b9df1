"""What the routes share and what lives as long as the process: store, engine, catalog, terms."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from starlette.requests import Request

from gfmdkg.about import VERSION
from gfmdkg.engine.answers import EngineAnswer, SpooledAnswer, read_body
from gfmdkg.engine.pool import EnginePool, QueryRequest
from gfmdkg.engine.supervisor import Lane
from gfmdkg.engine.workers import Role, Workers
from gfmdkg.errors import NotFound
from gfmdkg.http.answer import Answer, AnswerResponse, entity_tag
from gfmdkg.http.cache import Cache, VersionCache
from gfmdkg.http.request import cancel_on_disconnect, is_fresh
from gfmdkg.paths import Content
from gfmdkg.rdf.json_ld import JSON_LD, Compaction
from gfmdkg.rdf.media import AnswerFormats
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.settings import Settings
from gfmdkg.store.names import open_names
from gfmdkg.store.versions import Version, VersionStore
from gfmdkg.terms.index import TermIndex

__all__ = ["Service", "decode_solutions"]

# Decoding this much JSON takes some milliseconds, which other requests can bear to wait.
_SMALL_BYTES = 256 * 1024
_JSON = AnswerFormats(results="application/sparql-results+json", graph="text/turtle")


class Service:
    """Built by ``create_app``, started and closed with it; ``roles`` are those of the workers.

    ``follower`` gets the current version at the start and whenever it is another.
    ``fingerprint`` changes with the software and with the canned queries; entity tags hold it.
    """

    def __init__(self, settings: Settings, *, content: Content, roles: Mapping[str, Role]) -> None:
        self.settings, self.content = settings, content
        self.versions = VersionStore(settings.store, kept=settings.versions_kept)
        self.json_ld = Compaction.load(self.content.context)
        self.pool = EnginePool(settings)
        self.workers = Workers(roles, memory_limit_bytes=settings.worker_memory_limit_bytes)
        self.cache = Cache(settings.cache_limit_bytes)
        self.fingerprint = _fingerprint(self.content)
        self.follower: Callable[[Version], None] = lambda _: None
        self._current: Version | None = None
        # Seconds of work for a big graph where nobody asked before: away from the loop.
        self._terms = VersionCache(
            lambda version: asyncio.to_thread(open_names, version), what="the index of names"
        )

    async def start(self) -> None:
        """Start an engine over the current version if there is one."""
        current = self.versions.current()
        await self.pool.start(current)
        if current is not None:
            self._turn_to(current)

    def _turn_to(self, current: Version) -> None:
        """Note which version is in use now; nothing happens where it is the same as before."""
        if current is self._current:
            return
        self._current = current
        self.pool.turn_to(current)
        self.follower(current)

    async def close(self) -> None:
        """Finish what runs, as far as the time allows, and end all processes."""
        await self._terms.close()
        await asyncio.gather(
            self.pool.close(), self.workers.close(limit_seconds=self.settings.shutdown_seconds)
        )

    async def version(self, number: int | None = None) -> Version:
        """A published version, the current one by ``None``. Raises ``NotFound``, ``StoreError``."""
        current = self.versions.require_current()
        self._turn_to(current)
        if number is None or number == current.number:
            return current
        if number > current.number:
            raise NotFound("version", str(number))
        return self.versions.get(number)

    async def respond(
        self,
        request: Request,
        number: int | None,
        media_type: str,
        make: Callable[[Answer, Version], Coroutine[Any, Any, Answer]],
        *,
        headers: tuple[tuple[str, str], ...] = (),
        about: str = "",
    ) -> AnswerResponse:
        """An answer for a version, the current one by ``None``; ``make`` gives it its body.

        That is not called for a client that has the answer, nor finished for one that leaves.
        ``about`` is what else the answer depends on, beside version, address and format.
        """
        version = await self.version(number)
        etag = entity_tag(version, request.scope, media_type, self.fingerprint + about)
        answer = Answer(
            media_type=media_type,
            headers=headers,
            version=version,
            pinned=number is not None,
            etag=etag,
        )
        if not is_fresh(request.scope, etag):
            answer = await cancel_on_disconnect(make(answer, version), request.receive)
        return AnswerResponse(answer)

    async def answer(
        self,
        text: str,
        *,
        version: Version,
        formats: AnswerFormats = _JSON,
        time_limit_seconds: float | None = None,
    ) -> EngineAnswer:
        """Run a query of ours. Raises what ``EnginePool.query`` raises."""
        return await self.pool.query(
            QueryRequest(
                text=text,
                version=version,
                formats=formats,
                lane=Lane.CANNED,
                time_limit_seconds=time_limit_seconds,
            )
        )

    async def solutions(
        self, text: str, *, version: Version, time_limit_seconds: float | None = None
    ) -> Solutions:
        """Run a SELECT of ours and decode its solutions."""
        answer = await self.answer(text, version=version, time_limit_seconds=time_limit_seconds)
        return await decode_solutions(await read_body(answer))

    async def ask(self, text: str, *, version: Version) -> bool:
        """Run an ASK of ours."""
        body = await read_body(await self.answer(text, version=version))
        return bool(json.loads(body)["boolean"])

    async def graph(
        self, text: str, *, version: Version, media_type: str, root: str | None = None
    ) -> bytes | SpooledAnswer:
        """The answer to a query of ours for triples; JSON-LD is as ``Compaction`` has it."""
        formats = AnswerFormats(results=None, graph=media_type)
        answer = await self.answer(text, version=version, formats=formats)
        if media_type != JSON_LD:
            return answer.body
        expanded = await read_body(answer)
        if len(expanded) < _SMALL_BYTES:
            return self.json_ld.compact(expanded, root=root)
        return await asyncio.to_thread(self.json_ld.compact, expanded, root=root)

    async def terms(self, version: Version) -> TermIndex:
        """The names of a version; open for the last ones that were asked for."""
        return await self._terms.exactly(version)


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
