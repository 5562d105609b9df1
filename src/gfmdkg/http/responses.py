"""Answers: a status, a media type, a body, and the headers that every answer carries.

FastAPI routes return an ``AnswerResponse``; raw ASGI handlers call ``send_answer``. Both give
the same ``Content-Version``, strong ETag, 304, Vary, Cache-Control and CORS headers.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gfmdkg.engine.request import EngineAnswer
from gfmdkg.engine.spool import SpooledAnswer
from gfmdkg.store.versions import Version

__all__ = [
    "COMMON_HEADERS",
    "EXPOSED_HEADERS",
    "Answer",
    "AnswerResponse",
    "body_of",
    "content_type",
    "entity_tag",
    "finish_tag",
    "is_fresh",
    "send_answer",
    "send_bytes",
    "tag_stem",
]

EXPOSED_HEADERS = (
    "Allow",
    "Content-Location",
    "Content-Version",
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "WWW-Authenticate",
)
"""Response headers that a script of another origin may read."""

COMMON_HEADERS: tuple[tuple[str, str], ...] = (
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", ", ".join(EXPOSED_HEADERS)),
    ("x-content-type-options", "nosniff"),
)
"""Headers of every response, errors included."""

_YEAR_SECONDS = 31_536_000

if TYPE_CHECKING:
    from hashlib import _Hash as Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a request is answered with.

    ``version`` is the version of the graph that it was read from; ``pinned`` says that the
    request asked for this very version, so that the answer never changes. Without ``etag``
    a body in memory is hashed. ``cacheable`` is false for what differs at each request.
    """

    media_type: str
    body: bytes | SpooledAnswer
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    version: Version | None = None
    pinned: bool = False
    cacheable: bool = True
    etag: str | None = None


class AnswerResponse(Response):
    """An ``Answer`` as FastAPI wants it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(status_code=answer.status, media_type=answer.media_type)
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        await send_answer(self.answer, scope, receive, send)


def body_of(answer: EngineAnswer) -> bytes | SpooledAnswer:
    """The body of an engine's answer, in memory or on disk."""
    if answer.body is not None:
        return answer.body
    assert answer.file is not None  # noqa: S101 - one of the two is always there
    return answer.file


def content_type(media_type: str) -> str:
    """The Content-Type header; text is UTF-8, and CSV has a header line.

    >>> content_type("text/turtle")
    'text/turtle; charset=utf-8'
    """
    if media_type == "text/csv":
        return "text/csv; charset=utf-8; header=present"
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def entity_tag(version: Version | None, scope: Scope, media_type: str, fingerprint: str) -> str:
    """A strong ETag: the same for the same version of the graph, request target and format.

    ``fingerprint`` stands for the software and its canned queries. It is known before the
    query runs, so an unchanged answer costs no query.
    """
    number, content_hash = (0, "") if version is None else (version.number, version.content_hash)
    stem = tag_stem(number, content_hash, scope["path"], fingerprint)
    return finish_tag(stem, scope["query_string"], media_type)


def tag_stem(number: int, content_hash: str, path: str, fingerprint: str) -> "Digest":
    """What the entity tags of all requests for a path at a version have in common."""
    return hashlib.sha256(f"{fingerprint}\0{number}:{content_hash}\0{path}\0".encode())


def finish_tag(stem: "Digest", query: bytes, media_type: str) -> str:
    """The entity tag of one request; ``stem`` stays as it is."""
    digest = stem.copy()
    digest.update(b"%b\0%b" % (query, media_type.encode()))
    return f'"{digest.hexdigest()[:32]}"'


def is_fresh(scope: Scope, etag: str) -> bool:
    """Whether the client has this already: its If-None-Match names the tag (RFC 9110, 13.1.2)."""
    given = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
    if not given:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in given.decode("latin-1").split(",")}
    return "*" in tags or etag in tags


async def send_answer(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    """Send an answer, or 304 where the client has it. The body is closed in any case."""
    del receive
    body = answer.body
    spooled = body if not isinstance(body, bytes) else None
    try:
        etag = _etag(answer)
        headers = [*answer.headers, ("vary", "Accept"), ("cache-control", _cache_control(answer))]
        if answer.version is not None:
            headers.append(("content-version", str(answer.version.number)))
        if etag is not None:
            headers.append(("etag", etag))
            if answer.status == 200 and is_fresh(scope, etag):
                await send_bytes(304, headers, b"", send)
                return
        headers.append(("content-type", content_type(answer.media_type)))
        if isinstance(body, bytes):
            await send_bytes(answer.status, headers, body, send)
        else:
            await _send_spooled(answer.status, headers, body, send)
    finally:
        if spooled is not None:
            spooled.close()


async def send_bytes(
    status: int, headers: Iterable[tuple[str, str]], body: bytes, send: Send
) -> None:
    """Send a response whose body is in memory, with the common headers."""
    await _start(status, headers, None if status in {204, 304} else len(body), send)
    await send({"type": "http.response.body", "body": body})


async def _send_spooled(
    status: int, headers: Iterable[tuple[str, str]], body: SpooledAnswer, send: Send
) -> None:
    await _start(status, headers, body.size_bytes, send)
    async for chunk in body.chunks():
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _start(
    status: int, headers: Iterable[tuple[str, str]], length: int | None, send: Send
) -> None:
    pairs = [*headers, *COMMON_HEADERS]
    if length is not None:
        pairs.append(("content-length", str(length)))
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]
    await send({"type": "http.response.start", "status": status, "headers": encoded})


def _etag(answer: Answer) -> str | None:
    if not answer.cacheable:
        return None
    if answer.etag is None and isinstance(answer.body, bytes):
        return '"' + hashlib.sha256(answer.body).hexdigest()[:32] + '"'
    return answer.etag


def _cache_control(answer: Answer) -> str:
    if not answer.cacheable:
        return "no-store"
    return f"public, max-age={_YEAR_SECONDS}, immutable" if answer.pinned else "no-cache"
