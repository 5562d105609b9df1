"""Completing names as they are typed: from any word of a name on, best first.

A name is entered under its beginning and under the beginnings of its next few words, each
with a weight that is fixed when the index is built: acronyms, then names that begin as typed,
then names with a later word that does; within these, preferred names before hidden ones,
classes in the order of the index, short before long. Prefixes that very many names share
("m", "mig") have their best entries stored apart, so that no keystroke scans them all.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise

from gfmdkg.search.answers import Completion
from gfmdkg.search.documents import Document
from gfmdkg.terms.folding import fold

__all__ = ["complete", "write_completions"]

_KEY_LENGTH = 32
_WORDS_ENTERED = 5
_FREQUENT = 800
_BEST_STORED = 40
_KINDS = {"pref": 0, "alt": 1, "notation": 2, "hidden": 3}
_ACRONYM = re.compile(r"(?=(?:[^A-Z]*[A-Z]){2})[A-Za-z][\w-]{1,9}")
_START = re.compile(r"[^\W_]+")

_Entry = tuple[str, int, int, int]  # key, weight, rowid of the document, position of the name


def write_completions(
    connection: sqlite3.Connection, documents: Sequence[Document], type_ids: Sequence[int]
) -> None:
    """Fill the tables ``completion`` and ``frequent``; documents have rowids from 1 on."""
    entries = [
        entry
        for rowid, (document, type_id) in enumerate(zip(documents, type_ids, strict=True), 1)
        for entry in _entries(document, rowid, type_id)
    ]
    entries.sort()
    entries[:] = [b for a, b in pairwise([("", 0, 0, -1), *entries]) if a != b]
    connection.executemany("INSERT INTO completion VALUES (?, ?, ?, ?)", entries)
    frequent = _frequent_prefixes(key for key, *_ in entries)
    entries.sort(key=lambda entry: entry[1:])
    connection.executemany(
        "INSERT INTO frequent VALUES (?, ?, ?, ?)", _best(entries, frequent, type_ids)
    )


def _entries(document: Document, rowid: int, type_id: int) -> Iterator[_Entry]:
    for position, name in enumerate(document.names):
        folded = fold(name.text)
        tier = 0 if _ACRONYM.fullmatch(name.text) else 1
        starts = [match.start() for match in _START.finditer(folded)][:_WORDS_ENTERED]
        for start in starts:
            kind = (tier if start == starts[0] else 2) * 10 + _KINDS[name.kind]
            weight = (kind * 1000 + min(type_id, 999)) * 1000 + min(len(folded), 999)
            yield folded[start : start + _KEY_LENGTH], weight, rowid, position


def _frequent_prefixes(keys: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(keys)
    for length in range(1, _KEY_LENGTH + 1):
        counts = Counter(key[:length] for key in waiting if len(key) >= length)
        more = {prefix for prefix, count in counts.items() if count > _FREQUENT}
        if not more:
            break
        found |= more
        waiting = [key for key in waiting if key[:length] in more]
    return found


def _best(
    entries: Iterable[_Entry], frequent: set[str], type_ids: Sequence[int]
) -> Iterator[_Entry]:
    stored: Counter[tuple[str, int]] = Counter()
    seen: set[tuple[str, int]] = set()
    for key, weight, rowid, position in entries:
        for length in range(1, len(key) + 1):
            prefix = key[:length]
            if prefix not in frequent:
                break
            slot = prefix, type_ids[rowid - 1]
            if stored[slot] < _BEST_STORED and (prefix, rowid) not in seen:
                stored[slot] += 1
                seen.add((prefix, rowid))
                yield prefix, weight, rowid, position


def complete(
    connection: sqlite3.Connection,
    text: str,
    *,
    ranges: Sequence[tuple[int, int]] | None,
    limit: int,
) -> tuple[Completion, ...]:
    """The best ``limit`` resources with a name that goes on as typed, grouped by class.

    The class of the best one comes first. ``ranges`` are the rowids that may come, ``None``
    for all.
    """
    typed = fold(text)
    match = _START.search(typed)
    if match is None or limit < 1:
        return ()
    typed = typed[match.start() :]
    rows = _best_rows(connection, typed, ranges, limit)
    groups: dict[str, list[Completion]] = {}
    for rowid, position in rows:
        iri, type_iri, scheme, label, matched, language = connection.execute(
            "SELECT doc.iri, type.iri, scheme, label.text, name.text, name.language FROM doc"
            " JOIN type ON type.id = doc.type"
            " JOIN name AS label ON label.doc = doc.id AND label.position = 0"
            " JOIN name ON name.doc = doc.id AND name.position = ? WHERE doc.id = ?",
            (position, rowid),
        ).fetchone()
        groups.setdefault(type_iri, []).append(
            Completion(
                iri=iri,
                label=label,
                matched=matched,
                language=language,
                type=type_iri,
                scheme=scheme,
            )
        )
    return tuple(chain.from_iterable(groups.values()))


def _best_rows(
    connection: sqlite3.Connection,
    typed: str,
    ranges: Sequence[tuple[int, int]] | None,
    limit: int,
) -> list[tuple[int, int]]:
    key = typed[:_KEY_LENGTH]
    condition, values = "", []
    if ranges is not None:
        condition = f" AND ({' OR '.join(['doc BETWEEN ? AND ?'] * len(ranges)) or '0'})"
        values = [bound for pair in ranges for bound in pair]
    is_frequent = connection.execute("SELECT 1 FROM frequent WHERE prefix = ?", (key,)).fetchone()
    place = "frequent WHERE prefix = ?" if is_frequent else "completion WHERE key >= ? AND key < ?"
    bounds = [key] if is_frequent else [key, key + "\U0010ffff"]
    cursor = connection.execute(
        f"SELECT doc, position FROM {place}{condition} ORDER BY weight, doc, position",  # noqa: S608
        [*bounds, *values],
    )
    found: dict[int, int] = {}
    for rowid, position in cursor:
        if rowid in found or (len(typed) > _KEY_LENGTH and not _goes_on(connection, rowid, typed)):
            continue
        found[rowid] = position
        if len(found) == limit:
            break
    return list(found.items())


def _goes_on(connection: sqlite3.Connection, rowid: int, typed: str) -> bool:
    rows = connection.execute("SELECT folded FROM name WHERE doc = ?", (rowid,))
    return any(typed in folded for (folded,) in rows)
