"""From an understood query to the rows that match, synonyms and concepts added, and their order.

The order is by bm25 with a weight for each column, names that are the whole query before all
others. To score a row costs microseconds, so where very many match, the first few of each
class that match in their names are scored and shown first, and all others follow in the
order of the index. That order is fixed too, so pages never overlap.
"""

import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gfmdkg.rdf.values import Resource
from gfmdkg.search.answers import Expansion
from gfmdkg.search.query import And, Node, Not, Or, Phrase, name_key
from gfmdkg.search.schema import BROADER, DIRECT, WEIGHTS, in_ranges
from gfmdkg.search.vocabulary import words_of_prefix

__all__ = ["Matches", "find_matches"]

_TARGETS_LIMIT = 36  # linked resources that one query's words may name, all words together
_TARGETS_PER_PHRASE = 12
_UNIT_WORDS = 12
_UNIT_SHARED = 3
_SYNONYMS = 10
_NARROWER_SHOWN = 30
_NAMED = (
    "SELECT doc.iri, name.text, doc.code FROM doc JOIN name ON name.doc = doc.id AND position = 0"
)
_OTHER_NAMES = (
    "SELECT text FROM name WHERE doc = ? AND kind IN ('pref', 'alt') AND key <> ?"
    " ORDER BY position LIMIT ?"
)
# Plurals that no stemmer knows, for the words of this field.
_IRREGULAR = {
    "child": "children",
    "woman": "women",
    "man": "men",
    "person": "people",
    "mujer": "mujeres",
    "enfant": "enfants",
}
_OTHER_NUMBER = _IRREGULAR | {plural: singular for singular, plural in _IRREGULAR.items()}


