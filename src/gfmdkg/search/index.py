"""The index of one version, opened for searching."""

import json
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

from gfmdkg.errors import Fault, QueryTimeout, StoreError
from gfmdkg.rdf.values import members
from gfmdkg.search.answers import Completions, Found, Group, Interpretation, SearchAnswer, kind_of
from gfmdkg.search.building import ensure_index, is_current
from gfmdkg.search.completions import complete
from gfmdkg.search.explaining import explain
from gfmdkg.search.matching import Matches, find_matches
from gfmdkg.search.query import And, Node, Not, Or, Phrase, parse_query
from gfmdkg.search.vocabulary import correct
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import open_tables

__all__ = ["SearchIndex"]

_LIMIT_SECONDS = 5.0
_INSTRUCTIONS_PER_CHECK = 20_000
_LENIENT_FROM = 2
_LENIENT_UP_TO = 6

Ranges = Sequence[tuple[int, int]]


class SearchIndex:
    """Searches and completions over one index file, by any number of threads at once.

    Each call borrows a connection of its own, and stops after ``limit_seconds``.
    """

    def __init__(self, path: Path, *, limit_seconds: float = _LIMIT_SECONDS) -> None:
        self._path, self._limit_seconds = path, limit_seconds
        self._idle: list[sqlite3.Connection] = []
        self._is_closed = False
        self._lock = threading.Lock()
        with self._borrowed() as connection:
            self._types: tuple[tuple[str, int, int], ...] = tuple(
                connection.execute("SELECT iri, first, last FROM type ORDER BY first")
            )

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an index file. Raises ``StoreError`` where it is missing, damaged or of before."""
        if not is_current(path):
            fault = Fault(message="there is no index that can be read", file=str(path))
            raise StoreError("the search index cannot be opened", [fault])
        return cls(path)

    @classmethod
    def of(cls, version: Version) -> Self:
        """The index of a version, built first where it is missing or of another format."""
        with closing(OxigraphStore.open_read_only(version.database)) as store:
            return cls.open(ensure_index(version.folder, store.select))

    def close(self) -> None:
        """Close the idle connections; those that are borrowed close when they come back."""
        with self._lock:
            idle, self._idle, self._is_closed = self._idle, [], True
        for connection in idle:
            connection.close()

    def search(
        self,
        text: str,
        *,
        types: Collection[str] = (),
        language: str | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> SearchAnswer:
        """Find what the text asks for, as ``gfmdkg.search.query`` describes it.

        ``types`` are IRIs of classes, those above others included; ``language`` is the one
        that labels are shown in where there are any. No text raises; ``QueryTimeout`` is
        raised where the time limit runs out, ``StoreError`` where the file is damaged.
        """
        with self._borrowed() as connection:
            ranges = self._ranges(connection, types)
            understood, ignored, matches = _understand(connection, text, language, ranges)
            page = matches.page(connection, ranges, limit=max(0, limit), offset=max(0, offset))
            items = explain(connection, page, matches=matches, language=language)
        counts = ((iri, matches.within(*each)) for iri, *each in self._types)
        return SearchAnswer(
            items=items,
            total=sum(matches.within(*each) for each in ranges),
            groups=tuple(Group(type=kind_of(iri), iri=iri, count=n) for iri, n in counts if n),
            expanded=matches.expanded,
            ignored=ignored,
            **members(understood),
        )

    def find(self, text: str, *, types: Collection[str] = ()) -> Found:
        """All things of these classes that ``search`` would list, in its order, unexplained."""
        with self._borrowed() as connection:
            ranges = self._ranges(connection, types)
            understood, _, matches = _understand(connection, text, None, ranges)
            rows = matches.page(connection, ranges, limit=len(matches.rowids), offset=0)
            named = dict(
                connection.execute(
                    "SELECT id, iri FROM doc WHERE id IN (SELECT value FROM json_each(?))",
                    (json.dumps([rowid for rowid, _ in rows]),),
                )
            )
        return Found(iris=tuple(named[rowid] for rowid, _ in rows), understood=understood)

    def suggest(self, text: str, *, types: Collection[str] = (), limit: int = 10) -> Completions:
        """The best ``limit`` resources with a name that goes on as typed, by class."""
        with self._borrowed() as connection:
            ranges = self._ranges(connection, types) if types else None
            return complete(connection, _encodable(text), ranges=ranges, limit=limit)

    def _ranges(self, connection: sqlite3.Connection, types: Collection[str]) -> Ranges:
        """The rowids of the classes asked for and of those below them; of all, where none is."""
        if not types:
            return [(first, last) for _, first, last in self._types]
        return connection.execute(
            "SELECT DISTINCT first, last FROM above JOIN type ON type.id = above.type"
            " WHERE above.iri IN (SELECT value FROM json_each(?)) ORDER BY first",
            (json.dumps([*types]),),
        ).fetchall()

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        try:
            connection = connection or open_tables(self._path)
            deadline = time.monotonic() + self._limit_seconds
            connection.set_progress_handler(
                lambda: time.monotonic() > deadline, _INSTRUCTIONS_PER_CHECK
            )
            yield connection
            connection.set_progress_handler(None, 0)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
                raise QueryTimeout(self._limit_seconds) from error
            fault = Fault(message=str(error), file=str(self._path))
            raise StoreError("the search index cannot be read", [fault]) from error
        with self._lock:
            if not self._is_closed:
                self._idle.append(connection)
                return
        connection.close()


def _understand(
    connection: sqlite3.Connection, text: str, language: str | None, ranges: Ranges
) -> tuple[Interpretation, tuple[str, ...], Matches]:
    """The query as it was understood, what of it is ignored, and what matches.

    That is what has all words or, where nothing in the ranges does, some of them.
    """
    text = _encodable(text)
    query, corrected = correct(connection, text, language=language)
    strict = None
    for wanted in _strict_and_looser(query.root):
        matches = find_matches(connection, wanted, corrected or text)
        understood = Interpretation(
            interpretation=str(query), corrected=corrected, lenient=wanted is not query.root
        )
        if any(matches.within(*each) for each in ranges):
            return understood, query.ignored, matches
        # Matches of other classes are counted where none of these has any.
        if matches.rowids and not understood.lenient:
            strict = understood, query.ignored, matches
    if strict is not None:
        return strict
    query = parse_query(text)
    understood = Interpretation(interpretation=str(query), corrected=None, lenient=False)
    return understood, query.ignored, Matches()


def _encodable(text: str) -> str:
    """The text without lone surrogates, which neither SQLite nor JSON takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _strict_and_looser(root: Node | None) -> Iterator[Node]:
    """What is asked for; of several words then all but any one of them, then any of them."""
    if root is not None:
        yield root
    if not isinstance(root, And):
        return
    wanted = [p for p in root.parts if isinstance(p, Phrase) and not p.is_quoted]
    rest = tuple(p for p in root.parts if not isinstance(p, Phrase) or p.is_quoted)
    if len(wanted) < _LENIENT_FROM or any(not isinstance(p, Not) for p in rest):
        return
    if len(wanted) <= _LENIENT_UP_TO:
        fewer: Sequence[Node] = [
            And(tuple(p for p in wanted if p is not left_out)) for left_out in wanted
        ]
        yield And((Or(tuple(fewer)), *rest))
    yield And((Or(tuple(wanted)), *rest))
