"""The rows of our SELECTs, read from TSV: a tenth of the work of their JSON form.

A version never changes, so what a pattern found in it holds for good. Answers that took the
engine long are cached beside the version's database by the text of their query, for every process
and every start: one whose pattern is changed is asked for again.
"""

import hashlib
import io
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from time import perf_counter

import pyoxigraph as ox

from gfmdkg.errors import DataError
from gfmdkg.rdf.media import AnswerFormats
from gfmdkg.rdf.values import Term
from gfmdkg.store.files import alone
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["ANSWERS_NAME", "SelectBytes", "cached_answers", "read_term", "rows_of", "select_from"]

SelectBytes = Callable[[str], bytes]
"""Runs a SELECT over the version that is indexed: its answer in TSV."""

_TSV = AnswerFormats(results="text/tab-separated-values", graph=None)


def select_from(store: OxigraphStore) -> SelectBytes:
    """What ``build_index`` asks: SELECTs over this store."""

    def select(query: str) -> bytes:
        output = io.BytesIO()
        store.query(query, formats=_TSV, output=output)
        return output.getvalue()

    return select


def rows_of(table: bytes) -> Iterator[Sequence[bytes]]:
    """The rows of a TSV answer as tokens, empty where a variable is unbound."""
    lines = table.split(b"\n")
    return (line.split(b"\t") for line in lines[1:-1])


def read_term(token: bytes) -> Term:
    """The term of a token of a TSV answer. Raises ``DataError`` for what is none."""
    if token.startswith(b"<"):  # nearly all are, and need no parser
        return ox.NamedNode(token[1:-1].decode())
    try:
        found = ox.parse_query_results(b"?term\n%b\n" % token, ox.QueryResultsFormat.TSV)
        assert isinstance(found, ox.QuerySolutions)  # noqa: S101 - it has a variable
        term: Term
        ((term,),) = found
    except (SyntaxError, ValueError) as error:
        raise DataError(f"this is no term of a SPARQL answer in TSV: {token[:80]!r}") from error
    return term


ANSWERS_NAME = "lists.sqlite"
"""The name of the file in a version's folder."""

# An answer that took less is not worth its place.
_WORTH_SECONDS = 0.05
_LEVEL = 1


def cached_answers(
    folder: Path, ask: SelectBytes, *, worth_seconds: float = _WORTH_SECONDS
) -> SelectBytes:
    """Asks only what is not in the cache in the folder of the version.

    Equal rows are kept once. Any number of threads and processes may read the same version at
    once: each query is asked by one of them. Where the folder cannot be written, all are asked.
    """
    file = folder / ANSWERS_NAME

    def select(query: str) -> bytes:
        key = hashlib.sha256(query.encode()).digest()
        found = _read(file, key)
        if found is not None:
            return found
        with ExitStack() as turn:
            with suppress(OSError):
                turn.enter_context(alone(file))
            found = _read(file, key)
            if found is not None:
                return found
            begun = perf_counter()
            answer = ask(query)
            if perf_counter() - begun < worth_seconds:
                return answer
            distinct = b"\n".join([*dict.fromkeys(answer.split(b"\n")[:-1]), b""])
            _write(file, key, distinct)
            return distinct

    return select


def _read(file: Path, key: bytes) -> bytes | None:
    """A cached answer; ``None`` where there is none, or the file is missing or damaged."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            row = database.execute("SELECT body FROM answer WHERE query = ?", (key,)).fetchone()
            return None if row is None else zlib.decompress(row[0])
    except (sqlite3.Error, zlib.error):
        return None


def _write(file: Path, key: bytes, table: bytes) -> None:
    try:
        with closing(sqlite3.connect(file)) as database, database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS answer (query BLOB PRIMARY KEY, body BLOB)"
            )
            row = key, zlib.compress(table, _LEVEL)
            database.execute("INSERT OR REPLACE INTO answer VALUES (?, ?)", row)
    except sqlite3.OperationalError:
        return  # not ours to write, or no space
    except sqlite3.DatabaseError:
        with suppress(OSError):
            file.unlink()  # damaged
