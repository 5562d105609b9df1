"""The models of versions, change sets, their differences, and reports of validation."""

import json
from datetime import datetime
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from gfmdkg.curation.changes.change_sets import Input, State
from gfmdkg.curation.submitted import Effect
from gfmdkg.http.models import Count, FromOne, asked, sometimes
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.rdf.values import Resource
from gfmdkg.store.versions import Origin

__all__ = [
    "ChangeList",
    "ChangeSet",
    "Difference",
    "Note",
    "Rejection",
    "Submission",
    "ValidationReport",
    "VersionList",
    "VersionRecord",
    "report_components",
]


class ValidationReport(RootModel[dict[str, Any]]):
    """What a validation found; ``report_components`` has its schema."""


def report_components() -> dict[str, Any]:
    """The schema of a report as the validation has it, its parts as schemas of their own."""
    text = (files("gfmdkg.validation") / "report.schema.json").read_text(encoding="utf-8")
    for part in ("position", "text", "finding", "fix"):
        reference = f"#/components/schemas/Report{part.capitalize()}"
        text = text.replace(f'"#/$defs/{part}"', f'"{reference}"')
    document = json.loads(text)
    parts = document.pop("$defs")
    for member in ("$schema", "$id", "title"):
        del document[member]
    return {
        "ValidationReport": document,
        **{f"Report{part.capitalize()}": schema for part, schema in parts.items()},
    }


class Submission(BaseModel):
    """The parameters of a submission."""

    message: str = asked("What the change is for.", "A note", default=..., min_length=1)
    graph: str = asked(
        "The named graph that the document is about.",
        f"{GRAPH_BASE}notes",
        json_schema_extra={"format": "iri"},
    )
    effect: str = asked(
        "What the document means: by default RDF Patch is applied, quads are added, the rows of a "
        "table correct or add their records, and anything else replaces the content of its graph.",
        "add",
        one_of=Effect,
    )
    name: str = asked("The document's name.", "data/reference/actors.ttl")


_NOTE = "What is kept with the step; a rejection should say why."


class Note(BaseModel):
    """What is noted with a step of the review."""

    message: str = asked(_NOTE, "Checked against the source.")


class Rejection(BaseModel):
    """Why a change set is turned down."""

    message: str = asked(_NOTE, "Checked against the source.", default=...)


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
    report: ValidationReport
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
