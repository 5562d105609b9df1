"""What a list is: how its items are found, ordered and described, and by what they are filtered.

Each section of a list's file is a query that, with the prefixes of the file, runs as it stands.
Its pattern also becomes a part of the queries that lists offer, so that what is counted and what
is offered cannot differ.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from textwrap import dedent, indent

import pyoxigraph as ox

from gfmdkg.rdf.query_text import QueryText, read_prologue, used_prefixes
from gfmdkg.terms.parameters import Column, Parameter

__all__ = [
    "ASSERTION",
    "CONFIDENCE",
    "Bound",
    "Facet",
    "FacetedList",
    "Field",
    "Include",
    "Order",
    "Pattern",
    "braced",
    "prologue_of",
    "read_patterns",
]

_SECTION = re.compile(r"^## (?P<names>.+)\n", re.MULTILINE)
_OPENING, _CLOSING = " WHERE {\n", "\n}"

ASSERTION, CONFIDENCE = "assertions", "confidence"
"""The filters that say which links count, for all facets that are ``of_links``."""


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
        lines = (f"{self.head} WHERE {braced(self.body)}", self.tail)
        return prologue_of([self]) + "".join(f"{line}\n" for line in lines if line)

    @property
    def grouping(self) -> str:
        """The query without its prologue and order, to be nested in another."""
        group = self.tail.partition("\n")[0]
        return f"{self.head} WHERE {braced(self.body)}" + (f"\n{group}" if group else "")

    @property
    def sort_keys(self) -> tuple[str, ...]:
        """The variables of ORDER BY, the one that a caller may turn round first."""
        _, _, keys = self.tail.partition("ORDER BY ")
        return tuple(keys.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filter:
    """``parameter`` says how values are written, ``pattern`` ties ?item to ?value."""

    parameter: Parameter
    pattern: Pattern

    @property
    def name(self) -> str:
        """The name of the filter and of its parameter."""
        return self.parameter.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet(_Filter):
    """Values by which items are filtered and counted.

    Where ``of_links``, the pattern goes through a link and binds its ?assertion and ?confidence
    too; of these, only the assertions in ``assertions`` count unless others are asked for (all
    of them where it is empty). A ``hierarchical`` pattern ties an item to the broader concepts
    of its own as well.
    """

    label: str
    hierarchical: bool = False
    of_links: bool = False
    assertions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound(_Filter):
    """A filter by a least or greatest value."""

    is_least: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What an item shows; several values where ``many``. Without ``pattern``, the item itself."""

    column: Column
    pattern: Pattern | None = None
    many: bool = False

    @property
    def name(self) -> str:
        """The name of the member, and of the column in a table."""
        return self.column.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A way to sort: ``pattern`` gives each ?item its sort keys, of which ?key may be reversed."""

    name: str
    description: str
    pattern: Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Include:
    """Related things that the items of a page may bring along, a row for each.

    Rows that differ in fields that take ``many`` values alone are one. ``source`` selects ?item
    and the columns; its slot ?item takes items.
    """

    name: str
    description: str
    columns: tuple[Field, ...]
    source: QueryText

    def query(self, iris: Iterable[str]) -> str:
        """The query for these items."""
        return self.source.fill(item=map(ox.NamedNode, iris))


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetedList:
    """A list. The first order is the one that items come in unless another is asked for.

    ``classes`` are IRIs: what the items are, for whoever searches for them.
    ``confidence`` is the parameter for the least confidence of a link, where facets are
    ``of_links``.
    """

    name: str
    label: str
    summary: str
    description: str
    classes: tuple[str, ...]
    items: Pattern
    facets: Mapping[str, Facet]
    bounds: Mapping[str, Bound]
    fields: Mapping[str, Field]
    orders: Mapping[str, Order]
    includes: Mapping[str, Include]
    confidence: Parameter | None

    @property
    def first_order(self) -> Order:
        """The order unless another is asked for."""
        return next(iter(self.orders.values()))

    def parameters(self) -> Iterator[Parameter]:
        """The parameters of all filters, full text apart."""
        yield from (facet.parameter for facet in self.facets.values())
        yield from (bound.parameter for bound in self.bounds.values())
        if self.confidence is not None:
            yield self.confidence


@cache
def read_patterns(text: str) -> Mapping[str, Pattern]:
    """The sections of a file by name: ``## items``, or several names for one pattern.

    Raises ``ValueError`` for a section that is laid out otherwise.
    """
    start, *sections = _SECTION.split(text)
    prefixes, _ = read_prologue(start)
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


def braced(text: str) -> str:
    """The text in braces, moved to the right."""
    return f"{{\n{indent(text, '  ')}\n}}"
