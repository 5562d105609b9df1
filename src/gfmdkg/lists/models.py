"""What is asked of a list and what it answers: as it is described, and as it is read."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pydantic
from starlette.requests import Request

from gfmdkg.errors import ParameterError
from gfmdkg.http.described import cell_of
from gfmdkg.http.models import Page, asked, one_of, some_of, sometimes
from gfmdkg.http.parameters import INCLUDE, JSON, SPARQL, Paging, Parameters, choose_format
from gfmdkg.http.service import Service
from gfmdkg.lists.definitions import LISTS, FacetedList, Field, Include
from gfmdkg.lists.formats import GRAPH_FORMATS, REFERENCE_FORMATS, list_formats
from gfmdkg.lists.index import FacetCounts
from gfmdkg.lists.indexes import ListIndexes
from gfmdkg.lists.selection import Selection, parse_selection
from gfmdkg.queries.models import RESERVED
from gfmdkg.rdf.media import MediaType
from gfmdkg.search.answers import Found, Interpretation
from gfmdkg.settings import Settings
from gfmdkg.store.versions import Version

__all__ = [
    "FULL_TEXT",
    "ListPage",
    "ListParameters",
    "filter_names",
    "page_model",
    "read_parameters",
    "select",
    "shown_parameters",
]

FULL_TEXT = "q"

# Values of a facet unless more are asked for.
_FACET_VALUES = 20
_ALL = "all"
_OF_ITEMS = ("fields", INCLUDE, "facets", "facet_limit")


def shown_parameters(faceted: FacetedList, settings: Settings) -> dict[str, Any]:
    """Full text, order, and what of the items is shown."""
    orders = [f"{sign}{name}" for name in faceted.orders for sign in ("", "-")]
    meanings = "; ".join(f"{name}: {order.description}" for name, order in faceted.orders.items())
    sorting = f"The order, reversed by a leading minus. {meanings}. With q also: relevance."
    facets, fields = [*faceted.facets], [*faceted.fields]
    shown: dict[str, Any] = {
        "q": (
            str,
            asked(
                "Only what the full-text search finds, best first unless sorted otherwise; its "
                "language is that of /api/search.",
                "migration",
            ),
        ),
        "sort": (one_of([*orders, "relevance"]), asked(sorting, orders[-1])),
        "facets": (
            some_of([*facets, _ALL]),
            asked("The facets to count, or all; none unless given.", facets[:1]),
        ),
        "facet_limit": (
            int,
            asked(
                "The most values of a facet; those with most items come first.",
                5,
                default=_FACET_VALUES,
                ge=1,
                le=settings.page_size_limit,
            ),
        ),
        "fields": (
            some_of(fields),
            asked(
                "The members of an item; all unless given. The item itself always comes along.",
                fields[1:3],
            ),
        ),
    }
    meanings = "; ".join(f"{name}: {i.description}" for name, i in faceted.includes.items())
    text = "What comes along: sparql, the query that gives these items, as a link"
    if faceted.includes:
        text += f"; and what the items bring along in their member included. {meanings}"
    names = (*faceted.includes, SPARQL)
    shown["include"] = (some_of(names), asked(f"{text}.", [names[0]]))
    return shown


class ListPage(Page):
    """A page of a list."""

    facets: dict[str, FacetCounts] = sometimes("The facets that facets= asks for, by name.")
    facets_cut: list[str] = sometimes(
        "Of the facets asked for those that were not counted, for their time was over."
    )

    search: Interpretation = sometimes()
    sparql: str = sometimes(
        "With include=sparql the query that gives these items, where it is too long for "
        "links.sparql; send it by POST."
    )


def page_model(faceted: FacetedList) -> type[pydantic.BaseModel]:
    """A page of this list; with ``fields`` only the item itself is sure to be in an item."""
    item, *others = faceted.fields.values()
    name = item.name.capitalize()
    members: dict[str, Any] = {item.name: cell_of(item.column)}
    members |= {each.name: cell_of(each.column, many=each.many, default=None) for each in others}
    if faceted.includes:
        included = _included_model(tuple(faceted.includes.values()))
        members["included"] = (included, sometimes("What include= asks for, by name."))
    model = pydantic.create_model(name, **members)
    return pydantic.create_model(f"{name}Page", __base__=ListPage, items=(list[model], ...))  # type: ignore[valid-type]


@cache
def _included_model(includes: tuple[Include, ...]) -> type[pydantic.BaseModel]:
    """What comes along with an item of the lists that share these, the last of them the widest."""
    *_, widest = (each for each in LISTS.values() if tuple(each.includes.values()) == includes)
    name = next(iter(widest.fields)).capitalize()
    rows: dict[str, Any] = {}
    for include in includes:
        cells: dict[str, Any] = {f.name: cell_of(f.column, many=f.many) for f in include.columns}
        row = pydantic.create_model(f"{name}{include.name.capitalize()}", **cells)
        rows[include.name] = (list[row], sometimes(include.description))  # type: ignore[valid-type]
    return pydantic.create_model(f"{name}Included", **rows)


def filter_names(faceted: FacetedList) -> frozenset[str]:
    """The parameters by which a list is filtered."""
    return frozenset({FULL_TEXT, *(parameter.name for parameter in faceted.parameters())})


async def select(
    service: Service,
    indexes: ListIndexes,
    faceted: FacetedList,
    parameters: Parameters,
    version: Version,
) -> tuple[Selection, Found | None]:
    """What the filters mean in a version, and what the full-text search found, if it was asked.

    Raises ``ParameterError``, and what ``parse_selection`` and the search raise.
    """
    values = parameters.given(parameter.name for parameter in faceted.parameters())
    text = parameters.one(FULL_TEXT)
    terms = await service.terms(version)
    selection = await asyncio.to_thread(parse_selection, faceted, values, terms)
    if text is None:
        return selection, None
    search = await indexes.searches.exactly(version)
    found = await asyncio.to_thread(search.find, text, types=faceted.classes)
    return replace(selection, found=found.iris), found


@dataclass(frozen=True, slots=True, kw_only=True)
class ListParameters:
    """What a request asks for; ``number`` is the version that it names, if any.

    ``includes`` are names of includes of the list, and ``sparql``.
    """

    request: Request
    faceted: FacetedList
    parameters: Parameters
    format: MediaType
    paging: Paging
    sort: str | None
    fields: Sequence[Field]
    facets: frozenset[str]
    facet_limit: int
    includes: Sequence[str]
    number: int | None


def read_parameters(settings: Settings, faceted: FacetedList, request: Request) -> ListParameters:
    """What a request asks for. Raises ``ParameterError``, ``NotAcceptable``."""
    parameters = Parameters.of(request, {*filter_names(faceted), *RESERVED, *_OF_ITEMS, "sort"})
    found = ListParameters(
        request=request,
        faceted=faceted,
        parameters=parameters,
        format=choose_format(parameters, request.headers.get("accept"), list_formats(faceted.name)),
        paging=parameters.paging(settings),
        sort=parameters.one("sort"),
        fields=_chosen_fields(faceted, parameters),
        facets=_chosen_facets(faceted, parameters),
        facet_limit=parameters.integer("facet_limit", minimum=1, maximum=settings.page_size_limit)
        or _FACET_VALUES,
        includes=parameters.names(INCLUDE, (*faceted.includes, SPARQL)),
        number=parameters.version(),
    )
    if found.format is not JSON:
        shows_fields = found.format not in (*GRAPH_FORMATS, *REFERENCE_FORMATS)
        for name in (INCLUDE, "facets", "facet_limit") if shows_fields else _OF_ITEMS:
            if parameters.many(name):
                raise ParameterError(name, f"has no meaning in the format {found.format.name}")
    return found


def _chosen_facets(faceted: FacetedList, parameters: Parameters) -> frozenset[str]:
    """The facets to count: those that ``facets=`` names, or all."""
    names = parameters.names("facets", (*faceted.facets, _ALL))
    return frozenset(faceted.facets if _ALL in names else names)


def _chosen_fields(faceted: FacetedList, parameters: Parameters) -> tuple[Field, ...]:
    """The fields to show in the order asked for, always with the item itself."""
    item, *others = faceted.fields
    names = parameters.names("fields", (item, *others))
    return tuple(faceted.fields[name] for name in dict.fromkeys((item, *(names or others))))
