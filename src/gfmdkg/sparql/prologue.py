"""The prologue of a query of ours, the prefixes that it uses, and the columns that it selects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import dropwhile, pairwise
from types import MappingProxyType

from gfmdkg.sparql.tokens import Token, TokenKind, code_tokens

__all__ = ["Prologue", "read_columns", "read_prologue", "used_prefixes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prologue:
    """PREFIX declarations, of which the later counts; the body starts at ``body_start``."""

    prefixes: Mapping[str, str]
    body_start: int


def read_prologue(text: str) -> Prologue:
    """The prologue of a query, which need not be valid.

    >>> read_prologue("PREFIX x: <http://e/> ASK {}")
    Prologue(prefixes=mappingproxy({'x': 'http://e/'}), body_start=22)
    """
    prefixes: dict[str, str] = {}
    tokens = iter(code_tokens(text))
    for token in tokens:
        word = token.text.upper()
        name = next(tokens, None) if word == "PREFIX" else None
        iri = next(tokens, None) if word in ("PREFIX", "BASE") else None
        if iri is None:
            return Prologue(prefixes=MappingProxyType(prefixes), body_start=token.start)
        if name is not None:
            prefixes[name.text.removesuffix(":")] = iri.text[1:-1]
    return Prologue(prefixes=MappingProxyType(prefixes), body_start=len(text))


def used_prefixes(text: str) -> frozenset[str]:
    """The prefixes that the text uses and declares nowhere (the empty one is ``""``).

    >>> sorted(used_prefixes("PREFIX a: <http://e/> ASK { ?s a:b skos:Concept }"))
    ['skos']
    """
    used: set[str] = set()
    declared: set[str] = set()
    previous = ""
    for token in code_tokens(text):
        if token.kind is TokenKind.PREFIXED_NAME:
            prefix = token.text.partition(":")[0]
            (declared if previous == "PREFIX" else used).add(prefix)
        previous = token.text.upper()
    return frozenset(used - declared)


def read_columns(tokens: Iterable[Token]) -> tuple[str, ...]:
    """The columns of the first SELECT, of which one is ``*`` if that stands for all.

    >>> read_columns(code_tokens("SELECT ?a (COUNT(?b) AS ?c) WHERE { ?a ?p ?b }"))
    ('a', 'c')
    """
    columns: list[str] = []
    depth = 0
    for before, token in pairwise(dropwhile(lambda t: t.text.upper() != "SELECT", tokens)):
        if token.text == "{" and depth == 0:
            break
        depth += (token.text == "(") - (token.text == ")")
        is_variable = token.kind is TokenKind.VARIABLE
        if is_variable and (depth == 0 or (depth == 1 and before.text.upper() == "AS")):
            columns.append(token.text[1:])
        elif token.text == "*" and depth == 0:
            columns.append("*")
    return tuple(columns)
