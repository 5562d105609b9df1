"""Look-ups: queries so bounded that the front answers them itself, without a worker.

A round trip to a worker costs several times what the engine needs for the triples of one
subject. ``sparql.lookup`` says which queries are safe; the bound on the answer bounds the
work, and what goes over it is left to the workers.
"""

import asyncio
import gzip
import logging
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from gfmdkg.engine.rows import count_rows
from gfmdkg.engine.spool import Spool
from gfmdkg.errors import AnswerTooLarge, NotAcceptable, QueryRejected, StoreError
from gfmdkg.http.cache import FinishedAnswer, encode_headers
from gfmdkg.http.compression import GZIP_LEVEL, SMALLEST_BYTES, compressed_tag
from gfmdkg.http.request_head import RequestHead
from gfmdkg.http.request_log import EngineWork
from gfmdkg.http.responses import COMMON_HEADERS, content_type, finish_tag, tag_stem
from gfmdkg.http.sparql_request import choose_formats
from gfmdkg.namespaces import BASE, PREFIXES
from gfmdkg.sparql.lookup import Lookup
from gfmdkg.store.answers import AnswerFormats
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.subject_index import SubjectIndex, map_document
from gfmdkg.store.versions import Version

__all__ = ["Lookups"]

_LOG = logging.getLogger("gfmdkg.http")
_ROUTE = "/sparql"
_PARAMETER = b"query="
_LARGEST_BYTES = 64 * 1024
_JSON = "application/sparql-results+json"
_LONGEST_ACCEPT = 512

if TYPE_CHECKING:
    from hashlib import _Hash as Digest


@dataclass(slots=True)
class _Source:
    """What look-ups at a version are answered from: its store and, where it is small, an index."""

    store: OxigraphStore
    index: SubjectIndex | None = None
    is_indexed: bool = False


class Lookups:
    """Answers look-ups at the current version. Stores are opened beside the event loop.

    A version whose default graph has no more than ``memory_bytes`` as N-Triples has an index.
    """

    def __init__(self, fingerprint: str, *, memory_bytes: int) -> None:
        self._fingerprint = fingerprint
        self._memory_bytes = memory_bytes
        self._sources: dict[int, _Source] = {}
        self._opening: asyncio.Task[None] | None = None
        self._indexing: asyncio.Task[None] | None = None

    def answer(
        self, encoded: bytes, version: Version, head: RequestHead, *, work: EngineWork
    ) -> FinishedAnswer | None:
        """The answer to ``GET /sparql?`` and this, or ``None`` where a worker has to give it.

        It is the very answer that the endpoint would give, headers included.
        """
        text = _text(encoded)
        lookup = None if text is None else Lookup.parse(text)
        if text is None or lookup is None:
            return None
        formats = _formats(head.accept)
        if formats is None or formats.results is None:
            return None
        source = self._source(version)
        if source is None:
            return None
        began = perf_counter()
        found: tuple[bytes, int | None] | None = None
        if source.index is not None and formats.results == _JSON:
            pattern = lookup.pattern(PREFIXES)
            if pattern is not None:
                found = source.index.answer(pattern, limit_bytes=_LARGEST_BYTES)
        if found is None:
            found = _ask(source.store, text, formats, with_prefixes=lookup.uses_prefixes)
            if found is None:
                return None
        body, rows = found
        work.calls, work.engine_seconds, work.rows = 1, perf_counter() - began, rows
        stem = _stem(version.number, version.content_hash, self._fingerprint)
        tag = finish_tag(stem, encoded, f"{formats.results} {formats.graph}").encode("ascii")
        return _finish(body, formats.results, version, tag, rows, is_gzip=head.is_gzip)

    def _source(self, version: Version) -> _Source | None:
        source = self._sources.get(version.number)
        if source is None:
            if self._opening is None or self._opening.done():
                self._opening = asyncio.create_task(self._open(version))
        elif not source.is_indexed and (self._indexing is None or self._indexing.done()):
            source.is_indexed = True
            self._indexing = asyncio.create_task(self._index(source, version))
        return source

    async def _open(self, version: Version) -> None:
        try:
            store = await asyncio.to_thread(OxigraphStore.open_read_only, version.database)
        except StoreError:  # the workers say what is wrong with it
            return
        # Requests on their way may ask for the version before this one, but for none before that.
        former = {n: self._sources[n] for n in sorted(self._sources)[-1:]}
        for source in former.values():
            source.index = None
        self._sources = {**former, version.number: _Source(store)}

    async def _index(self, source: _Source, version: Version) -> None:
        limit = self._memory_bytes
        index = await asyncio.to_thread(_open_index, version, source.store, limit_bytes=limit)
        if source is self._sources[max(self._sources)]:
            source.index = index


