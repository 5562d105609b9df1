"""The parts of a description, as ``/api/resource`` answers them, and what they are called.

IRIs are strings.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from importlib.resources import files
from typing import Literal as OneOf

from gfmdkg.namespaces import compact, expand
from gfmdkg.rdf.values import DESCRIBED, Resource
from gfmdkg.store.versions import Origin

__all__ = [
    "GROUP_TITLES",
    "KIND",
    "NAMES",
    "Citation",
    "Description",
    "Evidence",
    "EvidenceList",
    "GroupName",
    "Incoming",
    "LiteralValue",
    "Name",
    "NameKind",
    "NodeValue",
    "Property",
    "PropertyGroup",
    "Provenance",
    "Referrer",
    "ResourceValue",
    "Source",
    "Touch",
    "Value",
    "incoming_title",
    "property_title",
]

_WORDS = tomllib.loads((files("gfmdkg.resources") / "properties.toml").read_text("utf-8"))
NAMES, KIND = (tuple(str(expand(name)) for name in _WORDS[group]) for group in ("names", "kind"))
"""Properties that name or define, and those that say what a thing is, in the order to show."""
GroupName = OneOf["names", "kind", "facts", "links"]
GROUP_TITLES: Mapping[GroupName, str] = _WORDS["groups"]
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

NameKind = OneOf["preferred", "alternative", "hidden", "code"]
Direction = OneOf["out", "in", "self"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One name; `hidden` ones are wrong spellings found in sources."""

    text: str
    kind: NameKind
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceValue(Resource):
    """Another resource."""

    kind: OneOf["resource"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralValue:
    """A literal; numbers and booleans are plain JSON, dates are text."""

    __pydantic_config__ = DESCRIBED

    kind: OneOf["literal"]
    value: str | int | float | bool
    datatype: str
    """The IRI of the datatype."""
    language: str | None

    @property
    def text(self) -> str:
        """What to show."""
        if isinstance(self.value, float):
            return f"{self.value:.15g}"
        return self.value if isinstance(self.value, str) else json.dumps(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeValue:
    """A node that has no IRI, by its properties."""

    kind: OneOf["node"]
    properties: "tuple[Property, ...]"


Value = ResourceValue | LiteralValue | NodeValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property with all its values; `title` is how to call it on a page."""

    property: Resource
    title: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyGroup:
    """Properties that belong together."""

    name: GroupName
    title: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrer:
    """A resource that points here; `other` is the far end of one that stands for a link."""

    resource: Resource
    other: Resource | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What points to the resource by one property: how many, and the first of them."""

    __pydantic_config__ = DESCRIBED

    property: Resource
    title: str
    total: int
    items: tuple[Referrer, ...]
    links: Mapping[str, str] | None = None
    """With include=sparql: the query that gives all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One link and what speaks for it: which passage, which words, how sure, who says so."""

    __pydantic_config__ = DESCRIBED

    link: str
    """The IRI of the link itself."""
    direction: Direction
    """`out` from the resource, `in` to it, `self` where it is the link."""
    type: Resource
    passage: Resource
    locator: str | None
    """Where in the report the passage is."""
    report: Resource | None
    target: Resource
    matched_text: str | None
    """The words of the text that name the target, several separated by " | "."""
    assertion: Resource | None
    confidence: float | None
    """From 0 to 1."""
    status: Resource | None
    intents: tuple[Resource, ...]
    anticipated: bool
    """The text names what did not exist yet on its day."""
    note: str | None
    """Why the link is made, or what is doubtful; several separated by " | "."""
    asserted_by: tuple[Resource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceList:
    """The links from and to the resource, the surest kind first."""

    __pydantic_config__ = DESCRIBED

    total: int
    """How many there are in all."""
    items: tuple[Evidence, ...]
    links: Mapping[str, str] | None = None
    """With include=sparql: the query that gives all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A named graph that says something of it, and the file that was read into it."""

    graph: str
    file: str | None
    statements: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """The version that last changed what is said of it, and the change set that made it.

    Not `recorded`: no recorded change did, and the version is the oldest on record.
    """

    version: str
    created: datetime
    origin: Origin
    message: str
    author: str | None
    change: int | None
    recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the statements about the resource are from."""

    sources: tuple[Source, ...]
    changed: Touch


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """How to cite it: `permalink` leads to this very version for good."""

    iri: str
    permalink: str
    title: str
    version: str
    date: date
    licence: Resource
    text: str
    bibtex: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What the graph says of one resource, and how the service knows."""

    __pydantic_config__ = DESCRIBED

    resource: Resource
    title: str
    """The label, or a title made from the IRI."""
    types: tuple[Resource, ...]
    names: tuple[Name, ...]
    deprecated: bool
    """Retired; see `replaced_by`."""
    replaced_by: tuple[Resource, ...]
    groups: tuple[PropertyGroup, ...]
    """The resource's own properties, in the order to show them in."""
    incoming: tuple[Incoming, ...]
    """What points to the resource, by property."""
    evidence: EvidenceList
    provenance: Provenance
    citation: Citation
    version: str
    """The version of the graph that was read."""
    links: Mapping[str, str] | None = None
    """Paths of the other forms: ttl, jsonld, nt, rdf, html."""

    def without_queries(self) -> "Description":
        """The same without the links of the queries that find all evidence and referrers."""
        return replace(
            self,
            incoming=tuple(replace(each, links=None) for each in self.incoming),
            evidence=replace(self.evidence, links=None),
        )


def property_title(iri: str, label: str | None) -> str:
    """How a property is called: by our own word, its label, or its name in words.

    >>> property_title("http://purl.org/dc/terms/dateAccepted", None)
    'date accepted'
    """
    local = re.split(r"[/#]", iri)[-1]
    return _WORDS["titles"].get(compact(iri)) or label or _CAMEL.sub(" ", local).lower()


def incoming_title(iri: str, label: str | None) -> str:
    """What stands above the things that point here by this property."""
    return _WORDS["incoming"].get(compact(iri)) or f"{property_title(iri, label)} of"
