"""The SPARQL Protocol as it is spoken to an engine: requests, one connection for one at a time."""

import asyncio
from functools import lru_cache
from time import perf_counter
from typing import NamedTuple, cast
from urllib.parse import urlencode

import httptools

from gfmdkg.engine.answers import Spool
from gfmdkg.errors import AnswerTooLarge, EngineFailure, QueryRejected
from gfmdkg.namespaces import BASE, PREFIXES
from gfmdkg.rdf.media import AnswerFormats, Dataset
from gfmdkg.rdf.prefix_lines import PREFIXED

__all__ = ["Connection", "ConnectionEnded", "Response", "encode_query"]

_PREFIX_LINES = tuple((f"{name}:", f"PREFIX {name}: <{iri}> ") for name, iri in PREFIXES.items())
_PARTIAL_CONTENT = 206
_BASE = f"BASE <{BASE}> "
_QUERY, _FORM = b"application/sparql-query", b"application/x-www-form-urlencoded"
# Headers by which Virtuoso says, beside the status 200, that an answer is not whole. A time limit
# that a request brings makes it send the first, ``ResultSetMaxRows`` the second.
_GAPS = {
    b"x-sql-state": "what it had found when its time limit passed",
    b"x-sparql-maxrows": "the rows up to a limit of its own",
}


def encode_query(
    text: str,
    formats: AnswerFormats,
    dataset: Dataset,
    *,
    host: bytes,
    path: bytes,
    is_form: bool = False,
) -> tuple[bytes, int]:
    """The request for a query, and how many characters of ours stand before its first line.

    The query is sent as such, or as a form. Raises ``QueryRejected`` for what is no text.
    """
    # A prefix that is mentioned in a literal alone does no harm, and a declaration in the text
    # comes later and wins.
    preamble = _BASE + "".join([line for mark, line in _PREFIX_LINES if mark in text])
    try:
        body = (preamble + text).encode()
    except UnicodeEncodeError as error:
        raise QueryRejected("the query holds a lone surrogate, which is no text") from error
    if is_form:
        body = urlencode({"query": body}).encode("ascii")
    content_type = _FORM if is_form else _QUERY
    head = _head(host, _target(path, dataset), content_type, formats.results, formats.graph)
    return b"%b%d\r\n\r\n%b" % (head, len(body), body), len(preamble)


def _target(path: bytes, dataset: Dataset) -> bytes:
    if not (dataset.default_graphs or dataset.named_graphs):
        return path
    pairs = [("default-graph-uri", iri) for iri in dataset.default_graphs]
    pairs += [("named-graph-uri", iri) for iri in dataset.named_graphs]
    # The address of an endpoint elsewhere may have parameters of its own.
    return path + (b"&" if b"?" in path else b"?") + urlencode(pairs).encode("ascii")


@lru_cache(maxsize=256)
def _head(
    host: bytes, target: bytes, content_type: bytes, results: str | None, graph: str | None
) -> bytes:
    """All of the head but the length of the body."""
    # The engine's server writes no prefixes, so the triples come as they are, to be written anew.
    accepted = [results, "application/n-triples" if graph in PREFIXED else graph]
    return b"\r\n".join(
        (
            b"POST %b HTTP/1.1" % target,
            b"Host: " + host,
            b"Accept: " + ", ".join(filter(None, accepted)).encode("ascii"),
            b"Content-Type: " + content_type,
            b"Content-Length: ",
        )
    )


class ConnectionEnded(Exception):
    """The connection ended before the answer did; ``has_begun`` says whether some of it came."""

    def __init__(self, *, has_begun: bool) -> None:
        super().__init__("the connection to the engine ended")
        self.has_begun = has_begun


class Response(NamedTuple):
    """The head of an answer, when it came, and when the last byte had come."""

    status: int
    media_type: str
    head_at: float
    ended_at: float


class Connection(asyncio.Protocol):
    """HTTP/1.1 to one engine. The body of each answer goes to the spool given with its request."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.WriteTransport | None = None
        self._answer: asyncio.Future[Response] | None = None
        self._spool = Spool(limit_bytes=0)
        self._media_type = self._gap = ""
        self._head_at = 0.0
        self._has_begun = False

    @property
    def is_open(self) -> bool:
        """Whether a request can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def ask(self, request: bytes, spool: Spool) -> "asyncio.Future[Response]":
        """Send a request; the future is the answer.

        It raises ``ConnectionEnded``, ``AnswerTooLarge``, and ``EngineFailure`` for what is no
        HTTP or, by its own words, no whole answer.
        """
        self._spool, self._media_type, self._gap, self._has_begun = spool, "", "", False
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport is None:
            self._fail(ConnectionEnded(has_begun=False))
        else:
            self._transport.write(request)
        return self._answer

    def close(self) -> None:
        """Break the connection off; whoever waits for an answer is told."""
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Feed the parser."""
        self._has_begun = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            cause = error.__context__ if isinstance(error.__context__, AnswerTooLarge) else None
            self._fail(cause or EngineFailure(f"what the engine sent is no HTTP: {error}"))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - its name is given
        """The engine closed the connection, or died."""
        self._transport = None
        self._fail(ConnectionEnded(has_begun=self._has_begun))

    # Callbacks of the parser

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep what the format is, and whether something is missing."""
        name = name.lower()
        if name == b"content-type":
            self._media_type = value.partition(b";")[0].strip().lower().decode("latin-1")
        elif name in _GAPS:
            self._gap = _GAPS[name]

    def on_headers_complete(self) -> None:
        """The answer begins."""
        self._head_at = perf_counter()

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the answer; one that is too large ends it."""
        self._spool.write(body)

    def on_message_complete(self) -> None:
        """Hand the answer to whoever waits for it."""
        status = self._parser.get_status_code()
        gap = "so its status says" if status == _PARTIAL_CONTENT else self._gap
        if gap:
            self._fail(EngineFailure(f"it answered with a part alone: {gap}"))
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(
                Response(status, self._media_type, self._head_at, perf_counter())
            )
        if not self._parser.should_keep_alive():
            self.close()

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
