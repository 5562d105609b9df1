"""Validation results in plain words: what a shape found wrong with which value."""

from collections.abc import Callable, Mapping

from rdflib import Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from gfmdkg.namespaces import RDF, SH, XSD, compact
from gfmdkg.validation.naming import NODE_KINDS, Naming
from gfmdkg.validation.result import Result

__all__ = ["Wording"]

_MOST_CHOICES = 8


class Wording(Naming):
    """Words what a shape found wrong with the nodes of a data graph."""

    def message(self, result: Result) -> str:
        """What is wrong, in one sentence without its full stop."""
        words = _MESSAGES.get(result.component)
        if words is not None:
            return words(self, result)
        rule = None if result.shape is None else self.label(result.shape)
        named = f"the rule “{rule}”" if rule else "a rule of its own"
        value = None if result.value == result.focus else result.value
        ending = "" if value is None else f": {self.name(value)}"
        return f"{self.name(result.focus)} breaks {named}{ending}"

    def _subject(self, result: Result) -> str:
        """What a value-related rule speaks about."""
        focus = self.name(result.focus)
        if result.value is None:
            return f"{self.path(result.path)} of {focus}" if result.path is not None else focus
        if result.path is None:
            return self.name(result.value)
        return f"{self.name(result.value)}, {self.path(result.path)} of {focus},"

    def _parameter(self, result: Result, name: str) -> Node | None:
        return None if result.shape is None else self._shapes.value(result.shape, URIRef(SH + name))

    def _given(self, result: Result, name: str) -> str:
        node = self._parameter(result, name)
        return "?" if node is None else str(node) if isinstance(node, Literal) else self.plain(node)

    def _count(self, result: Result) -> int | None:
        if not isinstance(result.path, URIRef):
            return None
        return sum(1 for _ in self._data.objects(result.focus, result.path))

    def _members(self, result: Result, name: str) -> list[Node]:
        head = self._parameter(result, name)
        return [] if head is None else list(Collection(self._shapes, head))

    def _too_few(self, result: Result) -> str:
        least, count = self._given(result, "minCount"), self._count(result)
        focus, path = self.name(result.focus), self.path(result.path)
        if least == "1" or not count:
            return f"{focus} has no {path}"
        return f"{focus} has {count} of {path}, fewer than {least}"

    def _too_many(self, result: Result) -> str:
        most, count = self._given(result, "maxCount"), self._count(result)
        focus, path = self.name(result.focus), self.path(result.path)
        if most == "0":
            return f"{focus} has {path}, which is not allowed"
        return f"{focus} has {count or 'too many'} values of {path}, more than {most}"

    def _datatype(self, result: Result) -> str:
        wanted, value = self._parameter(result, "datatype"), result.value
        about = self._subject(result)
        if str(wanted) == RDF + "langString":
            return f"{about} has no language tag"
        kind = compact(str(wanted))
        if isinstance(value, Literal) and value.datatype == wanted:
            return f"{about} is not well-formed as {kind}"
        actual = "not a literal"
        if isinstance(value, Literal):
            actual = compact(str(value.datatype or XSD + "string"))
            actual = "a text with a language tag" if value.language else f"of type {actual}"
        return f"{about} is {actual}, where {kind} is expected"

    def _node(self, result: Result) -> str:
        inner = "; ".join(dict.fromkeys(self.message(detail) for detail in result.details))
        if not inner:
            return f"{self._subject(result)} does not fit {self._given(result, 'node')}"
        return f"{self._subject(result)} does not fit: {inner}"

    def _one_of(self, result: Result) -> str:
        members = [self.name(member) for member in self._members(result, "in")]
        more = f" … ({len(members)} in all)" if len(members) > _MOST_CHOICES else ""
        choices = " or ".join(members[:_MOST_CHOICES])
        return f"{self._subject(result)} is not {choices}{more}"

    def _languages(self, result: Result) -> str:
        tags = " or ".join(str(tag) for tag in self._members(result, "languageIn"))
        return f"{self._subject(result)} is not tagged {tags}"

    def _alternatives(self, result: Result) -> str:
        name = result.component
        members = [self.describe(member) for member in self._members(result, name)]
        subject = self._subject(result)
        if name == "xone":
            return f"{subject} is not exactly one of: {' or '.join(members)}"
        if name == "or" and any(member.startswith("with") for member in members):
            return f"{subject} fits none of these: {'; '.join(members)}"
        return f"{subject} is not {(' and ' if name == 'and' else ' or ').join(members)}"

    def _negated(self, result: Result) -> str:
        shape = self._parameter(result, "not")
        return f"{self._subject(result)} must not be {self.describe(shape)}"

    def _qualified(self, result: Result) -> str:
        shape = self._parameter(result, "qualifiedValueShape")
        bound = "fewer" if result.component == "qualified-min-count" else "more"
        name = "qualifiedMinCount" if bound == "fewer" else "qualifiedMaxCount"
        limit, focus, path = (
            self._given(result, name),
            self.name(result.focus),
            self.path(result.path),
        )
        what = self.describe(shape)
        if (bound, limit) == ("fewer", "1"):
            return f"{focus} has no {path} that is {what}"
        return f"{focus} has {bound} than {limit} of {path} that is {what}"


