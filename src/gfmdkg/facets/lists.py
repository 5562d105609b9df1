"""All lists there are, and which of them are indexed together."""

from collections.abc import Mapping
from types import MappingProxyType

from gfmdkg.facets.definitions import FacetedList
from gfmdkg.facets.meetings import MEETINGS
from gfmdkg.facets.passages import PASSAGES, RECOMMENDATIONS
from gfmdkg.facets.references import REFERENCES

__all__ = ["GROUPS", "LISTS"]

LISTS: Mapping[str, FacetedList] = MappingProxyType(
    {faceted.name: faceted for faceted in (RECOMMENDATIONS, PASSAGES, *REFERENCES, *MEETINGS)}
)
"""Every list by its name."""

GROUPS: tuple[tuple[FacetedList, ...], ...] = (
    (RECOMMENDATIONS, PASSAGES),
    *((faceted,) for faceted in (*REFERENCES, *MEETINGS)),
)
"""The lists in the order in which they are indexed, those that share patterns together."""
