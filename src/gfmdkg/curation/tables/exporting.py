"""Records of the graph as rows of a table, so that importing them again changes nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from gfmdkg.curation.tables.cells import CellFault
from gfmdkg.curation.tables.columns import Column, RecordType
from gfmdkg.curation.tables.identity import class_of, derive, mint, slug_key
from gfmdkg.curation.tables.names import Names
from gfmdkg.curation.tables.values import parse_cell, render_cell
from gfmdkg.formats.solutions import Solutions
from gfmdkg.namespaces import RDF, compact
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.values import Term

__all__ = ["ExportedTable", "export_table", "records_query"]

_TYPE = RDF + "type"
Properties = dict[str, list[Term]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedTable:
    """The headings and rows of a table; ``left_out`` says what has no place in it."""

    record_type: RecordType
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: tuple[str, ...] = field(default=())


def records_query(record_type: RecordType) -> str:
    """The SPARQL query whose solutions ``export_table`` takes."""
    query = packaged_query("gfmdkg.curation.tables", "records.rq")
    return query.fill(**{"class": map(ox.NamedNode, record_type.classes)})


def export_table(
    record_type: RecordType, select: Callable[[str], Solutions], terms: TermIndex
) -> ExportedTable:
    """All records of a type; ``select`` answers ``records_query``.

    What the import would fill in by itself is left empty. A value that no cell can hold, or a
    property without a column, is not dropped in silence: it is in ``left_out``.
    """
    records: dict[str, Properties] = {}
    left_out: list[str] = []
    for record, predicate, value in select(records_query(record_type)).rows:
        if (
            isinstance(record, ox.NamedNode)
            and isinstance(predicate, ox.NamedNode)
            and value is not None
        ):
            records.setdefault(record.value, {}).setdefault(predicate.value, []).append(value)
    columns = tuple(_columns(record_type, records.values()))
    names = Names(terms)
    rows = []
    for iri in sorted(records):
        row = _Row(record_type, iri, records[iri], names)
        cells = row.cells(columns)
        left_out += row.left_out
        if cells is not None:
            rows.append(cells)
    return ExportedTable(
        record_type=record_type,
        headings=tuple(column.heading(language) for column, language in columns),
        rows=tuple(rows),
        left_out=tuple(left_out),
    )


def _columns(record_type: RecordType, records: object) -> Iterator[tuple[Column, str | None]]:
    """The columns of the template, with one more for each other language that is in use."""
    used: dict[str, set[str]] = {}
    for properties in records:  # type: ignore[attr-defined]
        for predicate, values in properties.items():
            tags = {v.language for v in values if isinstance(v, ox.Literal) and v.language}
            used.setdefault(predicate, set()).update(tags)
    for column in record_type.columns:
        if not column.languages:
            yield column, None
            continue
        more = sorted(used.get(column.predicate or "", set()) - set(column.languages))
        for language in (*column.languages, *more):
            yield column, language


class _Row:
    """One record on its way into cells; ``left_out`` collects what does not fit."""

    def __init__(
        self, record_type: RecordType, iri: str, properties: Properties, names: Names
    ) -> None:
        self._type, self._iri, self._names = record_type, iri, names
        self._rest = {predicate: list(values) for predicate, values in properties.items()}
        self.left_out: list[str] = []

    def cells(self, columns: Sequence[tuple[Column, str | None]]) -> tuple[str, ...] | None:
        """The cells, or ``None`` for a record whose IRI does not follow from its key."""
        keys = self._keys()
        if keys is None:
            return None
        derived = dict(derive(self._type, keys))
        self._take(_TYPE, [ox.NamedNode(class_of(self._type, self._iri))])
        texts = []
        for column, language in columns:
            texts.append(self._cell(column, language, keys, derived))
        for predicate, values in self._rest.items():
            for value in values:
                self._leave_out(predicate, value, "there is no column for it")
        return tuple(texts)

    def _keys(self) -> dict[str, Term] | None:
        keys: dict[str, Term] = {}
        for column in self._type.keys:
            if column.predicate is None:
                slug = slug_key(self._type, self._iri)
                values: list[Term] = [ox.Literal(slug or "")]
            else:
                values = self._rest.get(column.predicate, [])
            if len(values) != 1:
                self.left_out.append(f"<{self._iri}>: it has not one “{column.name}”")
                return None
            keys[column.name] = values[0]
        try:
            minted = mint(self._type, keys)
        except (CellFault, AssertionError) as error:
            minted = str(error)
        if minted != self._iri:
            self.left_out.append(f"<{self._iri}>: its IRI does not follow from its key columns")
            return None
        return keys

    def _cell(
        self,
        column: Column,
        language: str | None,
        keys: dict[str, Term],
        derived: dict[str, Term],
    ) -> str:
        if column.predicate is None:
            return render_cell([keys[column.name]], column, self._names)
        values = [v for v in self._rest.get(column.predicate, []) if _is_of(v, language)]
        if not values:
            return ""
        if derived.get(column.predicate) in values and len(values) == 1:
            self._take(column.predicate, values)
            return ""
        text = render_cell(values, column, self._names)
        read, _ = parse_cell(text, column, language, self._names) if text else ([], [])
        if set(read) == set(values):
            self._take(column.predicate, values)
            return text
        return self._what_fits(column, language, values)

    def _what_fits(self, column: Column, language: str | None, values: list[Term]) -> str:
        """One by one, as many as come back as they were; the others stay in the rest."""
        kept: list[Term] = []
        for value in values if column.many else values[:1]:
            text = render_cell([value], column, self._names)
            if text and parse_cell(text, column, language, self._names)[0] == [value]:
                kept.append(value)
        self._take(column.predicate or "", kept)
        return render_cell(kept, column, self._names)

    def _take(self, predicate: str, values: list[Term]) -> None:
        rest = [value for value in self._rest.get(predicate, []) if value not in values]
        if rest:
            self._rest[predicate] = rest
        else:
            self._rest.pop(predicate, None)

    def _leave_out(self, predicate: str, value: Term, why: str) -> None:
        shown = (
            "a blank node" if isinstance(value, ox.BlankNode) else getattr(value, "value", value)
        )
        self.left_out.append(f"<{self._iri}> {compact(predicate)} “{shown}”: {why}")


def _is_of(value: Term, language: str | None) -> bool:
    return (value.language if isinstance(value, ox.Literal) else None) == language
