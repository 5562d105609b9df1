"""Answers: one object from what a handler knows to what goes over the wire.

A handler gives status, media type, body and what the answer depends on; ``finish`` makes the
header lines of it, once: ``Content-Version``, a strong ETag, Vary, Cache-Control, CORS. FastAPI
routes return an ``AnswerResponse``, which hands the object on as it is.

A compressed answer is another representation, so it has an entity tag of its own (RFC 9110,
8.8.3.3): the plain one with ``-gzip`` before the closing quote.
"""

import asyncio
import gzip
import hashlib
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Self

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gfmdkg.engine.answers import SpooledAnswer
from gfmdkg.store.versions import Version

__all__ = [
    "ANSWER",
    "COMMON_HEADERS",
    "Answer",
    "AnswerResponse",
    "StreamCompressor",
    "accepts_gzip",
    "compress",
    "entity_tag",
    "is_compressible",
    "named_tag",
    "options_answer",
]

ANSWER = "gfmdkg.answer"
"""The type of the one message by which a route of the framework hands its ``Answer`` on."""

HeaderList = list[tuple[bytes, bytes]]

COMMON_HEADERS: HeaderList = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"*"),
    (b"x-content-type-options", b"nosniff"),
]
"""Headers of every response, errors included."""

_REQUEST_HEADERS = "Accept, Authorization, Content-Type, If-Match, If-None-Match"
_DAY_SECONDS, _YEAR_SECONDS = 86_400, 31_536_000
_OK, _NO_CONTENT, _NOT_MODIFIED, _BAD_REQUEST = 200, 204, 304, 400
# Headers that speak of a body, which a 304 has not.
_OF_CONTENT = frozenset({b"content-type", b"content-length", b"content-encoding"})
# What an answer takes beside its bytes: objects, dictionary slots, header lines.
_OVERHEAD_BYTES = 2048
_OUTCOMES = {304: "not_modified", 413: "too_large", 504: "timeout"}

SMALLEST_BYTES = 1024
"""Below this a packet is a packet, compressed or not."""

GZIP_LEVEL = 5
_STREAM_LEVEL = 1
_GZIP_WINDOW = 31
_LOOP_BYTES = 64 * 1024
_LONGEST_ACCEPT = 256
_COMPRESSIBLE = re.compile(
    r"text/|image/svg\+xml|application/(?:[^;]*(?:json|xml|n-triples|n-quads|trig|sparql-|"
    r"javascript|yaml))"
)


@dataclass(slots=True, kw_only=True)
class Answer:
    """What a request is answered with.

    ``version`` is the version of the graph that it was read from; ``pinned`` says that the
    request asked for this very version, so that the answer never changes. Without ``etag`` a
    body in memory is hashed. ``cacheable`` is false for what differs at each request, and
    ``is_lasting`` true for an answer that may be kept here though not on the way, as that to a
    POST whose body says all. ``outcome`` is how the log names what became of the request, where
    the status does not tell; ``rows`` are the solutions in it.
    """

    media_type: str = ""
    body: bytes | SpooledAnswer = b""
    status: int = _OK
    headers: tuple[tuple[str, str], ...] = ()
    version: Version | None = None
    pinned: bool = False
    cacheable: bool = True
    is_lasting: bool = False
    etag: str | None = None
    outcome: str = ""
    rows: int | None = None
    route: str = ""
    # Made by finish: the header lines, and what they say.
    lines: HeaderList = field(default_factory=list, init=False)
    has_tag: bool = field(default=False, init=False)
    is_gzip: bool = field(default=False, init=False)

    def of(self, version: Version) -> Self:
        """The same answer, made of this version, which may be one before that asked for.

        Whoever keeps answers keeps them for the version in use, so such a one is not to be kept.
        """
        if self.version is not None and version.number == self.version.number:
            return self
        return replace(self, version=version, cacheable=False, etag=None)

    async def finish(self, *, is_gzip: bool) -> None:
        """Make the header lines, and compress a body in memory where the client takes that."""
        media_type, body = self.media_type, self.body
        if self.cacheable and self.etag is None and isinstance(body, bytes):
            self.etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if self.cacheable and self.etag is not None and self.status == _OK:
            self.is_lasting = True
        may_gzip = is_compressible(media_type)
        size_bytes = len(body) if isinstance(body, bytes) else body.size_bytes
        self.is_gzip = is_gzip and may_gzip and self.status == _OK and size_bytes >= SMALLEST_BYTES
        if self.is_gzip and isinstance(body, bytes):
            self.body = body = await compress(body)
            size_bytes = len(body)
        lines = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in self.headers]
        number = None if self.version is None else self.version.number
        control = "no-store"
        if self.cacheable:
            control = "immutable" if self.pinned else "no-cache"
        lines += _usual_lines(media_type, control, number, may_gzip)
        if self.etag is not None and self.cacheable:
            tag = self.etag.encode("ascii")
            lines.append((b"etag", compressed_tag(tag) if self.is_gzip else tag))
            self.has_tag = self.status == _OK
        if self.is_gzip:
            lines.append((b"content-encoding", b"gzip"))
        if self.status != _NO_CONTENT and (isinstance(body, bytes) or not self.is_gzip):
            lines.append((b"content-length", b"%d" % size_bytes))
        self.lines = lines

    @property
    def size_bytes(self) -> int:
        """About what keeping it takes."""
        return len(self.body) + _OVERHEAD_BYTES if isinstance(self.body, bytes) else 1 << 62

    @property
    def result(self) -> str:
        """How the log names what became of the request."""
        if self.outcome or self.status < _BAD_REQUEST:
            return self.outcome or "ok"
        return _OUTCOMES.get(self.status, "error" if self.status >= 500 else "client_error")

    def fresh_lines(self, tag: bytes) -> HeaderList:
        """The header lines of a 304 for a client that has this answer under ``tag``."""
        return [
            (name, tag if name == b"etag" else value)
            for name, value in self.lines
            if name not in _OF_CONTENT
        ]

    def close(self) -> None:
        """Drop a body that is a file."""
        if not isinstance(self.body, bytes):
            self.body.close()


