"""The parts of a multipart/form-data body (RFC 7578), as the Graph Store Protocol takes them."""

from gfmdkg.curation.writer import Document
from gfmdkg.errors import RequestError, UnsupportedMedia

__all__ = ["read_parts"]

_MOST_PARTS = 1000


def read_parts(body: bytes, boundary: str, accepted: tuple[str, ...]) -> tuple[Document, ...]:
    r"""The documents in a multipart body, each with its own Content-Type.

    Raises ``RequestError`` for a body that is not well-formed, ``UnsupportedMedia`` for a
    part of a type that is not accepted.

    >>> body = b"--b\r\nContent-Type: text/turtle\r\n\r\n<x:s> a <x:t> .\r\n--b--\r\n"
    >>> read_parts(body, "b", ("text/turtle",))[0].body
    b'<x:s> a <x:t> .'
    """
    delimiter = b"\r\n--" + boundary.encode("latin-1")
    pieces = (b"\r\n" + body).split(delimiter, _MOST_PARTS)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise RequestError("the multipart body does not end with its boundary")
    return tuple(_read_part(piece, accepted) for piece in pieces[1:-1])


def _read_part(piece: bytes, accepted: tuple[str, ...]) -> Document:
    # White space may follow the boundary in its line.
    _, _, rest = piece.partition(b"\r\n")
    head, blank, content = (b"\r\n" + rest).partition(b"\r\n\r\n")
    if not blank:
        raise RequestError("a part of the multipart body has no blank line after its headers")
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-type":
            media_type = value.partition(";")[0].strip().lower()
            if media_type not in accepted:
                raise UnsupportedMedia(value.strip(), accepted)
            return Document(media_type=media_type, body=content)
    raise UnsupportedMedia("a part without Content-Type", accepted)
