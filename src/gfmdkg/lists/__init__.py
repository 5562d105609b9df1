"""Lists of the main kinds of things, with filters, facets and orders.

``LISTS`` has the definition of each list. ``build_indexes`` reads a version by these
definitions into one ``ListIndex`` a list, which answers from memory. What is asked for is a
``Selection``: the values of the list's filters, parsed by ``parse_selection``.

Whoever needs the items that a selection leaves (networks, say) asks the index for their IRIs,
in the list's order::

    selection = parse_selection(LISTS["passages"], {"topic": ["detention"]}, terms)
    iris: tuple[str, ...] = index.iris(selection)

``count_facets`` counts the values of facets under the other filters, and ``selection_query``
writes the SPARQL query that gives the same items in the same order: both come from the same
patterns. Nothing here knows HTTP.
"""

from gfmdkg.lists.definitions import ASSERTION, CONFIDENCE, Facet, FacetedList, Field, Include
from gfmdkg.lists.index import (
    FacetCounts,
    ListIndex,
    Sorting,
    ValueCount,
    build_indexes,
    count_facets,
)
from gfmdkg.lists.lists import GROUPS, LISTS
from gfmdkg.lists.reading import Select, keep_answers, select_from
from gfmdkg.lists.selection import (
    Choice,
    Selection,
    facet_pattern,
    parse_selection,
    selection_query,
)

__all__ = [
    "ASSERTION",
    "CONFIDENCE",
    "GROUPS",
    "LISTS",
    "Choice",
    "Facet",
    "FacetCounts",
    "FacetedList",
    "Field",
    "Include",
    "ListIndex",
    "Select",
    "Selection",
    "Sorting",
    "ValueCount",
    "build_indexes",
    "count_facets",
    "facet_pattern",
    "keep_answers",
    "parse_selection",
    "select_from",
    "selection_query",
]
