"""What the application answers: held until it is whole, or passed on where it is large."""

import asyncio
from collections.abc import Callable

from starlette.types import Message, Receive, Send

from gfmdkg.http.cache import FinishedAnswer, encode_headers
from gfmdkg.http.compression import (
    SMALLEST_BYTES,
    StreamCompressor,
    compress,
    compressed_tag,
    is_compressible,
)
from gfmdkg.http.disconnect import ClientGone

__all__ = ["Recorder"]

_OK, _NO_CONTENT, _NOT_MODIFIED = 200, 204, 304

HeaderList = list[tuple[bytes, bytes]]


class Recorder:
    """The ``send`` that an application gets.

    An answer of up to ``limit_bytes`` is kept: ``is_whole`` when it is all there. A larger
    one goes to the client as it comes, with ``extra`` headers, after ``on_stream`` was called;
    ``is_complete`` when the client has all of it.
    """

    def __init__(
        self,
        send: Send,
        receive: Receive,
        *,
        limit_bytes: int,
        is_gzip: bool,
        is_head: bool,
        extra: HeaderList,
        on_stream: Callable[[], None],
    ) -> None:
        self.status = 0
        self.headers: HeaderList = []
        self.size_bytes = 0
        self.is_whole = False
        self.is_streaming = False
        self.is_complete = False
        self._send, self._receive = send, receive
        self._limit_bytes = limit_bytes
        self._is_gzip, self._is_head = is_gzip, is_head
        self._extra, self._on_stream = extra, on_stream
        self._parts: list[bytes] = []
        self._compressor: StreamCompressor | None = None
        self._watch: asyncio.Task[None] | None = None
        self._is_gone = False

    async def __call__(self, message: Message) -> None:
        """Take what the application sends."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(bytes(n), bytes(v)) for n, v in message.get("headers", ())]
            return
        body, is_last = message.get("body", b""), not message.get("more_body", False)
        self.size_bytes += len(body)
        if not self.is_streaming and self.size_bytes <= self._limit_bytes and not self._is_large():
            self._parts.append(body)
            self.is_whole = is_last
            return
        await self._pass_on(body, is_last=is_last)

    def close(self) -> None:
        """Stop watching for the client's departure."""
        if self._watch is not None:
            self._watch.cancel()

    def reset(self) -> None:
        """Forget what the application has sent, as far as it is held."""
        self.status, self.size_bytes, self.is_whole = 0, 0, False
        self.headers, self._parts = [], []

    def field(self, name: bytes) -> bytes | None:
        """A header of the answer."""
        return next((value for key, value in self.headers if key == name), None)

    def _is_large(self) -> bool:
        length = self.field(b"content-length")
        return length is not None and int(length) > self._limit_bytes

    # A large answer

    async def _pass_on(self, body: bytes, *, is_last: bool) -> None:
        if not self.is_streaming:
            body = await self._begin(body)
        if self._is_gone:
            raise ClientGone
        self.is_complete = is_last
        if self._is_head:
            return
        if self._compressor is not None:
            body = await self._compressor.feed(body, is_last=is_last)
            if not body and not is_last:
                return
        await self._send({"type": "http.response.body", "body": body, "more_body": not is_last})

    async def _begin(self, body: bytes) -> bytes:
        """Send the head; returns what has gathered so far."""
        self.is_streaming = True
        self._on_stream()
        content_type = self.field(b"content-type") or b""
        headers = self.headers
        if is_compressible(content_type) and self.field(b"content-encoding") is None:
            headers = _varying(headers)
            if self._is_gzip:
                self._compressor = StreamCompressor()
                headers = _coded([h for h in headers if h[0] != b"content-length"])
        head = {"status": self.status, "headers": [*headers, *self._extra]}
        await self._send({"type": "http.response.start", **head})
        if self._is_head:
            await self._send({"type": "http.response.body", "body": b""})
        else:
            self._watch = asyncio.create_task(self._await_departure())
        gathered = b"".join((*self._parts, body))
        self._parts.clear()
        return gathered

    async def _await_departure(self) -> None:
        # A server takes what is sent to nobody without a word.
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._is_gone = True

    # A whole answer

    async def finish(
        self, *, route: str, rows: int | None, is_lasting: bool, if_none_match: bytes | None
    ) -> FinishedAnswer:
        """The answer as it is sent and kept: compressed where that fits, all headers set."""
        body, headers = b"".join(self._parts), self.headers
        plain_tag = self.field(b"etag")
        tag = plain_tag
        content_type = self.field(b"content-type") or b""
        if is_compressible(content_type) and self.field(b"content-encoding") is None:
            headers = _varying(headers)
            if self._is_gzip and self.status == _OK and len(body) >= SMALLEST_BYTES:
                body = await compress(body)
                headers = _coded(headers)
                tag = plain_tag and compressed_tag(plain_tag)
        elif self.status == _NOT_MODIFIED:
            headers = _varying(headers)
            if plain_tag and if_none_match and compressed_tag(plain_tag) in if_none_match:
                headers = _tagged(headers, compressed_tag(plain_tag))
        headers = [h for h in headers if h[0] != b"content-length"]
        if self.status not in {_NO_CONTENT, _NOT_MODIFIED}:
            headers.append((b"content-length", b"%d" % len(body)))
        version = self.field(b"content-version")
        lasts = self.status == _OK and (is_lasting or self._has_lasting_headers())
        return FinishedAnswer(
            status=self.status,
            head=encode_headers(headers),
            body=body,
            route=route,
            tag=tag,
            plain_tag=plain_tag,
            version=None if version is None else version.decode("latin-1"),
            rows=rows,
            is_lasting=lasts,
        )

    def _has_lasting_headers(self) -> bool:
        control = self.field(b"cache-control") or b"no-store"
        return (
            self.field(b"etag") is not None
            and self.field(b"set-cookie") is None
            and b"no-store" not in control
            and b"private" not in control
        )


def _varying(headers: HeaderList) -> HeaderList:
    """The headers of an answer that depends on Accept-Encoding too."""
    names = [v for n, v in headers if n == b"vary"]
    vary = b", ".join((*names, b"Accept-Encoding"))
    return [*(h for h in headers if h[0] != b"vary"), (b"vary", vary)]


def _coded(headers: HeaderList) -> HeaderList:
    """The headers of the compressed form."""
    coded = [(n, compressed_tag(v) if n == b"etag" else v) for n, v in headers]
    return [*coded, (b"content-encoding", b"gzip")]


def _tagged(headers: HeaderList, tag: bytes) -> HeaderList:
    return [(n, tag if n == b"etag" else v) for n, v in headers]
