"""A canned query: a ``.rq`` file with a header, what can be done with it, and its typed rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyoxigraph as ox

from gfmdkg.errors import ParameterError, UnknownParameter
from gfmdkg.rdf.query_text import QueryText, read_columns, read_prologue
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.sparql_tokens import Token, code_tokens
from gfmdkg.rdf.values import PythonValue, Resource, Term, python_value
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.parameters import Column, Parameter

__all__ = ["CannedQuery", "Cell", "QueryShape", "Row", "WhenEmpty", "read_shape", "show"]


Cell = Resource | PythonValue | None

Row = Mapping[str, Cell]
"""A row: column to cell, in the order of the query's columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryShape:
    """What the catalog knows of a query's text, by offsets of its characters.

    ``body`` is the query between prologue and ORDER BY. ``paged`` is the SELECT that finds the
    rows, up to its own ORDER BY: a sub-select or, in a query without one that is marked, the
    body. ``faults`` are (offset, message).
    """

    body: range
    paged: range
    projection: tuple[str, ...]
    faults: tuple[tuple[int, str], ...]


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
    """A canned query; ``source`` is its SPARQL without the header."""

    name: str
    topic: str
    summary: str
    description: str
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, Column]
    tags: tuple[str, ...]
    source: QueryText
    shape: QueryShape
    file: str
    when_empty: WhenEmpty | None = None

    @property
    def text(self) -> str:
        """The SPARQL with nothing filled in, valid as it stands."""
        return self.source.text

    def bind(self, values: Mapping[str, str | Sequence[str]], resolver: TermIndex) -> str:
        """The SPARQL text with these values in its slots, defaults in those not given.

        Values are what users write; a parameter that takes ``many`` may get several, also
        in one text separated by commas, of which any will do. Raises ``UnknownParameter``,
        ``ParameterError``, ``NotFound`` and ``Ambiguous``. A value can only ever become RDF
        terms in its own slot.
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
        return self.source.fill(**{name: found for name, found in terms.items() if found})

    def _terms(
        self, parameter: Parameter, given: str | Sequence[str], resolver: TermIndex
    ) -> tuple[Term, ...]:
        given = (given,) if isinstance(given, str) else given
        texts = [each for text in given for each in parameter.values_in(text, resolver)]
        if not texts and parameter.required:
            raise ParameterError(parameter.name, "is required", allowed=parameter.allowed(resolver))
        if len(texts) > 1 and not parameter.many:
            raise ParameterError(parameter.name, f"takes one value, not {len(texts)}")
        terms = (parameter.term(text, resolver) for text in texts or parameter.default)
        return tuple(dict.fromkeys(terms))

    def paged(self, text: str, *, limit: int, offset: int = 0) -> str:
        """A page of the rows of ``text``, which ``bind`` made."""
        return self.source.page(text, limit=limit, offset=offset)

    def count(self, text: str) -> str:
        """A query with one row and one column, ``total``: how many rows ``text`` has."""
        part = self.shape.paged
        prologue = text[: self.shape.body.start]
        body = text[part.start : self.source.after_slots(text, part.stop)]
        return f"{prologue}SELECT (COUNT(*) AS ?total) WHERE {{ {{\n{body}}} }}\n"

    def rows(self, solutions: Solutions, terms: TermIndex) -> tuple[Row, ...]:
        """The solutions as typed rows: a resource, its label variable and its code are one cell.

        Raises ``KeyError`` if the solutions lack a column's variable.
        """
        position = {name: index for index, name in enumerate(solutions.variables)}
        places = [
            (column.name, position[column.name], position[column.label] if column.label else None)
            for column in self.columns.values()
        ]
        return tuple(
            {name: _cell(row, at, label_at, terms) for name, at, label_at in places}
            for row in solutions.rows
        )


def show(term: Term | None, terms: TermIndex) -> Cell:
    """A term as a cell, a resource with its English label and its code."""
    match term:
        case None | ox.Literal(value=""):  # GROUP_CONCAT of nothing is an empty text
            return None
        case ox.Literal():
            return python_value(term)
        case ox.NamedNode(value=iri):
            return terms.resource(iri)
        case _:
            return Resource(iri=str(term), label=None)


def _cell(row: Sequence[Term | None], at: int, label_at: int | None, terms: TermIndex) -> Cell:
    term = row[at]
    label = row[label_at] if label_at is not None else None
    if not isinstance(term, ox.NamedNode) or not isinstance(label, ox.Literal):
        # What has no preferred label may have another, as targets have.
        return show(term, terms)
    return Resource(iri=term.value, label=label.value, code=terms.code(term.value))


def read_shape(query: QueryText) -> QueryShape:
    """The shape of a SELECT query, and what is wrong with it.

    The queries are the project's own files, so this reads the plain shape that they are asked to
    have (one SELECT with a projection, a group pattern, an ORDER BY last) and reports what does
    not have it; the engine's parser has the last word, in the tests.

    A query may find its rows in a sub-select of its own, which ends in a line ``# page``, and look
    up names only around it, so that names are looked up for one page and not for all rows. See
    ``docs/decisions/0007-paged-queries.md``.
    """
    text, faults = query.text, list(query.faults)
    _, body_start = read_prologue(text)
    body = [token for token in code_tokens(text) if token.start >= body_start]
    last = max((i for i, token in enumerate(body) if token.text == "}"), default=-1)
    tail = body[last + 1 :]
    order = _order_of(tail)
    if order is None:
        place = body[last].end if body else 0
        faults.append((place, "the query has no ORDER BY, so its answers have no order"))
    faults.extend(
        (token.start, "LIMIT and OFFSET are added by paging")
        for token in tail
        if token.text.upper() in ("LIMIT", "OFFSET")
    )
    whole = range(body_start, len(text) if order is None else order)
    paged = _read_paged(query, body, faults) or whole
    faults.extend(
        (slot.start, f"the slot ?{slot.name} stands outside of the sub-select that is paged")
        for slot in query.slots
        if paged is not whole and slot.start not in paged
    )
    faults.extend(
        (scan.start, "the scan stands outside of the part that is paged")
        for scan in query.scans
        if scan.start not in paged
    )
    head = body[0] if body else None
    if head is None or head.text.upper() != "SELECT":
        faults.append((body_start, "the query is no SELECT"))
    columns = read_columns(body)
    if "*" in columns:
        faults.append((body_start, "the query must name its columns: no SELECT *"))
    return QueryShape(body=whole, paged=paged, projection=columns, faults=tuple(faults))


def _order_of(tokens: Sequence[Token]) -> int | None:
    return next(
        (
            token.start
            for token, after in pairwise(tokens)
            if (token.text.upper(), after.text.upper()) == ("ORDER", "BY")
        ),
        None,
    )


def _read_paged(
    query: QueryText, body: Sequence[Token], faults: list[tuple[int, str]]
) -> range | None:
    """The sub-select that the mark ends; ``None`` where there is no mark, or it ends none."""
    if not query.page_marks:
        return None
    mark, *others = query.page_marks
    faults.extend((other, "only one sub-select can be paged") for other in others)
    opened: list[int] = []
    closed = 0
    before = [token for token in body if token.start < mark]
    for index, token in enumerate(before):
        if token.text == "{":
            opened.append(index)
        elif token.text == "}" and opened:
            opened.pop()
            closed = index
    inside = before[opened[-1] + 1 :] if opened else []
    order = _order_of(before[max(closed, opened[-1]) :]) if opened else None
    if not inside or inside[0].text.upper() != "SELECT" or order is None:
        faults.append((mark, "“# page” ends no sub-select with ORDER BY"))
        return None
    return range(inside[0].start, order)
