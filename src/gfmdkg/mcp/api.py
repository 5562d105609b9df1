"""The service's HTTP API, in this process or at an address, with bounded answers."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gfmdkg.errors import AnswerTooLarge, LimitError, ParameterError
from gfmdkg.http import create_app
from gfmdkg.settings import Settings

__all__ = ["ANSWER_LIMIT_BYTES", "Api", "NoService", "Reply", "open_api"]

ANSWER_LIMIT_BYTES = 200_000
"""Longest body that is handed to a model: some 50,000 tokens."""
DOCUMENT_LIMIT_BYTES = 16 * 1024 * 1024
"""Longest document that is no answer to a question: the description of the API."""

_TIMEOUT_SECONDS = 60.0
_FOREIGN_LIMIT = 500
_JSON = "application/json"
# By RFC 2606 no host has such a name.
_NOWHERE = "http://gfmdkg.invalid"
_OF_QUERIES = "application/sparql-results+json, text/turtle;q=0.9"

Pairs = Iterable[tuple[str, str]]


class NoService(LimitError):
    """No gfmdkg service answers at the given address."""

    def __init__(self, url: str, cause: str) -> None:
        self.url, self.cause = url, cause
        super().__init__(f"no service at {url}: {cause}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the service answered; ``version`` is the version of the graph that it read."""

    status: int
    media_type: str
    version: str | None
    body: bytes

    @property
    def is_problem(self) -> bool:
        """Whether the body says what went wrong."""
        return self.status >= httpx2.codes.BAD_REQUEST

    def problem(self) -> dict[str, Any]:
        """The problem details; made up where some proxy on the way answered in its own form."""
        if self.media_type == "application/problem+json":
            document: dict[str, Any] = json.loads(self.body)
            return document
        detail = self.body.decode(errors="replace")[:_FOREIGN_LIMIT]
        return {"title": "Unexpected answer", "status": self.status, "detail": detail}


class Api:
    """Asks the service. Each method raises ``AnswerTooLarge`` and ``NoService``."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    @property
    def address(self) -> str:
        """Where the service is."""
        return str(self._client.base_url)

    @property
    def is_here(self) -> bool:
        """Whether it is in this process, so that no address leads to it."""
        return self._client.base_url == httpx2.URL(_NOWHERE)

    def without_address(self, text: str) -> str:
        """A text of the service without the address that a service in this process makes up."""
        return text.replace(_NOWHERE, "") if self.is_here else text

    async def get(
        self,
        path: str,
        parameters: Pairs = (),
        *,
        accept: str = _JSON,
        limit_bytes: int = ANSWER_LIMIT_BYTES,
    ) -> Reply:
        """GET a path, a parameter as often as it has values."""
        request = self._client.build_request(
            "GET", path, params=list(parameters), headers={"accept": accept}
        )
        return await self._send(request, limit_bytes)

    async def query(self, fields: Pairs) -> Reply:
        """Ask the SPARQL endpoint; ``fields`` are those of the protocol's query operation."""
        request = self._client.build_request(
            "POST", "/sparql", data=dict(fields), headers={"accept": _OF_QUERIES}
        )
        return await self._send(request, ANSWER_LIMIT_BYTES)

    async def _send(self, request: httpx2.Request, limit_bytes: int) -> Reply:
        body = bytearray()
        try:
            response = await self._client.send(request, stream=True)
            try:
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > limit_bytes:
                        raise AnswerTooLarge(limit_bytes)
            finally:
                await response.aclose()
        except httpx2.RequestError as error:
            cause = str(error) or type(error).__name__
            raise NoService(self.address, cause) from error
        return Reply(
            status=response.status_code,
            media_type=response.headers.get("content-type", "").partition(";")[0].strip(),
            version=response.headers.get("content-version"),
            body=bytes(body),
        )


@asynccontextmanager
async def open_api(settings: Settings, url: str | None = None) -> AsyncIterator[Api]:
    """The API of the service at ``url`` or, without one, of a service in this process.

    The service lives as long as the context. Raises ``ParameterError`` for a malformed URL
    and whatever starting the service raises.
    """
    if url is not None:
        async with _remote(url) as client:
            yield Api(client)
        return
    app = create_app(settings)
    async with _living(app):
        transport = httpx2.ASGITransport(app=_bounded(app))
        headers = {"accept-encoding": "identity"}
        async with httpx2.AsyncClient(
            transport=transport, base_url=_NOWHERE, headers=headers
        ) as client:
            yield Api(client)


def _remote(url: str) -> httpx2.AsyncClient:
    try:
        address = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise ParameterError("url", f"is no URL: {error}", value=url) from error
    if address.scheme not in ("http", "https") or not address.host:
        raise ParameterError("url", "must begin with http:// or https://", value=url)
    return httpx2.AsyncClient(base_url=address, timeout=_TIMEOUT_SECONDS, follow_redirects=True)


def _bounded(app: ASGIApp) -> ASGIApp:
    """The application without what nobody would read of an answer that is too large."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        size_bytes = 0

        async def cut(message: Message) -> None:
            nonlocal size_bytes
            if size_bytes > DOCUMENT_LIMIT_BYTES:
                message = {**message, "body": b""}
            size_bytes += len(message.get("body", b""))
            await send(message)

        await app(scope, receive, cut)

    return answer


@asynccontextmanager
async def _living(app: ASGIApp) -> AsyncIterator[None]:
    """The time between an application's start and its end, as a server would have it."""
    inbox: asyncio.Queue[Message] = asyncio.Queue()
    outbox: asyncio.Queue[Message] = asyncio.Queue()
    inbox.put_nowait({"type": "lifespan.startup"})
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    life = asyncio.create_task(_live(app, scope, inbox, outbox))
    begun = asyncio.create_task(outbox.get())
    try:
        await asyncio.wait((life, begun), return_when=asyncio.FIRST_COMPLETED)
        if not begun.done() or begun.result()["type"] != "lifespan.startup.complete":
            await life  # raises what kept the application from starting
        yield
    finally:
        begun.cancel()
        inbox.put_nowait({"type": "lifespan.shutdown"})
        # Whoever cancels us still has the query workers reaped.
        await asyncio.shield(life)


async def _live(
    app: ASGIApp, scope: Scope, inbox: asyncio.Queue[Message], outbox: asyncio.Queue[Message]
) -> None:
    await app(scope, inbox.get, outbox.put)
