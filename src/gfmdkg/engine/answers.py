"""What the engine answered: the bytes, how many rows they hold, and whether they are all there.

The engine serialises without telling how many rows it wrote. Its formats are regular enough to
count a mark that no literal can contain, at the speed of a memory scan.

It sends the status before the first row. A failure after that stands, as text, at the end of
what it sent, and the connection ends as after any other answer; but no format ends like that.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gfmdkg.engine.spool import SpooledAnswer
from gfmdkg.store.answers import GRAPH_FORMATS, AnswerKind

__all__ = ["EngineAnswer", "count_rows", "is_whole", "kind_of", "read_body"]

_BOOLEANS = (b"true", b"false")
_JSON_BOOLEANS = (b'"boolean":true}', b'"boolean":false}')
_JSON, _XML = "application/sparql-results+json", "application/sparql-results+xml"
_CSV, _TSV = "text/csv", "text/tab-separated-values"
# How an answer ends, white space aside, in formats that close what they opened, …
_CLOSED_BY = {
    _JSON: b"]}}",
    _XML: b"</sparql>",
    "application/ld+json": b"]",
    "application/rdf+xml": b"</rdf:RDF>",
}
# … and, to the letter, in formats of lines.
_LAST_LINE_ENDS = {
    _CSV: b"\n",
    _TSV: b"\n",
    "text/turtle": b".\n",
    "application/n-triples": b".\n",
    "application/n-quads": b".\n",
    "application/trig": b"\n",
}
_TAIL_BYTES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineAnswer:
    """A finished answer. Whoever receives it closes a body that is a file.

    ``rows`` counts solutions or triples where the format shows them exactly. ``engine_seconds``
    is the time from the sending of the request to the last byte of the answer, of which
    ``first_seconds`` passed until its head came; ``queue_seconds`` the wait before it.
    """

    kind: AnswerKind
    media_type: str
    body: bytes | SpooledAnswer
    rows: int | None
    queue_seconds: float
    engine_seconds: float
    first_seconds: float

    @property
    def size_bytes(self) -> int:
        """The length of the answer."""
        return len(self.body) if isinstance(self.body, bytes) else self.body.size_bytes


async def read_body(answer: EngineAnswer) -> bytes:
    """The whole body of an answer, which is closed if it was a file."""
    if isinstance(answer.body, bytes):
        return answer.body
    with answer.body as file:
        return b"".join([chunk async for chunk in file.chunks()])


def kind_of(media_type: str, body: bytes | SpooledAnswer) -> AnswerKind:
    """What an answer is, from its format and its bytes; a boolean is short."""
    if media_type in GRAPH_FORMATS:
        return AnswerKind.GRAPH
    if isinstance(body, bytes):
        if media_type == _JSON:
            is_boolean = _without_space(body[-_TAIL_BYTES:]).endswith(_JSON_BOOLEANS)
        elif media_type == _XML:
            is_boolean = b"<boolean>" in body[-_TAIL_BYTES:]
        else:
            is_boolean = body in _BOOLEANS
        if is_boolean:
            return AnswerKind.BOOLEAN
    return AnswerKind.SOLUTIONS


def is_whole(kind: AnswerKind, media_type: str, body: bytes | SpooledAnswer) -> bool:
    """Whether an answer ends as its format must; an empty graph may have no line at all."""
    if kind is AnswerKind.BOOLEAN:
        return True
    tail = body[-_TAIL_BYTES:] if isinstance(body, bytes) else body.tail(_TAIL_BYTES)
    if not tail:
        return kind is AnswerKind.GRAPH and media_type in _LAST_LINE_ENDS
    if media_type in _CLOSED_BY:
        return _without_space(tail).endswith(_CLOSED_BY[media_type])
    return tail.endswith(_LAST_LINE_ENDS.get(media_type, b""))


def _without_space(text: bytes) -> bytes:
    return b"".join(text.split())


def count_rows(kind: AnswerKind, media_type: str, chunks: Iterable[bytes]) -> int | None:
    """Solutions, or triples of a graph; ``None`` where the bytes do not show it exactly."""
    if kind is AnswerKind.BOOLEAN:
        return None
    match media_type:
        case "application/sparql-results+json":
            return _count_json(chunks)
        case "application/sparql-results+xml":
            # A "<" in a literal is escaped.
            return _count_xml(chunks)
        case "text/csv":
            return _count_csv(chunks)
        case "text/tab-separated-values":
            # A line break in a literal is escaped; the first line names the variables.
            return sum(chunk.count(b"\n") for chunk in chunks) - 1
        case "application/n-triples" | "application/n-quads":
            return sum(chunk.count(b"\n") for chunk in chunks)
        case _:
            return None


def _count_xml(chunks: Iterable[bytes]) -> int:
    rows, tail = 0, b""
    for chunk in chunks:
        piece = tail + chunk
        rows += piece.count(b"<result>")
        tail = piece[-7:]  # a mark may be cut in two
    return rows


def _count_json(chunks: Iterable[bytes]) -> int | None:
    # Between two solutions stands },{ and then the quote of a variable. Within a string that
    # quote would be escaped. An empty solution shows as ,{} which a string may hold as well.
    separators, tail = 0, b""
    for chunk in chunks:
        piece = tail[-2:] + chunk
        if b",{}" in piece:
            return None
        separators += piece.count(b',{"')
        tail = (tail + chunk[-4:])[-4:]
    return 0 if tail == b"[]}}" else separators + 1


def _count_csv(chunks: Iterable[bytes]) -> int:
    # A line break inside quotes is text; doubled quotes open and close again.
    lines, quoted = 0, False
    for chunk in chunks:
        segments = chunk.split(b'"')
        lines += sum(segment.count(b"\n") for segment in segments[quoted::2])
        quoted ^= len(segments) % 2 == 0
    return lines - 1
