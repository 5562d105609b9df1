"""Canned queries: ``.rq`` files that are the CLI's commands, the API's routes and documentation."""

from gfmdkg.queries.catalog import Catalog, describe
from gfmdkg.queries.query import CannedQuery, Cell, Row, WhenEmpty
from gfmdkg.terms.parameters import Column, ColumnType, Parameter, ParameterType

__all__ = [
    "CannedQuery",
    "Catalog",
    "Cell",
    "Column",
    "ColumnType",
    "Parameter",
    "ParameterType",
    "Row",
    "WhenEmpty",
    "describe",
]
