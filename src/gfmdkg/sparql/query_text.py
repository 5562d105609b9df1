"""Queries of ours: ``.rq`` files, and the one place where terms are written into them.

A file runs as it stands. What may become of it is marked in its text:

- ``VALUES ?name { UNDEF }`` is the slot ``name``, which takes terms. If ``# if given`` follows
  in its line, the line goes where its slot is not filled, for even an empty slot changes a plan.
- ``# page``, alone in its line, ends the sub-select to which LIMIT and OFFSET belong. Without
  it, they belong to the end of the query. See ``docs/decisions/0007-paged-queries.md``.
- ``# scan unless`` marks patterns that may be read whole (``gfmdkg.sparql.scans``).

All of it is found among the tokens of the text and put in place in one pass, so no term reaches
another's slot, and nothing in a string, an IRI or a comment is taken for a mark.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

from gfmdkg.sparql.scans import Scan, read_scans
from gfmdkg.sparql.tokens import Token, TokenKind, tokenize
from gfmdkg.terms.values import Term, to_sparql

__all__ = ["QueryText", "Slot", "packaged_query"]

_PAGE, _IF_GIVEN = "# page", "# if given"
_NOTHING = "UNDEF"


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
        tokens = tuple(tokenize(text, decode=False))
        code = [token for token in tokens if token.kind is not TokenKind.COMMENT]
        slots = tuple(_read_slots(code))
        inside = [range(slot.start, slot.end) for slot in slots]
        scans, faults = read_scans(text, tokens)
        return cls(
            text=text,
            slots=slots,
            slot_names=frozenset(slot.name for slot in slots),
            scans=scans,
            page_marks=tuple(t.start for t in tokens if t.text.rstrip() == _PAGE),
            faults=(
                *(
                    (token.start, "UNDEF stands outside of a slot `VALUES ?name { UNDEF }`")
                    for token in code
                    if token.text.upper() == _NOTHING
                    and not any(token.start in slot for slot in inside)
                ),
                *faults,
            ),
            _lines=tuple(_read_lines(text, tokens, slots)),
        )

    def fill(self, **values: Iterable[Term]) -> str:
        """The text with exactly these terms in its slots; a slot that is not named stays open.

        Raises ``ValueError`` for a name that is no slot, and for a blank node.
        """
        if not self.slot_names.issuperset(values):
            unknown = ", ".join(sorted(values.keys() - self.slot_names))
            raise ValueError(f"no slots: {unknown}")
        written = {name: _write(name, terms) for name, terms in values.items()}
        edits = [(s.start, s.end, written[s.name]) for s in self.slots if s.name in written]
        edits += [(s.start, s.end, s.written) for s in self.scans if s.applies(written)]
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


def _write(name: str, terms: Iterable[Term]) -> str:
    return f"VALUES ?{name} {{ {' '.join(map(to_sparql, terms))} }}"
