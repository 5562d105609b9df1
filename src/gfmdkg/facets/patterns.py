"""The SPARQL patterns that define a list: the sections of its file, cut into their parts.

Each section is a query that, with the prefixes of the file, runs as it stands. Its pattern also
becomes a part of the queries that lists offer, so that what is counted and what is offered cannot
differ.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from textwrap import dedent

from gfmdkg.sparql.prologue import read_prologue, used_prefixes

__all__ = ["Pattern", "indented", "prologue_of", "read_patterns"]

_SECTION = re.compile(r"^## (?P<names>.+)\n", re.MULTILINE)
_OPENING, _CLOSING = " WHERE {\n", "\n}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A query of ours in its parts.

    ``head`` begins with SELECT, ``body`` stands between the outer braces, and ``tail``, if there
    is any, is ``GROUP BY`` in its first line and ``ORDER BY`` in its second.
    """

    prologue: tuple[str, ...]
    head: str
    body: str
    tail: str

    @property
    def text(self) -> str:
        """The query as it stands."""
        lines = (self.head + _OPENING + indented(self.body) + _CLOSING, self.tail)
        return prologue_of([self]) + "".join(f"{line}\n" for line in lines if line)

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
def read_patterns(text: str) -> Mapping[str, Pattern]:
    """The sections of a file by name: ``## items``, or several names for one pattern.

    Raises ``ValueError`` for a section that is laid out otherwise.
    """
    start, *sections = _SECTION.split(text)
    prefixes = read_prologue(start).prefixes
    found: dict[str, Pattern] = {}
    for names, section in zip(sections[::2], sections[1::2], strict=True):
        found |= dict.fromkeys(names.split(), _read_pattern(section, prefixes, names))
    return found


def _read_pattern(text: str, prefixes: Mapping[str, str], name: str) -> Pattern:
    head, opening, rest = text.partition(_OPENING)
    body, closing, tail = rest.rpartition(_CLOSING)
    if not opening or not closing or not head.startswith("SELECT "):
        raise ValueError(f"{name} is not laid out as a pattern is")
    used = sorted(used_prefixes(text))
    return Pattern(
        prologue=tuple(f"PREFIX {prefix}: <{prefixes[prefix]}>" for prefix in used),
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
