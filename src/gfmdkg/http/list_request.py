"""What is asked of a list: filters, full text, order, page, fields, facets and format."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi import Request

from gfmdkg.errors import ParameterError
from gfmdkg.facets import FacetedList, Field, Selection, parse_selection
from gfmdkg.formats.media import MediaType
from gfmdkg.http.list_formats import GRAPH_FORMATS, REFERENCE_FORMATS, list_formats
from gfmdkg.http.parameters import JSON, Paging, Parameters, choose_format
from gfmdkg.http.service import Service
from gfmdkg.search import Found
from gfmdkg.settings import Settings
from gfmdkg.store.versions import Version

__all__ = [
    "FACET_VALUES",
    "FULL_TEXT",
    "Filters",
    "ListParameters",
    "filter_names",
    "read_filters",
    "read_parameters",
    "select",
]

FULL_TEXT = "q"
FACET_VALUES = 20
"""Values of a facet that are given unless ``facet_limit`` says otherwise."""

_ALL, _NONE = "all", "none"
# Parameters of every list beside its filters.
_RESERVED = (
    *("facet_limit", "facets", "fields", "format", "include"),
    *("page", "per_page", "sort", "version"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The filters of a request as they were written; ``text`` is for the full-text search."""

    values: Mapping[str, Sequence[str]]
    text: str | None


def filter_names(faceted: FacetedList) -> frozenset[str]:
    """The parameters by which a list is filtered."""
    return frozenset({FULL_TEXT, *(parameter.name for parameter in faceted.parameters())})


def read_filters(faceted: FacetedList, parameters: Parameters) -> Filters:
    """The filters among the parameters of a request. Raises ``ParameterError``."""
    values = parameters.given(parameter.name for parameter in faceted.parameters())
    return Filters(values=values, text=parameters.one(FULL_TEXT))


async def select(
    service: Service,
    faceted: FacetedList,
    filters: Filters,
    version: Version,
) -> tuple[Selection, Found | None]:
    """What the filters mean in a version, and what the full-text search found, if it was asked.

    Raises what ``parse_selection`` and the search raise.
    """
    terms = await service.terms(version)
    selection = await asyncio.to_thread(parse_selection, faceted, filters.values, terms)
    if filters.text is None:
        return selection, None
    search = await service.searches.exactly(version)
    found = await asyncio.to_thread(search.find, filters.text, types=faceted.classes)
    return replace(selection, found=found.iris), found


@dataclass(frozen=True, slots=True, kw_only=True)
class ListParameters:
    """What a request asks for; ``number`` is the version that it names, if any."""

    request: Request
    faceted: FacetedList
    filters: Filters
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
    asked = ListParameters(
        request=request,
        faceted=faceted,
        filters=read_filters(faceted, parameters),
        format=choose_format(parameters, request.headers.get("accept"), list_formats(faceted.name)),
        paging=parameters.paging(settings),
        sort=parameters.one("sort"),
        fields=_chosen_fields(faceted, parameters),
        facets=_chosen_facets(faceted, parameters),
        facet_limit=parameters.integer("facet_limit", minimum=1, maximum=settings.page_size_limit)
        or FACET_VALUES,
        includes=_chosen_includes(faceted, parameters),
        number=parameters.version(),
    )
    _refuse_what_the_format_cannot_show(asked, parameters)
    return asked


def _refuse_what_the_format_cannot_show(asked: ListParameters, parameters: Parameters) -> None:
    shows_fields = asked.format not in (*GRAPH_FORMATS, *REFERENCE_FORMATS)
    for name, is_shown in (
        ("fields", shows_fields),
        ("include", asked.format is JSON),
        ("facets", asked.format is JSON),
        ("facet_limit", asked.format is JSON),
    ):
        if parameters.many(name) and not is_shown:
            raise ParameterError(name, f"has no meaning in the format {asked.format.name}")


def _names_in(parameters: Parameters, name: str) -> tuple[str, ...]:
    """The names that a repeatable parameter lists, separated by commas or given apart."""
    texts = ",".join(parameters.many(name)).split(",")
    return tuple(dict.fromkeys(stripped for text in texts if (stripped := text.strip())))


def _chosen_facets(faceted: FacetedList, parameters: Parameters) -> frozenset[str]:
    """The facets to count: all unless ``facets=`` names some or says ``none``."""
    names = _names_in(parameters, "facets")
    if not names or names == (_ALL,):
        return frozenset(faceted.facets)
    if names == (_NONE,):
        return frozenset()
    return _known("facets", names, (*faceted.facets, _ALL, _NONE), alone=(_ALL, _NONE))


def _chosen_fields(faceted: FacetedList, parameters: Parameters) -> tuple[Field, ...]:
    """The fields to show in the order asked for, always with the item itself."""
    names = _names_in(parameters, "fields")
    every = tuple(faceted.fields.values())
    if not names:
        return every
    _known("fields", names, tuple(faceted.fields))
    item = every[0]
    return (item, *(faceted.fields[name] for name in names if name != item.name))


def _chosen_includes(faceted: FacetedList, parameters: Parameters) -> tuple[str, ...]:
    """The names of what the items are to bring along."""
    names = _names_in(parameters, "include")
    if names and not faceted.includes:
        raise ParameterError("include", f"has nothing to include in {faceted.name}")
    _known("include", names, tuple(faceted.includes))
    return names


def _known(
    parameter: str, names: Sequence[str], allowed: Sequence[str], alone: Sequence[str] = ()
) -> frozenset[str]:
    for name in names:
        if name not in allowed or (name in alone and len(names) > 1):
            raise ParameterError(
                parameter, f"names “{name[:40]}”", value=name[:40], allowed=allowed
            )
    return frozenset(names)