class AnswerResponse(Response):
    """An ``Answer`` as FastAPI wants it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(status_code=answer.status)
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the answer on."""
        del scope, receive
        await send({"type": ANSWER, "answer": self.answer})


def options_answer(methods: Sequence[str]) -> Answer:
    """The answer to OPTIONS, a preflight or not: scripts of every origin are welcome."""
    allowed = ", ".join(methods)
    return Answer(
        status=_NO_CONTENT,
        headers=(
            ("allow", allowed),
            ("access-control-allow-methods", allowed),
            ("access-control-allow-headers", _REQUEST_HEADERS),
            ("access-control-max-age", str(_DAY_SECONDS)),
        ),
        cacheable=False,
    )


def content_type(media_type: str) -> str:
    """The Content-Type header; text is UTF-8, and CSV has a header line.

    >>> content_type("text/turtle")
    'text/turtle; charset=utf-8'
    """
    if ";" in media_type:
        return media_type
    if media_type == "text/csv":
        return "text/csv; charset=utf-8; header=present"
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


@lru_cache(maxsize=256)
def _usual_lines(
    media_type: str, control: str, version: int | None, may_gzip: bool
) -> tuple[tuple[bytes, bytes], ...]:
    """The lines that answers in a format at a version have in common."""
    if control == "immutable":
        control = f"public, max-age={_YEAR_SECONDS}, immutable"
    lines = [("vary", "Accept, Accept-Encoding" if may_gzip else "Accept")]
    lines.append(("cache-control", control))
    if version is not None:
        lines.append(("content-version", str(version)))
    if media_type:
        lines.append(("content-type", content_type(media_type)))
    return (*((n.encode("ascii"), v.encode("latin-1")) for n, v in lines), *COMMON_HEADERS)


def entity_tag(version: Version, scope: Scope, media_type: str, fingerprint: str) -> str:
    """A strong ETag: the same for the same version of the graph, request target and format.

    ``fingerprint`` stands for the software and its canned queries. It is known before the
    query runs, so an unchanged answer costs no query.
    """
    read = f"{version.number}:{version.content_hash}"
    known = f"{fingerprint}\0{read}\0{scope['path']}\0".encode()
    digest = hashlib.sha256(b"%b%b\0%b" % (known, scope["query_string"], media_type.encode()))
    return f'"{digest.hexdigest()[:32]}"'


def named_tag(if_none_match: bytes, etag: str, *, is_gzip: bool) -> bytes | None:
    """The entity tag by which a client has an answer already (RFC 9110, 13.1.2): the one it named.

    The compressed form is one of its forms only for a client that takes it.

    >>> named_tag(b'"4e", W/"5f-gzip"', '"5f"', is_gzip=True)
    b'"5f-gzip"'
    """
    plain = etag.encode("ascii")
    if if_none_match.strip() == b"*":
        return plain
    known = (compressed_tag(plain), plain) if is_gzip else (plain,)
    # Tags hold no quote inside, so a quoted tag is found only as a whole one.
    return next((tag for tag in known if tag in if_none_match), None)


def accepts_gzip(accept_encoding: bytes) -> bool:
    """Whether an Accept-Encoding header allows gzip.

    >>> accepts_gzip(b"gzip, deflate, br"), accepts_gzip(b"gzip;q=0, *"), accepts_gzip(b"")
    (True, False, False)
    """
    return 0 < len(accept_encoding) <= _LONGEST_ACCEPT and _accepts_gzip(accept_encoding)


@lru_cache(maxsize=256)
def _accepts_gzip(accept_encoding: bytes) -> bool:
    qualities: dict[bytes, float] = {}
    for part in accept_encoding.lower().split(b","):
        coding, _, parameters = part.partition(b";")
        name, _, value = parameters.strip().partition(b"=")
        try:
            quality = float(value) if name.strip() == b"q" else 1.0
        except ValueError:
            continue
        qualities[coding.strip().removeprefix(b"x-")] = quality
    return qualities.get(b"gzip", qualities.get(b"*", 0.0)) > 0


@lru_cache(maxsize=256)
def is_compressible(media_type: str) -> bool:
    """Whether compressing this media type is worth the work.

    >>> is_compressible("text/turtle"), is_compressible("image/png")
    (True, False)
    """
    return _COMPRESSIBLE.match(media_type) is not None


def compressed_tag(etag: bytes) -> bytes:
    """The entity tag of the compressed form.

    >>> compressed_tag(b'"5f"')
    b'"5f-gzip"'
    """
    return etag[:-1] + b'-gzip"'


async def compress(body: bytes) -> bytes:
    """The body in gzip, always the same for the same body; a large one in a thread."""
    work = partial(gzip.compress, body, GZIP_LEVEL, mtime=0)
    return work() if len(body) <= _LOOP_BYTES else await asyncio.to_thread(work)


class StreamCompressor:
    """Compresses an answer that is too large to be held, piece by piece, away from the loop."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj(_STREAM_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)

    async def feed(self, chunk: bytes, *, is_last: bool) -> bytes:
        """What is ready after this piece; empty while the compressor gathers."""
        if len(chunk) <= _LOOP_BYTES:
            return self._feed(chunk, is_last)
        return await asyncio.to_thread(self._feed, chunk, is_last)

    def _feed(self, chunk: bytes, is_last: bool) -> bytes:
        ready = self._stream.compress(chunk)
        return ready + self._stream.flush() if is_last else ready
