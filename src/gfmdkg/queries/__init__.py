"""Canned queries: ``.rq`` files that are the CLI's commands, the API's routes and documentation."""

from gfmdkg.queries.catalog import Catalog, describe
from gfmdkg.queries.query import CannedQuery, Cell, Row

__all__ = ["CannedQuery", "Catalog", "Cell", "Row", "describe"]
