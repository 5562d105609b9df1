"""Parameters and columns, typed, and how a parameter's text becomes RDF terms."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pyoxigraph as ox

from gfmdkg.errors import NotFound, ParameterError
from gfmdkg.namespaces import ID_BASE, expand
from gfmdkg.rdf.values import Term, matching, typed
from gfmdkg.terms.index import TermIndex

__all__ = ["Column", "ColumnType", "Parameter", "ParameterType"]

_TEXT_LIMIT = 1_000
# In JSON no member is left out.
_ALWAYS_WHOLE = {"json_schema_serialization_defaults_required": True}
_INTEGER = r"[+-]?[0-9]{1,18}"
_DECIMAL = r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
# Of topics and processes, but not of process and status.
_PLURAL = re.compile("(?<=ss)es$|(?<![su])s$")
_OWN_PATH = re.compile(r"[a-z0-9]+(/[a-z0-9.-]+)+", re.ASCII)
# What UTF-8 cannot carry, and what no answer could be shown with.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class ParameterType(StrEnum):
    """What a parameter's values are.

    ``resource``: whatever names a resource of given classes or schemes. ``iri``: an IRI, a
    CURIE or a path below ``/id/``, of things that have no names, as links.
    """

    RESOURCE = "resource"
    IRI = "iri"
    STRING = "string"
    INT = "int"
    DECIMAL = "decimal"
    DATE = "date"
    BOOLEAN = "boolean"
    ENUM = "enum"


class ColumnType(StrEnum):
    """What a column's cells are. A ``date`` may be a year or a month only, then as text."""

    RESOURCE = "resource"
    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the answer; ``label`` is the variable with a resource's label.

    A cell of a column that ``is_optional`` may be empty.
    """

    name: str
    type: ColumnType
    description: str
    label: str | None = None
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter; `classes` and `schemes` say what a resource must be."""

    __pydantic_config__ = _ALWAYS_WHOLE

    name: str
    type: ParameterType
    description: str
    example: str
    classes: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    required: bool = False
    many: bool = False
    default: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    def term(self, text: str, resolver: TermIndex) -> Term:
        """The RDF term that ``text`` means for this parameter.

        Raises ``ParameterError``, with what is allowed where that is a list; ``NotFound``
        and ``Ambiguous`` with candidates where it names a resource.
        """
        if not text.strip():
            raise ParameterError(self.name, "is empty", value=text, allowed=self.values)
        if len(text) > _TEXT_LIMIT or _UNPRINTABLE.search(text):
            raise ParameterError(
                self.name,
                f"must be printable text of at most {_TEXT_LIMIT} characters",
                value=ascii(text[:40]),
            )
        if self.type is ParameterType.RESOURCE:
            return self._resource(text, resolver)
        return self.literal(text)

    def values_in(self, text: str, resolver: TermIndex) -> tuple[str, ...]:
        """The values that a text holds: where ``many`` are taken, commas separate them.

        A text that as a whole is the name of a resource is one value, commas and all. Raises
        ``Ambiguous`` where it is that of several.
        """
        if not self.many or "," not in text:
            return (text,)
        if self.type is ParameterType.RESOURCE and self._find(text, resolver) is not None:
            return (text,)
        return tuple(filter(None, map(str.strip, text.split(",")))) or (text,)

    def literal(self, text: str) -> Term:
        """The term of a value that needs no names to be known. Raises ``ParameterError``."""
        if self.type is ParameterType.ENUM and text not in self.values:
            raise ParameterError(
                self.name, f"has the value “{text}”", value=text, allowed=self.values
            )
        reader, expected = _READERS[self.type]
        try:
            return reader(text if self.type in _VERBATIM else text.strip())
        except ValueError as error:
            detail = f"has the value “{text}”, which is not {expected}"
            raise ParameterError(self.name, detail, value=text) from error

    def allowed(self, resolver: TermIndex) -> tuple[str, ...]:
        """The values there are to choose from: an enum's, or the slugs of a scheme's concepts.

        Empty where the choice is open.
        """
        if self.schemes and not self.classes:
            return tuple(iri.rpartition("/")[2] for iri in resolver.members(self.schemes))
        return self.values

    @property
    def _what(self) -> str:
        """What one value of it names, in messages."""
        return _PLURAL.sub("", self.name).replace("_", " ")

    def _find(self, text: str, resolver: TermIndex) -> str | None:
        return resolver.find(text, types=self.classes, schemes=self.schemes, what=self._what)

    def _resource(self, text: str, resolver: TermIndex) -> ox.NamedNode:
        found = self._find(text, resolver)
        if found is not None:
            return ox.NamedNode(found)
        # Schemes are short, so the whole choice is shown rather than the nearest names.
        if allowed := self.allowed(resolver):
            raise ParameterError(self.name, f"has the value “{text}”", value=text, allowed=allowed)
        nearest = resolver.nearest(text, types=self.classes, schemes=self.schemes)
        raise NotFound(self._what, text, nearest)


def _as(datatype: str) -> Callable[[str], Term]:
    return lambda text: typed(text, datatype)


def _read_date(text: str) -> Term:
    return typed(date.fromisoformat(text).isoformat(), "date")


def _read_iri(text: str) -> Term:
    if _OWN_PATH.fullmatch(text):
        return ox.NamedNode(ID_BASE + text)
    return ox.NamedNode(expand(text) or text)


# In these a space at either end may be meant.
_VERBATIM = frozenset({ParameterType.STRING, ParameterType.ENUM})
_READERS: Mapping[ParameterType, tuple[Callable[[str], Term], str]] = {
    ParameterType.IRI: (_read_iri, "an IRI, a CURIE or a path below /id/"),
    ParameterType.STRING: (ox.Literal, "text"),
    ParameterType.ENUM: (ox.Literal, "text"),
    ParameterType.INT: (matching(_INTEGER, _as("integer")), "a whole number"),
    ParameterType.DECIMAL: (matching(_DECIMAL, _as("decimal")), "a number such as 0.9"),
    ParameterType.DATE: (matching(_DATE, _read_date), "a date such as 2017-04-06"),
    ParameterType.BOOLEAN: (matching("true|false", _as("boolean")), "true or false"),
}
