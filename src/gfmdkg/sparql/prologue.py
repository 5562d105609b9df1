"""The prologue of a SPARQL text, its form, and the prefixes that it declares and uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gfmdkg.errors import QueryRejected
from gfmdkg.sparql.tokens import Token, TokenKind, locate, tokenize

__all__ = ["Form", "Prologue", "declared_prefixes", "form", "split_prologue", "used_prefixes"]


class Form(StrEnum):
    """What a text asks for."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"
    UPDATE = "UPDATE"


_UPDATES = frozenset(
    {"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prologue:
    """BASE and PREFIX declarations, with comments between them.

    ``base`` and the namespaces in ``prefixes`` stand as written, without ``< >`` and not
    resolved; of two declarations the later counts. The body starts at ``body_start``, so
    ``text`` and ``body`` put together are the whole.
    """

    base: str | None
    prefixes: Mapping[str, str]
    text: str
    body: str
    body_start: int


def split_prologue(text: str) -> Prologue:
    """The prologue of a query or update, and the body that follows it. Never raises.

    >>> split_prologue("PREFIX x: <http://e/> ASK {}").body
    'ASK {}'
    """
    base: str | None = None
    prefixes: dict[str, str] = {}
    tokens = (t for t in tokenize(text) if t.kind is not TokenKind.COMMENT)
    first = next(tokens, None)
    while first is not None:
        word = first.text.upper()
        if word == "PREFIX":
            name, iri = next(tokens, None), next(tokens, None)
        elif first.kind is TokenKind.PREFIXED_NAME and word.startswith("PREFIX"):
            # The engine takes "PREFIXx: <…>" for a declaration of x.
            start = first.start + len("PREFIX")
            name, iri = Token(first.kind, first.text[6:], start, first.end), next(tokens, None)
        elif word in ("BASE", "VERSION"):
            name, iri = None, next(tokens, None)
        else:
            break
        if iri is None or (word != "VERSION" and iri.kind is not TokenKind.IRI):
            break
        if word == "BASE":
            base = iri.text[1:-1]
        elif name is not None:
            prefixes[name.text.removesuffix(":")] = iri.text[1:-1]
        first = next(tokens, None)
    start = len(text) if first is None else first.start
    return Prologue(
        base=base,
        prefixes=MappingProxyType(prefixes),
        text=text[:start],
        body=text[start:],
        body_start=start,
    )


def declared_prefixes(text: str) -> Mapping[str, str]:
    """Prefix to namespace, as the first prologue of the text declares them."""
    return split_prologue(text).prefixes


def form(text: str) -> Form:
    """What the text asks for, by the first word after its prologue.

    A form and the word after it may be written together, as the engine allows. Raises
    ``QueryRejected`` with the place where no form is found.
    """
    start = split_prologue(text).body_start
    first = next((t for t in tokenize(text[start:]) if t.kind is not TokenKind.COMMENT), None)
    if first is None:
        raise QueryRejected("there is no query here, only a prologue or nothing at all")
    word = first.text.upper()
    if first.kind in (TokenKind.WORD, TokenKind.PREFIXED_NAME):
        for candidate in (Form.SELECT, Form.ASK, Form.CONSTRUCT, Form.DESCRIBE):
            if word.startswith(candidate.value):
                return candidate
        if word.startswith(tuple(_UPDATES)):
            return Form.UPDATE
    place = locate(text, start + first.start)
    raise QueryRejected(
        f"“{first.text[:40]}” starts no query: expected SELECT, ASK, CONSTRUCT, DESCRIBE "
        "or an update",
        line=place.line,
        column=place.column,
    )


def used_prefixes(text: str) -> frozenset[str]:
    """The prefixes that the text uses and declares nowhere (the empty one is ``""``).

    >>> sorted(used_prefixes("PREFIX a: <http://e/> ASK { ?s a:b skos:Concept }"))
    ['skos']
    """
    used: set[str] = set()
    declared: set[str] = set()
    previous = ""
    # As the engine reads it: escapes decoded in strings and IRIs alone.
    for token in tokenize(text, decode=False):
        if token.kind is TokenKind.COMMENT:
            continue
        if token.kind is TokenKind.PREFIXED_NAME:
            prefix = token.text.partition(":")[0]
            (declared if previous == "PREFIX" else used).add(prefix)
        previous = token.text.upper()
    return frozenset(used - declared)
