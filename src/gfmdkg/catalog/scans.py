"""Patterns that a query over the whole graph reads in one go, and not for each row.

The engine looks each triple pattern up for every row found so far, which is right for the rows
of one session and six times too slow for those of all. A pattern in a sub-select of its
own is read once and joined by hash. So a query may mark patterns, one a line, between
``# scan unless`` with names of parameters, and ``# end of scan``. Where none of these parameters
has a value, they are written so that they are read once, with the same solutions:

- ``?s p ?o .`` and ``OPTIONAL { ?s p ?o }``, which may end in a condition on the language of
  ``?o``, with the inside in a sub-select;
- ``FILTER NOT EXISTS { ?s p ?o }`` as MINUS. It stands behind what binds ``?s`` and, if anything
  does, ``?o``.

See ``docs/decisions/0007-paged-queries.md``.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

__all__ = ["Scan", "read_scans"]

_OPENING = re.compile(r"[ \t]*# scan unless (?P<names>\w+(?:, \w+)*)[ \t]*")
_CLOSING = re.compile(r"[ \t]*# end of scan[ \t]*")
_MARK = re.compile(r"[ \t]*# (?:end of )?scan\b")
_TRIPLE = r"\?\w+ [^\s?;,{}()]+ (?P<object>[^\s;,{}()]+)"
# The condition speaks of the pattern's own object, so that it can go where the pattern goes.
_LANGUAGE = r"FILTER \(LANG\((?P=object)\) = \"\w+\"\)"
_LINES = tuple(
    re.compile(rf"[ \t]*{form}[ \t]*")
    for form in (
        rf"(?P<inside>{_TRIPLE}) \.",
        rf"OPTIONAL \{{ (?P<inside>{_TRIPLE}(?: {_LANGUAGE})?) \}}",
        rf"(?P<absence>FILTER NOT EXISTS) \{{ {_TRIPLE} \}}",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What is to be read whole: ``written`` in place of the text from ``start`` to ``end``.

    ``unless`` names the parameters of which none may have a value.
    """

    start: int
    end: int
    written: str
    unless: tuple[str, ...]

    def applies(self, given: Collection[str]) -> bool:
        """Whether the pattern is to be read whole where these parameters have values."""
        return not any(name in given for name in self.unless)


def read_scans(text: str) -> tuple[tuple[Scan, ...], tuple[tuple[int, str], ...]]:
    """The marked patterns of a query, and what is wrong with the marks: offset and message."""
    scans: list[Scan] = []
    faults: list[tuple[int, str]] = []
    unless: tuple[str, ...] = ()
    opened = offset = 0
    for line in text.splitlines(keepends=True):
        written = line.rstrip("\n")
        if opening := _OPENING.fullmatch(written):
            if unless:
                faults.append((offset, "a scan begins inside of another"))
            unless, opened = tuple(opening["names"].split(", ")), offset
        elif unless and _CLOSING.fullmatch(written):
            unless = ()
        elif _MARK.match(written):
            message = "a scan begins with “# scan unless” and names, and ends with “# end of scan”"
            faults.append((offset, message))
        elif unless:
            scan = _read_line(written, offset, unless)
            if scan is None:
                message = "a line in a scan is “?s p ?o .”, alone or in OPTIONAL or NOT EXISTS"
                faults.append((offset, message))
            else:
                scans.append(scan)
        offset += len(line)
    if unless:
        faults.append((opened, "the scan has no end: “# end of scan”"))
    return tuple(scans), tuple(faults)


def _read_line(line: str, offset: int, unless: tuple[str, ...]) -> Scan | None:
    found = next((found for form in _LINES if (found := form.fullmatch(line))), None)
    if found is None:
        return None
    absence = "absence" in found.re.groupindex
    start, end = found.span("absence" if absence else "inside")
    written = "MINUS" if absence else f"{{ SELECT * {{ {line[start:end]} }} }}"
    return Scan(start=offset + start, end=offset + end, written=written, unless=unless)
