"""What the graph says of one resource: one description for programs, pages and commands."""

from gfmdkg.description.assembly import describe, describing, exists_query, triples_query
from gfmdkg.description.model import Description
from gfmdkg.description.naming import identify, not_found

__all__ = [
    "Description",
    "describe",
    "describing",
    "exists_query",
    "identify",
    "not_found",
    "triples_query",
]
