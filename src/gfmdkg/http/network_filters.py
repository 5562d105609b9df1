"""Which passages and which links a network is made of, by the filters of the list of passages."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from gfmdkg.facets import ASSERTION, CONFIDENCE, LISTS, selection_query
from gfmdkg.http.list_request import FULL_TEXT, filter_names, read_filters, select
from gfmdkg.http.parameter_description import parameter_object
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.search_indexes import SearchIndexes
from gfmdkg.http.service import Service
from gfmdkg.network import Grounds
from gfmdkg.store.versions import Version

__all__ = ["FILTER_NAMES", "Chosen", "choose_passages", "filter_parameters"]

_PASSAGES = LISTS["passages"]
FILTER_NAMES = filter_names(_PASSAGES)
"""The parameters that choose passages and links."""

_OF_LINKS = frozenset({ASSERTION, CONFIDENCE})
_DESCRIPTIONS = {
    ASSERTION: "Only links asserted on these grounds count, in edges and in filters by links; "
    "in edges explicit ones unless given.",
    CONFIDENCE: "Only links that are at least so sure, from 0 to 1, count, in edges and in "
    "filters by links.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The links that count, and the passages, ``None`` for all; ``query`` is SPARQL for these."""

    grounds: Grounds
    items: frozenset[str] | None = None
    query: str | None = None


async def choose_passages(
    service: Service, searches: SearchIndexes, parameters: Parameters, version: Version
) -> Chosen:
    """What the filters choose in a version.

    Raises what reading the filters raises, and ``Busy`` while the version's lists are read.
    """
    filters = read_filters(_PASSAGES, parameters)
    if not filters.values and filters.text is None:
        return Chosen(grounds=Grounds())  # without the index of names, which takes time to read
    selection, _ = await select(service, searches, _PASSAGES, filters, version)
    choice = selection.of(ASSERTION)
    grounds = Grounds.asked(choice.included, choice.excluded, confidence=selection.confidence)
    if filters.text is None and filters.values.keys() <= _OF_LINKS:
        return Chosen(grounds=grounds)
    index = await service.lists.exactly(_PASSAGES.name, version)
    items = await asyncio.to_thread(index.iris, selection)
    if selection.found is not None:
        # What passes the filters is enough, and keeps the query short.
        passing = frozenset(items)
        selection = replace(
            selection, found=tuple(iri for iri in selection.found if iri in passing)
        )
    return Chosen(
        grounds=grounds,
        items=frozenset(items),
        query=selection_query(_PASSAGES, selection, None),
    )


def filter_parameters() -> list[dict[str, Any]]:
    """The filters in the OpenAPI description."""
    described = [parameter_object(parameter) for parameter in _PASSAGES.parameters()]
    for each in described:
        each["description"] = _DESCRIPTIONS.get(each["name"], each["description"])
    text = {
        "name": FULL_TEXT,
        "in": "query",
        "description": "Only passages that the full-text search finds.",
        "schema": {"type": "string"},
        "example": "detention",
    }
    return [*described, text]
