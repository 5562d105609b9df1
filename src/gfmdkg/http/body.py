"""Reading a request: its body within a limit, its content type, its headers."""

from dataclasses import dataclass

from starlette.types import Receive, Scope

from gfmdkg.errors import BodyTooLarge, RequestError, UnsupportedMedia
from gfmdkg.http.disconnect import ClientGone

__all__ = ["ContentType", "header", "read_content", "read_content_type", "request_url"]

_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentType:
    """A media type in lower case, its boundary where it is a multipart type."""

    media_type: str
    boundary: str | None = None


def header(scope: Scope, name: bytes) -> str | None:
    """A header's value; several lines of it joined by commas, as HTTP has it."""
    values = [value for key, value in scope["headers"] if key == name]
    return b", ".join(values).decode("latin-1") if values else None


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
    if header(scope, b"content-encoding") not in (None, "identity"):
        raise UnsupportedMedia(f"Content-Encoding: {header(scope, b'content-encoding')}", accepted)
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


def request_url(scope: Scope) -> str:
    """The address that was asked for, without its query string."""
    host = header(scope, b"host")
    if host is None:
        name, port = scope["server"] or ("localhost", None)
        host = name if port is None else f"{name}:{port}"
    path = scope.get("raw_path") or scope["path"].encode()
    try:
        return f"{scope['scheme']}://{host}{path.decode('ascii')}"
    except UnicodeDecodeError as error:
        raise RequestError("the address holds bytes that are not percent-encoded") from error
