"""What the routes of the canned queries take and answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from gfmdkg.http.models import Count, Links, Page, sometimes
from gfmdkg.terms.parameters import ColumnType, Parameter

__all__ = ["RESERVED", "CannedQueryList", "CannedQueryRecord", "QueryHint", "RowsPage"]

RESERVED = frozenset({"format", "include", "page", "per_page", "version"})
"""Parameters that the route of every canned query and list has beside its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryHint:
    """What a neighbouring query finds where this one has no rows."""

    message: str
    query: str
    items: Sequence[Mapping[str, Any]]
    links: Links


class RowsPage(Page):
    """A page of a canned query's rows."""

    hint: QueryHint = sometimes()


class QueryColumn(BaseModel):
    """A column of the answer."""

    name: str
    type: ColumnType
    description: str


class CannedQueryRecord(BaseModel):
    """A ready-made question: its parameters, its columns, and its SPARQL."""

    name: str
    topic: str
    summary: str
    description: str
    tags: list[str]
    parameters: list[Parameter]
    columns: list[QueryColumn]
    sparql: str
    links: Links


class CannedQueryList(BaseModel):
    """All canned queries."""

    items: list[CannedQueryRecord]
    total: Count
