"""From what people write (CMW, a title, a CURIE, an IRI) to the one resource they mean.

How a text is matched, the first step that yields anything deciding:

1. an IRI of a known resource, or a CURIE of one (``sdg:10.7``);
2. the exact label (preferred, alternative, hidden), notation or slug, the slug being the
   last part or parts of our own IRIs: ``cmw``, ``instrument/cmw``;
3. the folded label: without regard to case, diacritics, typographic quotes and dashes, and
   runs of space.

A label of two to four capitals may be an ordinary word as well (CAT, IRIS, WHO). In step 3
such a label matches only a text that is all in lower or all in upper case, as people type
acronyms; "Cat" or "Iris" is the spelling of a word or a name and does not match, unless a
label spells it so.

A resource is never matched by a text that one of its ``neverLabel``s vetoes. Kinds of label
have no precedence over one another: where two resources share a name within a step, the
classes and schemes asked for decide, and else the answer is ``Ambiguous``.
"""

import json
import sqlite3
import unicodedata
import weakref
import zlib
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from gfmdkg.about import VERSION
from gfmdkg.errors import Ambiguous, Candidate, Fault, NotFound, StoreError
from gfmdkg.namespaces import expand
from gfmdkg.rdf.values import Resource
from gfmdkg.terms.folding import CodeAggregate, fold, is_acronym, slug_of, tidy

if TYPE_CHECKING:
    from gfmdkg.terms.nearest import NamePool

__all__ = [
    "NameFact",
    "TermIndex",
    "is_current",
    "labels_query",
    "open_tables",
    "write_tables",
]

NameFact = tuple[str, str, str, str | None]
"""What is said of a resource: its IRI, a kind of name (``pref``, ``alt``, ``hidden``, ``never``,
``notation``) with a text and its language; or ``type`` or ``scheme`` with an IRI and ``None``.
A ``symbol`` is no name, for documents may share one."""

# A resource that has no name is in none of them. Its types and schemes are separated by spaces.
_TABLES = """
CREATE TABLE resource (
  id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, slug TEXT, code TEXT,
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
  WHERE kind NOT IN ('type', 'scheme', 'symbol') GROUP BY iri ORDER BY min(rowid);
UPDATE resource SET
  types = (SELECT ifnull(group_concat(value, ' '), '') FROM (
    SELECT DISTINCT value FROM fact WHERE iri = resource.iri AND kind = 'type' ORDER BY value)),
  schemes = (SELECT ifnull(group_concat(value, ' '), '') FROM (
    SELECT DISTINCT value FROM fact WHERE iri = resource.iri AND kind = 'scheme' ORDER BY value));
UPDATE resource SET code = coded.code FROM (
  SELECT iri, code(iri, kind, value, language) AS code FROM fact
  WHERE kind IN ('alt', 'notation', 'symbol') GROUP BY iri) AS coded
  WHERE resource.iri = coded.iri;
INSERT INTO member SELECT DISTINCT value, id FROM fact JOIN resource USING (iri)
  WHERE kind = 'scheme';
INSERT INTO name (resource, kind, text, language, folded)
  SELECT id, kind, value, language, fold(value) FROM fact JOIN resource USING (iri)
  WHERE kind NOT IN ('type', 'scheme', 'symbol') ORDER BY id, fact.rowid;
DROP TABLE fact;
CREATE INDEX name_of ON name (resource);
CREATE INDEX name_folded ON name (folded);
CREATE INDEX resource_code ON resource (iri, code) WHERE code IS NOT NULL;
CREATE INDEX resource_slug ON resource (slug) WHERE slug IS NOT NULL;
COMMIT;
"""
# Names are folded by the tables of Unicode that came with Python.
_MADE_BY = zlib.crc32(f"{VERSION} {unicodedata.unidata_version} {_TABLES}".encode()) >> 1


def _fill_tables(connection: sqlite3.Connection, facts: Iterable[NameFact]) -> None:
    """Make the tables in an empty database; no fact is held in memory for it."""
    connection.create_function("fold", 1, fold, deterministic=True)
    connection.create_function("slug", 1, slug_of, deterministic=True)
    connection.create_aggregate("code", 4, CodeAggregate)  # type: ignore[arg-type]
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript(_TABLES)
    connection.execute("CREATE TEMP TABLE fact (iri TEXT, kind TEXT, value TEXT, language TEXT)")
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO fact VALUES (?, ?, ?, ?)", facts)
    connection.executescript(_FILL)
    connection.execute(f"PRAGMA user_version = {_MADE_BY}")


