"""What the graph says of one resource: one description for programs, pages and commands."""

from gfmdkg.description.assembly import describe
from gfmdkg.description.document import as_document, query_path
from gfmdkg.description.model import Description, Evidence, Named, Property, Touch, Value
from gfmdkg.description.naming import identify, not_found
from gfmdkg.description.questions import (
    Opening,
    incoming_queries,
    opening_queries,
    triples_query,
)

__all__ = [
    "Description",
    "Evidence",
    "Named",
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
