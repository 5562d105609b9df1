"""The models of the lists, made from their definitions."""

from collections.abc import Iterator
from typing import Any

from fastapi import params
from pydantic import BaseModel, Field, create_model

from gfmdkg.facets import FacetedList
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
from gfmdkg.http.list_formats import list_formats
from gfmdkg.http.list_request import FACET_VALUES
from gfmdkg.http.models import AtVersion, Cell, Count, Page, asked, page_parameters, sometimes
from gfmdkg.http.parameters import JSON
from gfmdkg.settings import Settings

__all__ = ["ListPage", "list_answers", "list_parameters"]


class FacetValue(BaseModel):
    """A value of a facet, and what choosing it would leave."""

    value: Cell | str | int | bool
    count: Count = Field(
        description="The total of the list if this value alone were chosen in its facet; of an "
        "excluded value, how many items that keeps out."
    )
    selected: bool
    excluded: bool
    broader: str = sometimes("The IRI of the nearest broader value of the facet.")


class Facet(BaseModel):
    """A facet with its values, those with most items first."""

    label: str
    values: list[FacetValue]
    total_values: Count = Field(description="How many values there are in all.")
    cut: bool = sometimes("True where time did not suffice.")


class Interpretation(BaseModel):
    """How the full text was understood."""

    interpretation: str
    corrected: str | None
    lenient: bool


class ListPage(Page):
    """A page of a list."""

    facets: dict[str, Facet] = Field(description="The facets asked for, by name.")
    facets_cut: list[str] = Field(
        description="The facets that were not counted, for their time was over."
    )

    search: Interpretation = sometimes()
    sparql: str = sometimes(
        "The query that gives these items, where it is too long for links.sparql; send it by POST."
    )


def list_parameters(faceted: FacetedList, settings: Settings) -> list[params.Depends]:
    """The parameters of a list's route."""
    filters = own_parameters({p.name: field_of(p) for p in faceted.parameters()})
    shared = query_string(
        *_shown(faceted, settings),
        page_parameters(settings),
        AtVersion,
        format_model(*(media.name for media in list_formats(faceted.name))),
    )
    return [filters, *shared]


def _shown(faceted: FacetedList, settings: Settings) -> Iterator[type[BaseModel]]:
    """Full text, order, and what of the items is shown."""
    orders = [f"{sign}{name}" for name in faceted.orders for sign in ("", "-")]
    meanings = "; ".join(f"{name}: {order.description}" for name, order in faceted.orders.items())

    class Shown(BaseModel):
        q: str = asked(
            "Only what the full-text search finds, best first unless sorted otherwise; its "
            "language is that of /api/search.",
            "migration",
        )
        sort: str = asked(
            f"The order, reversed by a leading minus. {meanings}. With q also: relevance.",
            orders[-1],
            one_of=[*orders, "relevance"],
        )
        facets: list[str] = asked(
            "The facets to count: all unless given; names, repeated or separated by commas, or "
            "none.",
            [next(iter(faceted.facets))],
            each_of=[*faceted.facets, "all", "none"],
        )
        facet_limit: int = asked(
            "The most values of a facet; those with most items come first.",
            5,
            default=FACET_VALUES,
            ge=1,
            le=settings.page_size_limit,
        )
        fields: list[str] = asked(
            "The members of an item; all unless given. The item itself always comes along.",
            list(faceted.fields)[1:3],
            each_of=faceted.fields,
        )

    yield Shown
    if faceted.includes:
        meanings = "; ".join(f"{name}: {i.description}" for name, i in faceted.includes.items())
        text = f"What the items bring along in their member included. {meanings}."
        first = [next(iter(faceted.includes))]
        include = asked(text, first, each_of=faceted.includes)
        yield create_model("Including", include=(list[str], include))


def list_answers(faceted: FacetedList) -> Responses:
    """The responses of a list's route."""
    item = _item_model(faceted)
    page = create_model(f"{item.__name__}Page", __base__=ListPage, items=(list[item], ...))  # type: ignore[valid-type]
    return answers(
        "The items.",
        page,
        (media.media_type for media in list_formats(faceted.name) if media is not JSON),
        also=(*READING, 409, 413),
    )


def _item_model(faceted: FacetedList) -> type[BaseModel]:
    """An item; with ``fields`` only the item itself is sure to be there."""
    item, *others = faceted.fields.values()
    name = item.name.capitalize()
    members: dict[str, Any] = {item.name: cell_of(item.column, is_null=False)}
    for shown in others:
        members[shown.name] = cell_of(shown.column, many=shown.many, is_sure=False)
    rows: dict[str, Any] = {}
    for include in faceted.includes.values():
        cells: dict[str, Any] = {column.name: cell_of(column) for column in include.columns}
        row = create_model(f"{name}{include.name.capitalize()}", **cells)
        rows[include.name] = (list[row], sometimes(include.description))  # type: ignore[valid-type]
    if rows:
        included = create_model(f"{name}Included", **rows)
        text = "What include= asks for, by name."
        members["included"] = (included, sometimes(text))
    return create_model(name, **members)
