"""Completing names as they are typed: from any word of a name on, best first.

A name is entered under its beginning and under the beginnings of its next few words, each
with a weight that is fixed when the index is built: acronyms, then names that begin as typed,
then names with a later word that does; within these, preferred names before hidden ones,
classes in the order of the index, short before long.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from gfmdkg.rdf.values import Resource
from gfmdkg.search.answers import Completion, Completions, Group, kind_of
from gfmdkg.search.documents import Document
from gfmdkg.search.schema import in_ranges
from gfmdkg.terms.folding import fold

__all__ = ["complete", "write_completions"]

_KEY_LENGTH = 32
_WORDS_ENTERED = 5
_ENTRIES_EACH = 8
_ENTRIES = """
SELECT doc.iri, doc.code, type.iri, scheme, label.text, name.text, name.language
FROM (
  SELECT weight, doc, position FROM completion WHERE key >= ? AND key < ?{condition}
  ORDER BY weight, doc, position LIMIT ?
) AS entry
CROSS JOIN doc ON doc.id = entry.doc
JOIN type ON type.id = doc.type
JOIN name AS label ON label.doc = doc.id AND label.position = 0
JOIN name ON name.doc = doc.id AND name.position = entry.position
WHERE instr(name.folded, ?)
ORDER BY entry.weight, entry.doc, entry.position
"""
_KINDS = {"pref": 0, "alt": 1, "notation": 2, "symbol": 2, "hidden": 3}
_ACRONYM = re.compile(r"(?=(?:[^A-Z]*[A-Z]){2})[A-Za-z][\w-]{1,9}")
_START = re.compile(r"[^\W_]+")

_Entry = tuple[str, int, int, int]  # key, weight, rowid of the document, position of the name


def write_completions(connection: sqlite3.Connection, documents: Iterable[Document]) -> None:
    """Fill the table ``completion``."""
    entries = sorted({entry for document in documents for entry in _entries(document)})
    connection.executemany("INSERT INTO completion VALUES (?, ?, ?, ?)", entries)


def _entries(document: Document) -> Iterator[_Entry]:
    for position, name in enumerate(document.names):
        folded = fold(name.text)
        tier = 0 if _ACRONYM.fullmatch(name.text) else 1
        starts = [match.start() for match in _START.finditer(folded)][:_WORDS_ENTERED]
        for start in starts:
            kind = (tier if start == starts[0] else 2) * 10 + _KINDS[name.kind]
            weight = (kind * 1000 + min(document.type_id, 999)) * 1000 + min(len(folded), 999)
            yield folded[start : start + _KEY_LENGTH], weight, document.rowid, position


def complete(
    connection: sqlite3.Connection,
    text: str,
    *,
    ranges: Sequence[tuple[int, int]] | None,
    limit: int,
) -> Completions:
    """The best ``limit`` resources with a name that goes on as typed, grouped by class.

    The class of the best one comes first. ``ranges`` are the rowids that may come, ``None``
    for all.
    """
    typed = fold(text)
    match = _START.search(typed)
    if match is None or limit < 1:
        return Completions(items=(), total=0, groups=())
    typed = typed[match.start() :]
    key = typed[:_KEY_LENGTH]
    condition = "" if ranges is None else f" AND {in_ranges('doc', ranges)}"
    query = _ENTRIES.format(condition=condition)
    found: dict[str, tuple[str, ...]] = {}
    # Several names of a resource may fit, and so may several words of one; rarely very many do.
    for most in (limit * _ENTRIES_EACH, -1):
        rows = connection.execute(query, (key, key + "\U0010ffff", most, typed)).fetchall()
        for iri, *shown in rows:
            found.setdefault(iri, tuple(shown))
        if len(found) >= limit or len(rows) < most:
            break
    groups: dict[str, list[Completion]] = {}
    for iri, (code, type_iri, scheme, label, matched, language) in islice(found.items(), limit):
        groups.setdefault(type_iri, []).append(
            Completion(
                resource=Resource(iri=iri, label=label, code=code),
                matched=matched,
                language=language,
                type=kind_of(type_iri),
                scheme=scheme,
            )
        )
    items = tuple(chain.from_iterable(groups.values()))
    return Completions(
        items=items,
        total=len(items),
        groups=tuple(
            Group(type=kind_of(iri), iri=iri, count=len(each)) for iri, each in groups.items()
        ),
    )
