"""The tables that curators fill in, and their columns, as the ontology describes them.

``ontology/tables/`` has a column's heading, place, note and example; what its values are, how
many there can be and whether there must be one, the shapes say of its property.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from gfmdkg.errors import NotFound
from gfmdkg.namespaces import GFMDSH, RDF, RDFS, SCHEME_BASE, SH, SKOS, XSD, graph_iri
from gfmdkg.paths import shipped_content
from gfmdkg.store.reading import read_quads
from gfmdkg.terms.folding import fold

__all__ = ["SHEETS", "Column", "RecordType", "ValueKind", "record_type", "record_types"]

SHEETS = ("recommendations", "citations", "actors", "instruments", "sessions")
"""The tables by the names of their sheets, in the order of a workbook."""

_LANGUAGE = re.compile(r"(?P<name>.*\S)\s*\((?P<language>[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\)")
_DEFAULT_LANGUAGES = ("en",)


class ValueKind(StrEnum):
    """What a value in a cell is."""

    TEXT = "text"
    """Free text in the language of the column."""
    CODE = "code"
    """A plain string that may look like a number and is none: “8.10”, “A/RES/45/158”."""
    NAME = "name"
    """Any name of a resource: label, acronym, slug, code, IRI."""
    PROPERTY = "property"
    """A property by its prefixed name: gfmd:adopted."""
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    """A day; where ``partial``, also a month or a year."""
    DATE_TIME = "date and time"


_KINDS = {
    RDF + "langString": ValueKind.TEXT,
    XSD + "string": ValueKind.CODE,
    RDF + "Property": ValueKind.PROPERTY,
    XSD + "boolean": ValueKind.BOOLEAN,
    XSD + "integer": ValueKind.INTEGER,
    XSD + "decimal": ValueKind.DECIMAL,
    XSD + "date": ValueKind.DATE,
    XSD + "dateTime": ValueKind.DATE_TIME,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its heading, the property it stands for, and its values.

    ``predicate`` is an IRI; a column without one is a part of the record's key only. A column
    with ``languages`` is a family: one column for each language, “title (en)”, “title (fr)”.
    ``schemes`` and ``types`` are the IRIs of those that a name may be of. A row cannot be read
    without a ``key``; what is ``needed`` the shapes ask for, of a family its first language.
    """

    name: str
    predicate: str | None
    note: str
    kind: ValueKind
    example: str
    key: bool
    needed: bool
    many: bool
    partial: bool
    languages: tuple[str, ...]
    schemes: tuple[str, ...]
    types: tuple[str, ...]

    def heading(self, language: str | None = None) -> str:
        """The heading as it stands in the first row."""
        return f"{self.name} ({language})" if language else self.name

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the template: one for each language, or the one there is."""
        return tuple(map(self.heading, self.languages or (None,)))

    @property
    def full_note(self) -> str:
        """The note with what holds for every column of this kind."""
        parts = [self.note]
        if self.needed:
            language = f" in “{self.languages[0]}”" if len(self.languages) > 1 else ""
            parts.insert(1, f"Required{language}.")
        if self.many:
            parts.append("Several values with “ | ” between them.")
        return " ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """One kind of record: its table's name, its classes and its columns.

    ``classes`` are IRIs; ``identity`` says in words how the IRI follows from the key columns.
    """

    name: str
    sheet: str
    classes: tuple[str, ...]
    identity: str
    columns: tuple[Column, ...]

    @property
    def keys(self) -> tuple[Column, ...]:
        """The columns that the record's IRI is made of."""
        return tuple(column for column in self.columns if column.key)

    def find(self, heading: str) -> tuple[Column, str | None] | None:
        """The column of a heading, and its language; ``None`` for a heading that is none."""
        match = _LANGUAGE.fullmatch(heading.strip())
        for column in self.columns:
            if column.languages and match and fold(column.name) == fold(match["name"]):
                return column, match["language"].lower()
            if not column.languages and fold(column.name) == fold(heading):
                return column, None
        return None


def record_type(name: str) -> RecordType:
    """The record type of this name, singular or as its sheet is called. Raises ``NotFound``."""
    for known in record_types():
        if fold(name) in (known.name, known.sheet):
            return known
    raise NotFound("kind of table", name)


@cache
def record_types() -> tuple[RecordType, ...]:
    """Every record type that has a table."""
    ontology = shipped_content().ontology
    folders = (ontology / "shapes", ontology / "tables")
    said = _Said([file for folder in folders for file in sorted(folder.glob("*.ttl"))])
    return tuple(_record_type(said, sheet) for sheet in SHEETS)


