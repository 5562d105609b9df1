"""Records of the graph as rows of a table, so that importing them again changes nothing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from gfmdkg.curation.tables.cells import CellFault
from gfmdkg.curation.tables.columns import Column, RecordType
from gfmdkg.curation.tables.identity import class_of, derive, mint, slug_key
from gfmdkg.curation.tables.values import Names, parse_cell, render_cell
from gfmdkg.namespaces import RDF, compact
from gfmdkg.rdf.query_text import packaged_query
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.values import Term
from gfmdkg.terms.index import TermIndex

__all__ = ["ExportedTable", "empty_table", "export_table"]

_TYPE = RDF + "type"
_Properties = dict[str, list[Term]]
_Place = tuple[Column, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedTable:
    """The rows of a table below its columns, which have a language where their texts do.

    ``left_out`` says what has no place in it.
    """

    record_type: RecordType
    columns: tuple[_Place, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def headings(self) -> tuple[str, ...]:
        """The first row."""
        return tuple(column.heading(language) for column, language in self.columns)


def empty_table(record_type: RecordType) -> ExportedTable:
    """A table without rows, which is what a template is made of."""
    return ExportedTable(record_type=record_type, columns=tuple(_columns(record_type, ())))


def export_table(
    record_type: RecordType, select: Callable[[str], Solutions], terms: TermIndex
) -> ExportedTable:
    """All records of a type; ``select`` answers SPARQL.

    What the import would fill in by itself is left empty. A value that no cell can hold, or a
    property without a column, is not dropped in silence: it is in ``left_out``.
    """
    query = packaged_query("gfmdkg.curation.tables", "records.rq")
    records: dict[str, _Properties] = {}
    for record, predicate, value in select(
        query.fill(**{"class": map(ox.NamedNode, record_type.classes)})
    ).rows:
        if (
            isinstance(record, ox.NamedNode)
            and isinstance(predicate, ox.NamedNode)
            and value is not None
        ):
            records.setdefault(record.value, {}).setdefault(predicate.value, []).append(value)
    columns = tuple(_columns(record_type, records.values()))
    names = Names(terms)
    rows: list[tuple[str, ...]] = []
    left_out: list[str] = []
    for iri, properties in sorted(records.items()):
        try:
            keys = _keys(record_type, iri, properties)
        except ValueError as error:
            left_out.append(f"<{iri}>: {error}")
            continue
        rest = {predicate: list(values) for predicate, values in properties.items()}
        _take(rest, _TYPE, [ox.NamedNode(class_of(record_type, iri))])
        derived = derive(record_type, keys)
        rows.append(
            tuple(
                _cell(rest, column, language, derived.get(column.predicate), names)
                if column.predicate
                else keys[column.name]
                for column, language in columns
            )
        )
        left_out += (
            f"<{iri}> {compact(predicate)} “{_text(value)}”: there is no column for it"
            for predicate, values in rest.items()
            for value in values
        )
    return ExportedTable(
        record_type=record_type, columns=columns, rows=tuple(rows), left_out=tuple(left_out)
    )


def _columns(record_type: RecordType, records: Iterable[_Properties]) -> Iterator[_Place]:
    """The columns of the template, with one more for each other language that is in use."""
    used: dict[str | None, set[str]] = {}
    for properties in records:
        for predicate, values in properties.items():
            tags = {v.language for v in values if isinstance(v, ox.Literal) and v.language}
            used.setdefault(predicate, set()).update(tags)
    for column in record_type.columns:
        if not column.languages:
            yield column, None
            continue
        more = sorted(used.get(column.predicate, set()) - set(column.languages))
        for language in (*column.languages, *more):
            yield column, language


def _keys(record_type: RecordType, iri: str, properties: _Properties) -> dict[str, str]:
    """The values of the key columns. Raises ``ValueError`` where the IRI does not follow."""
    keys: dict[str, str] = {}
    for column in record_type.keys:
        values = [slug_key(record_type, iri)]
        if column.predicate is not None:
            values = list(map(_text, properties.get(column.predicate, ())))
        if len(values) != 1:
            raise ValueError(f"it has not one “{column.name}”")
        (keys[column.name],) = values
    try:
        minted = mint(record_type, keys)
    except CellFault as fault:
        minted = str(fault)
    if minted != iri:
        raise ValueError("its IRI does not follow from its key columns")
    return keys


def _cell(
    rest: _Properties, column: Column, language: str | None, derived: Term | None, names: Names
) -> str:
    """The cell with the values that come back as they were; the others stay in the rest."""
    predicate = column.predicate or ""
    values = [v for v in rest.get(predicate, ()) if getattr(v, "language", None) == language]
    if values == [derived]:
        _take(rest, predicate, values)
        return ""
    kept: list[Term] = []
    for value in values if column.many else values[:1]:
        text = render_cell([value], column, names)
        if text and parse_cell(text, column, language, names) == ([value], []):
            kept.append(value)
    _take(rest, predicate, kept)
    return render_cell(kept, column, names)


def _take(rest: _Properties, predicate: str, values: Sequence[Term]) -> None:
    rest[predicate] = [value for value in rest.get(predicate, ()) if value not in values]


def _text(term: Term) -> str:
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term.value
    return "a blank node"
