"""The description of a resource in the OpenAPI document: its schemas and its operation."""

from collections.abc import Mapping
from typing import Any

from gfmdkg.description.wording import GROUP_TITLES
from gfmdkg.http.description import pinned_operation
from gfmdkg.http.shapes import (
    COUNT,
    LINKS,
    RESOURCE,
    STRING,
    STRING_OR_NULL,
    listed,
    or_null,
    record,
    ref,
)
from gfmdkg.store.versions import Origin

__all__ = ["DESCRIPTION_SCHEMAS", "description_operation"]


DESCRIPTION_SCHEMAS: Mapping[str, Any] = {
    "Description": record(
        "What the graph says of one resource, and how the service knows.",
        resource=RESOURCE,
        title={**STRING, "description": "The label, or a title made from the IRI."},
        types=listed(RESOURCE),
        names=listed(ref("Name")),
        deprecated={"type": "boolean", "description": "Retired; see `replaced_by`."},
        replaced_by=listed(RESOURCE),
        groups={
            **listed(ref("PropertyGroup")),
            "description": "The resource's own properties, in the order to show them in.",
        },
        incoming={
            **listed(ref("Incoming")),
            "description": "What points to the resource, by property.",
        },
        evidence=ref("EvidenceList"),
        provenance=ref("Provenance"),
        citation=ref("Citation"),
        version={**STRING, "description": "The version of the graph that was read."},
        links={
            **LINKS,
            "description": "Paths of the other forms: ttl, jsonld, nt, rdf, html.",
        },
    ),
    "Name": record(
        "One name; `hidden` ones are wrong spellings found in sources.",
        text=STRING,
        kind={"type": "string", "enum": ["preferred", "alternative", "hidden", "code"]},
        language=STRING_OR_NULL,
    ),
    "PropertyGroup": record(
        "Properties that belong together.",
        name={"type": "string", "enum": list(GROUP_TITLES)},
        title=STRING,
        properties=listed(ref("Property")),
    ),
    "Property": record(
        "A property with all its values; `title` is how to call it on a page.",
        property=RESOURCE,
        title=STRING,
        values=listed(ref("Value")),
    ),
    "Value": {
        "description": "One value: another resource, a literal, or a node without a name.",
        "oneOf": [ref("ResourceValue"), ref("LiteralValue"), ref("NodeValue")],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {
                "resource": "#/components/schemas/ResourceValue",
                "literal": "#/components/schemas/LiteralValue",
                "node": "#/components/schemas/NodeValue",
            },
        },
    },
    "ResourceValue": record(
        "Another resource.",
        kind={"type": "string", "const": "resource"},
        iri=STRING,
        label=STRING_OR_NULL,
    ),
    "LiteralValue": record(
        "A literal; numbers and booleans are plain JSON, dates are text.",
        kind={"type": "string", "const": "literal"},
        value={"type": ["string", "number", "boolean"]},
        datatype={**STRING, "description": "The IRI of the datatype."},
        language=STRING_OR_NULL,
    ),
    "NodeValue": record(
        "A node that has no IRI, by its properties.",
        kind={"type": "string", "const": "node"},
        properties=listed(ref("Property")),
    ),
    "Incoming": record(
        "What points to the resource by one property: how many, and the first of them.",
        property=RESOURCE,
        title=STRING,
        count=COUNT,
        items=listed(ref("Referrer")),
        links={**LINKS, "description": "`sparql` is the query that gives all of them."},
    ),
    "Referrer": record(
        "A resource that points here; `other` is the far end of one that stands for a link.",
        resource=RESOURCE,
        other=or_null(RESOURCE),
    ),
    "EvidenceList": record(
        "The links from and to the resource, the surest kind first.",
        count={**COUNT, "description": "How many there are in all."},
        items=listed(ref("Evidence")),
        links={**LINKS, "description": "`sparql` is the query that gives all of them."},
    ),
    "Evidence": record(
        "One link and what speaks for it: which passage, which words, how sure, who says so.",
        link={**STRING, "description": "The IRI of the link itself."},
        direction={
            "type": "string",
            "enum": ["out", "in", "self"],
            "description": "`out` from the resource, `in` to it, `self` where it is the link.",
        },
        type=RESOURCE,
        passage=RESOURCE,
        locator={**STRING_OR_NULL, "description": "Where in the report the passage is."},
        report=or_null(RESOURCE),
        target=RESOURCE,
        words={**listed(STRING), "description": "The words of the text that name the target."},
        assertion=or_null(RESOURCE),
        confidence={"type": ["number", "null"], "minimum": 0, "maximum": 1},
        status=or_null(RESOURCE),
        intents=listed(RESOURCE),
        anticipated={
            "type": "boolean",
            "description": "The text names what did not exist yet on its day.",
        },
        notes=listed(STRING),
        asserted_by=listed(RESOURCE),
    ),
    "Provenance": record(
        "Where the statements about the resource are from.",
        sources=listed(ref("Source")),
        changed=or_null(ref("Touch")),
    ),
    "Source": record(
        "A named graph that says something of it, and the file that was read into it.",
        graph=STRING,
        file=STRING_OR_NULL,
        statements=COUNT,
    ),
    "Touch": record(
        "The version that last changed what is said of it, and the change set that made it. "
        "Not `recorded`: no recorded change did, and the version is the oldest on record.",
        version=STRING,
        created={"type": "string", "format": "date-time"},
        origin={"type": "string", "enum": [origin.value for origin in Origin]},
        message=STRING,
        author=STRING_OR_NULL,
        change={"type": ["integer", "null"]},
        recorded={"type": "boolean"},
    ),
    "Citation": record(
        "How to cite it: `permalink` leads to this very version for good.",
        iri=STRING,
        permalink=STRING,
        title=STRING,
        version=STRING,
        date={"type": "string", "format": "date"},
        licence=RESOURCE,
        text=STRING,
        bibtex=STRING,
    ),
}
"""The named schemas of a description."""


def description_operation() -> dict[str, Any]:
    """Parameters and responses of ``/api/resource``."""
    return pinned_operation(
        "The description.",
        ref("Description"),
        [
            {
                "name": "iri",
                "in": "query",
                "required": True,
                "description": "The resource: its IRI, a CURIE such as `sdg:10.7`, a path below "
                "/id/, or any of its names in any language.",
                "schema": {"type": "string", "minLength": 1},
                "example": "CMW",
            }
        ],
        "ambiguous",
    )
