"""The parts of a description. Everything is plain values; IRIs are strings."""

from collections.abc import Collection
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from math import isfinite
from typing import Any, Literal
from urllib.parse import quote

import pyoxigraph as ox

from gfmdkg.description.wording import GroupName
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import Resource, python_value

__all__ = [
    "Citation",
    "Description",
    "Evidence",
    "Incoming",
    "Name",
    "NameKind",
    "Property",
    "PropertyGroup",
    "Provenance",
    "Referrer",
    "Source",
    "Touch",
    "Value",
    "as_document",
    "query_path",
]

NameKind = Literal["preferred", "alternative", "hidden", "code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One name of the resource; ``hidden`` ones are the wrong spellings found in sources."""

    text: str
    kind: NameKind
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value: a resource, a literal, or a node without a name (its ``properties``)."""

    resource: Resource | None = None
    literal: ox.Literal | None = None
    properties: "tuple[Property, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property with all its values. ``title`` is how it is called on pages."""

    property: Resource
    title: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyGroup:
    """Properties that belong together, in the order to show them in."""

    name: GroupName
    title: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrer:
    """A resource that points here; ``other`` is the far end of one that stands for a link."""

    resource: Resource
    other: Resource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What points here by one property: ``count`` in all, the first of them, a query for all."""

    property: Resource
    title: str
    count: int
    items: tuple[Referrer, ...]
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One link from or to the resource, and what speaks for it.

    ``direction`` is ``out`` where the resource makes the link, ``in`` where the link is to
    it, and ``self`` where the resource is the link. ``confidence`` goes from 0 to 1.
    """

    link: str
    direction: Literal["out", "in", "self"]
    type: Resource
    passage: Resource
    locator: str | None
    report: Resource | None
    target: Resource
    words: tuple[str, ...]
    assertion: Resource | None
    confidence: float | None
    status: Resource | None
    intents: tuple[Resource, ...]
    is_anticipated: bool
    notes: tuple[str, ...]
    asserted_by: tuple[Resource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A named graph with statements about the resource, and the file that it was read from."""

    graph: str
    file: str | None
    statements: int


@dataclass(frozen=True, slots=True)
class Touch:
    """The last version that changed what is said of the resource.

    Not ``is_recorded``: no recorded change did, so ``version`` is the oldest on record.
    """

    version: Version
    is_recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the statements about the resource are from."""

    sources: tuple[Source, ...]
    touch: Touch | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """How to cite the description: ``permalink`` leads to this very version for good."""

    iri: str
    permalink: str
    title: str
    version: str
    date: str
    licence: Resource
    text: str
    bibtex: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """All of it. ``title`` is made from the IRI where the resource has no label."""

    resource: Resource
    title: str
    types: tuple[Resource, ...]
    names: tuple[Name, ...]
    is_deprecated: bool
    replaced_by: tuple[Resource, ...]
    groups: tuple[PropertyGroup, ...]
    incoming: tuple[Incoming, ...]
    evidence: tuple[Evidence, ...]
    evidence_count: int
    evidence_query: str
    provenance: Provenance
    citation: Citation


def as_document(description: Description) -> dict[str, Any]:
    """The JSON object of a description, without its links to other forms."""
    touch = description.provenance.touch
    return {
        "resource": _plain(description.resource),
        "title": description.title,
        "types": _plain(description.types),
        "names": _plain(description.names),
        "deprecated": description.is_deprecated,
        "replaced_by": _plain(description.replaced_by),
        "groups": _plain(description.groups),
        "incoming": _plain(description.incoming),
        "evidence": {
            "count": description.evidence_count,
            "items": _plain(description.evidence),
            "links": {"sparql": query_path(description.evidence_query)},
        },
        "provenance": {
            "sources": _plain(description.provenance.sources),
            "changed": None if touch is None else _touch(touch),
        },
        "citation": _plain(description.citation),
        "version": description.citation.version,
    }


def query_path(sparql: str) -> str:
    """Where the SPARQL endpoint answers a query."""
    return f"/sparql?query={quote(sparql, safe='')}"


def _plain(part: object) -> Any:
    """A part of a description, its members by their names, without the ``is_`` of some."""
    match part:
        case tuple():
            return [_plain(each) for each in part]
        case Value():
            return _value(part)
        case Incoming(query=query):
            return _members(part, {"query"}) | {"links": {"sparql": query_path(query)}}
        case _:
            return _members(part, ()) if is_dataclass(part) else part


def _members(part: Any, left_out: Collection[str]) -> dict[str, Any]:
    return {
        field.name.removeprefix("is_"): _plain(getattr(part, field.name))
        for field in fields(part)
        if field.name not in left_out
    }


def _value(value: Value) -> dict[str, Any]:
    if value.resource is not None:
        return {"kind": "resource", **_plain(value.resource)}
    if value.literal is not None:
        return {
            "kind": "literal",
            "value": _number_or_text(value.literal),
            "datatype": value.literal.datatype.value,
            "language": value.literal.language,
        }
    return {"kind": "node", "properties": _plain(value.properties)}


def _number_or_text(literal: ox.Literal) -> str | int | float | bool:
    """A number or a boolean as JSON has it; all else, dates too, as it is written."""
    match python_value(literal):
        case (bool() | int() | str()) as value:
            return value
        case (float() | Decimal()) as number if isfinite(number):
            return float(number)
        case _:
            return literal.value


def _touch(touch: Touch) -> dict[str, Any]:
    version = touch.version
    return {
        "version": str(version.number),
        "created": version.created.isoformat(),
        "origin": version.origin.value,
        "message": version.message,
        "author": version.author,
        "change": version.change,
        "recorded": touch.is_recorded,
    }
