"""The triples of a graph by subject: what look-ups are answered from.

To the engine a query about one subject is a query like any other: it parses, plans, walks an
index on disk and fetches each term by its hash. Where the graph is small enough, its N-Triples
are kept beside the database instead, and mapped into memory, which all processes share; each
remembers the place of each subject's lines. They come from the engine in the order of the index
that it would walk, so an answer has the same rows in the same order.
"""

import mmap
import re
from pathlib import Path
from typing import BinaryIO, Self

import pyoxigraph as ox

from gfmdkg.sparql.lookup import Pattern
from gfmdkg.store.derived_files import derive_once, replacing
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["SubjectIndex", "map_document"]

Document = bytes | mmap.mmap

# The engine's next version may write a term in another way.
_NAME = f"lookups-{ox.__version__}.nt"

_LINES_OF_SUBJECT = re.compile(rb"^(\S+) .*\n(?:\1 .*\n)*+", re.MULTILINE)
_QUOTE, _BRACKET, _CLOSING = b'"<>'
# N-Triples and JSON write strings alike, save for characters that need a number.
_NUMBERED = b"\\u"
_IRI = b'{"type":"uri","value":"%b"}'


class SubjectIndex:
    """Answers look-ups in one graph as SPARQL JSON, byte for byte as the engine does."""

    def __init__(self, document: Document, places: dict[bytes, tuple[int, int]]) -> None:
        self._document, self._places = document, places

    @classmethod
    def over(cls, document: Document) -> Self | None:
        """The index of a graph's N-Triples.

        ``None`` where the lines of a subject do not all follow one another, as may be in a dump
        of a store in memory.
        """
        places: dict[bytes, tuple[int, int]] = {}
        for found in _LINES_OF_SUBJECT.finditer(document):
            subject = found[1]
            if subject in places:
                return None
            places[subject] = found.span()
        return cls(document, places)

    def answer(self, pattern: Pattern, *, limit_bytes: int) -> tuple[bytes, int] | None:
        """The answer to a look-up, and its number of rows.

        ``None`` leaves it to the engine: where the subject has more than ``limit_bytes``, or
        terms that N-Triples and JSON do not write alike.
        """
        subject = b"<%b>" % pattern.subject.encode()
        start, end = self._places.get(subject, (0, 0))
        if end - start > limit_bytes:
            return None
        lines = self._document[start:end]
        if _NUMBERED in lines:
            return None
        skipped = len(subject) + 2  # the space after it, and the bracket of the predicate
        pairs = [line[skipped:-2].partition(b"> ")[::2] for line in lines.split(b"\n")[:-1]]
        if pattern.predicate is not None:
            predicate = pattern.predicate.encode()
            pairs = [pair for pair in pairs if pair[0] == predicate]
        if pattern.object is not None:
            object_ = b"<%b>" % pattern.object.encode()
            pairs = [pair for pair in pairs if pair[1] == object_]
        return _write(pattern.columns, pairs if pattern.limit is None else pairs[: pattern.limit])


def _write(
    columns: tuple[tuple[str, bool], ...], pairs: list[tuple[bytes, bytes]]
) -> tuple[bytes, int] | None:
    """Pairs of a predicate (without brackets) and an object as the rows of an answer."""
    cells: list[list[bytes]] = []
    for _, is_object in columns:
        if not is_object:
            cells.append([_IRI % predicate for predicate, _ in pairs])
            continue
        objects = [_term(term) for _, term in pairs]
        if b"" in objects:
            return None
        cells.append(objects)
    names = [b'"%b"' % name.encode() for name, _ in columns]
    row = b"{%b}" % b",".join([b"%b:%%b" % name for name in names])
    body = b'{"head":{"vars":[%b]},"results":{"bindings":[%b]}}' % (
        b",".join(names),
        b",".join([row % values for values in zip(*cells, strict=True)]),
    )
    return body, len(pairs)


def _term(term: bytes) -> bytes:
    """A term of N-Triples in SPARQL JSON; nothing for what is new in RDF 1.2."""
    if term[0] == _BRACKET:
        return b"" if term[1] == _BRACKET else _IRI % term[1:-1]
    if term[0] != _QUOTE:
        return b'{"type":"bnode","value":"%b"}' % term[2:]
    if term[-1] == _QUOTE:
        return b'{"type":"literal","value":%b}' % term
    if term[-1] == _CLOSING:
        string, _, datatype = term[:-1].rpartition(b"^^<")
        return b'{"type":"literal","value":%b,"datatype":"%b"}' % (string, datatype)
    string, _, language = term.rpartition(b"@")
    if b"--" in language:
        return b""
    return b'{"type":"literal","value":%b,"xml:lang":"%b"}' % (string, language)


def map_document(folder: Path, store: OxigraphStore, *, limit_bytes: int) -> Document | None:
    """The N-Triples of a version's default graph, written into its folder where they are not yet.

    Only the newest version's remain. ``None`` where they are over the limit. Raises ``OSError``
    where the folder cannot be written.
    """
    path = folder / _NAME
    try:
        derive_once(path, lambda: _write_document(path, store, limit_bytes))
    except _TooLong:
        return None
    with path.open("rb") as file:
        size = path.stat().st_size
        if size > limit_bytes:
            return None
        # An empty file cannot be mapped.
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""


def _write_document(path: Path, store: OxigraphStore, limit_bytes: int) -> None:
    with replacing(path) as draft, draft.open("wb") as file:
        sink = _Sink(file, limit_bytes)
        store.dump(sink, media_type="application/n-triples", graph="")  # type: ignore[arg-type]
    for former in path.parent.parent.glob("*/lookups-*.nt"):
        if former.parent != path.parent:
            former.unlink(missing_ok=True)


class _TooLong(Exception):
    """The document is over its limit."""


class _Sink:
    """A binary sink with a limit."""

    def __init__(self, file: BinaryIO, limit_bytes: int) -> None:
        self._file, self._left = file, limit_bytes

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._left -= len(data)
        if self._left < 0:
            raise _TooLong
        return self._file.write(data)

    def flush(self) -> None:
        """The file is flushed when it is closed."""
