"""Cells to RDF terms and back, for each kind of value, and the names of resources in them."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache

import pyoxigraph as ox

from gfmdkg.curation.tables.columns import TableColumn, ValueKind, record_types
from gfmdkg.curation.tables.source import CellFault, CellValue, Formula, join_values, split_values
from gfmdkg.errors import Ambiguous, Candidate
from gfmdkg.namespaces import ID_BASE, SCHEME_BASE, compact, expand
from gfmdkg.rdf.values import Term, typed
from gfmdkg.terms.index import TermIndex

__all__ = ["CellNames", "ColumnValue", "parse_cell", "render_cell"]

ColumnValue = ox.NamedNode | ox.Literal
"""What a value of a cell stands for."""

_BOOLEANS: Mapping[str, str] = {"yes": "true", "true": "true", "no": "false", "false": "false"}
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PARTIAL_DATES = {
    "gYearMonth": re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])"),
    "gYear": re.compile(r"[0-9]{4}"),
}
_DATE_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_YEARS = range(1000, 3000)
_KEPT = 50_000


class CellNames:
    """The names of the published graph and, where they are asked for, of the file itself.

    ``local`` indexes the records of the file; it is called once, when a name is met that the
    graph does not know.
    """

    def __init__(self, terms: TermIndex, *, local: Callable[[], TermIndex] | None = None) -> None:
        self._terms, self._local = terms, cache(local) if local else None
        # The names of a long table are few, and those at fault cost the most.
        self._look_up = lru_cache(_KEPT)(self._find)

    def resolve(self, text: str, column: TableColumn) -> str:
        """The IRI of what ``text`` names in this column. Raises ``CellFault``."""
        found = self._look_up(text, column)
        if isinstance(found, CellFault):
            raise found.with_traceback(None)
        return found

    def show(self, iri: str, column: TableColumn) -> str | None:
        """The shortest telling name that ``resolve`` takes back to this IRI, if there is any.

        A concept goes by its label, a record by its slug.
        """
        label = self._terms.label(iri) if column.schemes else None
        for name in (label, _slug(iri), compact(iri), iri):
            if name and self._names_only(name, iri, column):
                return name
        return None

    def _names_only(self, name: str, iri: str, column: TableColumn) -> bool:
        try:
            return _find_in(self._terms, name, column) == iri
        except Ambiguous:
            return False

    def _find(self, text: str, column: TableColumn) -> str | CellFault:
        # Only a record can be of the same file; a concept is never looked for there.
        own = {name for known in record_types() for name in known.classes}
        local = None
        try:
            found = _find_in(self._terms, text, column)
            if found is None and not own.isdisjoint(column.types):
                local = self._local() if self._local else None
                found = _find_in(local, text, column) if local else None
        except Ambiguous as error:
            return _ambiguous(text, error.candidates)
        if found is not None:
            return found
        nearest = [
            candidate
            for index in (self._terms, local)
            if index is not None
            for candidate in index.nearest(text, types=column.types, schemes=column.schemes)
        ]
        return _unknown(text, column, sorted(nearest, key=lambda c: -c.score)[:5])


def _find_in(index: TermIndex, text: str, column: TableColumn) -> str | None:
    return index.find(text, types=column.types, schemes=column.schemes)


def _slug(iri: str) -> str | None:
    for base in (ID_BASE, SCHEME_BASE):
        if iri.startswith(base):
            return iri[len(base) :].partition("/")[2] or None
    return None


def _offer(candidates: Sequence[Candidate]) -> str:
    return ", ".join(f"“{c.label}” ({_slug(c.iri) or compact(c.iri)})" for c in candidates)


def _unknown(text: str, column: TableColumn, candidates: Sequence[Candidate]) -> CellFault:
    kinds = [scheme.removeprefix(SCHEME_BASE) for scheme in column.schemes]
    kinds += [t.replace("#", "/").rpartition("/")[2].lower() for t in column.types]
    nearest = f"nearest: {_offer(candidates)}" if candidates else "correct the name"
    message = f"no {' or '.join(kinds)} is called “{text}”"
    return CellFault("unknown-name", message, remedy=nearest, value=text)


def _ambiguous(text: str, candidates: Sequence[Candidate]) -> CellFault:
    return CellFault(
        "ambiguous-name",
        f"“{text}” is the name of several: {_offer(candidates)}",
        remedy="use the short name in brackets",
        value=text,
    )


def parse_cell(
    value: CellValue, column: TableColumn, names: CellNames
) -> tuple[list[ColumnValue], list[CellFault]]:
    """The terms that a cell that is not empty stands for, and what is wrong with the others."""
    terms: dict[ColumnValue, None] = {}
    faults: list[CellFault] = []
    try:
        parts = _parts(value, column)
    except CellFault as fault:
        return [], [fault]
    for part in parts:
        try:
            terms[_read(part, column, names)] = None
        except CellFault as fault:
            faults.append(fault)
    return list(terms), faults


def _parts(value: CellValue, column: TableColumn) -> list[CellValue]:
    if isinstance(value, Formula):
        raise CellFault(
            "formula",
            f"the cell holds the formula or error {value.text[:40]}, not a value",
            remedy="copy the cell and paste its value as text",
            value=value.text,
        )
    if not isinstance(value, str):
        return [value]
    values: list[CellValue] = list(split_values(value))
    if len(values) > 1 and not column.many:
        raise CellFault(
            "several-values",
            f"“{column.name}” takes one value, this cell has {len(values)}",
            remedy="keep one; a bar that is part of the text is written \\|",
            value=value,
        )
    return values


def _read(value: CellValue, column: TableColumn, names: CellNames) -> ColumnValue:
    if column.kind in _READERS:
        text, datatype = _READERS[column.kind](value, column)
        return typed(text, datatype)
    text = _text_of(value, column)
    if column.kind is ValueKind.NAME:
        return ox.NamedNode(names.resolve(text, column))
    if column.kind is ValueKind.PROPERTY:
        return _property(text)
    return ox.Literal(text, language=column.language)


def _text_of(value: CellValue, column: TableColumn) -> str:
    """The text of a cell; never a number that a spreadsheet made of text."""
    if isinstance(value, str):
        return value
    what, shown, guess = "a number", str(value), ""
    if isinstance(value, dt.datetime | dt.date | dt.time):
        what, shown = "a date", value.isoformat()
    elif isinstance(value, bool):
        what = "a truth value"
    else:
        guess = f": {shown}, {shown}0 or {shown}.0?"
    raise CellFault(
        "not-text",
        f"the spreadsheet made {what} ({shown}) of this cell; what was typed is lost{guess}",
        remedy=f"format the column “{column.name}” as text and type the value again",
        value=shown,
    )


def _fault(kind: str, value: CellValue, remedy: str) -> CellFault:
    return CellFault("value", f"“{value}” is not {kind}", remedy=remedy, value=str(value))


def _property(text: str) -> ox.NamedNode:
    iri = expand(text) or (text if "://" in text else None)
    try:
        return ox.NamedNode(iri or "")
    except ValueError as error:
        remedy = "write it with its prefix, for instance gfmd:adoptionDate"
        raise _fault("a property", text, remedy) from error


# Each gives the lexical form of a value and the XSD datatype that it is of.


def _boolean(value: CellValue, _column: TableColumn) -> tuple[str, str]:
    text = str(value).lower() if isinstance(value, str | bool) else ""
    if text not in _BOOLEANS:
        raise _fault("yes or no", value, "write yes or no (true and false will do)")
    return _BOOLEANS[text], "boolean"


def _integer(value: CellValue, _column: TableColumn) -> tuple[str, str]:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not _INTEGER.fullmatch(str(value)):
        raise _fault("a whole number", value, "write digits only: 3")
    return str(int(str(value))), "integer"


def _decimal(value: CellValue, _column: TableColumn) -> tuple[str, str]:
    text = value if isinstance(value, str) else ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = format(Decimal(repr(value)), "f")
    if not _DECIMAL.fullmatch(text):
        remedy = "write digits with a decimal point: 0.9"
        if _DECIMAL.fullmatch(text.replace(",", ".", 1)):
            remedy = f"write a point in place of the comma: {text.replace(',', '.', 1)}"
        raise _fault("a decimal number", value, remedy)
    return f"{text}0" if text.endswith(".") else text, "decimal"


def _date(value: CellValue, column: TableColumn) -> tuple[str, str]:
    remedy = "write year-month-day: 1990-12-18"
    if column.partial:
        remedy += ", or 1990-12 or 1990 where no more is known"
    if isinstance(value, dt.datetime):
        if value.time() != dt.time():
            raise _fault("a day", value.isoformat(sep=" "), remedy)
        value = value.date()
    is_year = isinstance(value, int) and column.partial and value in _YEARS
    text = str(value) if is_year or isinstance(value, str | dt.date) else ""
    if _DATE.fullmatch(text) and _is_of_calendar(text):
        return text, "date"
    for datatype, form in _PARTIAL_DATES.items():
        if column.partial and form.fullmatch(text):
            return text, datatype
    raise _fault("a date", value, remedy)


def _date_time(value: CellValue, column: TableColumn) -> tuple[str, str]:
    is_day = isinstance(value, str) and _DATE.fullmatch(value) and _is_of_calendar(value)
    if column.partial and is_day:
        return str(value), "date"
    remedy = "write it as text with its time zone: 2017-04-06T11:30:00+02:00"
    if isinstance(value, dt.datetime):
        shown = value.isoformat()
        message = f"the date cell {shown} has no time zone"
        raise CellFault("value", message, remedy=remedy, value=shown)
    match = _DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _fault("a date and time with a time zone", value, remedy)
    written = f"{match[1]}T{match[2]}{match[3] or ':00'}{match[4]}"
    if not _is_of_calendar(written):
        raise _fault("a date and time of the calendar", value, remedy)
    return written, "dateTime"


def _is_of_calendar(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


_READERS: Mapping[ValueKind, Callable[[CellValue, TableColumn], tuple[str, str]]] = {
    ValueKind.BOOLEAN: _boolean,
    ValueKind.INTEGER: _integer,
    ValueKind.DECIMAL: _decimal,
    ValueKind.DATE: _date,
    ValueKind.DATE_TIME: _date_time,
}


def render_cell(terms: Iterable[Term], column: TableColumn, names: CellNames) -> str:
    """The cell that ``parse_cell`` reads as these terms, whose order does not matter."""
    texts = {_render(term, column, names) for term in terms}
    return join_values(sorted(texts, key=lambda text: (text.casefold(), text)))


def _render(term: Term, column: TableColumn, names: CellNames) -> str:
    if isinstance(term, ox.Literal):
        if column.kind is ValueKind.BOOLEAN:
            return {"true": "yes", "false": "no"}.get(term.value, term.value)
        return term.value
    if isinstance(term, ox.NamedNode):
        if column.kind is ValueKind.PROPERTY:
            return compact(term.value)
        return names.show(term.value, column) or term.value
    return ""
