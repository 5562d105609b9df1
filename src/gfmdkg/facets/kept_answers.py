"""Answers to the patterns of lists, kept beside a version's database.

A version never changes, so what a pattern found in it holds for good. Answers that took the
engine long are kept by the text of their query, for every process and every start: one whose
pattern is changed is asked for anew.
"""

import hashlib
import sqlite3
import zlib
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from time import perf_counter

from gfmdkg.facets.rows import Select
from gfmdkg.store.derived_files import alone

__all__ = ["ANSWERS_NAME", "keep_answers"]

ANSWERS_NAME = "lists.sqlite"
"""The name of the file in a version's folder."""

# What is asked for in less is not worth its place.
_WORTH_SECONDS = 0.05
_LEVEL = 1
_TABLE = "CREATE TABLE IF NOT EXISTS answer (query BLOB PRIMARY KEY, body BLOB)"


def keep_answers(folder: Path, ask: Select, *, worth_seconds: float = _WORTH_SECONDS) -> Select:
    """A ``Select`` that asks only what is not kept in the folder of the version.

    Equal rows are kept once. Any number of threads and processes may read the same version at
    once: each query is asked by one of them. Where the folder cannot be written, all are asked.
    """
    file = folder / ANSWERS_NAME

    def select(query: str) -> bytes:
        key = hashlib.sha256(query.encode()).digest()
        kept = _read(file, key)
        if kept is not None:
            return kept
        with ExitStack() as turn:
            with suppress(OSError):
                turn.enter_context(alone(file))
            kept = _read(file, key)
            return kept if kept is not None else ask_and_keep(query, key)

    def ask_and_keep(query: str, key: bytes) -> bytes:
        begun = perf_counter()
        answer = ask(query)
        if perf_counter() - begun < worth_seconds:
            return answer
        distinct = _distinct(answer)
        _write(file, key, distinct)
        return distinct

    return select


def _distinct(table: bytes) -> bytes:
    """A TSV answer without repeated rows; order is kept."""
    return b"\n".join([*dict.fromkeys(table.split(b"\n")[:-1]), b""])


def _read(file: Path, key: bytes) -> bytes | None:
    """A kept answer; ``None`` where there is none, or what was kept is damaged."""
    if not file.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            row = database.execute("SELECT body FROM answer WHERE query = ?", (key,)).fetchone()
            return None if row is None else zlib.decompress(row[0])
    except (sqlite3.Error, zlib.error):
        return None


def _write(file: Path, key: bytes, table: bytes) -> None:
    body = zlib.compress(table, _LEVEL)
    try:
        with closing(sqlite3.connect(file)) as database, database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS answer (query BLOB PRIMARY KEY, body BLOB)"
            )
            database.execute("INSERT OR REPLACE INTO answer VALUES (?, ?)", (key, body))
    except sqlite3.OperationalError:
        return  # not ours to write, or no room
    except sqlite3.DatabaseError:
        with suppress(OSError):
            file.unlink()  # damaged
