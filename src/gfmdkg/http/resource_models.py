"""The models of a resource's description, as ``description.as_document`` makes it."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, RootModel

from gfmdkg.description.model import NameKind
from gfmdkg.description.wording import GroupName
from gfmdkg.http.models import Cell, Count, Links, asked
from gfmdkg.store.versions import Origin

__all__ = ["Description", "ResourceName"]


class ResourceName(BaseModel):
    """The parameter that names a resource."""

    iri: str = asked(
        "The resource: its IRI, a CURIE such as `sdg:10.7`, a path below /id/, or any of its "
        "names in any language.",
        "CMW",
        default=...,
        min_length=1,
    )


class Name(BaseModel):
    """One name; `hidden` ones are wrong spellings found in sources."""

    text: str
    kind: NameKind
    language: str | None


class ResourceValue(BaseModel):
    """Another resource."""

    kind: Literal["resource"]
    iri: str
    label: str | None


class LiteralValue(BaseModel):
    """A literal; numbers and booleans are plain JSON, dates are text."""

    kind: Literal["literal"]
    value: str | float | bool
    datatype: str = Field(description="The IRI of the datatype.")
    language: str | None


class NodeValue(BaseModel):
    """A node that has no IRI, by its properties."""

    kind: Literal["node"]
    properties: "list[Property]"


class Value(RootModel[ResourceValue | LiteralValue | NodeValue]):
    """One value: another resource, a literal, or a node without a name."""

    root: Annotated[ResourceValue | LiteralValue | NodeValue, Field(discriminator="kind")]


class Property(BaseModel):
    """A property with all its values; `title` is how to call it on a page."""

    property: Cell
    title: str
    values: list[Value]


class PropertyGroup(BaseModel):
    """Properties that belong together."""

    name: GroupName
    title: str
    properties: list[Property]


class Referrer(BaseModel):
    """A resource that points here; `other` is the far end of one that stands for a link."""

    resource: Cell
    other: Cell | None


class Incoming(BaseModel):
    """What points to the resource by one property: how many, and the first of them."""

    property: Cell
    title: str
    count: Count
    items: list[Referrer]
    links: Links = Field(description="`sparql` is the query that gives all of them.")


class Evidence(BaseModel):
    """One link and what speaks for it: which passage, which words, how sure, who says so."""

    link: str = Field(description="The IRI of the link itself.")
    direction: Literal["out", "in", "self"] = Field(
        description="`out` from the resource, `in` to it, `self` where it is the link."
    )
    type: Cell
    passage: Cell
    locator: str | None = Field(description="Where in the report the passage is.")
    report: Cell | None
    target: Cell
    words: list[str] = Field(description="The words of the text that name the target.")
    assertion: Cell | None
    confidence: Annotated[float, Field(ge=0, le=1)] | None
    status: Cell | None
    intents: list[Cell]
    anticipated: bool = Field(description="The text names what did not exist yet on its day.")
    notes: list[str]
    asserted_by: list[Cell]


class EvidenceList(BaseModel):
    """The links from and to the resource, the surest kind first."""

    count: Count = Field(description="How many there are in all.")
    items: list[Evidence]
    links: Links = Field(description="`sparql` is the query that gives all of them.")


class Source(BaseModel):
    """A named graph that says something of it, and the file that was read into it."""

    graph: str
    file: str | None
    statements: Count


class Touch(BaseModel):
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


class Provenance(BaseModel):
    """Where the statements about the resource are from."""

    sources: list[Source]
    changed: Touch | None


class Citation(BaseModel):
    """How to cite it: `permalink` leads to this very version for good."""

    iri: str
    permalink: str
    title: str
    version: str
    date: date
    licence: Cell
    text: str
    bibtex: str


class Description(BaseModel):
    """What the graph says of one resource, and how the service knows."""

    resource: Cell
    title: str = Field(description="The label, or a title made from the IRI.")
    types: list[Cell]
    names: list[Name]
    deprecated: bool = Field(description="Retired; see `replaced_by`.")
    replaced_by: list[Cell]
    groups: list[PropertyGroup] = Field(
        description="The resource's own properties, in the order to show them in."
    )
    incoming: list[Incoming] = Field(description="What points to the resource, by property.")
    evidence: EvidenceList
    provenance: Provenance
    citation: Citation
    version: str = Field(description="The version of the graph that was read.")
    links: Links = Field(description="Paths of the other forms: ttl, jsonld, nt, rdf, html.")
