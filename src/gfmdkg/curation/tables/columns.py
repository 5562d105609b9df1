"""The tables that curators fill in: their columns, and the IRI that follows from the key columns.

``ontology/tables/`` names the properties of a table, its key columns and examples; what a
property is called, what it is for, its place, what its values are, how many there can be and
whether there must be one, its shape says.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from gfmdkg.curation.tables.source import CellFault
from gfmdkg.errors import Fault, NotFound, OntologyError
from gfmdkg.namespaces import (
    DCTERMS,
    FOAF,
    GFMDSH,
    ID_BASE,
    ORG,
    RDF,
    RDFS,
    SCHEME_BASE,
    SDG,
    SH,
    SKOS,
    XSD,
    compact,
    graph_iri,
)
from gfmdkg.paths import shipped_content
from gfmdkg.rdf.values import Term
from gfmdkg.store.reading import read_quads
from gfmdkg.terms.folding import fold

__all__ = [
    "SHEETS",
    "RecordType",
    "TableColumn",
    "ValueKind",
    "find_record_type",
    "record_type",
    "record_types",
]

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
    """A property by its prefixed name: gfmd:adoptionDate."""
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    """A day; where ``partial``, also a month or a year."""
    DATE_TIME = "date and time"
    """With a time zone; where ``partial``, also a day."""


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
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NUMBER = re.compile(r"[1-9][0-9]*(\.[1-9][0-9]*)*")
_KIND_PREFIXES: Mapping[str, str] = {"political": "pol", "practical": "pra"}
_ACTOR_CLASSES: Mapping[str, str] = {
    "person": FOAF + "Person",
    "org": ORG + "Organization",
    "state": ORG + "Organization",
    "post": ORG + "Post",
    "group": FOAF + "Group",
}
_REPORT, _PASSAGE = ID_BASE + "report/", ID_BASE + "passage/"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """One column: its heading, the property it stands for, and its values.

    ``predicate`` is an IRI; a column without one is a part of the record's key only. A column
    with ``languages`` is a family: one column for each language, “title (en)”, “title (fr)”,
    each with its ``language``.
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
    language: str | None = None

    @property
    def heading(self) -> str:
        """The heading as it stands in the first row."""
        return f"{self.name} ({self.language})" if self.language else self.name

    def spread(self, more: Iterable[str] = ()) -> "tuple[TableColumn, ...]":
        """The columns of a table: one for each language, those of the template first."""
        if not self.languages:
            return (self,)
        return tuple(replace(self, language=each) for each in (*self.languages, *more))

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the template."""
        return tuple(column.heading for column in self.spread())

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
    columns: tuple[TableColumn, ...]

    @property
    def keys(self) -> tuple[TableColumn, ...]:
        """The columns that the record's IRI is made of."""
        return tuple(column for column in self.columns if column.key)

    def find(self, heading: str) -> TableColumn | None:
        """The column of a heading, in its language; ``None`` for a heading that is none."""
        match = _LANGUAGE.fullmatch(heading.strip())
        for column in self.columns:
            if column.languages and match and fold(column.name) == fold(match["name"]):
                return replace(column, language=match["language"].lower())
            if not column.languages and fold(column.name) == fold(heading):
                return column
        return None

    def mint(self, keys: Mapping[str, str]) -> str:
        """The IRI of the record with these values in its key columns.

        Raises ``CellFault`` for a key that is not of the form of its kind.
        """
        if self.name == "recommendation":
            return _recommendation(keys)
        if self.name == "citation":
            code = keys["cites"].removeprefix(SDG)
            slug = f"sdg-{code}" if code != keys["cites"] else code.rpartition("/")[2]
            return f"{ID_BASE}citation/{_below(_PASSAGE, keys['passage'])}/{slug}"
        key = keys["key"]
        if not _SLUG.fullmatch(key):
            remedy = "use lower-case letters a to z, digits and single hyphens: a-short-name"
            raise CellFault("key", f"“{key}” is not a key", remedy=remedy, value=key)
        if self.name == "actor" and key.partition("-")[0] not in _ACTOR_CLASSES:
            message = f"the key “{key}” does not say what kind of actor it is"
            remedy = "begin it with person-, org-, state-, group- or post-"
            raise CellFault("key", message, remedy=remedy, value=key)
        return f"{ID_BASE}{self.name}/{key}"

    def slug_key(self, iri: str) -> str:
        """What stands in the column “key” for this IRI."""
        return iri.removeprefix(f"{ID_BASE}{self.name}/")

    def class_of(self, iri: str) -> str:
        """The class of a new record, an IRI."""
        if self.name != "actor":
            return self.classes[0]
        return _ACTOR_CLASSES[self.slug_key(iri).partition("-")[0]]

    def derive(self, keys: Mapping[str, str]) -> Mapping[str, Term]:
        """What empty cells of a recommendation are filled with; keys that ``mint`` has accepted."""
        above = keys.get("number", "").rpartition(".")[0]
        if self.name != "recommendation" or not above:
            return {}
        return {DCTERMS + "isPartOf": ox.NamedNode(self.mint({**keys, "number": above}))}


