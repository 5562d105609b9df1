"""All lists there are: how items are found, ordered and described, and by what they are filtered.

Each list is a ``.rq`` file. Its header is that of a canned query, with facets and bounds for
parameters and fields for columns, the item itself first. Each section below it (``## items``,
``## facets/name``, likewise ``bounds``, ``fields``, ``orders`` and ``includes``) is a query that,
with the prefixes of the file, runs as it stands. Its pattern also becomes a part of the queries
that lists offer, so that what is counted and what is offered cannot differ.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from textwrap import dedent, indent
from typing import TypeVar

import yaml

from gfmdkg.errors import DataError
from gfmdkg.namespaces import GFMD
from gfmdkg.rdf.query_text import QueryText, read_prologue, used_prefixes
from gfmdkg.terms.header import HeaderReader, split_header
from gfmdkg.terms.parameters import Column, ColumnType, Parameter

__all__ = [
    "ASSERTION",
    "CONFIDENCE",
    "GROUPS",
    "LISTS",
    "Bound",
    "Facet",
    "FacetedList",
    "Field",
    "Include",
    "Order",
    "Pattern",
    "braced",
    "prologue_of",
    "read_list",
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


_Named = TypeVar("_Named", Facet, Bound, Field, Order, Include)

_REQUIRED = ("label", "summary", "description", "classes", "facets", "fields", "orders")
_OPTIONAL = ("bounds", "confidence", "includes")
_OF_FACETS = ("label", "hierarchical", "of_links", "assertions")
_OF_INCLUDES = ("description", "columns")


def read_list(name: str, text: str) -> FacetedList:
    """The list that a file defines.

    Raises ``DataError`` with all faults of the header, and ``KeyError`` or ``ValueError`` for a
    pattern that is missing or laid out otherwise.
    """
    source, queries = split_header(text)
    reader = _ListReader(f"{name}.rq", read_patterns(queries))
    faceted = reader.read(name, source)
    if reader.faults:
        raise DataError("a list is at fault", reader.faults)
    return faceted


class _ListReader(HeaderReader):
    def __init__(self, file: str, patterns: Mapping[str, Pattern]) -> None:
        super().__init__(file)
        self._patterns = patterns

    def read(self, name: str, source: str) -> FacetedList:
        fields = self.fields(source, required=_REQUIRED, allowed=_OPTIONAL)
        given = {
            each: self.mapping(fields.get(each), each) for each in ("facets", "orders", *_OPTIONAL)
        }
        confidence = fields.get(CONFIDENCE)
        return FacetedList(
            name=name,
            label=self.text(fields.get("label"), "label"),
            summary=self.text(fields.get("summary"), "summary"),
            description=self.text(fields.get("description"), "description"),
            classes=self.classes(fields.get("classes"), "classes"),
            items=self._patterns["items"],
            facets=_by_name(self._facets(given["facets"])),
            bounds=_by_name(self._bounds(given["bounds"])),
            fields=_by_name(self._fields(fields.get("fields"))),
            orders=_by_name(
                Order(
                    name=each,
                    description=self.text(node, f"orders: {each}"),
                    pattern=self._patterns[f"orders/{each}"],
                )
                for each, node in given["orders"].items()
            ),
            includes=_by_name(self._includes(given["includes"])),
            confidence=None if confidence is None else self.parameter(CONFIDENCE, confidence),
        )

    def _facets(self, nodes: Mapping[str, yaml.Node]) -> Iterator[Facet]:
        for name, node in nodes.items():
            more = self.mapping(node, name)
            if (parameter := self.parameter(name, node, beside=_OF_FACETS)) is not None:
                yield Facet(
                    parameter=replace(parameter, many=True),
                    label=self.text(more.get("label"), f"{name}: label"),
                    pattern=self._patterns[f"facets/{name}"],
                    hierarchical=self.flag(more.get("hierarchical"), f"{name}: hierarchical"),
                    of_links=self.flag(more.get("of_links"), f"{name}: of_links"),
                    assertions=self.schemes(more.get("assertions"), f"{name}: assertions"),
                )

    def _bounds(self, nodes: Mapping[str, yaml.Node]) -> Iterator[Bound]:
        for name, node in nodes.items():
            more = self.mapping(node, name)
            of = self.text(more.get("least") or more.get("greatest"), f"{name}: least or greatest")
            if (parameter := self.parameter(name, node, beside=("least", "greatest"))) is not None:
                pattern = self._patterns[f"bounds/{of}"]
                yield Bound(parameter=parameter, pattern=pattern, is_least="least" in more)

    def _fields(self, node: yaml.Node | None) -> Iterator[Field]:
        for place, shown in enumerate(self._columns(node, "fields")):
            # The first is the item itself.
            yield replace(shown, pattern=self._patterns[f"fields/{shown.name}"]) if place else shown

    def _includes(self, nodes: Mapping[str, yaml.Node]) -> Iterator[Include]:
        for name, node in nodes.items():
            members = self.mapping(node, name)
            self.check_fields(node, members, _OF_INCLUDES, _OF_INCLUDES, f"include “{name}”")
            yield Include(
                name=name,
                description=self.text(members.get("description"), f"{name}: description"),
                columns=tuple(self._columns(members.get("columns"), name, "optional")),
                source=QueryText.read(self._patterns[f"includes/{name}"].text),
            )

    def _columns(self, node: yaml.Node | None, what: str, *beside: str) -> Iterator[Field]:
        nodes = self.mapping(node, what)
        for name, column in self.columns(node, beside=("many", *beside)).items():
            many = self.flag(self.mapping(nodes[name], name).get("many"), f"{name}: many")
            yield Field(column=column, many=many)


def _by_name(found: Iterator[_Named]) -> Mapping[str, _Named]:
    return {each.name: each for each in found}


def _text(name: str) -> str:
    return (files("gfmdkg.lists") / "rq" / f"{name}.rq").read_text(encoding="utf-8")


def _recommendations(passages: FacetedList) -> FacetedList:
    """The same list without paragraphs."""
    described = Column(
        name="recommendation", type=ColumnType.RESOURCE, description="The recommendation"
    )
    fields = {described.name: Field(column=described)}
    fields |= {n: f for n, f in passages.fields.items() if n not in ("passage", "passage_type")}
    return replace(
        passages,
        name="recommendations",
        label="Recommendations",
        summary="Recommendations, with facets",
        description="The recommendations of all reports in reading order.",
        classes=(GFMD + "Recommendation",),
        items=read_patterns(_text(passages.name))["recommendations"],
        facets={n: f for n, f in passages.facets.items() if n != "passage_type"},
        fields=fields,
    )


_PASSAGES = read_list("passages", _text("passages"))

GROUPS: tuple[tuple[FacetedList, ...], ...] = (
    (_recommendations(_PASSAGES), _PASSAGES),
    *(
        (read_list(name, _text(name)),)
        for name in ("instruments", "sdgs", "topics", "actors", "sessions", "reports")
    ),
)
"""The lists in the order in which they are indexed, those that share patterns together."""

LISTS: Mapping[str, FacetedList] = {each.name: each for group in GROUPS for each in group}
"""Every list by its name."""
