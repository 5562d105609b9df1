"""All that a request asks of a list."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from gfmdkg.errors import ParameterError
from gfmdkg.facets import FacetedList, Field
from gfmdkg.formats.media import MediaType
from gfmdkg.http.formats import JSON, choose_format
from gfmdkg.http.list_formats import GRAPH_FORMATS, list_formats
from gfmdkg.http.list_references import REFERENCE_FORMATS
from gfmdkg.http.list_request import (
    FACET_VALUES,
    Filters,
    chosen_facets,
    chosen_fields,
    chosen_includes,
    filter_names,
    read_filters,
)
from gfmdkg.http.parameters import Paging, Parameters
from gfmdkg.settings import Settings

__all__ = ["RESERVED", "ListWish", "read_wish"]

RESERVED = (
    *("facet_limit", "facets", "fields", "format", "include"),
    *("page", "per_page", "sort", "version"),
)
"""Parameters of every list beside its filters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWish:
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


def read_wish(settings: Settings, faceted: FacetedList, request: Request) -> ListWish:
    """What a request asks for. Raises ``ParameterError``, ``NotAcceptable``."""
    parameters = Parameters(request.query_params.multi_items())
    parameters.only({*filter_names(faceted), *RESERVED})
    wish = ListWish(
        request=request,
        faceted=faceted,
        filters=read_filters(faceted, parameters),
        format=choose_format(parameters, request.headers.get("accept"), list_formats(faceted.name)),
        paging=parameters.paging(settings),
        sort=parameters.one("sort"),
        fields=chosen_fields(faceted, parameters),
        facets=chosen_facets(faceted, parameters),
        facet_limit=parameters.integer("facet_limit", minimum=1, maximum=settings.page_size_limit)
        or FACET_VALUES,
        includes=chosen_includes(faceted, parameters),
        number=parameters.version(),
    )
    _refuse_what_the_format_cannot_show(wish, parameters)
    return wish


def _refuse_what_the_format_cannot_show(wish: ListWish, parameters: Parameters) -> None:
    shows_fields = wish.format not in (*GRAPH_FORMATS, *REFERENCE_FORMATS)
    for name, is_shown in (
        ("fields", shows_fields),
        ("include", wish.format is JSON),
        ("facets", wish.format is JSON),
        ("facet_limit", wish.format is JSON),
    ):
        if parameters.many(name) and not is_shown:
            raise ParameterError(name, f"has no meaning in the format {wish.format.name}")
