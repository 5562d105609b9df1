"""Which items of a list are asked for: the values of its filters as RDF terms, and as a query."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pyoxigraph as ox

from gfmdkg.errors import ParameterError, UnknownParameter
from gfmdkg.lists.definitions import (
    ASSERTION,
    CONFIDENCE,
    Facet,
    FacetedList,
    Order,
    Pattern,
    braced,
    prologue_of,
)
from gfmdkg.rdf.values import Term, typed
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.parameters import Parameter, ParameterType

__all__ = ["Choice", "Selection", "facet_pattern", "parse_selection", "selection_query"]

_VALUES_LIMIT = 200
_NOT = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Values of one facet: an item must have one of ``included`` and none of ``excluded``."""

    included: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()


_NO_CHOICE = Choice()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Filters of one list, all of which an item must pass.

    ``choices`` are by the names of facets, ``bounds`` by the names of bounds. ``confidence`` is
    the least confidence of a link that counts, ``found`` the IRIs that a search found, best
    first.
    """

    choices: Mapping[str, Choice] = field(default_factory=dict)
    bounds: Mapping[str, ox.Literal] = field(default_factory=dict)
    confidence: Decimal | None = None
    found: tuple[str, ...] | None = None

    def of(self, name: str) -> Choice:
        """What is chosen in a facet."""
        return self.choices.get(name, _NO_CHOICE)

    def choosing(self, name: str, choice: Choice) -> "Selection":
        """The same selection with another choice in one facet."""
        return replace(self, choices={**self.choices, name: choice})

    def among(self, iris: Container[str]) -> "Selection":
        """The same selection with only these of what a search found."""
        if self.found is None:
            return self
        return replace(self, found=tuple(iri for iri in self.found if iri in iris))

    def assertions_for(self, facet: Facet) -> tuple[Term, ...] | None:
        """The assertions of the links that count for a facet; ``None`` for all of them.

        Those asked for replace the facet's own; those excluded never count.
        """
        choice = self.of(ASSERTION)
        return choice.included or tuple(map(ox.NamedNode, facet.assertions)) or None

    @property
    def is_about_links(self) -> bool:
        """Whether the selection says which links count, so that an item needs one of them."""
        choice = self.of(ASSERTION)
        return bool(choice.included or choice.excluded or self.confidence is not None)


def parse_selection(
    faceted: FacetedList, values: Mapping[str, Sequence[str]], terms: TermIndex
) -> Selection:
    """The selection that parameters of these values mean; a leading ``-`` excludes.

    Raises ``UnknownParameter``, ``ParameterError``, ``NotFound`` and ``Ambiguous``.
    """
    known = {parameter.name for parameter in faceted.parameters()}
    for name in values:
        if name not in known:
            raise UnknownParameter(name, "is no filter here", allowed=sorted(known))
    return Selection(
        choices={
            name: _choice(facet.parameter, texts, terms)
            for name, facet in faceted.facets.items()
            if (texts := values.get(name))
        },
        bounds={
            name: _one(bound.parameter, texts)
            for name, bound in faceted.bounds.items()
            if (texts := values.get(name))
        },
        confidence=_confidence(faceted.confidence, values.get(CONFIDENCE)),
    )


def _choice(parameter: Parameter, texts: Sequence[str], terms: TermIndex) -> Choice:
    values = [each for text in texts for each in _values_in(parameter, text, terms)]
    if len(values) > _VALUES_LIMIT:
        detail = f"has {len(values)} values, and at most {_VALUES_LIMIT} are taken"
        raise ParameterError(parameter.name, detail)
    included: dict[Term, None] = {}
    excluded: dict[Term, None] = {}
    for value in values:
        is_excluded = _is_excluded(value)
        term = parameter.term(value[1:].strip() if is_excluded else value, terms)
        if isinstance(term, ox.Literal) and parameter.type is ParameterType.INT:
            # As the engine writes what it computes: 2017, not 02017.
            term = ox.Literal(str(int(term.value)), datatype=term.datatype)
        (excluded if is_excluded else included)[term] = None
    return Choice(included=tuple(included), excluded=tuple(excluded))


def _values_in(parameter: Parameter, text: str, terms: TermIndex) -> tuple[str, ...]:
    """The values in a text, of which each may be excluded."""
    if not _is_excluded(text.strip()):
        return parameter.values_in(text, terms)
    first, *others = parameter.values_in(text.strip()[1:], terms)
    return (_NOT + first, *others)


def _is_excluded(value: str) -> bool:
    return value.startswith(_NOT) and len(value) > 1


def _one(parameter: Parameter, texts: Sequence[str]) -> ox.Literal:
    if len(texts) > 1:
        raise ParameterError(parameter.name, "is given more than once", value=", ".join(texts))
    term = parameter.literal(texts[0])
    assert isinstance(term, ox.Literal)  # noqa: S101 - a bound is a number or a date
    return term


def _confidence(parameter: Parameter | None, texts: Sequence[str] | None) -> Decimal | None:
    if parameter is None or not texts:
        return None
    number = Decimal(_one(parameter, texts).value)
    if not 0 <= number <= 1:
        raise ParameterError(parameter.name, "must lie between 0 and 1", value=texts[0])
    return number


def selection_query(
    faceted: FacetedList,
    selection: Selection,
    order: Order | None,
    *,
    descending: bool = False,
    columns: str = "?item",
) -> str:
    """A SELECT of ?item alone; ``columns`` may name sort keys beside it.

    Without an order, items come as a search found them.
    """
    used = [faceted.items]
    parts = [_items(faceted.items.body)]
    ordering = "?item"
    if selection.found is not None:
        parts.append(_found(selection.found, with_rank=order is None))
        ordering = "?rank"
    for pattern, part in _filters(faceted, selection):
        used.append(pattern)
        parts.append(part)
    if order is not None:
        used.append(order.pattern)
        parts.append(f"OPTIONAL {braced(order.pattern.grouping)}")
        first, *rest = order.pattern.sort_keys
        ordering = " ".join((f"DESC({first})" if descending else first, *rest))
    body = braced("\n".join(parts))
    return f"{prologue_of(used)}SELECT {columns} WHERE {body}\nORDER BY {ordering}\n"


def _filters(faceted: FacetedList, selection: Selection) -> Iterator[tuple[Pattern, str]]:
    for facet in faceted.facets.values():
        if facet.name == ASSERTION:
            if selection.is_about_links:
                yield facet.pattern, _items(facet_pattern(facet, selection))
            continue
        choice = selection.of(facet.name)
        if choice.included:
            yield facet.pattern, _items(facet_pattern(facet, selection, choice.included))
        if choice.excluded:
            excluded = facet_pattern(facet, selection, choice.excluded)
            yield facet.pattern, f"MINUS {_items(excluded)}"
    for bound in faceted.bounds.values():
        if (limit := selection.bounds.get(bound.name)) is not None:
            sign = ">=" if bound.is_least else "<="
            condition = f"FILTER (?value {sign} {limit})"
            yield bound.pattern, _items(f"{bound.pattern.body}\n{condition}")


def _items(body: str) -> str:
    return braced(f"SELECT DISTINCT ?item WHERE {braced(body)}")


def facet_pattern(facet: Facet, selection: Selection, values: Sequence[Term] = ()) -> str:
    """What ties ?item to ?value by the links that count, to one of ``values`` if there are any."""
    if facet.of_links:
        return _links(facet, selection, values)
    if not values:
        return facet.pattern.body
    return f"{_values('value', values)}\n{braced(facet.pattern.body)}"


def _links(facet: Facet, selection: Selection, values: Sequence[Term]) -> str:
    lines = [_values("value", values)] if values else []
    assertions = selection.assertions_for(facet)
    if assertions:
        lines.append(_values("assertion", assertions))
    lines.append(braced(facet.pattern.body))
    if excluded := selection.of(ASSERTION).excluded:
        listed = ", ".join(map(str, excluded))
        lines.append(f"FILTER (?assertion NOT IN ({listed}))")
    if selection.confidence is not None:
        least = typed(f"{selection.confidence:f}", "decimal")
        lines.append(f"FILTER (?confidence >= {least})")
    return "\n".join(lines)


def _values(variable: str, terms: Sequence[Term]) -> str:
    return f"VALUES ?{variable} {{ {' '.join(map(str, terms))} }}"


def _found(iris: Sequence[str], *, with_rank: bool) -> str:
    if not with_rank:
        return _values("item", tuple(map(ox.NamedNode, iris)))
    rows = " ".join(f"({ox.NamedNode(iri)} {rank})" for rank, iri in enumerate(iris, start=1))
    return f"VALUES (?item ?rank) {{ {rows} }}"
