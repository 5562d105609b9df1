"""Cells to RDF terms and back, for each kind of value."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

import pyoxigraph as ox

from gfmdkg.curation.tables.cells import CellFault, CellValue, Formula, join_values, split_values
from gfmdkg.curation.tables.columns import Column, ValueKind
from gfmdkg.curation.tables.names import Names
from gfmdkg.namespaces import compact, expand
from gfmdkg.terms.values import Term, typed

__all__ = ["parse_cell", "render_cell"]

_BOOLEANS: Mapping[str, str] = {"yes": "true", "true": "true", "no": "false", "false": "false"}
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"[0-9]{4}")
_DATE_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_YEARS = range(1000, 3000)


def parse_cell(
    value: CellValue, column: Column, language: str | None, names: Names
) -> tuple[list[Term], list[CellFault]]:
    """The terms that a cell that is not empty stands for, and what is wrong with the others."""
    terms: list[Term] = []
    faults: list[CellFault] = []
    try:
        parts = _parts(value, column)
    except CellFault as fault:
        return [], [fault]
    for part in parts:
        try:
            term = _READERS[column.kind](part, column, language, names)
        except CellFault as fault:
            faults.append(fault)
        else:
            if term not in terms:
                terms.append(term)
    return terms, faults


def _parts(value: CellValue, column: Column) -> list[CellValue]:
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


def _is_number(value: CellValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text_of(value: CellValue, column: Column) -> str:
    """The text of a cell; never a number that a spreadsheet made of text."""
    if isinstance(value, str):
        return value
    shown = value.isoformat() if isinstance(value, dt.datetime | dt.date | dt.time) else str(value)
    what = "a date" if isinstance(value, dt.datetime | dt.date | dt.time) else "a number"
    if isinstance(value, bool):
        what = "a truth value"
    raise CellFault(
        "not-text",
        f"the spreadsheet made {what} ({shown}) of this cell; what was typed is lost"
        + (f": {shown}, {shown}0 or {shown}.0?" if _is_number(value) else ""),
        remedy=f"format the column “{column.name}” as text and type the value again",
        value=shown,
    )


def _fault(kind: str, value: CellValue, remedy: str) -> CellFault:
    return CellFault("value", f"“{value}” is not {kind}", remedy=remedy, value=str(value))


def _read_text(value: CellValue, column: Column, language: str | None, _names: Names) -> Term:
    return ox.Literal(_text_of(value, column), language=language)


def _read_name(value: CellValue, column: Column, _language: str | None, names: Names) -> Term:
    return ox.NamedNode(names.resolve(_text_of(value, column), column))


def _read_property(value: CellValue, column: Column, _language: str | None, _names: Names) -> Term:
    text = _text_of(value, column)
    iri = expand(text) or (text if "://" in text else None)
    try:
        return ox.NamedNode(iri or "")
    except ValueError as error:
        remedy = "write it with its prefix, for instance gfmd:adopted"
        raise _fault("a property", text, remedy) from error


def _read_boolean(value: CellValue, _column: Column, _language: str | None, _names: Names) -> Term:
    text = str(value).lower() if isinstance(value, str | bool) else ""
    if text not in _BOOLEANS:
        raise _fault("yes or no", value, "write yes or no (true and false will do)")
    return typed(_BOOLEANS[text], "boolean")


def _read_integer(value: CellValue, _column: Column, _language: str | None, _names: Names) -> Term:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value) if isinstance(value, str | int) else ""
    if isinstance(value, bool) or not _INTEGER.fullmatch(text):
        raise _fault("a whole number", value, "write digits only: 3")
    return typed(str(int(text)), "integer")


def _read_decimal(value: CellValue, _column: Column, _language: str | None, _names: Names) -> Term:
    text = value if isinstance(value, str) else ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = format(Decimal(repr(value)), "f")
    if not _DECIMAL.fullmatch(text):
        remedy = "write digits with a decimal point: 0.9"
        if _DECIMAL.fullmatch(text.replace(",", ".", 1)):
            remedy = f"write a point in place of the comma: {text.replace(',', '.', 1)}"
        raise _fault("a decimal number", value, remedy)
    return typed(f"{text}0" if text.endswith(".") else text, "decimal")


def _read_date(value: CellValue, column: Column, _language: str | None, _names: Names) -> Term:
    remedy = "write year-month-day: 1990-12-18"
    if column.partial:
        remedy += ", or 1990-12 or 1990 where no more is known"
    if isinstance(value, dt.datetime):
        if value.time() != dt.time():
            raise _fault("a day", value.isoformat(sep=" "), remedy)
        value = value.date()
    if isinstance(value, dt.date):
        return typed(value.isoformat(), "date")
    if isinstance(value, int) and column.partial and value in _YEARS:
        value = str(value)
    text = value if isinstance(value, str) else ""
    if _DATE.fullmatch(text) and _is_day(text):
        return typed(text, "date")
    if column.partial and _MONTH.fullmatch(text):
        return typed(text, "gYearMonth")
    if column.partial and _YEAR.fullmatch(text):
        return typed(text, "gYear")
    raise _fault("a date", value, remedy)


def _read_date_time(
    value: CellValue, _column: Column, _language: str | None, _names: Names
) -> Term:
    remedy = "write it as text with its time zone: 2017-04-06T11:30:00+02:00"
    if isinstance(value, dt.datetime):
        shown = value.isoformat()
        message = f"the date cell {shown} has no time zone"
        raise CellFault("value", message, remedy=remedy, value=shown)
    text = value if isinstance(value, str) else ""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise _fault("a date and time with a time zone", value, remedy)
    written = f"{match[1]}T{match[2]}{match[3] or ':00'}{match[4]}"
    try:
        dt.datetime.fromisoformat(written)
    except ValueError as error:
        raise _fault("a date and time of the calendar", value, remedy) from error
    return typed(written, "dateTime")


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


_READERS: Mapping[ValueKind, Callable[[CellValue, Column, str | None, Names], Term]] = {
    ValueKind.TEXT: _read_text,
    ValueKind.CODE: _read_text,
    ValueKind.NAME: _read_name,
    ValueKind.PROPERTY: _read_property,
    ValueKind.BOOLEAN: _read_boolean,
    ValueKind.INTEGER: _read_integer,
    ValueKind.DECIMAL: _read_decimal,
    ValueKind.DATE: _read_date,
    ValueKind.DATE_TIME: _read_date_time,
}


def render_cell(terms: Iterable[Term], column: Column, names: Names) -> str:
    """The cell that ``parse_cell`` reads as these terms, whose order does not matter."""
    texts = {_render(term, column, names) for term in terms}
    return join_values(sorted(texts, key=lambda text: (text.casefold(), text)))


def _render(term: Term, column: Column, names: Names) -> str:
    if isinstance(term, ox.Literal):
        if column.kind is ValueKind.BOOLEAN:
            return {"true": "yes", "false": "no"}.get(term.value, term.value)
        return term.value
    if isinstance(term, ox.NamedNode):
        if column.kind is ValueKind.PROPERTY:
            return compact(term.value)
        return names.show(term.value, column) or term.value
    return ""
