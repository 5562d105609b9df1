"""The prefixes at the head of a Turtle or TriG answer: in order, and no more than it needs.

The engine writes all prefixes that it is given, in an order that differs from one process to
the next, so the same answer would have other bytes each time although its entity tag is
strong.
"""

from collections.abc import Iterable, Mapping
from io import BytesIO
from itertools import takewhile
from typing import IO

import pyoxigraph as ox

from gfmdkg.namespaces import PREFIXES
from gfmdkg.rdf.media import GRAPH_FORMATS

__all__ = ["PREFIXED", "PrefixLines", "used_namespaces", "write_prefixed"]

PREFIXED = frozenset({"text/turtle", "application/trig"})
"""Formats that read better with prefixes."""

_MARKS = tuple((prefix, iri, iri.encode()) for prefix, iri in PREFIXES.items())
_HELD_BYTES = 256 * 1024
_MARK = b"@prefix "


def used_namespaces(n_triples: bytes) -> Mapping[str, str]:
    """The prefixes of which an IRI in a document begins with their namespace, or mentions it."""
    return {prefix: iri for prefix, iri, mark in _MARKS if mark in n_triples}


def write_prefixed(
    triples: Iterable[ox.Triple] | Iterable[ox.Quad],
    output: IO[bytes],
    media_type: str,
    prefixes: Mapping[str, str] = PREFIXES,
) -> None:
    """Write triples in a format of ``PREFIXED``; raises what ``output.write`` raises.

    The fewer ``prefixes`` there are to choose from, the sooner it is done.
    """
    lines = PrefixLines(output)
    ox.serialize(
        triples,
        lines,  # type: ignore[arg-type]
        GRAPH_FORMATS[media_type],
        prefixes=dict(prefixes),
    )
    lines.finish()


class PrefixLines:
    """A sink before a sink, for one document; ``finish`` ends it.

    The prefix lines are sorted. In a document of up to 256 KiB those go that it has no use for;
    in a longer one all stay, because the head has to be sent before the end is known.
    """

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._held: bytes | None = b""

    def write(self, data: bytes) -> int:
        """Take some bytes; raises what the sink behind raises."""
        if self._held is None:
            return self._output.write(data)
        self._held += data
        if len(self._held) > _HELD_BYTES:
            self._release(is_whole=False)
        return len(data)

    def flush(self) -> None:
        """Nothing goes out before its turn."""

    def finish(self) -> None:
        """Let go of what is held: the document has come to its end."""
        if self._held is not None:
            self._release(is_whole=True)

    def _release(self, *, is_whole: bool) -> None:
        document, self._held = self._held or b"", None
        lines = list(takewhile(lambda line: line.startswith(_MARK), BytesIO(document)))
        body = document[sum(map(len, lines)) :]
        if is_whole:
            # A prefix that only a literal mentions stays, too; that does no harm.
            lines = [line for line in lines if line[len(_MARK) : line.index(b":") + 1] in body]
        self._output.write(b"".join(sorted(lines)) + body)
