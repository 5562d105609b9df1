"""The tables in which the names of resources are looked up, in a file or in memory."""

import sqlite3
import unicodedata
import zlib
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from gfmdkg.about import VERSION
from gfmdkg.namespaces import ID_BASE, SCHEME_BASE
from gfmdkg.terms.folding import fold

__all__ = ["OWN_BASES", "Fact", "fill_tables", "is_current", "open_tables", "write_tables"]

Fact = tuple[str, str, str, str | None]
"""What is said of a resource: its IRI, a kind of name with a text and its language; or ``type``
or ``scheme`` with an IRI and ``None``."""

OWN_BASES = (ID_BASE, SCHEME_BASE)

# A resource that has no name is in none of them. Its types and schemes are separated by spaces.
_TABLES = """
CREATE TABLE resource (
  id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, slug TEXT,
  types TEXT NOT NULL, schemes TEXT NOT NULL
);
CREATE TABLE name (
  id INTEGER PRIMARY KEY, resource INTEGER NOT NULL,
  kind TEXT NOT NULL, text TEXT NOT NULL, language TEXT, folded TEXT NOT NULL
);
CREATE TABLE member (
  scheme TEXT NOT NULL, resource INTEGER NOT NULL, PRIMARY KEY (scheme, resource)
) WITHOUT ROWID;
"""
_FILL = """
BEGIN;
CREATE INDEX temp.fact_of ON fact (iri, kind);
INSERT INTO resource (iri, slug, types, schemes)
  SELECT iri, slug(iri), '', '' FROM fact
  WHERE kind NOT IN ('type', 'scheme') GROUP BY iri ORDER BY min(rowid);
UPDATE resource SET
  types = (SELECT ifnull(group_concat(value, ' '), '') FROM (
    SELECT DISTINCT value FROM fact WHERE iri = resource.iri AND kind = 'type' ORDER BY value)),
  schemes = (SELECT ifnull(group_concat(value, ' '), '') FROM (
    SELECT DISTINCT value FROM fact WHERE iri = resource.iri AND kind = 'scheme' ORDER BY value));
INSERT INTO member SELECT DISTINCT value, id FROM fact JOIN resource USING (iri)
  WHERE kind = 'scheme';
INSERT INTO name (resource, kind, text, language, folded)
  SELECT id, kind, value, language, fold(value) FROM fact JOIN resource USING (iri)
  WHERE kind NOT IN ('type', 'scheme') ORDER BY id, fact.rowid;
DROP TABLE fact;
CREATE INDEX name_of ON name (resource);
CREATE INDEX name_folded ON name (folded);
CREATE INDEX resource_slug ON resource (slug) WHERE slug IS NOT NULL;
COMMIT;
"""
# Names are folded by the tables of Unicode that came with Python.
_MADE_BY = zlib.crc32(f"{VERSION} {unicodedata.unidata_version} {_TABLES}".encode()) >> 1


def fill_tables(connection: sqlite3.Connection, facts: Iterable[Fact]) -> None:
    """Make the tables in an empty database; no fact is held in memory for it."""
    connection.create_function("fold", 1, fold, deterministic=True)
    connection.create_function("slug", 1, _slug, deterministic=True)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript(_TABLES)
    connection.execute("CREATE TEMP TABLE fact (iri TEXT, kind TEXT, value TEXT, language TEXT)")
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO fact VALUES (?, ?, ?, ?)", facts)
    connection.executescript(_FILL)
    connection.execute(f"PRAGMA user_version = {_MADE_BY}")


def write_tables(path: Path, facts: Iterable[Fact]) -> None:
    """Make the tables in a new file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        fill_tables(connection, facts)


def is_current(path: Path, *, made_by: int = _MADE_BY) -> bool:
    """Whether the file is there, whole, and made by this very software."""
    try:
        with closing(open_tables(path)) as connection:
            ((found,),) = connection.execute("PRAGMA user_version")
            ((size_bytes,),) = connection.execute(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            )
            return bool(found == made_by and size_bytes == path.stat().st_size)
    except (sqlite3.Error, OSError):
        return False


def open_tables(path: Path) -> sqlite3.Connection:
    """A connection for any number of threads to a file that nobody writes to any more."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
    )
    connection.execute("PRAGMA mmap_size = 1073741824")
    return connection


def _slug(iri: str) -> str | None:
    return iri[iri.rfind("/") + 1 :] if iri.startswith(OWN_BASES) else None
