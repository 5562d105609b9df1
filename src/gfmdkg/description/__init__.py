"""What the graph says of one resource: one description for programs, pages and commands."""

from gfmdkg.description.assembly import Found, describe
from gfmdkg.description.document import as_document
from gfmdkg.description.model import (
    Citation,
    Description,
    Evidence,
    Incoming,
    Name,
    Named,
    Property,
    PropertyGroup,
    Provenance,
    Referrer,
    Source,
    Touch,
    Value,
)
from gfmdkg.description.naming import identify, not_found
from gfmdkg.description.questions import (
    Opening,
    incoming_queries,
    opening_queries,
    triples_query,
)

__all__ = [
    "Citation",
    "Description",
    "Evidence",
    "Found",
    "Incoming",
    "Name",
    "Named",
    "Opening",
    "Property",
    "PropertyGroup",
    "Provenance",
    "Referrer",
    "Source",
    "Touch",
    "Value",
    "as_document",
    "describe",
    "identify",
    "incoming_queries",
    "not_found",
    "opening_queries",
    "triples_query",
]
