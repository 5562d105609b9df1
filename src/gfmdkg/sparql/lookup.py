"""Telling look-ups from other queries: one triple pattern about one given subject.

The engine answers such a query by walking one stretch of one index, and every step of the
walk is a row of the answer. So whoever bounds the answer's size bounds the work, and no
process has to stand ready to be killed. Nothing else has that property: a FILTER, a second
pattern or a variable that stands twice may walk for ever and find nothing.
"""

import re

__all__ = ["is_lookup", "names_by_prefix"]

_LONGEST_CHARACTERS = 2_000

# Subsets of what SPARQL 1.1 (section 19.8) allows, without escapes; a query that uses more
# than these is no look-up and goes the usual way.
_IRI = r'<[^\x00-\x20<>"{}|^`\\]*>'
_NAME = r"[A-Za-z][A-Za-z0-9_]*:[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*"
_RESOURCE = rf"(?:{_IRI}|{_NAME})"
_IRIS = re.compile(_IRI)
_SPACE = r"[ \t\r\n]"
_LOOKUP = re.compile(
    rf"""
    (?: {_SPACE}* (?i:PREFIX) {_SPACE}+ [A-Za-z][A-Za-z0-9_]*: {_SPACE}* {_IRI} )*+
    {_SPACE}* (?i:SELECT) {_SPACE}* (?: \* | (?: \?[A-Za-z0-9_]+ {_SPACE}*+ )++ )
    {_SPACE}* (?: (?i:WHERE) {_SPACE}* )?+ \{{ {_SPACE}*
    {_RESOURCE} {_SPACE}+
    (?: \?(?P<predicate>[A-Za-z0-9_]+) | {_RESOURCE} | a ) {_SPACE}+
    (?: \?(?P<object>[A-Za-z0-9_]+) | {_RESOURCE} )
    {_SPACE}* (?: \. {_SPACE}* )?+ \}}
    {_SPACE}* (?: (?i:LIMIT) {_SPACE}+ [0-9]{{1,9}} {_SPACE}* )?+
    """,
    re.ASCII | re.VERBOSE,
)


def is_lookup(text: str) -> bool:
    """Whether a query is a plain SELECT of one triple pattern whose subject is given.

    >>> is_lookup("SELECT ?p ?o WHERE { <http://example.org/a> ?p ?o }")
    True
    >>> is_lookup("SELECT ?x WHERE { <http://example.org/a> ?x ?x }")
    False
    """
    if len(text) > _LONGEST_CHARACTERS:
        return False
    found = _LOOKUP.fullmatch(text)
    return found is not None and (
        found["predicate"] is None or found["predicate"] != found["object"]
    )


def names_by_prefix(lookup: str) -> bool:
    """Whether a look-up has a prefixed name or a prefix, so that prefixes must be known.

    >>> names_by_prefix("SELECT ?p ?o WHERE { <http://example.org/a> ?p ?o }")
    False
    """
    return ":" in _IRIS.sub("", lookup)