def _open_index(version: Version, store: OxigraphStore, *, limit_bytes: int) -> SubjectIndex | None:
    try:
        document = map_document(version.folder, store, limit_bytes=limit_bytes)
    except OSError as error:
        _LOG.warning(
            "look-ups are left to the engine: %s cannot be written", version.folder, exc_info=error
        )
        return None
    return None if document is None else SubjectIndex.over(document)


def _ask(
    store: OxigraphStore, text: str, formats: AnswerFormats, *, with_prefixes: bool
) -> tuple[bytes, int | None] | None:
    """The engine's answer and its rows; ``None`` where it is too long, or a refusal."""
    spool = Spool(limit_bytes=_LARGEST_BYTES, memory_bytes=_LARGEST_BYTES)
    try:
        kind, media_type = store.query(
            text,
            formats=formats,
            output=spool,  # type: ignore[arg-type]
            base_iri=BASE,
            project_prefixes=with_prefixes,
        )
    except (AnswerTooLarge, QueryRejected):
        return None
    body = spool.body()
    return body, count_rows(kind, media_type, (body,))


def _text(encoded: bytes) -> str | None:
    """The query, where it is the only parameter."""
    if not encoded.startswith(_PARAMETER) or b"&" in encoded:
        return None
    try:
        return unquote_to_bytes(encoded[len(_PARAMETER) :].replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return None


def _formats(accept: bytes | None) -> AnswerFormats | None:
    if accept is not None and len(accept) > _LONGEST_ACCEPT:
        return None
    return _choose(accept)


@lru_cache(maxsize=256)
def _choose(accept: bytes | None) -> AnswerFormats | None:
    try:
        return choose_formats((), None if accept is None else accept.decode("latin-1"))
    except NotAcceptable:
        return None


@lru_cache(maxsize=4)
def _stem(number: int, content_hash: str, fingerprint: str) -> "Digest":
    return tag_stem(number, content_hash, _ROUTE, fingerprint)


@lru_cache(maxsize=16)
def _common_head(media_type: str, number: int) -> bytes:
    """The header lines that look-ups of a version in a format have in common."""
    headers = (
        ("vary", "Accept, Accept-Encoding"),
        ("cache-control", "no-cache"),
        ("content-version", str(number)),
        ("content-type", content_type(media_type)),
        *COMMON_HEADERS,
    )
    return encode_headers([(n.encode("latin-1"), v.encode("latin-1")) for n, v in headers])


def _finish(
    body: bytes,
    media_type: str,
    version: Version,
    plain_tag: bytes,
    rows: int | None,
    *,
    is_gzip: bool,
) -> FinishedAnswer:
    tag, coding = plain_tag, b""
    if is_gzip and len(body) >= SMALLEST_BYTES:
        body = gzip.compress(body, compresslevel=GZIP_LEVEL, mtime=0)
        tag, coding = compressed_tag(plain_tag), b"content-encoding: gzip\r\n"
    common = _common_head(media_type, version.number)
    return FinishedAnswer(
        status=200,
        head=b"%b%betag: %b\r\ncontent-length: %d\r\n" % (common, coding, tag, len(body)),
        body=body,
        route=_ROUTE,
        tag=tag,
        plain_tag=plain_tag,
        version=str(version.number),
        rows=rows,
        is_lasting=True,
    )
