"""Queries of ours: ``.rq`` files, and the one place where terms are written into them.

A file runs as it stands. What may become of it is marked in its text:

- ``VALUES ?name { UNDEF }`` is the slot ``name``, which takes terms. If ``# if given`` follows
  in its line, the line goes where its slot is not filled, for even an empty slot changes a plan,
  and with it the patterns in the line that only this slot needs.
- ``# page``, alone in its line, ends the sub-select to which LIMIT and OFFSET belong. Without
  it, they belong to the end of the query. See ``docs/decisions/0007-paged-queries.md``.
- Patterns, one a line, between ``# scan unless`` with names of parameters, and ``# end of scan``,
  are written so that they are read once where none of these parameters has a value.

The engine looks each triple pattern up for every row found so far, which is right for the rows
of one session and six times too slow for those of all. A pattern in a sub-select of its own is
read once and joined by hash, with the same solutions:

- ``?s p ?o .`` and ``OPTIONAL { ?s p ?o }``, which may end in a condition on the language of
  ``?o``, with the inside in a sub-select;
- ``FILTER NOT EXISTS { ?s p ?o }`` as MINUS. It stands behind what binds ``?s`` and, if anything
  does, ``?o``.

All of it is found among the tokens of the text and put in place in one pass, so no term reaches
another's slot, and nothing in a string, an IRI or a comment is taken for a mark.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import dropwhile, groupby, pairwise
from typing import Self

from gfmdkg.rdf.sparql_tokens import Token, TokenKind, code_tokens, tokenize
from gfmdkg.rdf.values import Term

__all__ = ["QueryText", "packaged_query", "read_columns", "read_prologue", "used_prefixes"]

_PAGE, _IF_GIVEN = "# page", "# if given"
_NOTHING = "UNDEF"
_OPENING, _CLOSING = "# scan unless ", "# end of scan"
_PUNCTUATION = frozenset(".;,{}()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The slot ``name``; ``VALUES ?name { UNDEF }`` stands from ``start`` to ``end``."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line to be left out where none of these slots is filled; its code ends at ``code_end``."""

    slots: frozenset[str]
    start: int
    code_end: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What is to be read whole: ``written`` in place of the text from ``start`` to ``end``.

    ``unless`` names the parameters of which none may have a value.
    """

    start: int
    end: int
    written: str
    unless: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryText:
    """A query of ours and its marks; offsets count characters of ``text``.

    ``page_marks`` are the offsets of ``# page``, of which the first counts. ``faults`` are
    (offset, message).
    """

    text: str
    slots: tuple[Slot, ...]
    slot_names: frozenset[str]
    scans: tuple[Scan, ...]
    page_marks: tuple[int, ...]
    faults: tuple[tuple[int, str], ...]
    _lines: tuple[_Line, ...]

    @classmethod
    def read(cls, text: str) -> Self:
        """The query in a text, which need not be valid."""
        tokens = tuple(tokenize(text))
        code = [token for token in tokens if token.kind is not TokenKind.COMMENT]
        slots = tuple(_read_slots(code))
        in_slots = {offset for slot in slots for offset in range(slot.start, slot.end)}
        unfilled = [
            (token.start, "UNDEF stands outside of a slot `VALUES ?name { UNDEF }`")
            for token in code
            if token.text.upper() == _NOTHING and token.start not in in_slots
        ]
        scans, faults = _read_scans(text, tokens)
        return cls(
            text=text,
            slots=slots,
            slot_names=frozenset(slot.name for slot in slots),
            scans=scans,
            page_marks=tuple(t.start for t in tokens if t.text.rstrip() == _PAGE),
            faults=(*unfilled, *faults),
            _lines=tuple(_read_lines(text, tokens, slots)),
        )

    def fill(self, **values: Iterable[Term]) -> str:
        """The text with exactly these terms in its slots; a slot that is not named stays open.

        Raises ``ValueError`` for a name that is no slot.
        """
        if not self.slot_names.issuperset(values):
            unknown = ", ".join(sorted(values.keys() - self.slot_names))
            raise ValueError(f"no slots: {unknown}")
        written = {
            name: f"VALUES ?{name} {{ {' '.join(map(str, terms))} }}"
            for name, terms in values.items()
        }
        edits = [(s.start, s.end, written[s.name]) for s in self.slots if s.name in written]
        edits += [(s.start, s.end, s.written) for s in self.scans if s.unless.isdisjoint(written)]
        edits += [
            (line.code_end if line.slots & written.keys() else line.start, line.end, "")
            for line in self._lines
        ]
        pieces: list[str] = []
        end = 0
        for start, next_end, replacement in sorted(edits):
            pieces += (self.text[end:start], replacement)
            end = next_end
        return "".join((*pieces, self.text[end:]))

    def page(self, filled: str, *, limit: int, offset: int = 0) -> str:
        """A page of the rows of ``filled``, which ``fill`` made."""
        end = self.after_slots(filled, self.page_marks[0] if self.page_marks else len(self.text))
        return f"{filled[:end].rstrip()}\nLIMIT {int(limit)} OFFSET {int(offset)}\n{filled[end:]}"

    def after_slots(self, filled: str, offset: int) -> int:
        """Where a place of ``text`` is in ``filled``, if it stands behind all slots and scans."""
        return len(filled) - (len(self.text) - offset)


@cache
def packaged_query(package: str, path: str) -> QueryText:
    """The query in a file of a package of ours."""
    from importlib.resources import files  # which canned queries do without

    return QueryText.read(files(package).joinpath(path).read_text(encoding="utf-8"))


def _read_slots(code: Sequence[Token]) -> Iterator[Slot]:
    for index in range(len(code) - 4):
        first, variable, *rest = code[index : index + 5]
        texts = [first.text.upper(), *(token.text.upper() for token in rest)]
        if texts == ["VALUES", "{", _NOTHING, "}"] and variable.kind is TokenKind.VARIABLE:
            yield Slot(name=variable.text[1:], start=first.start, end=rest[-1].end)


def _read_lines(text: str, tokens: Iterable[Token], slots: Iterable[Slot]) -> Iterator[_Line]:
    for mark in tokens:
        if mark.text.rstrip() == _IF_GIVEN:
            # The line end before it goes with the line.
            start = max(0, text.rfind("\n", 0, mark.start))
            yield _Line(
                slots=frozenset(s.name for s in slots if start <= s.start < mark.start),
                start=start,
                code_end=start + len(text[start : mark.start].rstrip()),
                end=mark.end,
            )


def _read_scans(
    text: str, tokens: Iterable[Token]
) -> tuple[tuple[Scan, ...], tuple[tuple[int, str], ...]]:
    """The marked patterns of a query, and what is wrong with the marks: offset and message."""
    scans: list[Scan] = []
    faults: list[tuple[int, str]] = []
    unless: frozenset[str] = frozenset()
    opened = 0
    for _, group in groupby(tokens, key=lambda token: text.count("\n", 0, token.start)):
        line = list(group)
        first = line[0]
        mark = first.text.rstrip()
        if mark.startswith(_OPENING) and first.kind is TokenKind.COMMENT:
            if unless:
                faults.append((first.start, "a scan begins inside of another"))
            unless, opened = frozenset(mark.removeprefix(_OPENING).split(", ")), first.start
        elif mark == _CLOSING and unless:
            unless = frozenset()
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


def _read_line(text: str, line: Sequence[Token], unless: frozenset[str]) -> Scan | None:
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


def read_prologue(text: str) -> tuple[Mapping[str, str], int]:
    """The PREFIX declarations of a query, of which the later counts, and where its body starts.

    The query need not be valid.

    >>> read_prologue("PREFIX x: <http://e/> ASK {}")
    ({'x': 'http://e/'}, 22)
    """
    prefixes: dict[str, str] = {}
    tokens = (t for t in tokenize(text) if t.kind is not TokenKind.COMMENT)
    for token in tokens:
        word = token.text.upper()
        name = next(tokens, None) if word == "PREFIX" else None
        iri = next(tokens, None) if word in ("PREFIX", "BASE") else None
        if iri is None:
            return prefixes, token.start
        if name is not None:
            prefixes[name.text.removesuffix(":")] = iri.text[1:-1]
    return prefixes, len(text)


def used_prefixes(text: str) -> frozenset[str]:
    """The prefixes that the text uses without declaring them first (the empty one is ``""``).

    >>> sorted(used_prefixes("PREFIX a: <http://e/> ASK { ?s a:b skos:Concept }"))
    ['skos']
    """
    names = (t.text for t in code_tokens(text) if t.kind is TokenKind.PREFIXED_NAME)
    return frozenset(name.partition(":")[0] for name in names) - read_prologue(text)[0].keys()


def read_columns(tokens: Iterable[Token]) -> tuple[str, ...]:
    """The columns of the first SELECT, of which one is ``*`` if that stands for all.

    >>> read_columns(code_tokens("SELECT ?a (COUNT(?b) AS ?c) WHERE { ?a ?p ?b }"))
    ('a', 'c')
    """
    columns: list[str] = []
    depth = 0
    for before, token in pairwise(dropwhile(lambda t: t.text.upper() != "SELECT", tokens)):
        if token.text == "{" and depth == 0:
            break
        depth += (token.text == "(") - (token.text == ")")
        is_variable = token.kind is TokenKind.VARIABLE
        if is_variable and (depth == 0 or (depth == 1 and before.text.upper() == "AS")):
            columns.append(token.text[1:])
        elif token.text == "*" and depth == 0:
            columns.append("*")
    return tuple(columns)
