"""The rows of our SELECTs, read from TSV: a tenth of the work of their JSON form."""

import re
from collections.abc import Callable, Iterator, Sequence

from gfmdkg.errors import DataError
from gfmdkg.namespaces import XSD
from gfmdkg.store.answers import AnswerFormats
from gfmdkg.store.rdf_store import RdfStore
from gfmdkg.store.selecting import read_answer
from gfmdkg.terms.values import BlankNode, Iri, Literal, Term

__all__ = ["Select", "TermReader", "rows_of", "select_from"]

Select = Callable[[str], bytes]
"""Runs a SELECT over the version that is indexed: its answer in TSV."""

_TSV = AnswerFormats(results="text/tab-separated-values", graph=None)
_LITERAL = re.compile(
    r'"(?P<text>(?:[^"\\]|\\.)*)"(?:\^\^<(?P<datatype>[^>]*)>|@(?P<language>[A-Za-z0-9-]+))?',
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
_NUMBERS = (
    (re.compile(r"[+-]?[0-9]+"), XSD + "integer"),
    (re.compile(r"[+-]?[0-9]*\.[0-9]+"), XSD + "decimal"),
    (re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+"), XSD + "double"),
    (re.compile(r"true|false"), XSD + "boolean"),
)


def select_from(store: RdfStore) -> Select:
    """What ``build_index`` asks: SELECTs over this store."""
    return lambda query: read_answer(store, query, _TSV)


def rows_of(table: bytes) -> Iterator[Sequence[bytes]]:
    """The rows of a TSV answer as tokens, empty where a variable is unbound."""
    lines = table.split(b"\n")
    return (line.split(b"\t") for line in lines[1:-1])


class TermReader:
    """Tokens of TSV answers as terms; each distinct one is read once."""

    def __init__(self) -> None:
        self._known: dict[bytes, Term] = {}

    def __call__(self, token: bytes) -> Term:
        """The term of a token. Raises ``DataError`` for what is none."""
        term = self._known.get(token)
        if term is None:
            term = self._known[token] = _term(token.decode())
        return term


def _term(token: str) -> Term:
    if token.startswith("<"):
        return Iri(token[1:-1])
    if token.startswith("_:"):
        return BlankNode(token[2:])
    if quoted := _LITERAL.fullmatch(token):
        text = _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), quoted["text"])
        return Literal(text, quoted["datatype"] or XSD + "string", quoted["language"])
    for pattern, datatype in _NUMBERS:
        if pattern.fullmatch(token):
            return Literal(token, datatype)
    raise DataError(f"this is no term of a SPARQL answer in TSV: {token[:80]}")
