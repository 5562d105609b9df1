"""The service's HTTP API, in this process or at an address, with bounded answers."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx2

from gfmdkg.app.app import running_app
from gfmdkg.errors import AnswerTooLarge, LimitError, ParameterError
from gfmdkg.settings import Settings

__all__ = [
    "ANSWER_LIMIT_BYTES",
    "DOCUMENT_LIMIT_BYTES",
    "Api",
    "ApiAnswer",
    "NoService",
    "open_api",
]

ANSWER_LIMIT_BYTES = 200_000
"""Longest body that is handed to a model: some 50,000 tokens."""
DOCUMENT_LIMIT_BYTES = 16 * 1024 * 1024
"""Longest document that no model reads: the description of all canned queries."""

_TIMEOUT_SECONDS = 60.0
_FOREIGN_LIMIT = 500
# By RFC 2606 no host has such a name.
_NOWHERE = "http://gfmdkg.invalid"


class NoService(LimitError):
    """No gfmdkg service answers at the given address."""

    def __init__(self, url: str, cause: str) -> None:
        self.url, self.cause = url, cause
        super().__init__(f"no service at {url}: {cause}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """What the service answered; ``version`` is the version of the graph that it read."""

    status: int
    media_type: str
    version: str | None
    body: bytes

    def problem(self) -> dict[str, Any] | None:
        """Problem details, where it is an error; made up where a proxy on the way wrote it."""
        if self.status < httpx2.codes.BAD_REQUEST:
            return None
        if self.media_type == "application/problem+json":
            document: dict[str, Any] = json.loads(self.body)
            return document
        detail = self.body.decode(errors="replace")[:_FOREIGN_LIMIT]
        return {"title": "Unexpected answer", "status": self.status, "detail": detail}


class Api:
    """Asks the service, which is at ``address``."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client
        self.address = str(client.base_url)

    async def ask(
        self,
        path: str,
        parameters: Sequence[tuple[str, str]] = (),
        *,
        accept: str = "application/json",
        body: tuple[str, str] | None = None,
        limit_bytes: int = ANSWER_LIMIT_BYTES,
    ) -> ApiAnswer:
        """GET a path, or POST a ``body`` there: its media type and its text.

        Raises ``AnswerTooLarge`` and ``NoService``.
        """
        headers, content = {"accept": accept}, None
        if body is not None:
            headers["content-type"], content = body
        method = "GET" if body is None else "POST"
        asked = self._client.stream(
            method, path, params=list(parameters), headers=headers, content=content
        )
        read = bytearray()
        try:
            async with asked as response:
                async for chunk in response.aiter_bytes():
                    read += chunk
                    if len(read) > limit_bytes:
                        raise AnswerTooLarge(limit_bytes)
        except httpx2.RequestError as error:
            raise NoService(self.address, str(error) or type(error).__name__) from error
        return ApiAnswer(
            status=response.status_code,
            media_type=response.headers.get("content-type", "").partition(";")[0].strip(),
            version=response.headers.get("content-version"),
            body=bytes(read),
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
    # The client in this process gets an answer as a whole, so it has to fit into memory.
    limit_bytes = min(settings.answer_limit_bytes, DOCUMENT_LIMIT_BYTES)
    plain = {"accept-encoding": "identity"}
    async with running_app(replace(settings, answer_limit_bytes=limit_bytes)) as app:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(
            transport=transport, base_url=_NOWHERE, headers=plain
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
