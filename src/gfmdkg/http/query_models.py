"""The models of the canned queries: their list, and those of each query made from its header."""

from typing import Any

from fastapi import params
from pydantic import BaseModel, create_model

from gfmdkg.catalog import CannedQuery, ColumnType, ParameterType
from gfmdkg.http.described import (
    READING,
    Responses,
    answers,
    cell_of,
    field_of,
    format_model,
    own_parameters,
    query_string,
)
from gfmdkg.http.models import AtVersion, Count, Links, Page, page_parameters, sometimes
from gfmdkg.http.parameters import JSON, ROW_FORMATS
from gfmdkg.settings import Settings

__all__ = ["CannedQueryList", "RowsPage", "query_answers", "query_parameters"]


class QueryParameter(BaseModel):
    """A parameter; `classes` and `schemes` say what a resource must be."""

    name: str
    type: ParameterType
    description: str
    required: bool
    many: bool
    default: list[str]
    values: list[str]
    classes: list[str]
    schemes: list[str]
    example: str


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
    parameters: list[QueryParameter]
    columns: list[QueryColumn]
    sparql: str
    links: Links


class CannedQueryList(BaseModel):
    """All canned queries."""

    items: list[CannedQueryRecord]
    total: Count


class Hint(BaseModel):
    """What a neighbouring query finds where this one has no rows."""

    message: str
    query: str
    items: list[dict[str, Any]]
    links: Links


class RowsPage(Page):
    """A page of a canned query's rows."""

    hint: Hint = sometimes()


def query_parameters(query: CannedQuery, settings: Settings) -> list[params.Depends]:
    """The parameters of a canned query's route."""
    own = own_parameters({name: field_of(p) for name, p in query.parameters.items()})
    shared = query_string(
        page_parameters(settings),
        AtVersion,
        format_model(*(media.name for media in ROW_FORMATS)),
    )
    return [own, *shared]


def query_answers(query: CannedQuery) -> Responses:
    """The responses of a canned query's route."""
    name = "".join(word.capitalize() for word in query.name.split("-"))
    # The first column is what a row is about.
    first = next(iter(query.columns))
    cells: dict[str, Any] = {n: cell_of(c, is_null=n != first) for n, c in query.columns.items()}
    row = create_model(f"{name}Row", **cells)
    has_names = any(p.type is ParameterType.RESOURCE for p in query.parameters.values())
    return answers(
        "The rows.",
        create_model(f"{name}Page", __base__=RowsPage, items=(list[row], ...)),  # type: ignore[valid-type]
        (media.media_type for media in ROW_FORMATS if media is not JSON),
        also=(*READING, *([409] if has_names else []), 413),
    )
