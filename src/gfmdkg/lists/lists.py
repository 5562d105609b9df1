"""All lists there are: each a ``.rq`` file whose header says what it is, and its patterns.

The header is that of a canned query, with facets and bounds for parameters and fields for
columns, the item itself first. A section ``## facets/name`` has the pattern of a facet; likewise
``bounds``, ``fields``, ``orders`` and ``includes``; ``## items`` finds the items.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

import yaml

from gfmdkg.errors import DataError
from gfmdkg.lists.definitions import (
    CONFIDENCE,
    Bound,
    Facet,
    FacetedList,
    Field,
    Include,
    Order,
    Pattern,
    read_patterns,
)
from gfmdkg.namespaces import GFMD
from gfmdkg.rdf.query_text import QueryText
from gfmdkg.terms.header import HeaderReader, split_header
from gfmdkg.terms.parameters import Column, ColumnType

__all__ = ["GROUPS", "LISTS", "read_list"]

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
            each: self.mapping(fields.get(each), each) for each in (*_REQUIRED[4:], *_OPTIONAL)
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
            fields=_by_name(self._fields(fields.get("fields"), given["fields"])),
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

    def _fields(self, node: yaml.Node | None, nodes: Mapping[str, yaml.Node]) -> Iterator[Field]:
        item = next(iter(nodes), "")
        for name, column in self.columns(node, beside=("many",)).items():
            many = self.flag(self.mapping(nodes[name], name).get("many"), f"{name}: many")
            pattern = None if name == item else self._patterns[f"fields/{name}"]
            yield Field(column=column, pattern=pattern, many=many)

    def _includes(self, nodes: Mapping[str, yaml.Node]) -> Iterator[Include]:
        for name, node in nodes.items():
            members = self.mapping(node, name)
            self.check_fields(node, members, _OF_INCLUDES, _OF_INCLUDES, f"include “{name}”")
            yield Include(
                name=name,
                description=self.text(members.get("description"), f"{name}: description"),
                columns=tuple(self._included(members.get("columns"), name)),
                source=QueryText.read(self._patterns[f"includes/{name}"].text),
            )

    def _included(self, node: yaml.Node | None, name: str) -> Iterator[Field]:
        nodes = self.mapping(node, name)
        for each, column in self.columns(node, beside=("many",)).items():
            many = self.flag(self.mapping(nodes[each], each).get("many"), f"{each}: many")
            yield Field(column=column, many=many)


def _by_name(found: Iterator[_Named]) -> Mapping[str, _Named]:
    return MappingProxyType({each.name: each for each in found})


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
        facets=MappingProxyType({n: f for n, f in passages.facets.items() if n != "passage_type"}),
        fields=MappingProxyType(fields),
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

LISTS: Mapping[str, FacetedList] = MappingProxyType(
    {faceted.name: faceted for group in GROUPS for faceted in group}
)
"""Every list by its name."""
