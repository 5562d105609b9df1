"""The names that the records of one file have, on disk, so that memory holds few of them."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from gfmdkg.errors import Candidate
from gfmdkg.namespaces import expand
from gfmdkg.terms.folding import fold, tidy
from gfmdkg.terms.index import LabelEntry, TermIndex
from gfmdkg.terms.nearest import NamePool

__all__ = ["LocalIndex"]

_BATCH, _OFFERED = 1_000, 5
_LAST_CHARACTER = "\U0010ffff"
# So many names take about 20 MiB.
_NAMES_OFFERED = 50_000


class LocalIndex:
    """Names as a ``TermIndex`` has them, of which few are looked up.

    What could be meant by a text is read from disk, and a ``TermIndex`` of that alone decides.
    """

    def __init__(self, entries: Iterable[LabelEntry]) -> None:
        """Keep names of records of one class each, whose IRIs are our own."""
        # An empty name is a private file that goes with the connection.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        run = self._database.execute
        run("PRAGMA journal_mode = OFF")
        run("PRAGMA cache_size = -4096")
        # IRIs are turned round as well, so that those with one ending lie together.
        run(
            "CREATE TABLE name (iri TEXT, turned TEXT, folded TEXT, text TEXT, tag TEXT, type TEXT)"
        )
        run("BEGIN")
        rows = ((e.iri, e.iri[::-1], fold(e.text), e.text, e.language, e.types[0]) for e in entries)
        while batch := list(islice(rows, _BATCH)):
            self._database.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?, ?)", batch)
        for column in ("iri", "turned", "folded"):
            run(f"CREATE INDEX by_{column} ON name ({column})")
        run("COMMIT")
        self._pools: dict[frozenset[str], NamePool] = {}

    def close(self) -> None:
        """Let the file go."""
        self._database.close()

    def find(
        self, text: str, *, types: Collection[str], schemes: Collection[str] = ()
    ) -> str | None:
        """The IRI of the one record that the text names, as ``TermIndex.find`` has it.

        Raises ``Ambiguous``.
        """
        index = TermIndex.from_entries(self._candidates(tidy(text)))
        return index.find(text, types=types, schemes=schemes)

    def nearest(self, text: str, *, types: Collection[str]) -> tuple[Candidate, ...]:
        """The records whose names are most like a text, of the first 50,000 names."""
        return self._pool(types).nearest(fold(text), limit=_OFFERED)

    def _candidates(self, name: str) -> Iterator[LabelEntry]:
        """All names of the records that may be meant, in the order of the file."""
        ending = f"/{name}"[::-1]
        rows = self._database.execute(
            "SELECT iri, text, tag, type FROM name WHERE iri IN (SELECT iri FROM name WHERE"
            " iri = ?1 OR iri = ?2 OR folded = ?3 OR turned >= ?4 AND turned < ?5) ORDER BY rowid",
            (name, expand(name), fold(name), ending, ending + _LAST_CHARACTER),
        )
        for iri, text, language, type_ in rows:
            yield LabelEntry(iri=iri, kind="pref", text=text, language=language, types=(type_,))

    def _pool(self, types: Collection[str]) -> NamePool:
        key = frozenset(types)
        pool = self._pools.get(key)
        if pool is None:
            wanted = sorted(key)
            marks = ", ".join("?" * len(wanted))
            names = self._database.execute(
                f"SELECT folded, iri, text FROM name WHERE type IN ({marks})"  # noqa: S608 - marks
                " ORDER BY rowid LIMIT ?",
                (*wanted, _NAMES_OFFERED),
            )
            pool = self._pools[key] = NamePool(names)
        return pool