class _Said:
    """What the files of the shapes and tables say, by subject and predicate."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._values: dict[tuple[str, str], list[str]] = {}
        for file in files:
            graph = graph_iri(f"ontology/{file.parent.name}/{file.name}")
            quads: Sequence[Any] = read_quads(
                file.read_bytes(), media_type="text/turtle", graph=graph
            )
            for quad in quads:
                key = (quad.subject.value, quad.predicate.value)
                self._values.setdefault(key, []).append(quad.object.value)

    def all(self, subject: str, predicate: str) -> Sequence[str]:
        return self._values.get((subject, predicate), ())

    def one(self, subject: str, predicate: str) -> str:
        return next(iter(self.all(subject, predicate)), "")

    def members(self, subject: str, predicate: str) -> Iterator[str]:
        """The members of a list, in its order."""
        rest = self.one(subject, predicate)
        while rest not in ("", RDF + "nil"):
            yield self.one(rest, RDF + "first")
            rest = self.one(rest, RDF + "rest")

    def with_value(self, predicate: str, value: str) -> Iterator[str]:
        """The subjects that have this value."""
        return (s for (s, p), values in self._values.items() if p == predicate and value in values)

    def allowed(self, shape: str) -> Iterator[str]:
        """The datatypes, classes and schemes that a shape allows, in its order."""
        yield from self.all(shape, SH + "datatype")
        yield from self.all(shape, SH + "class")
        if self.one(shape, SH + "path") == SKOS + "inScheme":
            yield from self.all(shape, SH + "hasValue")
        inner = (*self.all(shape, SH + "node"), *self.all(shape, SH + "property"))
        for other in (*inner, *self.members(shape, SH + "or")):
            yield from self.allowed(other)


def _record_type(said: _Said, sheet: str) -> RecordType:
    table = f"{GFMDSH}Table-{sheet}"
    classes = tuple(said.all(table, SH + "targetClass"))
    shapes = dict.fromkeys(
        property_
        for class_ in classes
        for shape in said.with_value(SH + "targetClass", class_)
        if shape != table
        for property_ in said.all(shape, SH + "property")
    )
    columns = sorted(said.all(table, SH + "property"), key=lambda c: int(said.one(c, SH + "order")))
    return RecordType(
        name=said.one(table, RDFS + "label"),
        sheet=sheet,
        classes=classes,
        identity=said.one(table, RDFS + "comment"),
        columns=tuple(_column(said, column, shapes) for column in columns),
    )


def _column(said: _Said, column: str, shapes: Iterable[str]) -> Column:
    predicate = said.one(column, SH + "path") or None
    rules = [column, *(s for s in shapes if said.one(s, SH + "path") == predicate)]
    allowed = dict.fromkeys(value for rule in rules for value in said.allowed(rule))
    kinds = [_KINDS[value] for value in allowed if value in _KINDS]
    kind = kinds[0] if kinds else ValueKind.NAME
    named = allowed if kind is ValueKind.NAME else ()
    languages = tuple(said.members(column, SH + "languageIn"))
    key = said.one(column, SH + "group") == GFMDSH + "Key"
    return Column(
        name=said.one(column, SH + "name"),
        predicate=predicate,
        note=said.one(column, SH + "description"),
        kind=kind,
        example=said.one(column, SKOS + "example"),
        key=key,
        needed=key or _is_needed(said, column, rules),
        many=not key and not any(_is_single(said, rule) for rule in rules),
        partial=XSD + "gYear" in allowed,
        languages=(languages or _DEFAULT_LANGUAGES) if kind is ValueKind.TEXT else (),
        schemes=tuple(v for v in named if v.startswith(SCHEME_BASE)),
        types=tuple(v for v in named if not v.startswith(SCHEME_BASE)),
    )


def _is_needed(said: _Said, column: str, rules: Sequence[str]) -> bool:
    """Whether a record without a value is wrong; not where the import fills it in."""
    return said.one(column, SH + "minCount") != "0" and any(
        said.one(rule, SH + "severity") == SH + "Violation"
        and "1" in (said.one(rule, SH + "minCount"), said.one(rule, SH + "qualifiedMinCount"))
        for rule in rules
    )


def _is_single(said: _Said, rule: str) -> bool:
    return said.one(rule, SH + "maxCount") == "1" or said.one(rule, SH + "uniqueLang") == "true"
