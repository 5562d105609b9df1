"""The SPARQL patterns that define lists: files of this package, cut into their parts.

Each file is a query that runs as it stands. Its pattern also becomes a part of the queries that
lists offer, so that what is counted and what is offered cannot differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from textwrap import dedent

__all__ = ["Pattern", "indented", "prologue_of", "read_pattern"]

_OPENING, _CLOSING = " WHERE {\n", "\n}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A query of ours. ``prologue``, ``head``, ``body`` and ``tail`` are the parts of ``text``.

    ``head`` begins with SELECT, ``body`` stands between the outer braces, and ``tail``, if there
    is any, is ``GROUP BY`` in its first line and ``ORDER BY`` in its second.
    """

    text: str
    prologue: tuple[str, ...]
    head: str
    body: str
    tail: str

    @property
    def grouping(self) -> str:
        """The query without its prologue and order, to be nested in another."""
        group = self.tail.partition("\n")[0]
        return f"{self.head} WHERE {{\n{indented(self.body)}\n}}" + (f"\n{group}" if group else "")

    @property
    def sort_keys(self) -> tuple[str, ...]:
        """The variables of ORDER BY, the one that a caller may turn round first."""
        _, _, keys = self.tail.partition("ORDER BY ")
        return tuple(keys.split())


@cache
def read_pattern(path: str) -> Pattern:
    """The pattern in ``rq/{path}.rq``."""
    text = (files("gfmdkg.facets") / "rq" / f"{path}.rq").read_text(encoding="utf-8")
    start, opening, rest = text.partition(_OPENING)
    body, closing, tail = rest.rpartition(_CLOSING)
    lines = [line for line in start.splitlines() if line]
    prologue = tuple(line for line in lines if line.startswith("PREFIX "))
    head = "\n".join(lines[len(prologue) :])
    if not opening or not closing or not head.startswith("SELECT "):
        raise ValueError(f"{path}.rq is not laid out as a pattern is")
    return Pattern(
        text=text,
        prologue=prologue,
        head=head,
        body=dedent(body),
        tail=tail.strip(),
    )


def prologue_of(patterns: Iterable[Pattern]) -> str:
    """One prologue for queries made of these patterns."""
    lines = sorted({line for pattern in patterns for line in pattern.prologue})
    return "".join(f"{line}\n" for line in lines) + ("\n" if lines else "")


def indented(text: str, by: int = 2) -> str:
    """The text moved to the right."""
    return "\n".join(" " * by + line if line else line for line in text.splitlines())