def write_tables(path: Path, facts: Iterable[NameFact]) -> None:
    """Make the tables in a new file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        _fill_tables(connection, facts)


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


_AMBIGUOUS_SHOWN = 20
_LABELS_KEPT = 10_000
# IRI, types and schemes of a resource that may be meant; the last two separated by spaces.
_Match = tuple[str, str, str]

_CODES = "SELECT iri, code FROM resource WHERE code IS NOT NULL"
_BY_IRI = "SELECT iri, types, schemes FROM resource WHERE iri = ?"
_BY_SLUG = "SELECT iri, types, schemes FROM resource WHERE slug = ?"
_BY_NAME = (
    "SELECT iri, types, schemes, kind, text FROM name JOIN resource ON resource.id = resource"
    " WHERE folded = ?"
)
_NAMES = (
    "SELECT kind, text, language FROM resource JOIN name ON resource = resource.id"
    " WHERE iri = ? ORDER BY name.id"
)
_PREFERRED = (
    "SELECT text FROM resource JOIN name ON resource = resource.id"
    " WHERE iri = ? AND kind = 'pref' ORDER BY language IS NOT 'en', name.id LIMIT 1"
)
_MEMBERS = (
    "SELECT DISTINCT iri FROM member JOIN resource ON resource.id = resource"
    " WHERE scheme IN (SELECT value FROM json_each(?)) ORDER BY resource.id"
)
_ALL_NAMES = (
    "SELECT name.id, folded, types, schemes FROM name JOIN resource ON resource.id = resource"
    " WHERE kind <> 'never' ORDER BY name.id"
)
_ONE_NAME = (
    "SELECT iri, kind, text FROM name JOIN resource ON resource.id = resource WHERE name.id = ?"
)


def labels_query() -> str:
    """The SPARQL query whose solutions are what an index is made of."""
    from gfmdkg.rdf.query_text import packaged_query  # the names are in a file as a rule

    return packaged_query("gfmdkg.terms", "labels.rq").text


class TermIndex:
    """All names of all resources of one version, looked up in tables of SQLite.

    Read-only; threads may share it. Only ``nearest`` reads all names, and keeps them folded.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Over tables that ``_fill_tables`` made. The connection is closed with the index."""
        self._connection = connection
        self._read = partial(_read, connection)
        # The names of classes, kinds and sessions are shown again and again. Few resources have a
        # code, and every cell of an answer asks for it.
        self._codes = cache(partial(_read_codes, connection))
        self._resources = lru_cache(_LABELS_KEPT)(
            partial(_named, connection=connection, codes=self._codes)
        )
        self._pools: dict[tuple[frozenset[str], frozenset[str]], NamePool] = {}
        weakref.finalize(self, connection.close)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Over a file that ``write_tables`` made."""
        return cls(open_tables(path))

    @classmethod
    def from_facts(cls, facts: Iterable[NameFact]) -> Self:
        """Index what is said of resources, in memory or, what is too much, in a private file."""
        connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        index = cls(connection)
        _fill_tables(connection, facts)
        return index

    def __len__(self) -> int:
        """How many resources have a name."""
        ((count,),) = self._read("SELECT count(*) FROM resource")
        return int(count)

    def resolve(
        self,
        text: str,
        *,
        types: Collection[str] = (),
        schemes: Collection[str] = (),
        what: str = "resource",
    ) -> str:
        """The IRI of the one resource that ``text`` names, as the module's page says.

        ``types`` and ``schemes`` are IRIs; a resource fits if it has one of the types or is
        in one of the schemes, where any are given. ``what`` names the thing in messages.
        Raises ``NotFound`` with the nearest names, ``Ambiguous`` with those that share it.
        """
        found = self.find(text, types=types, schemes=schemes, what=what)
        if found is None:
            raise NotFound(what, text, self.nearest(text, types=types, schemes=schemes))
        return found

    def find(
        self,
        text: str,
        *,
        types: Collection[str] = (),
        schemes: Collection[str] = (),
        what: str = "resource",
    ) -> str | None:
        """The same, with ``None`` for no resource: to seek the nearest names costs much more."""
        for step in self._steps(tidy(text)):
            found = sorted({match[0] for match in step if _fits(*match[1:], types, schemes)})
            if len(found) == 1:
                return found[0]
            if found:
                candidates = [
                    Candidate(iri=iri, label=self.label(iri) or iri)
                    for iri in found[:_AMBIGUOUS_SHOWN]
                ]
                raise Ambiguous(what, text, candidates)
        return None

    def _steps(self, name: str) -> Iterator[Sequence[_Match]]:
        if ":" in name:
            yield self._read(_BY_IRI, name) or self._read(_BY_IRI, expand(name))
        named = self._read(_BY_NAME, fold(name))
        vetoed = {iri for iri, _, _, kind, _ in named if kind == "never"}
        known = [row for row in named if row[3] != "never"]
        exact: list[_Match] = [row[:3] for row in known if tidy(row[4]) == name]
        if "/" not in name:
            exact += self._read(_BY_SLUG, name)
        elif not exact:
            slug = name[name.rfind("/") + 1 :]
            exact = [match for match in self._read(_BY_SLUG, slug) if match[0].endswith("/" + name)]
        yield [match for match in exact if match[0] not in vetoed]
        takes_acronyms = name.islower() or name.isupper()
        yield [
            row[:3]
            for row in known
            if row[0] not in vetoed and (takes_acronyms or not is_acronym(row[4]))
        ]

    def nearest(
        self,
        text: str,
        limit: int = 5,
        *,
        types: Collection[str] = (),
        schemes: Collection[str] = (),
    ) -> tuple[Candidate, ...]:
        """The resources whose names are most like ``text``, best first, were none alike.

        A candidate's label is the name that is alike, or the preferred label where that
        name is hidden.
        """
        key = (frozenset(types), frozenset(schemes))
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools[key] = self._pool(types, schemes)
        folded = fold(text)
        vetoed = [iri for iri, _, _, kind, _ in self._read(_BY_NAME, folded) if kind == "never"]
        return pool.nearest(folded, limit=limit, without=vetoed)

    def _pool(self, types: Collection[str], schemes: Collection[str]) -> "NamePool":
        # Most runs find what they are asked for.
        from gfmdkg.terms.nearest import NamePool

        numbers = array("q")

        def names() -> Iterator[str]:
            for number, folded, *of in self._connection.execute(_ALL_NAMES):
                if _fits(of[0], of[1], types, schemes):
                    numbers.append(number)
                    yield folded

        return NamePool(names(), lambda position: self._shown(numbers[position]))

    def _shown(self, number: int) -> tuple[str, str]:
        ((iri, kind, text),) = self._read(_ONE_NAME, number)
        return iri, (self.label(iri) if kind == "hidden" else None) or text

    def label(self, iri: str) -> str | None:
        """The preferred label in English, else in any language; ``None`` without."""
        return self.resource(iri).label

    def code(self, iri: str) -> str | None:
        """The acronym, symbol or number of a resource, as ``code_of`` has it."""
        return self._codes().get(iri)

    def resource(self, iri: str) -> Resource:
        """A resource with its English label and its code."""
        return self._resources(iri)

    def labels(self, iri: str) -> list[tuple[str, str, str | None]]:
        """All names of a resource as they were entered: kind, text and language of each."""
        return self._read(_NAMES, iri)

    def types(self, iri: str) -> tuple[str, ...]:
        """The classes of a resource as the data state them, sorted; none if it has no name."""
        found = self._read(_BY_IRI, iri)
        return tuple(found[0][1].split()) if found else ()

    def members(self, schemes: Collection[str]) -> tuple[str, ...]:
        """The concepts of the schemes, in order of entry."""
        return tuple(iri for (iri,) in self._read(_MEMBERS, json.dumps(list(schemes))))


def _read(connection: sqlite3.Connection, query: str, *values: object) -> list[Any]:
    try:
        return connection.execute(query, values).fetchall()
    except UnicodeEncodeError:  # half a character, which no name has
        return []
    except sqlite3.Error as error:
        ((_, _, file),) = connection.execute("PRAGMA database_list")
        fault = Fault(message=str(error), file=file, remedy="remove the file; it is made anew")
        raise StoreError("the index of names cannot be read", [fault]) from error


# No methods, for a cache that knows its index would keep the index alive.
def _read_codes(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(_read(connection, _CODES))


def _named(
    iri: str, *, connection: sqlite3.Connection, codes: Callable[[], dict[str, str]]
) -> Resource:
    preferred = _read(connection, _PREFERRED, iri)
    label = preferred[0][0] if preferred else None
    return Resource(iri=iri, label=label, code=codes().get(iri))


def _fits(of_types: str, of_schemes: str, types: Collection[str], schemes: Collection[str]) -> bool:
    if not types and not schemes:
        return True
    return any(t in types for t in of_types.split()) or any(
        s in schemes for s in of_schemes.split()
    )
