"""One request: its head, read once; its body, within limits; and whether its client is there.

What an answer depends on is told by path, query, some headers and the version of the graph: its
``Key``. Handlers get a request whose scope has the header lines by name.
"""

import asyncio
import re
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from itertools import count
from secrets import token_hex
from time import perf_counter
from typing import Any, NamedTuple, TypeVar

from starlette.types import Message, Receive, Scope

from gfmdkg.engine.pool import EngineWork
from gfmdkg.errors import BodyTooLarge, RequestError, UnsupportedMedia
from gfmdkg.http.answer import Answer, HeaderList, accepts_gzip, named_tag
from gfmdkg.store.versions import Version

__all__ = [
    "ClientGone",
    "ContentType",
    "Key",
    "RequestContext",
    "RequestIds",
    "cancel_on_disconnect",
    "header",
    "is_fresh",
    "read_content",
    "read_content_type",
    "request_url",
    "wait_until_gone",
]

Result = TypeVar("Result")

# Most answers are ready sooner, and then no further task was ever made.
_WATCH_AFTER_SECONDS = 0.1

_SCHEMES = (b"http", b"https")
_FIELDS = "gfmdkg.fields"  # where a scope has the header lines by name
# A POST whose body may be part of a key, and how long that body may be.
_KEYED_POST = "/sparql"
_KEYED_TYPES = (b"application/sparql-query", b"application/x-www-form-urlencoded")
_KEYED_BODY_BYTES = 64 * 1024
# These answer for this very moment.
_NEVER_KEPT = frozenset({"/health", "/ready", "/metrics"})
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii"})


class ClientGone(Exception):
    """The client closed its connection before its answer was ready."""


class Key(NamedTuple):
    """All that an answer depends on. ``body`` is what a POST sent, with its media type."""

    path: bytes
    query: bytes
    accept: bytes | None
    host: bytes | None
    scheme: bytes | None
    is_gzip: bool
    version: int
    content_hash: str
    body: bytes | None = None

    @property
    def size_bytes(self) -> int:
        """About what the key takes, for its text comes from outside."""
        headers = len(self.accept or b"") + len(self.host or b"") + len(self.scheme or b"")
        return len(self.path) + len(self.query) + headers + len(self.body or b"")


class RequestIds:
    """Names for requests: the client's own where it is sane, else one of ours."""

    _SANE = re.compile(rb"[A-Za-z0-9._-]{1,64}")

    def __init__(self) -> None:
        self._prefix, self._numbers = token_hex(4), count(1)

    def name(self, given: bytes | None) -> str:
        """The request's id."""
        if given is not None and self._SANE.fullmatch(given):
            return given.decode("ascii")
        return f"{self._prefix}-{next(self._numbers):x}"


class RequestContext:
    """A request on its way to its answer.

    Its ``scope`` is that of a GET for HEAD, at the address that the client used. ``if_none_match``
    is that of a GET or HEAD. ``work`` is what the engine did for it.
    """

    __slots__ = (
        "_fields",
        "began",
        "id",
        "if_none_match",
        "is_gzip",
        "is_head",
        "is_read",
        "method",
        "reads_cache",
        "receive",
        "scope",
        "work",
    )

    def __init__(self, scope: Scope, receive: Receive, ids: RequestIds) -> None:
        self.began = perf_counter()
        self.receive = receive
        self.method: str = scope["method"]
        self.is_head = self.method == "HEAD"
        self.is_read = self.is_head or self.method == "GET"
        self._fields = fields = _read_fields(scope["headers"])
        scope[_FIELDS] = fields
        self.scope = scope = {**scope, "method": "GET"} if self.is_head else scope
        if fields.get(b"x-forwarded-proto") in _SCHEMES:
            scope["scheme"] = fields[b"x-forwarded-proto"].decode("ascii")
        self.id = ids.name(fields.get(b"x-request-id"))
        self.is_gzip = accepts_gzip(fields.get(b"accept-encoding", b""))
        self.if_none_match = fields.get(b"if-none-match") if self.is_read else None
        self.reads_cache = b"no-cache" not in fields.get(b"cache-control", b"")
        self.work = EngineWork()

    def tag_of(self, answer: Answer) -> bytes | None:
        """The entity tag under which the client has this answer already, if it has."""
        if self.if_none_match is None or answer.etag is None or not answer.has_tag:
            return None
        return named_tag(self.if_none_match, answer.etag, is_gzip=self.is_gzip)

    async def key(self, version: Version | None) -> Key | None:
        """What tells its answer from others at a version; ``None`` where that is not enough.

        A short query that is sent by POST is read for it; ``receive`` gives it once more.
        """
        scope, fields = self.scope, self._fields
        path: str = scope["path"]
        if version is None or b"authorization" in fields or path in _NEVER_KEPT:
            return None
        body = None
        if not self.is_read:
            body = await self._keyed_body() if path == _KEYED_POST else None
            if body is None:
                return None
        return Key(
            scope.get("raw_path") or path.encode(),
            scope["query_string"],
            fields.get(b"accept"),
            fields.get(b"host"),
            fields.get(b"x-forwarded-proto"),
            self.is_gzip,
            version.number,
            version.content_hash,
            body,
        )

    async def _keyed_body(self) -> bytes | None:
        fields = self._fields
        content_type = fields.get(b"content-type", b"")
        length = fields.get(b"content-length", b"")
        if (
            self.method != "POST"
            or not content_type.startswith(_KEYED_TYPES)
            or not (length.isdigit() and len(length) < 6 and int(length) <= _KEYED_BODY_BYTES)
            or b"content-encoding" in fields
        ):
            return None
        messages = [await self.receive()]
        while messages[-1].get("more_body", False):
            messages.append(await self.receive())
        body = b"".join([message.get("body", b"") for message in messages])
        self.receive = _replaying(messages, self.receive)
        if messages[-1]["type"] == "http.disconnect" or b"update" in body.lower():
            return None
        return content_type + b"\0" + body


