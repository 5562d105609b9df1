"""What the graph says of one resource: one description for programs, pages and commands."""

from gfmdkg.description.assembly import (
    Opening,
    describe,
    incoming_queries,
    opening_queries,
    triples_query,
)
from gfmdkg.description.model import (
    Description,
    Evidence,
    Property,
    Touch,
    Value,
    as_document,
    query_path,
)
from gfmdkg.description.naming import identify, not_found

__all__ = [
    "Description",
    "Evidence",
    "Opening",
    "Property",
    "Touch",
    "Value",
    "as_document",
    "describe",
    "identify",
    "incoming_queries",
    "not_found",
    "opening_queries",
    "query_path",
    "triples_query",
]
