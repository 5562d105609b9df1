"""What a column of a table is: one property of a record, and how its cells are read."""

import re
from dataclasses import dataclass
from enum import StrEnum

from gfmdkg.namespaces import SCHEME_BASE
from gfmdkg.terms.folding import fold

__all__ = ["Column", "RecordType", "ValueKind", "split_header"]

_LANGUAGE = re.compile(r"(?P<name>.*\S)\s*\((?P<language>[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\)")


class ValueKind(StrEnum):
    """What a value in a cell is."""

    TEXT = "text"
    """Free text in the language of the column, or a plain string where it has none."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its heading, the property it stands for, and its values.

    ``predicate`` is an IRI; a column without one is a part of the record's key only. A column
    with ``languages`` is a family: one column for each language, “title (en)”, “title (fr)”.
    ``schemes`` (slugs) and ``types`` (IRIs) say which resources a name may mean. ``derived``
    says how an empty cell is filled in. A row cannot be read without a ``key``; what is
    ``needed`` the shapes ask for, of a family its first language.
    """

    name: str
    predicate: str | None
    note: str
    kind: ValueKind = ValueKind.NAME
    example: str = ""
    key: bool = False
    needed: bool = False
    many: bool = False
    partial: bool = False
    languages: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    derived: str | None = None

    def heading(self, language: str | None = None) -> str:
        """The heading as it stands in the first row."""
        return f"{self.name} ({language})" if language else self.name

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the template: one for each language, or the one there is."""
        return tuple(map(self.heading, self.languages or (None,)))

    @property
    def scheme_iris(self) -> tuple[str, ...]:
        """The IRIs of the schemes."""
        return tuple(SCHEME_BASE + slug for slug in self.schemes)

    @property
    def is_needed(self) -> bool:
        """Whether a record is at fault without it."""
        return self.key or self.needed

    @property
    def full_note(self) -> str:
        """The note with what holds for every column of this kind."""
        parts = [self.note]
        if self.is_needed:
            language = self.languages[:1] if len(self.languages) > 1 else ()
            parts.append(" ".join(["Required", *(f"in “{tag}”" for tag in language)]) + ".")
        if self.many:
            parts.append("Several values with “ | ” between them.")
        if self.derived:
            parts.append(f"Left empty: {self.derived}.")
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

    def column(self, name: str) -> Column:
        """The column of this name; raises ``KeyError``."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def find(self, heading: str) -> tuple[Column, str | None] | None:
        """The column of a heading, and its language; ``None`` for a heading that is none."""
        name, language = split_header(heading)
        for column in self.columns:
            if column.languages and language and fold(column.name) == fold(name):
                return column, language.lower()
            if not column.languages and fold(column.name) == fold(heading):
                return column, None
        return None


def split_header(heading: str) -> tuple[str, str | None]:
    """The name and the language of a heading.

    >>> split_header("title (fr)")
    ('title', 'fr')
    >>> split_header("key")
    ('key', None)
    """
    match = _LANGUAGE.fullmatch(heading.strip())
    return (match["name"], match["language"]) if match else (heading.strip(), None)