def is_fresh(scope: Scope, etag: str) -> bool:
    """Whether the client has this already: its If-None-Match names the tag."""
    fields = scope[_FIELDS]
    given, is_gzip = fields.get(b"if-none-match"), accepts_gzip(fields.get(b"accept-encoding", b""))
    return given is not None and named_tag(given, etag, is_gzip=is_gzip) is not None


def _read_fields(headers: HeaderList) -> Mapping[bytes, bytes]:
    """Header lines by name; several with one name are joined by commas, as HTTP has it."""
    fields = dict(headers)
    if len(fields) != len(headers):
        for field in fields:
            fields[field] = b", ".join([value for name, value in headers if name == field])
    return fields


def _replaying(messages: list[Message], receive: Receive) -> Receive:
    """The messages that were read already, then those that come."""
    left = iter(messages)

    async def replay() -> Message:
        for message in left:
            return message
        return await receive()

    return replay


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentType:
    """A media type in lower case, its boundary where it is a multipart type."""

    media_type: str
    boundary: str | None = None


def header(scope: Scope, name: bytes) -> str | None:
    """A header's value."""
    value: bytes | None = scope[_FIELDS].get(name)
    return None if value is None else value.decode("latin-1")


def read_content_type(scope: Scope, accepted: tuple[str, ...]) -> ContentType:
    """The body's type. Raises ``UnsupportedMedia`` for one that is not accepted or not UTF-8."""
    given = header(scope, b"content-type") or ""
    parts = [part.strip() for part in given.split(";")]
    media_type = parts[0].lower()
    if media_type not in accepted:
        raise UnsupportedMedia(given or "a body without Content-Type", accepted)
    parameters = dict(part.partition("=")[::2] for part in parts[1:] if "=" in part)
    values = {name.strip().lower(): v.strip().strip('"') for name, v in parameters.items()}
    if values.get("charset", "utf-8").lower() not in _UTF_8:
        raise UnsupportedMedia(given, [f"{name}; charset=utf-8" for name in accepted])
    coding = header(scope, b"content-encoding") or "identity"
    if coding != "identity":
        raise UnsupportedMedia(f"Content-Encoding: {coding}", accepted)
    return ContentType(media_type=media_type, boundary=values.get("boundary"))


async def read_content(scope: Scope, receive: Receive, *, limit_bytes: int) -> bytes:
    """The whole body. Raises ``BodyTooLarge`` as early as that is known, and ``ClientGone``."""
    announced = header(scope, b"content-length")
    if announced is not None and announced.isdecimal() and int(announced) > limit_bytes:
        raise BodyTooLarge(limit_bytes)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > limit_bytes:
            raise BodyTooLarge(limit_bytes)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


# A name or an address, perhaps with a port (RFC 9110, 7.2).
_HOST = re.compile(r"(?:[A-Za-z0-9._~%-]++|\[[0-9A-Fa-f:.]++\])(?::[0-9]*+)?")


def request_url(scope: Scope) -> str:
    """The address that was asked for, without its query string."""
    host = header(scope, b"host")
    if host is None:
        name, port = scope["server"] or ("localhost", None)
        host = name if port is None else f"{name}:{port}"
    elif not _HOST.fullmatch(host):
        raise RequestError("the Host header holds no host")
    path = scope.get("raw_path") or scope["path"].encode()
    try:
        return f"{scope['scheme']}://{host}{path.decode('ascii')}"
    except UnicodeDecodeError as error:
        raise RequestError("the address holds bytes that are not percent-encoded") from error


async def cancel_on_disconnect(work: Coroutine[Any, Any, Result], receive: Receive) -> Result:
    """Await ``work`` in this very task, and cancel it when the client goes away.

    A server does not do this by itself, and a query that is cancelled frees its engine. The
    request's body must have been read. Raises ``ClientGone``.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task(loop)
    assert task is not None  # noqa: S101 - a coroutine runs in a task
    is_gone, watching = False, None

    async def watch() -> None:
        nonlocal is_gone
        await wait_until_gone(receive)
        is_gone = True
        task.cancel()

    def begin() -> None:
        nonlocal watching
        watching = loop.create_task(watch())

    timer = loop.call_later(_WATCH_AFTER_SECONDS, begin)
    try:
        return await work
    except asyncio.CancelledError:
        if is_gone and task.uncancel() == 0:
            raise ClientGone from None
        raise
    finally:
        timer.cancel()
        if watching is not None:
            watching.cancel()


async def wait_until_gone(receive: Receive) -> None:
    """Return when the client has closed its connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
