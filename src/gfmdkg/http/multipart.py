"""The parts of a multipart/form-data body (RFC 7578)."""

import logging
import re
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from gfmdkg.errors import RequestError
from gfmdkg.http.request import ContentType

__all__ = ["MULTIPART", "BodyPart", "read_parts"]

MULTIPART = "multipart/form-data"
_MUCH_PADDING = rb"[ \t]{100}"
# What is wrong with a body is told to its sender; a line in the log would be anybody's to write.
logging.getLogger("python_multipart.multipart").setLevel(logging.ERROR)


@dataclass(slots=True, kw_only=True)
class BodyPart:
    """One part: its Content-Type as it was given, its file's name, and its bytes."""

    content_type: str = ""
    filename: str | None = None
    body: bytes = b""

    @property
    def media_type(self) -> str:
        """The media type in lower case, without parameters; empty where none was given."""
        return parse_options_header(self.content_type)[0].decode("latin-1")


def read_parts(body: bytes, given: ContentType, *, most: int) -> list[BodyPart]:
    r"""The parts of a body, of which there may be so many at most.

    Raises ``RequestError`` for a body that is not well-formed, or too much.

    >>> body = b"--b\r\nContent-Type: text/turtle\r\n\r\n<x:s> a <x:t> .\r\n--b--\r\n"
    >>> given = ContentType(media_type=MULTIPART, boundary="b")
    >>> read_parts(body, given, most=1)
    [BodyPart(content_type='text/turtle', filename=None, body=b'<x:s> a <x:t> .')]
    """
    if not given.boundary:
        raise RequestError("the multipart body has no boundary in its Content-Type")
    # The parser goes through what looks like a delimiter byte by byte, so there must be few.
    delimiter = b"\r\n--" + given.boundary.encode("latin-1")
    if body.count(delimiter) > most:
        raise RequestError(f"the multipart body has more than {most} parts")
    if re.search(re.escape(delimiter) + _MUCH_PADDING, body):
        raise RequestError("a boundary of the multipart body is followed by white space")
    reading = _Reading()
    try:
        parser = MultipartParser(
            given.boundary,
            {
                "on_part_begin": reading.begin,
                "on_header_field": reading.take_name,
                "on_header_value": reading.take_value,
                "on_part_data": reading.take_data,
                "on_end": reading.end,
            },
        )
        parser.write(body)
    except FormParserError as error:
        raise RequestError(f"the multipart body cannot be read: {error}") from error
    if not reading.is_complete:
        raise RequestError("the multipart body does not end with its boundary")
    if not reading.parts:
        raise RequestError("the multipart body has no parts")
    return reading.parts


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What the parser tells, of a body that it has as a whole."""

    parts: list[BodyPart] = field(default_factory=list)
    is_complete: bool = False
    _name: bytes = b""

    def begin(self) -> None:
        self.parts.append(BodyPart())

    def take_name(self, data: bytes, start: int, end: int) -> None:
        self._name = data[start:end].lower()

    def take_value(self, data: bytes, start: int, end: int) -> None:
        value = data[start:end].decode("utf-8", "replace").strip()
        if self._name == b"content-type":
            self.parts[-1].content_type = value
        elif self._name == b"content-disposition":
            # Names are in UTF-8 (RFC 7578, 5.1), which the parser takes for Latin-1.
            _, options = parse_options_header(data[start:end])
            name = options.get(b"filename")
            self.parts[-1].filename = None if name is None else name.decode("utf-8", "replace")

    def take_data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].body += data[start:end]

    def end(self) -> None:
        self.is_complete = True