# Within this module's own class, so that the table can stand beside it.
# ruff: noqa: SLF001
_MESSAGES: Mapping[str, Callable[[Wording, Result], str]] = {
    "min-count": Wording._too_few,
    "max-count": Wording._too_many,
    "datatype": Wording._datatype,
    "node": Wording._node,
    "in": Wording._one_of,
    "language-in": Wording._languages,
    "or": Wording._alternatives,
    "xone": Wording._alternatives,
    "and": Wording._alternatives,
    "not": Wording._negated,
    "qualified-min-count": Wording._qualified,
    "qualified-max-count": Wording._qualified,
    "class": lambda w, r: f"{w._subject(r)} is not of class {w._given(r, 'class')}",
    "node-kind": lambda w, r: (
        f"{w._subject(r)} is not {NODE_KINDS.get(w._given(r, 'nodeKind')[3:], 'right')}"
    ),
    "pattern": lambda w, r: f"{w._subject(r)} does not have the form {w._given(r, 'pattern')}",
    "min-length": lambda w, r: (
        f"{w._subject(r)} is shorter than {w._given(r, 'minLength')} characters"
    ),
    "max-length": lambda w, r: (
        f"{w._subject(r)} is longer than {w._given(r, 'maxLength')} characters"
    ),
    "min-inclusive": lambda w, r: f"{w._subject(r)} is less than {w._given(r, 'minInclusive')}",
    "max-inclusive": lambda w, r: f"{w._subject(r)} is more than {w._given(r, 'maxInclusive')}",
    "min-exclusive": lambda w, r: f"{w._subject(r)} is not more than {w._given(r, 'minExclusive')}",
    "max-exclusive": lambda w, r: f"{w._subject(r)} is not less than {w._given(r, 'maxExclusive')}",
    "unique-lang": lambda w, r: (
        f"{w.name(r.focus)} has more than one {w.path(r.path)} in one language"
    ),
    "equals": lambda w, r: f"{w._subject(r)} differs from {w.path(w._parameter(r, 'equals'))}",
    "disjoint": lambda w, r: f"{w._subject(r)} is also its {w.path(w._parameter(r, 'disjoint'))}",
    "less-than": lambda w, r: (
        f"{w._subject(r)} is not before {w.path(w._parameter(r, 'lessThan'))}"
    ),
    "less-than-or-equals": lambda w, r: (
        f"{w._subject(r)} is after {w.path(w._parameter(r, 'lessThanOrEquals'))}"
    ),
    "has-value": lambda w, r: (
        f"{w.path(r.path) if r.path is not None else 'the value'} of {w.name(r.focus)}"
        f" is not {w.name(v) if (v := w._parameter(r, 'hasValue')) is not None else '?'}"
    ),
    "closed": lambda w, r: f"{w.name(r.focus)} has {w.path(r.path)}, which its class does not have",
}
