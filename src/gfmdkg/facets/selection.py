"""Which items of a list are asked for: the values of its filters, as RDF terms."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from gfmdkg.errors import ParameterError, UnknownParameter
from gfmdkg.facets.definitions import ASSERTION, CONFIDENCE, Facet, FacetedList
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.parameters import Parameter, ParameterType
from gfmdkg.terms.values import Iri, Literal, Term

__all__ = ["Choice", "Selection", "parse_selection"]

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

    choices: Mapping[str, Choice] = field(default_factory=lambda: MappingProxyType({}))
    bounds: Mapping[str, Literal] = field(default_factory=lambda: MappingProxyType({}))
    confidence: Decimal | None = None
    found: tuple[str, ...] | None = None

    def of(self, name: str) -> Choice:
        """What is chosen in a facet."""
        return self.choices.get(name, _NO_CHOICE)

    def choosing(self, name: str, choice: Choice) -> "Selection":
        """The same selection with another choice in one facet."""
        return replace(self, choices=MappingProxyType({**self.choices, name: choice}))

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
        return choice.included or tuple(map(Iri, facet.assertions)) or None

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
    choices: dict[str, Choice] = {}
    for facet in faceted.facets.values():
        if texts := values.get(facet.name, ()):
            choices[facet.name] = _choice(facet.parameter, texts, terms)
    bounds: dict[str, Literal] = {}
    for bound in faceted.bounds.values():
        if (literal := _one(bound.parameter, values.get(bound.name, ()))) is not None:
            bounds[bound.name] = literal
    return Selection(
        choices=MappingProxyType(choices),
        bounds=MappingProxyType(bounds),
        confidence=_confidence(faceted, values),
    )


def _choice(parameter: Parameter, texts: Sequence[str], terms: TermIndex) -> Choice:
    if len(texts) > _VALUES_LIMIT:
        detail = f"is given {len(texts)} times, and at most {_VALUES_LIMIT} are taken"
        raise ParameterError(parameter.name, detail)
    included: dict[Term, None] = {}
    excluded: dict[Term, None] = {}
    for text in texts:
        stripped = text.strip()
        is_excluded = stripped.startswith(_NOT) and len(stripped) > 1
        term = parameter.term(stripped[1:].strip() if is_excluded else text, terms)
        (excluded if is_excluded else included)[_canonical(term, parameter)] = None
    return Choice(included=tuple(included), excluded=tuple(excluded))


def _canonical(term: Term, parameter: Parameter) -> Term:
    # As the engine writes what it computes: 2017, not 02017.
    if isinstance(term, Literal) and parameter.type is ParameterType.INT:
        return Literal(str(int(term.lexical)), term.datatype)
    return term


def _one(parameter: Parameter, texts: Sequence[str]) -> Literal | None:
    if len(texts) > 1:
        raise ParameterError(parameter.name, "is given more than once", value=", ".join(texts))
    if not texts:
        return None
    term = parameter.literal(texts[0])
    assert isinstance(term, Literal)  # noqa: S101 - a bound is a number or a date
    return term


def _confidence(faceted: FacetedList, values: Mapping[str, Sequence[str]]) -> Decimal | None:
    texts = values.get(CONFIDENCE, ())
    if faceted.confidence is None or not texts:
        return None
    literal = _one(faceted.confidence, texts)
    assert literal is not None  # noqa: S101 - there is a text
    number = Decimal(literal.lexical)
    if not 0 <= number <= 1:
        raise ParameterError(CONFIDENCE, "must lie between 0 and 1", value=texts[0])
    return number