def find_record_type(name: str) -> RecordType | None:
    """The record type of this name, singular or as its sheet is called, if there is one."""
    return next((t for t in record_types() if fold(name) in (t.name, t.sheet)), None)


def record_type(name: str) -> RecordType:
    """The record type of this name. Raises ``NotFound``."""
    found = find_record_type(name)
    if found is None:
        raise NotFound("kind of table", name)
    return found


@cache
def record_types(ontology: Path | None = None) -> tuple[RecordType, ...]:
    """Every record type that has a table in an ontology's folder, by default in the shipped one.

    Raises ``OntologyError`` with the columns of which no shape says what their values are.
    """
    ontology = ontology or shipped_content().ontology
    said = _Said([*sorted(ontology.glob("shapes/*.ttl")), *sorted(ontology.glob("tables/*.ttl"))])
    found = tuple(_record_type(said, sheet) for sheet in SHEETS)
    unknown = [
        Fault(
            message=f"no shape says what the values of the column “{column.name}” are",
            file=f"ontology/tables/{kind.sheet}.ttl",
            remedy=f"describe {compact(column.predicate or '')} in the shapes of its class, or"
            " give the column a sh:datatype, sh:class or sh:node",
            path=column.predicate,
        )
        for kind in found
        for column in kind.columns
        if column.kind is ValueKind.NAME and not (column.schemes or column.types)
    ]
    if unknown:
        raise OntologyError("the tables are at fault", unknown)
    return found


