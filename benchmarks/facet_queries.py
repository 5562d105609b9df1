"""Facets by plain SPARQL: one query for each, as whoever has only an endpoint writes them."""

from gfmdkg.lists.definitions import ASSERTION, Facet, FacetedList
from gfmdkg.lists.selection import Choice, Selection, facet_pattern, selection_query

__all__ = ["facet_query"]


def facet_query(faceted: FacetedList, selection: Selection, facet: Facet) -> str:
    """The values of a facet with how many items have each, under the other filters.

    What the selection says of assertions holds for the values too, but for the facet of
    assertions itself, whose own choice does not count.
    """
    own = Choice(excluded=selection.of(facet.name).excluded)
    others = selection.choosing(facet.name, own)
    items = selection_query(faceted, others, None)
    prologue, _, body = items.partition("SELECT")
    body = body.rpartition("ORDER BY")[0]
    counting = others if facet.name == ASSERTION else selection
    lines = sorted({*prologue.splitlines(), *facet.pattern.prologue} - {""})
    return (
        "\n".join(lines)
        + "\nSELECT ?value (COUNT(DISTINCT ?item) AS ?count) WHERE {\n"
        + f"{{ SELECT{body}}}\n"
        # Joined as it stands, the pattern may be found anew for each item.
        + f"{{ SELECT DISTINCT ?item ?value WHERE {{\n{facet_pattern(facet, counting)}\n}} }}\n"
        + "}\nGROUP BY ?value\n"
    )
