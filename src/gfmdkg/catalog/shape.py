"""What the catalog must know about a canned query's text: its columns, its order and its page.

The queries are the project's own files, so this reads the plain shape that they are asked to
have (one SELECT with a projection, a group pattern, an ORDER BY last) and reports what does
not have it; the engine's parser has the last word, in the tests.

A query may find its rows in a sub-select of its own, which ends in a line ``# page``, and look up
names only around it, so that names are looked up for one page and not for all rows. See
``docs/decisions/0007-paged-queries.md``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gfmdkg.sparql.query_text import QueryText, read_columns, read_prologue
from gfmdkg.sparql.tokens import Token, code_tokens

__all__ = ["PagedPart", "QueryShape", "read_shape"]

Faults = list[tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PagedPart:
    """The SELECT that finds the rows: where it starts, and where its ORDER BY starts.

    It is a sub-select or, in a query without one that is marked, the query itself.
    """

    start: int
    order_start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryShape:
    """Offsets count characters of the text. ``faults`` are (offset, message)."""

    body_start: int
    paged: PagedPart
    order_start: int
    projection: tuple[str, ...]
    faults: tuple[tuple[int, str], ...]


def read_shape(query: QueryText) -> QueryShape:
    """The shape of a SELECT query, and what is wrong with it."""
    text, faults = query.text, list(query.faults)
    body_start = read_prologue(text).body_start
    body = [token for token in code_tokens(text) if token.start >= body_start]
    last = max((i for i, token in enumerate(body) if token.text == "}"), default=-1)
    tail = body[last + 1 :]
    order = _order_of(tail)
    if order is None:
        place = body[last].end if body else 0
        faults.append((place, "the query has no ORDER BY, so its answers have no order"))
    faults.extend(
        (token.start, "LIMIT and OFFSET are added by paging")
        for token in tail
        if token.text.upper() in ("LIMIT", "OFFSET")
    )
    order_start = len(text) if order is None else order
    whole = PagedPart(start=body_start, order_start=order_start)
    paged = _read_paged(query, body, faults) or whole
    faults.extend(
        (slot.start, f"the slot ?{slot.name} stands outside of the sub-select that is paged")
        for slot in query.slots
        if paged is not whole and not paged.start <= slot.start < paged.order_start
    )
    faults.extend(
        (scan.start, "the scan stands outside of the part that is paged")
        for scan in query.scans
        if not paged.start <= scan.start < paged.order_start
    )
    head = body[0] if body else None
    if head is None or head.text.upper() != "SELECT":
        faults.append((body_start, "the query is no SELECT"))
    columns = read_columns(body)
    if "*" in columns:
        faults.append((body_start, "the query must name its columns: no SELECT *"))
    return QueryShape(
        body_start=body_start,
        paged=paged,
        order_start=order_start,
        projection=columns,
        faults=tuple(faults),
    )


def _order_of(tokens: Sequence[Token]) -> int | None:
    return next(
        (
            token.start
            for token, after in pairwise(tokens)
            if (token.text.upper(), after.text.upper()) == ("ORDER", "BY")
        ),
        None,
    )


def _read_paged(query: QueryText, body: Sequence[Token], faults: Faults) -> PagedPart | None:
    """The sub-select that the mark ends; ``None`` where there is no mark, or it ends none."""
    if not query.page_marks:
        return None
    mark, *others = query.page_marks
    faults.extend((other, "only one sub-select can be paged") for other in others)
    opened: list[int] = []
    closed = 0
    before = [token for token in body if token.start < mark]
    for index, token in enumerate(before):
        if token.text == "{":
            opened.append(index)
        elif token.text == "}" and opened:
            opened.pop()
            closed = index
    inside = before[opened[-1] + 1 :] if opened else []
    order = _order_of(before[max(closed, opened[-1]) :]) if opened else None
    if not inside or inside[0].text.upper() != "SELECT" or order is None:
        faults.append((mark, "“# page” ends no sub-select with ORDER BY"))
        return None
    return PagedPart(start=inside[0].start, order_start=order)
