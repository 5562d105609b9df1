"""What the catalog must know about a query's text: its slots, its columns and its order.

The queries are the project's own files, so this reads the plain shape that they are asked to
have (one SELECT with a projection, a group pattern, an ORDER BY last) and reports what does
not have it; the engine's parser has the last word, in the tests.

A query may find its rows in a sub-select of its own and look up names only around it. The
sub-select ends in a line ``# page``, to which LIMIT and OFFSET belong, so that names are looked
up for one page and not for all rows. See ``docs/decisions/0007-paged-queries.md``.
"""

import re
from dataclasses import dataclass

from gfmdkg.catalog.scans import Scan, read_scans

__all__ = ["PagedPart", "Place", "QueryShape", "blank_out", "read_shape"]

# Comments, strings and IRIs: what looks like SPARQL inside these is none. An IRI is tried
# before a comment, for # stands in many; < as an operator is followed by a space or a name.
_OPAQUE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r'|<[^\x00-\x20<>"{}|^`\\]*>'
    r"|\#[^\n]*",
    re.DOTALL,
)
_PROLOGUE = re.compile(r"\s*(?:(?:PREFIX\s+[\w.-]*:\s*<\s*>|BASE\s+<\s*>)\s*)*", re.IGNORECASE)
_SLOT = re.compile(r"\bVALUES\s+\?(\w+)\s*\{\s*UNDEF\s*\}", re.IGNORECASE)
_SELECT = re.compile(r"SELECT\s+(?:DISTINCT\s+|REDUCED\s+)?", re.IGNORECASE)
_VARIABLE = re.compile(r"[?$](\w+)")
_AS = re.compile(r"\bAS\s+[?$](\w+)\s*$", re.IGNORECASE)
_ORDER = re.compile(r"\bORDER\s+BY\b", re.IGNORECASE)
_CUT = re.compile(r"\b(?:LIMIT|OFFSET)\b", re.IGNORECASE)
_UNDEF = re.compile(r"\bUNDEF\b", re.IGNORECASE)
_PAGE = re.compile(r"^[ \t]*(# page)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A slot: the parameter's name, and where ``VALUES ?name { UNDEF }`` starts and ends."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PagedPart:
    """The SELECT that finds the rows: where it starts, its ORDER BY starts, and LIMIT belongs.

    It is a sub-select or, in a query without one that is marked, the query itself.
    """

    start: int
    order_start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryShape:
    """Offsets count characters of the text. ``faults`` are (offset, message)."""

    body_start: int
    paged: PagedPart
    order_start: int
    slots: tuple[Place, ...]
    scans: tuple[Scan, ...]
    projection: tuple[str, ...]
    order_variables: tuple[str, ...]
    faults: tuple[tuple[int, str], ...]


def blank_out(text: str) -> str:
    """The text with comments, and the inside of strings and IRIs, replaced by spaces.

    Length and line ends stay, so that offsets and lines hold.
    """

    def blank(match: re.Match[str]) -> str:
        found = match[0]
        if found.startswith("#"):
            return " " * len(found)
        inside = re.sub(r"[^\n]", " ", found[1:-1])
        return f"{found[0]}{inside}{found[-1]}"

    return _OPAQUE.sub(blank, text)


def read_shape(text: str) -> QueryShape:
    """The shape of a SELECT query, and what is wrong with it."""
    plain = blank_out(text)
    faults: list[tuple[int, str]] = []
    prologue = _PROLOGUE.match(plain)
    body_start = prologue.end() if prologue else 0
    projection = _read_projection(plain, body_start, faults)
    tail_start = plain.rfind("}") + 1
    tail = plain[tail_start:]
    order = _ORDER.search(tail)
    order_start = tail_start + order.start() if order else len(text)
    if order is None:
        faults.append((tail_start, "the query has no ORDER BY, so its answers have no order"))
    if cut := _CUT.search(tail):
        faults.append((tail_start + cut.start(), "LIMIT and OFFSET are added by paging"))
    slots = tuple(Place(name=m[1], start=m.start(), end=m.end()) for m in _SLOT.finditer(plain))
    inside = [range(slot.start, slot.end) for slot in slots]
    faults.extend(
        (m.start(), "UNDEF stands outside of a slot `VALUES ?name { UNDEF }`")
        for m in _UNDEF.finditer(plain)
        if not any(m.start() in slot for slot in inside)
    )
    ordered = _VARIABLE.findall(plain[order_start:])
    whole = PagedPart(start=body_start, order_start=order_start, end=len(text.rstrip()))
    paged = _read_paged(text, plain, whole, faults)
    faults.extend(
        (slot.start, f"the slot ?{slot.name} stands outside of the sub-select that is paged")
        for slot in slots
        if paged is not whole and not paged.start <= slot.start < paged.order_start
    )
    scans, scan_faults = read_scans(text)
    faults.extend(scan_faults)
    faults.extend(
        (scan.start, "the scan stands outside of the part that is paged")
        for scan in scans
        if not paged.start <= scan.start < paged.order_start
    )
    return QueryShape(
        body_start=body_start,
        paged=paged,
        order_start=order_start,
        slots=slots,
        scans=scans,
        projection=projection,
        order_variables=tuple(ordered),
        faults=tuple(faults),
    )


def _read_paged(
    text: str, plain: str, whole: PagedPart, faults: list[tuple[int, str]]
) -> PagedPart:
    marks = [m for m in _PAGE.finditer(text) if not plain[m.start() : m.end()].strip()]
    if not marks:
        return whole
    mark = marks[0].start(1)
    faults.extend((m.start(1), "only one sub-select can be paged") for m in marks[1:])
    depth, opened = 0, mark
    while opened > whole.start and depth >= 0:
        opened -= 1
        depth += {"}": 1, "{": -1}.get(plain[opened], 0)
    select = re.compile(r"\{\s*").match(plain, opened)
    start = select.end() if select else opened
    pattern_end = plain.rfind("}", start, mark) + 1
    order = _ORDER.search(plain, max(pattern_end, start), mark)
    if depth >= 0 or order is None or not _SELECT.match(plain, start):
        faults.append((mark, "“# page” ends no sub-select with ORDER BY"))
        return whole
    return PagedPart(start=start, order_start=order.start(), end=mark)


def _read_projection(plain: str, start: int, faults: list[tuple[int, str]]) -> tuple[str, ...]:
    select = _SELECT.match(plain, start)
    if select is None:
        faults.append((start, "the query is no SELECT"))
        return ()
    names: list[str] = []
    at, depth, opened = select.end(), 0, 0
    while at < len(plain):
        character = plain[at]
        if character == "(":
            opened = at if depth == 0 else opened
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                alias = _AS.search(plain, opened, at)
                names += [alias[1]] if alias else []
        elif depth == 0 and character == "{":
            break
        elif depth == 0 and character == "*":
            faults.append((at, "the query must name its columns: no SELECT *"))
        elif depth == 0 and (variable := _VARIABLE.match(plain, at)):
            names.append(variable[1])
        at += 1
    return tuple(names)
