"""A canned query: a ``.rq`` file with a header, and what can be done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gfmdkg.catalog.rows import Row, rows_of
from gfmdkg.catalog.sparql_shape import QueryShape
from gfmdkg.errors import ParameterError, UnknownParameter
from gfmdkg.formats.solutions import Solutions
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.parameters import Column, Parameter
from gfmdkg.terms.values import Term, to_sparql

__all__ = ["CannedQuery", "WhenEmpty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhenEmpty:
    """Which query to ask instead when this one has no rows.

    Its rows, if it has any, are shown under ``message``. ``parameters`` are handed on by
    name; the others keep their defaults.
    """

    query: str
    message: str
    parameters: tuple[str, ...]

    def values(self, given: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        """What of the values given to the first query is handed on."""
        return {name: given[name] for name in self.parameters if name in given}


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedQuery:
    """A canned query. ``text`` is its SPARQL without the header, and valid as it stands."""

    name: str
    topic: str
    summary: str
    description: str
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, Column]
    tags: tuple[str, ...]
    text: str
    shape: QueryShape
    file: str
    when_empty: WhenEmpty | None = None

    def bind(self, values: Mapping[str, str | Sequence[str]], resolver: TermIndex) -> str:
        """The SPARQL text with these values in its slots, defaults in those not given.

        Values are what users write; a parameter that takes ``many`` may get several, of
        which any will do. Raises ``UnknownParameter``, ``ParameterError``, ``NotFound`` and
        ``Ambiguous``. A value can only ever become RDF terms in its own slot.
        """
        for name in values:
            if name not in self.parameters:
                raise UnknownParameter(
                    name, f"is not known to {self.name}", allowed=tuple(self.parameters)
                )
        terms = {
            name: self._terms(parameter, values.get(name, ()), resolver)
            for name, parameter in self.parameters.items()
        }
        given = {name for name, found in terms.items() if found}
        edits = [(s.start, s.end, _write_slot(s.name, terms[s.name])) for s in self.shape.slots]
        edits += [
            (scan.start, scan.end, scan.written) for scan in self.shape.scans if scan.applies(given)
        ]
        pieces: list[str] = []
        end = 0
        for start, next_end, written in sorted(edits):
            pieces += (self.text[end:start], written)
            end = next_end
        return "".join((*pieces, self.text[end:]))

    def _terms(
        self, parameter: Parameter, given: str | Sequence[str], resolver: TermIndex
    ) -> tuple[Term, ...]:
        texts = (given,) if isinstance(given, str) else tuple(given)
        if not texts and parameter.required:
            raise ParameterError(parameter.name, "is required", allowed=parameter.allowed(resolver))
        if len(texts) > 1 and not parameter.many:
            raise ParameterError(parameter.name, f"takes one value, not {len(texts)}")
        terms = (parameter.term(text, resolver) for text in texts or parameter.default)
        return tuple(dict.fromkeys(terms))

    def paged(self, text: str, *, limit: int, offset: int = 0) -> str:
        """A page of the rows of ``text``, which ``bind`` made."""
        end = self._after_edits(text, self.shape.paged.end)
        cut = f"LIMIT {int(limit)} OFFSET {int(offset)}\n"
        return f"{text[:end].rstrip()}\n{cut}{text[end:]}"

    def count(self, text: str) -> str:
        """A query with one row and one column, ``total``: how many rows ``text`` has."""
        part = self.shape.paged
        prologue = text[: self.shape.body_start]
        body = text[part.start : self._after_edits(text, part.order_start)]
        return f"{prologue}SELECT (COUNT(*) AS ?total) WHERE {{ {{\n{body}}} }}\n"

    def _after_edits(self, text: str, offset: int) -> int:
        # What follows the last slot and scan is as far from the end as it was before.
        return len(text) - (len(self.text) - offset)

    def rows(self, solutions: Solutions) -> tuple[Row, ...]:
        """The solutions as typed rows, a resource and its label in one cell."""
        return rows_of(solutions, tuple(self.columns.values()))


def _write_slot(name: str, terms: Sequence[Term]) -> str:
    written = " ".join(map(to_sparql, terms)) if terms else "UNDEF"
    return f"VALUES ?{name} {{ {written} }}"
