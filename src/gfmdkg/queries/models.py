"""What the routes of the canned queries take and answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from gfmdkg.http.models import Count, Links, Page, sometimes
from gfmdkg.rdf.values import Resource
from gfmdkg.terms.parameters import ColumnType, Parameter

__all__ = [
    "RESERVED",
    "CannedQueryList",
    "CannedQueryRecord",
    "QueryHint",
    "RowOfPassage",
    "RowOfRecommendation",
    "RowOfSession",
    "RowsPage",
]

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


class RowOfSession(BaseModel):
    """Columns that the rows of many queries have."""

    session: Resource = Field(description="The session that the report records")
    date: str = Field(description="Day of the session")


class RowOfPassage(RowOfSession):
    """A row about a passage."""

    passage: Resource = Field(description="The passage")
    locator: str = Field(description="Where in the report it is")


class RowOfRecommendation(RowOfSession):
    """A row about a recommendation."""

    recommendation: Resource = Field(description="The recommendation")
    kind: Resource = Field(description="Political or practical")


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
