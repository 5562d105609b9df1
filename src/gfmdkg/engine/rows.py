"""Counting the rows of an answer from its bytes, exactly or not at all.

The engine serialises without telling how many rows it wrote. Its formats are regular
enough to count a mark that no literal can contain, at the speed of a memory scan.
"""

from collections.abc import Iterable

from gfmdkg.store.answers import AnswerKind

__all__ = ["count_rows"]


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
