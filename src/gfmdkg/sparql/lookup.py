"""Telling look-ups from other queries: one triple pattern about one given subject.

The engine answers such a query by walking one stretch of one index, and every step of the
walk is a row of the answer. So whoever bounds the answer's size bounds the work, and no
process has to stand ready to be killed. Nothing else has that property: a FILTER, a second
pattern or a variable that stands twice may walk for ever and find nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

__all__ = ["Lookup", "Pattern"]

_LONGEST_CHARACTERS = 2_000
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

# Subsets of what SPARQL 1.1 (section 19.8) allows, without escapes; a query that uses more
# than these is no look-up and goes the usual way.
_IRI = r'<[^\x00-\x20<>"{}|^`\\]*>'
_NAME = r"[A-Za-z][A-Za-z0-9_]*:[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*"
_RESOURCE = rf"(?:{_IRI}|{_NAME})"
_SPACE = r"[ \t\r\n]"
_LOOKUP = re.compile(
    rf"""
    (?P<prologue> (?:
        {_SPACE}* (?i:PREFIX) {_SPACE}+ [A-Za-z][A-Za-z0-9_]*: {_SPACE}* {_IRI}
    )*+ )
    {_SPACE}* (?i:SELECT) {_SPACE}* (?P<selected> \* | (?: \?[A-Za-z0-9_]+ {_SPACE}*+ )++ )
    {_SPACE}* (?: (?i:WHERE) {_SPACE}* )?+ \{{ {_SPACE}*
    (?P<subject> {_RESOURCE} ) {_SPACE}+
    (?P<predicate> \?[A-Za-z0-9_]+ | {_RESOURCE} | a ) {_SPACE}+
    (?P<object> \?[A-Za-z0-9_]+ | {_RESOURCE} )
    {_SPACE}* (?: \. {_SPACE}* )?+ \}}
    {_SPACE}* (?: (?i:LIMIT) {_SPACE}+ (?P<limit> [0-9]{{1,9}} ) {_SPACE}* )?+
    """,
    re.ASCII | re.VERBOSE,
)
_DECLARATION = re.compile(r"\b([A-Za-z][A-Za-z0-9_]*):[ \t\r\n]*<([^<>]*)>")
# What resolving against a base leaves as it is: a scheme, and no segments of dots.
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!.*/\.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A look-up's triple pattern, ``None`` where a variable stands; all IRIs are absolute.

    ``columns`` are the selected variables: name, and whether it stands for the object (else for
    the predicate). ``limit`` is the most rows.
    """

    subject: str
    predicate: str | None
    object: str | None
    columns: tuple[tuple[str, bool], ...]
    limit: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A plain SELECT of one triple pattern whose subject is given, its parts as written."""

    prologue: str
    selected: str
    subject: str
    predicate: str
    object: str
    limit: str | None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The query's parts, or ``None`` where it is anything but a look-up.

        >>> Lookup.parse("SELECT ?p ?o WHERE { <http://example.org/a> ?p ?o }").predicate
        '?p'
        >>> Lookup.parse("SELECT ?x WHERE { <http://example.org/a> ?x ?x }") is None
        True
        """
        if len(text) > _LONGEST_CHARACTERS:
            return None
        found = _LOOKUP.fullmatch(text)
        if found is None or (found[4] == found[5] and found[4][0] == "?"):
            return None
        prologue, selected, subject, predicate, object_, limit = found.groups()
        return cls(
            prologue=prologue,
            selected=selected,
            subject=subject,
            predicate=predicate,
            object=object_,
            limit=limit,
        )

    @property
    def uses_prefixes(self) -> bool:
        """Whether there is a prefixed name or a prefix, so that prefixes must be known."""
        terms = (self.subject, self.predicate, self.object)
        return bool(self.prologue) or any(t[0] not in "<?" and t != "a" for t in terms)

    def pattern(self, prefixes: Mapping[str, str]) -> Pattern | None:
        """The triple pattern; ``None`` where only the engine can tell what is meant.

        ``prefixes`` count where the query declares none of that name.
        """
        if self.prologue:
            prefixes = {**prefixes, **dict(_DECLARATION.findall(self.prologue))}
        subject = _resolve(self.subject, prefixes)
        predicate = _resolve(self.predicate, prefixes)
        object_ = _resolve(self.object, prefixes)
        if subject is None or predicate is None or object_ is None:
            return None
        columns = self._columns()
        if columns is None:
            return None
        return Pattern(
            subject=subject,
            predicate=predicate or None,
            object=object_ or None,
            columns=columns,
            limit=None if self.limit is None else int(self.limit),
        )

    def _columns(self) -> tuple[tuple[str, bool], ...] | None:
        """The selected variables, where each of them is one of the pattern's, and stands once."""
        terms = ((self.predicate, False), (self.object, True))
        variables = {term[1:]: is_object for term, is_object in terms if term[0] == "?"}
        if self.selected == "*":
            return tuple(sorted(variables.items())) or None  # the engine's order
        names = self.selected.replace("?", " ").split()
        if len(set(names)) < len(names) or not variables.keys() >= set(names):
            return None
        return tuple((name, variables[name]) for name in names)


def _resolve(term: str, prefixes: Mapping[str, str]) -> str | None:
    """The IRI that is meant, ``""`` for a variable, ``None`` where it is not known here."""
    if term[0] == "?":
        return ""
    if term[0] == "<":
        iri = term[1:-1]
    elif term == "a":
        return _TYPE
    else:
        prefix, _, name = term.partition(":")
        namespace = prefixes.get(prefix)
        if namespace is None:
            return None
        iri = namespace + name
    return iri if _ABSOLUTE.match(iri) else None