class _Planner:
    """Writes the expression for a query of so many terms, and notes what it searches for."""

    def __init__(self, connection: sqlite3.Connection, phrases: int) -> None:
        self._connection = connection
        self._phrases = phrases
        self._per_phrase = max(2, min(_TARGETS_PER_PHRASE, _TARGETS_LIMIT // phrases))
        self.targets: set[int] = set()
        self.expanded: dict[tuple[str, str], Expansion] = {}

    def expression(self, node: Node) -> str | None:
        """FTS5's text for the node; ``None`` for one that excludes only."""
        match node:
            case Phrase():
                return (node.is_plain and self._unit([node])) or self._phrase(node)
            case Or(parts=parts):
                found = [e for e in map(self.expression, parts) if e is not None]
                return f"({' OR '.join(found)})" if found else None
            case Not():
                return None
            case And(parts=parts):
                return self._all(parts)

    def _all(self, parts: Sequence[Node]) -> str | None:
        wanted = [part for part in parts if not isinstance(part, Not)]
        found = [e for e in self._units(wanted) if e is not None]
        if not found:
            return None
        # Nothing is found by what is refused.
        aside = _Planner(self._connection, self._phrases)
        refused = [
            e for part in parts if isinstance(part, Not) and (e := aside.expression(part.part))
        ]
        together = f"({' AND '.join(found)})"
        return f"({together} NOT ({' OR '.join(refused)}))" if refused else together

    def _units(self, parts: Sequence[Node]) -> Iterator[str | None]:
        """The parts, words that together are somebody's name taken as one."""
        at = 0
        while at < len(parts):
            run: list[Phrase] = []
            for part in parts[at : at + _UNIT_WORDS]:
                if not isinstance(part, Phrase) or not part.is_plain:
                    break
                run.append(part)
            units = ((size, self._unit(run[:size])) for size in range(len(run), 1, -1))
            size, unit = next((each for each in units if each[1]), (1, None))
            yield unit or self.expression(parts[at])
            at += size

    def _unit(self, run: Sequence[Phrase]) -> str | None:
        """Words that are the name of a resource: its other names will do as well."""
        text = " ".join(word for term in run for word in term.words)
        key = name_key(text)
        if self._is_mere_number(key):
            return None
        rowids = _so_named(self._connection, key, limit=_UNIT_SHARED + 1)
        if not rowids or len(rowids) > _UNIT_SHARED:
            return None
        plain = [self._words(term) for term in run]
        alternatives = [f"({' AND '.join(plain)})"]
        for rowid in rowids:
            names = _column(self._connection, _OTHER_NAMES, rowid, key, _SYNONYMS)
            alternatives += [_quoted(name) for name in names]
            self._note(rowid, text, names)
        linked = dict.fromkeys(rowids)
        if len(run) == 1:
            linked |= dict.fromkeys(self._named_by(plain[0]))
        alternatives += self._links(linked, text)
        return f"({' OR '.join(alternatives)})"

    def _phrase(self, term: Phrase) -> str:
        words = self._words(term)
        if self._is_mere_number("".join(term.words)):
            return words
        links = self._links(self._named_by(words), str(term))
        return f"({' OR '.join([words, *links])})" if links else words

    def _is_mere_number(self, text: str) -> bool:
        """Whether this number is one word of several, and so hardly somebody's code."""
        return self._phrases > 1 and text.isdigit()

    def _words(self, term: Phrase) -> str:
        text = " ".join(term.words)
        if term.is_prefix:
            words = words_of_prefix(self._connection, text) if len(term.words) == 1 else ()
            return f"({' OR '.join(map(_quoted, words))})" if words else f"{_quoted(text)} *"
        other = _OTHER_NUMBER.get(text.lower())
        if other is not None and not term.is_quoted:
            return f"({_quoted(text)} OR {_quoted(other)})"
        return _quoted(text)

    def _named_by(self, words: str) -> list[int]:
        query = "SELECT rowid FROM target WHERE target MATCH ? ORDER BY bm25(target), rowid LIMIT ?"
        return _column(self._connection, query, words, self._per_phrase)

    def _links(self, rowids: Iterable[int], term: str) -> list[str]:
        tokens: list[str] = []
        for rowid in rowids:
            tokens += [f'"{DIRECT}{rowid}"', f'"{BROADER}{rowid}"']
            self.targets.add(rowid)
            self._note(rowid, term, ())
        return [f"context : ({' OR '.join(tokens)})"] if tokens else []

    def _note(self, rowid: int, term: str, names: Sequence[str]) -> None:
        (named,) = self._named("WHERE doc.id = ?", rowid)
        below = "JOIN narrower ON narrower.doc = doc.id WHERE broader = ? ORDER BY doc.id LIMIT ?"
        narrower = tuple(self._named(below, rowid, _NARROWER_SHOWN))
        if (names or narrower) and (term, named.iri) not in self.expanded:
            self.expanded[term, named.iri] = Expansion(
                term=term, resource=named, names=tuple(names), narrower=narrower
            )

    def _named(self, condition: str, *values: int) -> Iterator[Resource]:
        rows = self._connection.execute(f"{_NAMED} {condition}", values)
        return (Resource(iri=iri, label=label, code=code) for iri, label, code in rows)


def _count_phrases(node: Node) -> int:
    match node:
        case Phrase():
            return 1
        case Not(part=part):
            return _count_phrases(part)
        case And(parts=parts) | Or(parts=parts):
            return sum(map(_count_phrases, parts))


def _quoted(text: str) -> str:
    # Only letters, digits and the signs of names come here; FTS5 doubles a quote inside.
    return '"' + text.replace('"', '""') + '"'


_SCORED_LIMIT = 3_000
_EXACT_BONUS = 1_000.0
_EXACT_SHOWN = 20
_RANK = f"bm25(text, {', '.join(map(str, WEIGHTS))})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The rowids that match, in ascending order, and what was searched for.

    ``match`` is the expression for the full-text table, empty where nothing can be found.
    ``key`` is the query's ``name_key``, ``exact`` has the rowids of those whose name is the
    whole query, ``targets`` those of the linked resources that the query names.
    """

    match: str = ""
    rowids: Sequence[int] = ()
    key: str = ""
    exact: Sequence[int] = ()
    targets: Collection[int] = ()
    expanded: tuple[Expansion, ...] = ()

    def within(self, first: int, last: int) -> int:
        """How many lie between two rowids, both included."""
        return bisect_right(self.rowids, last) - bisect_left(self.rowids, first)

    def page(
        self,
        connection: sqlite3.Connection,
        ranges: Sequence[tuple[int, int]],
        *,
        limit: int,
        offset: int,
    ) -> list[tuple[int, float]]:
        """The rows of a page with their scores, best first; only those in the ranges count."""

        def scored(match: str, bounds: Sequence[tuple[int, int]]) -> list[tuple[int, float]]:
            # A unary plus keeps SQLite from running the search once for each range.
            exact = f"(rowid IN ({', '.join(map(str, self.exact))}))"
            return connection.execute(
                f"SELECT rowid, {exact} * {_EXACT_BONUS} - {_RANK} AS score"  # noqa: S608
                f" FROM text WHERE text MATCH ? AND {in_ranges('+rowid', bounds)}"
                " ORDER BY score DESC, rowid LIMIT ? OFFSET ?",
                (match, limit, offset),
            ).fetchall()

        if not self.rowids:
            return []
        found = _within(self.rowids, ranges)
        total = sum(map(len, found))
        if total <= _SCORED_LIMIT:
            return scored(self.match, ranges)
        in_names = f"{{label names}} : ({self.match})"
        strong = _within(_rowids(connection, in_names), ranges)
        quota = _SCORED_LIMIT // max(1, sum(1 for group in strong if group))
        first = {rowid for group in strong for rowid in group[:quota]}
        exact = first.union(*_within(sorted(self.exact), ranges)) - first
        bounds = [(group[0], group[:quota][-1]) for group in strong if group]
        bounds += [(rowid, rowid) for rowid in sorted(exact)]
        shown = first | exact
        rows = scored(in_names, bounds)
        if len(rows) < limit and len(shown) < total:
            rest = [rowid for group in found for rowid in group if rowid not in shown]
            start = max(0, offset - len(shown))
            rows += [(rowid, 0.0) for rowid in rest[start : start + limit - len(rows)]]
        return rows


def find_matches(connection: sqlite3.Connection, root: Node, text: str) -> Matches:
    """All rows that match ``root``, which was understood from ``text``."""
    planner = _Planner(connection, _count_phrases(root))
    match = planner.expression(root) or ""
    key = name_key(text)
    return Matches(
        match=match,
        rowids=_rowids(connection, match) if match else [],
        key=key,
        exact=_so_named(connection, key, limit=_EXACT_SHOWN),
        targets=planner.targets,
        expanded=tuple(planner.expanded.values()),
    )


def _so_named(connection: sqlite3.Connection, key: str, *, limit: int) -> list[int]:
    query = "SELECT DISTINCT doc FROM name WHERE key = ? ORDER BY doc LIMIT ?"
    return _column(connection, query, key, limit)


def _rowids(connection: sqlite3.Connection, match: str) -> list[int]:
    return _column(connection, "SELECT rowid FROM text WHERE text MATCH ? ORDER BY rowid", match)


def _column(connection: sqlite3.Connection, query: str, *values: object) -> list[Any]:
    return [value for (value,) in connection.execute(query, values)]


def _within(rowids: Sequence[int], ranges: Sequence[tuple[int, int]]) -> list[Sequence[int]]:
    return [
        rowids[bisect_left(rowids, first) : bisect_right(rowids, last)] for first, last in ranges
    ]
