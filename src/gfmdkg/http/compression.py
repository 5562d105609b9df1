"""Content coding: which answers are sent with gzip, and what that does to their headers.

A compressed answer is another representation, so it has an entity tag of its own (RFC 9110,
8.8.3.3): the plain one with ``-gzip`` before the closing quote.
"""

import asyncio
import gzip
import re
import zlib
from functools import lru_cache

__all__ = [
    "GZIP_LEVEL",
    "SMALLEST_BYTES",
    "StreamCompressor",
    "accepts_gzip",
    "compress",
    "compressed_tag",
    "is_compressible",
    "plain_tags",
]

SMALLEST_BYTES = 1024
"""Below this a packet is a packet, compressed or not."""

GZIP_LEVEL = 5
_STREAM_LEVEL = 1
_GZIP_WINDOW = 31
_LOOP_BYTES = 64 * 1024
_LONGEST_ACCEPT = 256
_MARK = b'-gzip"'
_COMPRESSIBLE = re.compile(
    r"text/|image/svg\+xml|application/(?:[^;]*(?:json|xml|n-triples|n-quads|trig|sparql-|"
    r"javascript|yaml))"
)


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
    return etag[:-1] + _MARK


def plain_tags(if_none_match: bytes) -> bytes:
    """An If-None-Match header with the tags of the plain forms in place of the compressed."""
    return if_none_match.replace(_MARK, b'"')


async def compress(body: bytes) -> bytes:
    """The body in gzip, always the same for the same body; a large one in a thread."""
    if len(body) <= _LOOP_BYTES:
        return _compress(body)
    return await asyncio.to_thread(_compress, body)


def _compress(body: bytes) -> bytes:
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


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
