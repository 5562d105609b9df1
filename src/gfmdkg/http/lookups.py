"""Look-ups: queries so bounded that the front answers them itself, without a worker.

A round trip to a worker costs several times what the engine needs for the triples of one
subject. ``sparql.lookup`` says which queries are safe; the bound on the answer bounds the
work, and what goes over it is left to the workers.
"""

import asyncio
import gzip
from collections import OrderedDict
from time import perf_counter
from urllib.parse import unquote_to_bytes

from starlette.types import Scope

from gfmdkg.engine.rows import count_rows
from gfmdkg.engine.spool import Spool
from gfmdkg.errors import AnswerTooLarge, NotAcceptable, QueryRejected, StoreError
from gfmdkg.http.cache import FinishedAnswer, HeaderList
from gfmdkg.http.compression import GZIP_LEVEL, SMALLEST_BYTES, compressed_tag
from gfmdkg.http.request_log import EngineWork
from gfmdkg.http.responses import COMMON_HEADERS, content_type, entity_tag
from gfmdkg.http.sparql_request import choose_formats
from gfmdkg.namespaces import BASE
from gfmdkg.sparql.lookup import is_lookup, names_by_prefix
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version

__all__ = ["Lookups"]

_ROUTE = "/sparql"
_PARAMETER = b"query="
_LARGEST_BYTES = 64 * 1024
_STORES_KEPT = 2
_OF_CONTENT = frozenset({b"content-type", b"content-length", b"content-encoding"})
_COMMON = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in COMMON_HEADERS]


class Lookups:
    """Answers look-ups at the current version. Stores are opened beside the event loop."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint
        self._stores: OrderedDict[int, OxigraphStore] = OrderedDict()
        self._opening: asyncio.Task[None] | None = None

    def answer(
        self,
        scope: Scope,
        version: Version,
        *,
        accept: bytes | None,
        is_gzip: bool,
        work: EngineWork,
    ) -> FinishedAnswer | None:
        """The answer to ``GET /sparql?query=…``, or ``None`` where a worker has to give it.

        It is the very answer that the endpoint would give, headers included.
        """
        encoded: bytes = scope["query_string"]
        if not encoded.startswith(_PARAMETER) or b"&" in encoded:
            return None
        try:
            text = unquote_to_bytes(encoded[len(_PARAMETER) :].replace(b"+", b" ")).decode()
        except UnicodeDecodeError:
            return None
        if not is_lookup(text):
            return None
        try:
            formats = choose_formats((), None if accept is None else accept.decode("latin-1"))
        except NotAcceptable:
            return None
        media_type, store = formats.results, self._store(version)
        if media_type is None or store is None:
            return None
        spool = Spool(limit_bytes=_LARGEST_BYTES, memory_bytes=_LARGEST_BYTES)
        began = perf_counter()
        try:
            kind, _ = store.query(
                text,
                formats=formats,
                output=spool,  # type: ignore[arg-type]
                base_iri=BASE,
                project_prefixes=names_by_prefix(text),
            )
        except (AnswerTooLarge, QueryRejected):
            return None
        body = spool.body()
        work.calls = 1
        work.engine_seconds = perf_counter() - began
        work.rows = count_rows(kind, media_type, (body,))
        tag = entity_tag(version, scope, f"{media_type} {formats.graph}", self._fingerprint)
        return _finish(body, media_type, version, tag.encode("ascii"), work.rows, is_gzip=is_gzip)

    def _store(self, version: Version) -> OxigraphStore | None:
        store = self._stores.get(version.number)
        if store is None and (self._opening is None or self._opening.done()):
            self._opening = asyncio.create_task(self._open(version))
        return store

    async def _open(self, version: Version) -> None:
        try:
            store = await asyncio.to_thread(OxigraphStore.open_read_only, version.database)
        except StoreError:  # the workers say what is wrong with it
            return
        self._stores[version.number] = store
        while len(self._stores) > _STORES_KEPT:
            self._stores.popitem(last=False)


def _finish(
    body: bytes,
    media_type: str,
    version: Version,
    plain_tag: bytes,
    rows: int | None,
    *,
    is_gzip: bool,
) -> FinishedAnswer:
    number = str(version.number)
    headers: HeaderList = [
        (b"vary", b"Accept, Accept-Encoding"),
        (b"cache-control", b"no-cache"),
        (b"content-version", number.encode("ascii")),
        (b"content-type", content_type(media_type).encode("ascii")),
        *_COMMON,
    ]
    tag = plain_tag
    if is_gzip and len(body) >= SMALLEST_BYTES:
        body = gzip.compress(body, compresslevel=GZIP_LEVEL, mtime=0)
        tag = compressed_tag(plain_tag)
        headers.append((b"content-encoding", b"gzip"))
    headers += [(b"etag", tag), (b"content-length", b"%d" % len(body))]
    return FinishedAnswer(
        status=200,
        headers=headers,
        body=body,
        route=_ROUTE,
        tag=tag,
        plain_tag=plain_tag,
        version=number,
        rows=rows,
        is_lasting=True,
        fresh_headers=[h for h in headers if h[0] not in _OF_CONTENT],
    )
