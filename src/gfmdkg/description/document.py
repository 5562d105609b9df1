"""The description as JSON; ``http.resource_models`` has its models."""

from collections.abc import Iterable
from decimal import Decimal
from math import isfinite
from typing import Any
from urllib.parse import quote

from gfmdkg.description.citing import LICENCE_IRI, LICENCE_NAME
from gfmdkg.description.model import (
    Description,
    Evidence,
    Incoming,
    Named,
    Property,
    Touch,
    Value,
)
from gfmdkg.formats.solutions import python_value
from gfmdkg.terms.values import Literal

__all__ = ["as_document", "query_path"]


def as_document(description: Description) -> dict[str, Any]:
    """The JSON object of a description, without its links to other forms."""
    evidence, provenance = description.evidence, description.provenance
    citation = description.citation
    return {
        "resource": _named(description.resource),
        "title": description.title,
        "types": _all(description.types),
        "names": [
            {"text": n.text, "kind": n.kind, "language": n.language} for n in description.names
        ],
        "deprecated": description.is_deprecated,
        "replaced_by": _all(description.replaced_by),
        "groups": [
            {"name": g.name, "title": g.title, "properties": [_property(p) for p in g.properties]}
            for g in description.groups
        ],
        "incoming": [_incoming(incoming) for incoming in description.incoming],
        "evidence": {
            "count": description.evidence_count,
            "items": [_evidence(link) for link in evidence],
            "links": {"sparql": query_path(description.evidence_query)},
        },
        "provenance": {
            "sources": [
                {"graph": s.graph, "file": s.file, "statements": s.statements}
                for s in provenance.sources
            ],
            "changed": None if provenance.touch is None else _touch(provenance.touch),
        },
        "citation": {
            "iri": citation.iri,
            "permalink": citation.permalink,
            "title": citation.title,
            "version": citation.version,
            "date": citation.date,
            "licence": {"iri": LICENCE_IRI, "label": LICENCE_NAME},
            "text": citation.text,
            "bibtex": citation.bibtex,
        },
        "version": citation.version,
    }


def query_path(sparql: str) -> str:
    """Where the SPARQL endpoint answers a query."""
    return f"/sparql?query={quote(sparql, safe='')}"


def _named(resource: Named) -> dict[str, Any]:
    return {"iri": resource.iri, "label": resource.label}


def _optional(resource: Named | None) -> dict[str, Any] | None:
    return None if resource is None else _named(resource)


def _all(resources: Iterable[Named]) -> list[dict[str, Any]]:
    return [_named(resource) for resource in resources]


def _property(shown: Property) -> dict[str, Any]:
    return {
        "property": _named(shown.property),
        "title": shown.title,
        "values": [_value(value) for value in shown.values],
    }


def _value(value: Value) -> dict[str, Any]:
    if value.resource is not None:
        return {"kind": "resource", **_named(value.resource)}
    if value.literal is not None:
        return {
            "kind": "literal",
            "value": _plain(value.literal),
            "datatype": value.literal.datatype,
            "language": value.literal.language,
        }
    return {"kind": "node", "properties": [_property(inner) for inner in value.properties]}


def _plain(literal: Literal) -> str | int | float | bool:
    """A number or a boolean as JSON has it; all else, dates too, as it is written."""
    match python_value(literal):
        case (bool() | int() | str()) as value:
            return value
        case (float() | Decimal()) as number if isfinite(number):
            return float(number)
        case _:
            return literal.lexical


def _incoming(incoming: Incoming) -> dict[str, Any]:
    return {
        "property": _named(incoming.property),
        "title": incoming.title,
        "count": incoming.count,
        "items": [
            {"resource": _named(item.resource), "other": _optional(item.other)}
            for item in incoming.items
        ],
        "links": {"sparql": query_path(incoming.query)},
    }


def _evidence(link: Evidence) -> dict[str, Any]:
    return {
        "link": link.link,
        "direction": link.direction,
        "type": _named(link.kind),
        "passage": _named(link.passage),
        "locator": link.locator,
        "report": _optional(link.report),
        "target": _named(link.target),
        "words": list(link.words),
        "assertion": _optional(link.assertion),
        "confidence": link.confidence,
        "status": _optional(link.status),
        "intents": _all(link.intents),
        "anticipated": link.is_anticipated,
        "notes": list(link.notes),
        "asserted_by": _all(link.asserted_by),
    }


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
