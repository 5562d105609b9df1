"""The tables of an index file.

``text`` is the full-text table. Its rowids are those of ``doc``, which run class by class, so
that a class is a range of rowids: counts and filters by class need no join.

In ``text.context`` stands a token for each resource that the document is linked with, made of
a character for private use and the resource's rowid: ``DIRECT`` for the resource itself,
``BROADER`` for the concepts above it. A search for a word looks up in ``target`` which
resources the word names, and searches for their tokens too. The names themselves are not
repeated in each document: the index stays small, and a hit can say which link it owes.
"""

from collections.abc import Iterable

__all__ = ["BROADER", "DIRECT", "FORMAT", "SEPARATOR", "TABLES", "WEIGHTS", "in_ranges"]

FORMAT = 3
"""Changes whenever an index of before would be misread; such a one is built anew."""

DIRECT = "\ue001"
BROADER = "\ue002"
# A token of its own, so that no phrase runs from one name or note into the next.
SEPARATOR = "\n\ue000\n"

_COLUMNS = ("label", "names", "notes", "evidence", "body", "context")
WEIGHTS = (10.0, 8.0, 2.0, 4.0, 1.5, 0.7)
"""The weight of a match in each column, for bm25."""

_TOKENIZER = "porter unicode61 remove_diacritics 2"

TABLES = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA page_size = 8192;
CREATE VIRTUAL TABLE text USING fts5({", ".join(_COLUMNS)}, tokenize = '{_TOKENIZER}');
CREATE VIRTUAL TABLE target USING fts5(names, content = '', tokenize = '{_TOKENIZER}');
CREATE TABLE type (id INTEGER PRIMARY KEY, iri TEXT, first INTEGER, last INTEGER);
CREATE TABLE above (iri TEXT, type INTEGER, PRIMARY KEY (iri, type)) WITHOUT ROWID;
CREATE TABLE property (id INTEGER PRIMARY KEY, iri TEXT);
CREATE TABLE doc (id INTEGER PRIMARY KEY, iri TEXT, type INTEGER, scheme TEXT, code TEXT);
CREATE TABLE link (
  doc INTEGER, property INTEGER, target INTEGER, through INTEGER,
  PRIMARY KEY (doc, property, target, through)
) WITHOUT ROWID;
CREATE TABLE name (
  doc INTEGER, position INTEGER, kind TEXT, text TEXT, language TEXT, folded TEXT, key TEXT,
  PRIMARY KEY (doc, position)
) WITHOUT ROWID;
CREATE TABLE narrower (broader INTEGER, doc INTEGER, PRIMARY KEY (broader, doc)) WITHOUT ROWID;
CREATE TABLE word (
  id INTEGER PRIMARY KEY, word TEXT UNIQUE, raw TEXT, stem TEXT, count INTEGER,
  english INTEGER
);
CREATE INDEX word_length ON word (length(word));
CREATE VIRTUAL TABLE form USING fts5(raw, content = '', tokenize = '{_TOKENIZER}');
CREATE TABLE completion (
  key TEXT, weight INTEGER, doc INTEGER, position INTEGER,
  PRIMARY KEY (key, weight, doc, position)
) WITHOUT ROWID;
"""
"""``name.key`` is what ``name_key`` makes of the name; ``word.word`` is folded, ``raw`` one way to
write it. ``form`` finds the words of a stem.
"""


def in_ranges(column: str, ranges: Iterable[tuple[int, int]]) -> str:
    """The condition that a number lies in one of the ranges, both ends included."""
    conditions = [f"{column} BETWEEN {first} AND {last}" for first, last in ranges]
    return f"({' OR '.join(conditions) or '0'})"
