"""What a list is: how its items are found, ordered and described, and by what they are filtered."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gfmdkg.facets.patterns import Pattern
from gfmdkg.sparql.query_text import QueryText
from gfmdkg.terms.parameters import Column, Parameter
from gfmdkg.terms.values import Iri

__all__ = ["ASSERTION", "CONFIDENCE", "Bound", "Facet", "FacetedList", "Field", "Include", "Order"]

ASSERTION, CONFIDENCE = "assertion", "confidence"
"""The filters that say which links count, for all facets that are ``of_links``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """Values by which items are filtered and counted; ``parameter`` says how they are written.

    ``pattern`` ties ?item to ?value. Where ``of_links``, it goes through a link and binds its
    ?assertion and ?confidence too; of these, only the assertions in ``assertions`` count unless
    others are asked for (all of them where it is empty). A ``hierarchical`` pattern ties an item
    to the broader concepts of its own as well.
    """

    parameter: Parameter
    label: str
    pattern: Pattern
    hierarchical: bool = False
    of_links: bool = False
    assertions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the facet and of its parameter."""
        return self.parameter.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A filter by a least or greatest value; ``pattern`` ties ?item to ?value."""

    parameter: Parameter
    pattern: Pattern
    is_least: bool

    @property
    def name(self) -> str:
        """The name of the parameter."""
        return self.parameter.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What an item shows; several values where ``many``. Without ``pattern``, the item itself."""

    column: Column
    pattern: Pattern | None = None
    many: bool = False

    @property
    def name(self) -> str:
        """The name of the member, and of the column in a table."""
        return self.column.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A way to sort: ``pattern`` gives each ?item its sort keys, of which ?key may be reversed."""

    name: str
    description: str
    pattern: Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Include:
    """Related things that the items of a page may bring along, a row for each.

    ``source`` selects ?item and the columns; its slot ?item takes items.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    source: QueryText

    def query(self, iris: Iterable[str]) -> str:
        """The query for these items."""
        return self.source.fill(item=map(Iri, iris))


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetedList:
    """A list. The first order is the one that items come in unless another is asked for.

    ``classes`` are IRIs: what the items are, for whoever searches for them.
    ``confidence`` is the parameter for the least confidence of a link, where facets are
    ``of_links``.
    """

    name: str
    label: str
    summary: str
    description: str
    classes: tuple[str, ...]
    items: Pattern
    facets: Mapping[str, Facet]
    bounds: Mapping[str, Bound] = field(default_factory=lambda: MappingProxyType({}))
    fields: Mapping[str, Field]
    orders: Mapping[str, Order]
    includes: Mapping[str, Include] = field(default_factory=lambda: MappingProxyType({}))
    confidence: Parameter | None = None

    @property
    def first_order(self) -> Order:
        """The order unless another is asked for."""
        return next(iter(self.orders.values()))

    def parameters(self) -> Iterator[Parameter]:
        """The parameters of all filters, full text apart."""
        yield from (facet.parameter for facet in self.facets.values())
        yield from (bound.parameter for bound in self.bounds.values())
        if self.confidence is not None:
            yield self.confidence
