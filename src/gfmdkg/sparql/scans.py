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

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from gfmdkg.sparql.tokens import Token, TokenKind

__all__ = ["Scan", "read_scans"]

_OPENING, _CLOSING = "# scan unless ", "# end of scan"
_PUNCTUATION = frozenset(".;,{}()")


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


def read_scans(
    text: str, tokens: Iterable[Token]
) -> tuple[tuple[Scan, ...], tuple[tuple[int, str], ...]]:
    """The marked patterns of a query, and what is wrong with the marks: offset and message."""
    scans: list[Scan] = []
    faults: list[tuple[int, str]] = []
    unless: tuple[str, ...] = ()
    opened = 0
    for _, group in groupby(tokens, key=lambda token: text.count("\n", 0, token.start)):
        line = list(group)
        first = line[0]
        mark = first.text.rstrip()
        if mark.startswith(_OPENING) and first.kind is TokenKind.COMMENT:
            if unless:
                faults.append((first.start, "a scan begins inside of another"))
            unless, opened = tuple(mark.removeprefix(_OPENING).split(", ")), first.start
        elif mark == _CLOSING and unless:
            unless = ()
        elif mark.startswith(("# scan", _CLOSING)):
            message = "a scan begins with “# scan unless” and names, and ends with “# end of scan”"
            faults.append((first.start, message))
        elif unless and (scan := _read_line(text, line, unless)) is not None:
            scans.append(scan)
        elif unless:
            message = "a line in a scan is “?s p ?o .”, alone or in OPTIONAL or NOT EXISTS"
            faults.append((first.start, message))
    if unless:
        faults.append((opened, "the scan has no end: “# end of scan”"))
    return tuple(scans), tuple(faults)


def _read_line(text: str, line: Sequence[Token], unless: tuple[str, ...]) -> Scan | None:
    match [token.text.upper() for token in line]:
        case ["FILTER", "NOT", "EXISTS", "{", *_, "}"] if _is_triple(line[4:-1]):
            return Scan(start=line[0].start, end=line[2].end, written="MINUS", unless=unless)
        case ["OPTIONAL", "{", *_, "}"]:
            inside = line[2:-1]
        case [*_, "."]:
            inside = line[:-1]
        case _:
            return None
    match [token.text.upper() for token in inside]:
        # The condition speaks of the pattern's own object, so that it can go where it goes.
        case [*_, value, "FILTER", "(", "LANG", "(", same, ")", "=", _, ")"] if value == same:
            is_pattern = _is_triple(inside[:-8])
        case _:
            is_pattern = _is_triple(inside)
    if not is_pattern:
        return None
    start, end = inside[0].start, inside[-1].end
    written = f"{{ SELECT * {{ {text[start:end]} }} }}"
    return Scan(start=start, end=end, written=written, unless=unless)


def _is_triple(pattern: Sequence[Token]) -> bool:
    return (
        len(pattern) >= 3
        and pattern[0].kind is TokenKind.VARIABLE
        and not any(token.text in _PUNCTUATION for token in pattern)
    )