class _Said:
    """What the files of the shapes and tables say, by subject and predicate."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._values: dict[tuple[str, str], list[str]] = {}
        for file in files:
            graph = graph_iri(f"ontology/{file.parent.name}/{file.name}")
            for quad in read_quads(file.read_bytes(), media_type="text/turtle", graph=graph):
                said: Any = quad  # of neither files is a term another triple
                key = (said.subject.value, said.predicate.value)
                self._values.setdefault(key, []).append(said.object.value)

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
    classes = tuple(sorted(said.all(table, SH + "targetClass")))
    # Sorted, for a file gives its triples in any order.
    properties = sorted(
        {
            property_
            for class_ in classes
            for shape in said.with_value(SH + "targetClass", class_)
            if shape != table
            for property_ in said.all(shape, SH + "property")
        }
    )
    columns = [_column(said, column, properties) for column in said.all(table, SH + "property")]
    columns.sort(key=lambda placed: (not placed[1].key, placed[0]))
    return RecordType(
        name=said.one(table, RDFS + "label"),
        sheet=sheet,
        classes=classes,
        identity=said.one(table, RDFS + "comment"),
        columns=tuple(column for _, column in columns),
    )


def _column(said: _Said, column: str, properties: Iterable[str]) -> tuple[int, TableColumn]:
    """A column and its place. Of the shapes of its property one has a place, hence a name."""
    predicate = said.one(column, SH + "path") or None
    of_class = [column, *(s for s in properties if said.one(s, SH + "path") == predicate)]
    # What the shape of whoever has the property asks for, no record must have.
    of_any = said.with_value(SH + "targetSubjectsOf", predicate or "")
    rules = [*of_class, *(s for s in of_any if said.one(s, SH + "path") == predicate)]
    named = next((rule for rule in rules if said.one(rule, SH + "order")), column)
    name, order = said.one(named, SH + "name"), said.one(named, SH + "order")
    notes = dict.fromkeys(said.one(rule, SH + "description") for rule in (named, column))
    allowed = dict.fromkeys(value for rule in rules for value in said.allowed(rule))
    kinds = [_KINDS[value] for value in allowed if value in _KINDS]
    has_time = ValueKind.DATE_TIME in kinds
    kind = ValueKind.DATE_TIME if has_time else next(iter(kinds), ValueKind.NAME)
    things = allowed if kind is ValueKind.NAME else ()
    languages = tuple(said.members(column, SH + "languageIn"))
    key = said.one(column, SH + "group") == GFMDSH + "Key"
    return int(order or 0), TableColumn(
        name=name[:1].lower() + name[1:],
        predicate=predicate,
        note=" ".join(filter(None, notes)),
        kind=kind,
        example=said.one(column, SKOS + "example"),
        key=key,
        needed=key or _is_needed(said, column, of_class),
        many=not key and not any(_is_single(said, rule) for rule in rules),
        partial=(XSD + ("date" if has_time else "gYear")) in allowed,
        languages=(languages or _DEFAULT_LANGUAGES) if kind is ValueKind.TEXT else (),
        schemes=tuple(v for v in things if v.startswith(SCHEME_BASE)),
        types=tuple(v for v in things if not v.startswith(SCHEME_BASE)),
    )


def _is_needed(said: _Said, column: str, rules: Sequence[str]) -> bool:
    """Whether a record without a value is wrong; not where the import fills it in."""
    return said.one(column, SH + "minCount") != "0" and any(
        said.one(rule, SH + "severity") in ("", SH + "Violation")
        and "1" in (said.one(rule, SH + "minCount"), said.one(rule, SH + "qualifiedMinCount"))
        for rule in rules
    )


def _is_single(said: _Said, rule: str) -> bool:
    return said.one(rule, SH + "maxCount") == "1" or said.one(rule, SH + "uniqueLang") == "true"


def _recommendation(keys: Mapping[str, str]) -> str:
    number = keys["number"]
    if not _NUMBER.fullmatch(number):
        message = f"“{number}” is not the number of a recommendation"
        remedy = "write 3, or 7.1 for the first recommendation below 7"
        raise CellFault("key", message, remedy=remedy, value=number)
    report = _below(_REPORT, keys["report"])
    return f"{_PASSAGE}{report}/{_KIND_PREFIXES[_kind(keys)]}-{_padded(number)}"


def _kind(keys: Mapping[str, str]) -> str:
    slug = keys["kind"].removeprefix(SCHEME_BASE + "recommendation-kind/")
    if slug not in _KIND_PREFIXES:
        message = f"there is no rule for the IRI of a recommendation of the kind “{slug}”"
        raise CellFault("key", message, remedy="use political or practical", value=slug)
    return slug


def _below(prefix: str, iri: str) -> str:
    slug = iri.removeprefix(prefix)
    if slug == iri:
        message = f"<{iri}> does not lie below {prefix}"
        raise CellFault("key", message, remedy="use a record of this graph", value=iri)
    return slug


def _padded(number: str) -> str:
    first, dot, rest = number.partition(".")
    return f"{int(first):02d}{dot}{rest}"
