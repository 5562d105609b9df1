"""Versions, change sets, differences and validation reports in the OpenAPI document."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from gfmdkg.curation.changes.change_set import State
from gfmdkg.http.shapes import (
    COUNT,
    RESOURCE,
    STRING,
    STRING_OR_NULL,
    listed,
    record,
    ref,
)
from gfmdkg.store.versions import Origin

__all__ = ["CURATION_SCHEMAS"]

_NUMBER: Mapping[str, Any] = {"type": "integer", "minimum": 1}
_NUMBER_OR_NULL: Mapping[str, Any] = {"type": ["integer", "null"]}
_TIME: Mapping[str, Any] = {"type": "string", "format": "date-time"}
_STATE: Mapping[str, Any] = {"type": "string", "enum": [state.value for state in State]}
_BOOLEAN: Mapping[str, Any] = {"type": "boolean"}
_SUMMARY: Mapping[str, Mapping[str, Any]] = {
    "number": _NUMBER,
    "state": _STATE,
    "author": STRING,
    "created": _TIME,
    "message": STRING,
    "added": COUNT,
    "removed": COUNT,
    "conforms": {**_BOOLEAN, "description": "Whether the graph keeps all rules with it."},
    "base": {**COUNT, "description": "The version that it was made against."},
    "version": {**_NUMBER_OR_NULL, "description": "The version that published it."},
}


def _report_schemas() -> dict[str, Any]:
    """The schema of a report as the validation has it, its parts as schemas of their own."""
    text = (files("gfmdkg.validation") / "report.schema.json").read_text(encoding="utf-8")
    document = json.loads(text)
    names = {part: f"Report{part.capitalize()}" for part in document["$defs"]}
    for part, name in names.items():
        text = text.replace(f'"#/$defs/{part}"', f'"#/components/schemas/{name}"')
    document = json.loads(text)
    parts = document.pop("$defs")
    for member in ("$schema", "$id", "title"):
        del document[member]
    return {"Report": document, **{names[part]: schema for part, schema in parts.items()}}


CURATION_SCHEMAS: Mapping[str, Any] = {
    "Version": record(
        "One published state of the graph, and how it came to be.",
        number=_NUMBER,
        created=_TIME,
        origin={"type": "string", "enum": [origin.value for origin in Origin]},
        message=STRING,
        author=STRING_OR_NULL,
        change={**_NUMBER_OR_NULL, "description": "The change set that it published."},
        reverts={**_NUMBER_OR_NULL, "description": "The version that it undoes."},
        added=_NUMBER_OR_NULL,
        removed=_NUMBER_OR_NULL,
        quads=COUNT,
        content_hash={**STRING, "description": "The same for the same quads."},
        available={**_BOOLEAN, "description": "Whether it can be queried still."},
    ),
    "VersionList": record(
        "All versions, the latest first.", items=listed(ref("Version")), total=COUNT
    ),
    "ChangeSummary": record("A change set in a list.", **_SUMMARY),
    "ChangeList": record(
        "All change sets, the latest first.", items=listed(ref("ChangeSummary")), total=COUNT
    ),
    "ChangeSet": record(
        "A change set with its documents, the report on them, and what happened to it.",
        **_SUMMARY,
        inputs=listed(ref("ChangeInput")),
        report=ref("Report"),
        events=listed(ref("ChangeEvent")),
    ),
    "ChangeInput": record(
        "A document that was submitted.",
        name=STRING,
        sha256=STRING,
        effect=STRING,
        graph=STRING_OR_NULL,
    ),
    "ChangeEvent": record(
        "A step of the review.", state=_STATE, by=STRING, at=_TIME, note=STRING_OR_NULL
    ),
    "Difference": record(
        "What one version, or a change set, has more and less, by resource.",
        added=COUNT,
        removed=COUNT,
        resources=listed(ref("ChangedResource")),
    ),
    "ChangedResource": record(
        "A resource with the changes to what is said of it; `blank` for a node without an IRI.",
        {"iri": STRING, "blank": STRING},
        label=STRING_OR_NULL,
        changes=listed(ref("ChangedStatement")),
    ),
    "ChangedStatement": record(
        "One statement that was added or removed.",
        operation={"type": "string", "enum": ["add", "remove"]},
        property=RESOURCE,
        value={
            "anyOf": [
                RESOURCE,
                record("A node without an IRI.", blank=STRING, label=STRING_OR_NULL),
                record("A literal.", literal=STRING, datatype=STRING, language=STRING_OR_NULL),
            ]
        },
        graph=STRING,
    ),
    **_report_schemas(),
}
"""The named schemas of curation."""
