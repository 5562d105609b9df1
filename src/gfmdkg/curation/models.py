"""The models of versions, change sets, their differences, and reports of validation."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, SkipValidation

from gfmdkg.curation.changes.change_sets import Input, State
from gfmdkg.curation.documents import Effect
from gfmdkg.http.models import Count, FromOne, asked, sometimes
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.rdf.values import Resource
from gfmdkg.store.versions import Origin
from gfmdkg.validation.findings import Fix, Mode, Severity

__all__ = [
    "ChangeList",
    "ChangeSet",
    "Difference",
    "DocumentName",
    "Note",
    "Rejection",
    "Submission",
    "ValidationReport",
    "VersionList",
    "VersionRecord",
]


class Finding(BaseModel):
    """One thing that is wrong, where, and what to do about it; `file` as it was named."""

    file: str | None
    line: FromOne | None
    column: FromOne | None
    end_line: FromOne | None
    end_column: FromOne | None
    cell: str | None = Field(description="In a table: the cell, such as B7.")
    severity: Severity
    code: str = Field(
        description="The kind of rule: a SHACL constraint (min-count), syntax, or a check's name."
    )
    message: str
    remedy: str | None = Field(description="What to do.")
    fixable: bool = Field(description="Whether `gfmdkg validate --fix` mends it.")
    focus_node: str | None = Field(description="The record: an IRI or _:label.")
    path: str | None = Field(description="The property: an IRI, or a path in words.")
    value: str | None = Field(description="The value at fault.")
    shape: str | None = Field(description="The shape's IRI, or the check's file.")
    pointer: str | None = Field(description="In JSON-LD: the JSON Pointer (RFC 6901) of the place.")
    fix: Fix | None


class ValidationReport(BaseModel):
    """What a validation found, ordered by place.

    Lines and columns count from 1, in characters; `end_column` is the column after the last one.
    """

    conforms: bool = Field(description="True where there is no violation.")
    mode: Mode = Field(description="Whether all was validated, or what a change can affect.")
    reason: str = sometimes("Why a change was not validated by itself; only then.")
    findings: list[Finding]


class Submission(BaseModel):
    """The parameters of a submission."""

    message: str = asked("What the change is for.", "A note", default=..., min_length=1)
    graph: str = asked(
        "The named graph that the document is about.",
        f"{GRAPH_BASE}notes",
        json_schema_extra={"format": "iri"},
    )
    effect: Literal[Effect.REPLACE, Effect.ADD, Effect.REMOVE, Effect.PATCH] = asked(
        "What the document means: by default RDF Patch is applied, quads are added, rows of a "
        "table correct or add their records, anything else replaces the content of its graph.",
        "add",
    )
    name: str = asked("The document's name.", "data/reference/actors.ttl")


_NOTE = "A note on the step; of a rejection, the reason."


class Note(BaseModel):
    """What is noted with a step of the review."""

    message: str = asked(_NOTE, "Checked against the source.")


class Rejection(BaseModel):
    """Why a change set is turned down."""

    message: str = asked(_NOTE, "Checked against the source.", default=...)


class DocumentName(BaseModel):
    """The parameter that names a document without a name of its own."""

    name: str = asked("How findings call a document that is sent as the whole body.", "pact.ttl")


class _Record(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class VersionRecord(_Record):
    """One published state of the graph, and how it came to be."""

    number: FromOne
    created: datetime
    origin: Origin
    message: str
    author: str | None
    change: int | None = Field(description="The change set that it published.")
    reverts: int | None = Field(description="The version that it undoes.")
    added: int | None
    removed: int | None
    quads: Count
    content_hash: str = Field(description="The same for the same quads.")
    available: bool = Field(
        validation_alias="is_available", description="Whether it can be queried still."
    )


class VersionList(BaseModel):
    """All versions, the latest first."""

    items: list[VersionRecord]
    total: Count


class ChangeSummary(_Record):
    """A change set in a list."""

    number: FromOne
    state: State
    author: str
    created: datetime
    message: str
    added: Count
    removed: Count
    conforms: bool = Field(description="Whether the graph keeps all rules with it.")
    base: Count = Field(description="The version that it was made against.")
    version: int | None = Field(description="The version that published it.")


class ChangeList(BaseModel):
    """All change sets, the latest first."""

    items: list[ChangeSummary]
    total: Count


class ChangeEvent(_Record):
    """A step of the review."""

    state: State
    by: str
    at: datetime
    message: str | None = Field(validation_alias="note")


class ChangeSet(ChangeSummary):
    """A change set with its documents, the report on them, and what happened to it."""

    inputs: list[Input]
    report: SkipValidation[SerializeAsAny[ValidationReport]]  # as it was kept
    events: list[ChangeEvent]


class BlankNode(BaseModel):
    """A node without an IRI."""

    blank: str
    label: str | None


class ChangedLiteral(BaseModel):
    """A literal."""

    literal: str
    datatype: str
    language: str | None


class ChangedStatement(BaseModel):
    """One statement that was added or removed."""

    operation: Literal["add", "remove"]
    property: Resource
    value: Resource | BlankNode | ChangedLiteral
    graph: str


class ChangedResource(BaseModel):
    """A resource with the changes to what is said of it; `blank` for a node without an IRI."""

    label: str | None
    changes: list[ChangedStatement]
    iri: str = sometimes()
    blank: str = sometimes()


class Difference(BaseModel):
    """What one version, or a change set, has more and less, by resource."""

    added: Count
    removed: Count
    resources: list[ChangedResource]
