"""What is asked of a list: its parameters as they are described, and as they are read."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, create_model
from starlette.requests import Request

from gfmdkg.errors import ParameterError
from gfmdkg.http.models import asked
from gfmdkg.http.parameters import INCLUDE, JSON, SPARQL, Paging, Parameters, choose_format
from gfmdkg.http.service import Service
from gfmdkg.lists import FacetedList, Field, Selection, parse_selection
from gfmdkg.lists.formats import GRAPH_FORMATS, REFERENCE_FORMATS, list_formats
from gfmdkg.lists.indexes import ListIndexes
from gfmdkg.rdf.media import MediaType
from gfmdkg.search import Found
from gfmdkg.settings import Settings
from gfmdkg.store.versions import Version

__all__ = [
    "FULL_TEXT",
    "ListParameters",
    "filter_names",
    "read_parameters",
    "select",
    "shown_parameters",
]

FULL_TEXT = "q"

# Values of a facet unless more are asked for.
_FACET_VALUES = 20
_ALL = "all"
_OF_ITEMS = ("fields", INCLUDE, "facets", "facet_limit")
# Parameters of every list beside its filters.
_RESERVED = (
    *("facet_limit", "facets", "fields", "format", INCLUDE),
    *("page", "per_page", "sort", "version"),
)


def shown_parameters(faceted: FacetedList, settings: Settings) -> Iterator[type[BaseModel]]:
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
            "The facets to count, or all; none unless given.",
            [next(iter(faceted.facets))],
            each_of=[*faceted.facets, _ALL],
        )
        facet_limit: int = asked(
            "The most values of a facet; those with most items come first.",
            5,
            default=_FACET_VALUES,
            ge=1,
            le=settings.page_size_limit,
        )
        fields: list[str] = asked(
            "The members of an item; all unless given. The item itself always comes along.",
            list(faceted.fields)[1:3],
            each_of=faceted.fields,
        )

    yield Shown
    meanings = "; ".join(f"{name}: {i.description}" for name, i in faceted.includes.items())
    text = "What comes along: sparql, the query that gives these items, as a link"
    if faceted.includes:
        text += f"; and what the items bring along in their member included. {meanings}"
    names = (*faceted.includes, SPARQL)
    yield create_model(
        "Including", include=(list[str], asked(f"{text}.", [names[0]], each_of=names))
    )


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
    parameters = Parameters.of(request, {*filter_names(faceted), *_RESERVED})
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
