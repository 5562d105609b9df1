"""Which rows match, and in which order they are shown.

The order is by bm25 with a weight for each column, names that are the whole query before all
others. To score a row costs microseconds, so where very many match, the first few of each
class that match in their names are scored and shown first, and all others follow in the
order of the index. That order is fixed too, so pages never overlap.
"""

import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from gfmdkg.search.planning import Plan
from gfmdkg.search.schema import WEIGHTS

__all__ = ["Matches", "matching_rows"]

_SCORED_LIMIT = 3_000
_EXACT_BONUS = 1_000.0
_RANK = f"bm25(text, {', '.join(map(str, WEIGHTS))})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The rowids that match, in ascending order."""

    plan: Plan
    rowids: list[int]

    def __bool__(self) -> bool:
        return bool(self.rowids)

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
        match = self.plan.match
        if match is None:
            return []
        found = _within(self.rowids, ranges)
        total = sum(map(len, found))
        if total <= _SCORED_LIMIT:
            return self._scored(connection, match, ranges, limit=limit, offset=offset)
        in_names = f"{{label names}} : ({match})"
        strong = _within(_rowids(connection, in_names), ranges)
        quota = _SCORED_LIMIT // max(1, sum(1 for group in strong if group))
        first = {rowid for group in strong for rowid in group[:quota]}
        exact = first.union(*_within(sorted(self.plan.exact), ranges)) - first
        bounds = [(group[0], group[:quota][-1]) for group in strong if group]
        bounds += [(rowid, rowid) for rowid in sorted(exact)]
        shown = first | exact
        rows = self._scored(connection, in_names, bounds, limit=limit, offset=offset)
        if len(rows) < limit and len(shown) < total:
            rest = [rowid for group in found for rowid in group if rowid not in shown]
            start = max(0, offset - len(shown))
            rows += [(rowid, 0.0) for rowid in rest[start : start + limit - len(rows)]]
        return rows

    def _scored(
        self,
        connection: sqlite3.Connection,
        match: str,
        ranges: Sequence[tuple[int, int]],
        *,
        limit: int,
        offset: int,
    ) -> list[tuple[int, float]]:
        # A unary plus keeps SQLite from running the search once for each range.
        condition = " OR ".join(["+rowid BETWEEN ? AND ?"] * len(ranges)) or "0"
        exact = f"(rowid IN ({', '.join(map(str, self.plan.exact))}))"
        return connection.execute(
            f"SELECT rowid, {exact} * {_EXACT_BONUS} - {_RANK} AS score"  # noqa: S608
            f" FROM text WHERE text MATCH ? AND ({condition})"
            " ORDER BY score DESC, rowid LIMIT ? OFFSET ?",
            (match, *(bound for pair in ranges for bound in pair), limit, offset),
        ).fetchall()


def matching_rows(connection: sqlite3.Connection, plan: Plan) -> Matches:
    """All rows that match a plan."""
    return Matches(plan=plan, rowids=[] if plan.match is None else _rowids(connection, plan.match))


def _rowids(connection: sqlite3.Connection, match: str) -> list[int]:
    rows = connection.execute("SELECT rowid FROM text WHERE text MATCH ? ORDER BY rowid", (match,))
    return [rowid for (rowid,) in rows]


def _within(rowids: list[int], ranges: Sequence[tuple[int, int]]) -> list[list[int]]:
    return [
        rowids[bisect_left(rowids, first) : bisect_right(rowids, last)] for first, last in ranges
    ]
