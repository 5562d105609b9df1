"""Reading what is asked of a list: filters, full text, order, page, fields and facets."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gfmdkg.errors import ParameterError
from gfmdkg.facets import FacetedList, Field, Selection, parse_selection
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.search_indexes import SearchIndexes
from gfmdkg.http.service import Service
from gfmdkg.search import Found
from gfmdkg.store.versions import Version

__all__ = [
    "FACET_VALUES",
    "FULL_TEXT",
    "Filters",
    "chosen_facets",
    "chosen_fields",
    "chosen_includes",
    "filter_names",
    "names_in",
    "read_filters",
    "select",
]

FULL_TEXT = "q"
FACET_VALUES = 20
"""Values of a facet that are given unless ``facet_limit`` says otherwise."""

_ALL, _NONE = "all", "none"


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
    names = (parameter.name for parameter in faceted.parameters())
    values = {name: given for name in names if (given := parameters.many(name))}
    return Filters(values=values, text=parameters.one(FULL_TEXT))


async def select(
    service: Service,
    indexes: SearchIndexes,
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
    search = await indexes.exactly(version)
    found = await asyncio.to_thread(search.find, filters.text, types=faceted.classes)
    return replace(selection, found=found.iris), found


def names_in(parameters: Parameters, name: str) -> tuple[str, ...]:
    """The names that a repeatable parameter lists, separated by commas or given apart."""
    texts = ",".join(parameters.many(name)).split(",")
    return tuple(dict.fromkeys(stripped for text in texts if (stripped := text.strip())))


def chosen_facets(faceted: FacetedList, parameters: Parameters) -> frozenset[str]:
    """The facets to count: all unless ``facets=`` names some or says ``none``."""
    names = names_in(parameters, "facets")
    if not names or names == (_ALL,):
        return frozenset(faceted.facets)
    if names == (_NONE,):
        return frozenset()
    return _known("facets", names, (*faceted.facets, _ALL, _NONE), alone=(_ALL, _NONE))


def chosen_fields(faceted: FacetedList, parameters: Parameters) -> tuple[Field, ...]:
    """The fields to show in the order asked for, always with the item itself."""
    names = names_in(parameters, "fields")
    every = tuple(faceted.fields.values())
    if not names:
        return every
    _known("fields", names, tuple(faceted.fields))
    item = every[0]
    return (item, *(faceted.fields[name] for name in names if name != item.name))


def chosen_includes(faceted: FacetedList, parameters: Parameters) -> tuple[str, ...]:
    """The names of what the items are to bring along."""
    names = names_in(parameters, "include")
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
