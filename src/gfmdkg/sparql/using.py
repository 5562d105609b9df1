"""Writing the dataset that an update's request names into the update's text.

The SPARQL 1.1 Protocol (section 2.2.3) lets ``using-graph-uri`` and ``using-named-graph-uri``
stand for USING and USING NAMED in every operation with a WHERE; the engine knows only the
clauses, so they are put there.
"""

from collections.abc import Iterable, Sequence
from typing import NoReturn

from gfmdkg.errors import QueryRejected
from gfmdkg.sparql.tokens import Token, TokenKind, code_tokens, group_end, locate
from gfmdkg.terms.values import Iri, to_sparql

__all__ = ["add_using"]

# What can stand outside of braces in an update. The engine reads other words too, such as
# DELETEWHERE for two of these; a text whose operations are not certain is refused.
_KEYWORDS = frozenset(
    {
        *("ADD", "ALL", "BASE", "CLEAR", "COPY", "CREATE", "DATA", "DEFAULT", "DELETE", "DROP"),
        *("GRAPH", "INSERT", "INTO", "LOAD", "MOVE", "NAMED", "PREFIX", "SILENT", "TO", "USING"),
        *("VERSION", "WHERE", "WITH"),
    }
)
_CONFLICT = (
    "{word} in the update and using-graph-uri or using-named-graph-uri in the request exclude "
    "each other; use one of the two"
)
_UNCLEAR = "“{word}” is unexpected here; set spaces between keywords and names"
_INCOMPLETE = "a brace is missing"


def add_using(text: str, *, graphs: Iterable[str], named_graphs: Iterable[str]) -> str:
    """The update with USING clauses for these graphs in each operation that has a WHERE.

    ``DELETE WHERE {P}``, which takes no such clause, becomes ``DELETE {P} USING … WHERE {P}``.
    Raises ``QueryRejected`` where the text has USING or WITH of its own, or its operations
    cannot be told apart, and ``ValueError`` for a graph that is no absolute IRI.

    >>> add_using("INSERT {?s a ?t} WHERE {?s a ?t}", graphs=["http://e/g"], named_graphs=[])
    'INSERT {?s a ?t} USING <http://e/g> WHERE {?s a ?t}'
    """
    clauses = "".join(
        [f"USING {to_sparql(Iri(graph))} " for graph in graphs]
        + [f"USING NAMED {to_sparql(Iri(graph))} " for graph in named_graphs]
    )
    if not clauses:
        return text
    tokens = code_tokens(text)
    for token in tokens:
        if token.kind is TokenKind.ERROR:
            _reject(text, "this is no SPARQL", token)
    parts: list[str] = []
    copied = index = 0
    while index < len(tokens):
        token = tokens[index]
        before = tokens[index - 1] if index else None
        if token.text == "{":
            index = _end_of_group(text, tokens, index)
            continue
        index += 1
        _check(text, token, before)
        if token.kind is not TokenKind.WORD or token.text.upper() != "WHERE":
            continue
        parts.append(text[copied : token.start])
        if before is not None and before.text.upper() == "DELETE":
            end = _end_of_group(text, tokens, index)
            parts.append(text[tokens[index].start : tokens[end - 1].end] + " ")
        parts.append(clauses)
        copied = token.start
    parts.append(text[copied:])
    return "".join(parts)


def _end_of_group(text: str, tokens: Sequence[Token], index: int) -> int:
    end = group_end(tokens, index)
    if end is None:
        _reject(text, _INCOMPLETE, tokens[min(index, len(tokens) - 1)])
    return end


def _check(text: str, token: Token, before: Token | None) -> None:
    if token.kind is TokenKind.WORD:
        word = token.text.upper()
        if word in ("USING", "WITH"):
            _reject(text, _CONFLICT.format(word=word), token)
        if word not in _KEYWORDS:
            _reject(text, _UNCLEAR.format(word=token.text[:40]), token)
    elif token.kind is TokenKind.PREFIXED_NAME and (
        before is None or before.kind is not TokenKind.WORD
    ):
        # The engine would take "USINGx:y" for a clause.
        _reject(text, _UNCLEAR.format(word=token.text[:40]), token)


def _reject(text: str, detail: str, token: Token) -> NoReturn:
    place = locate(text, token.start)
    raise QueryRejected(detail, line=place.line, column=place.column)
