"""The operations of a SPARQL update, told apart so that each can be evaluated as a query.

``DELETE {D} INSERT {I} WHERE {W}`` means: find the solutions of W, then remove what D says for
each and add what I says. So what it changes can be known beforehand, by asking for the
solutions and filling the templates with them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gfmdkg.sparql.tokens import Token, TokenKind, code_tokens, group_end

__all__ = ["Operation", "split_update"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """INSERT, DELETE or both, with or without WHERE; all parts as they were written.

    ``delete`` and ``insert`` are templates in their braces, or empty. ``where`` is the group in
    its braces, or empty for INSERT DATA and DELETE DATA, whose templates have no variables.
    ``dataset`` is FROM clauses that mean the same as USING or WITH; ``target`` is ``WITH …`` or
    empty. ``text`` is the operation with all declarations that it may use.
    """

    prologue: str
    text: str
    target: str = ""
    delete: str = ""
    insert: str = ""
    dataset: str = ""
    where: str = ""

    @property
    def query(self) -> str:
        """The SELECT that gives the solutions for the templates."""
        return f"{self.prologue}\nSELECT * {self.dataset} WHERE {self.where}"

    def filled(self, template: str, values: str) -> str:
        """An update that inserts what a template says, for the rows of a VALUES block."""
        return f"{self.prologue}\n{self.target} INSERT {template} WHERE {{ {values} }}"


def split_update(text: str) -> tuple[Operation, ...] | None:
    """The operations of an update in their order, or ``None`` where they are not certain.

    They are not for CLEAR and its like, for WITH beside GRAPH in a WHERE, and where keywords
    and names are written together. The text need not be valid beyond that.

    >>> [o.delete for o in split_update("DELETE WHERE {?s a ?t}; INSERT DATA {<x:s> a <x:t>}")]
    ['{?s a ?t}', '']
    """
    try:
        return tuple(_Reader(text, code_tokens(text)).operations())
    except _UnclearError:
        return None


class _UnclearError(Exception):
    """It is not certain what the text says."""


class _Reader:
    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0
        self._prologue: list[str] = []

    def operations(self) -> Iterable[Operation]:
        while True:
            self._read_prologue()
            if self._next == len(self._tokens):
                return
            yield self._operation()
            if self._next < len(self._tokens) and not self._take(";"):
                raise _UnclearError

    def _read_prologue(self) -> None:
        while self._peek() in ("PREFIX", "BASE"):
            start = self._next
            count = 3 if self._peek() == "PREFIX" else 2
            self._next += count
            self._iri_before()
            self._prologue.append(self._slice(start))

    def _operation(self) -> Operation:
        start = self._next
        target = self._graph_after("WITH")
        delete = insert = where = ""
        if self._take("DELETE"):
            if self._take("DATA"):
                return self._made(start, delete=self._group())
            if self._take("WHERE"):
                delete = where = self._group()
                return self._made(start, delete=delete, where=where)
            delete = self._group()
        if self._take("INSERT"):
            if not delete and self._take("DATA"):
                return self._made(start, insert=self._group())
            insert = self._group()
        dataset = self._dataset()
        if not (delete or insert) or not self._take("WHERE"):
            raise _UnclearError
        before = self._next
        where = self._group()
        if target and not dataset:
            # FROM would take the other graphs out of reach.
            if any(t.text.upper().startswith("GRAPH") for t in self._tokens[before : self._next]):
                raise _UnclearError
            dataset = f"FROM {target.removeprefix('WITH ')}"
        return self._made(
            start, target=target, delete=delete, insert=insert, dataset=dataset, where=where
        )

    def _made(self, start: int, **parts: str) -> Operation:
        prologue = "\n".join(self._prologue)
        return Operation(prologue=prologue, text=f"{prologue}\n{self._slice(start)}", **parts)

    def _dataset(self) -> str:
        clauses: list[str] = []
        while self._take("USING"):
            named = "NAMED " if self._take("NAMED") else ""
            clauses.append(f"FROM {named}{self._iri()}")
        return " ".join(clauses)

    def _graph_after(self, word: str) -> str:
        return f"{word} {self._iri()}" if self._take(word) else ""

    def _iri(self) -> str:
        self._next += 1
        return self._iri_before()

    def _iri_before(self) -> str:
        if self._next > len(self._tokens):
            raise _UnclearError
        token = self._tokens[self._next - 1]
        if token.kind not in (TokenKind.IRI, TokenKind.PREFIXED_NAME):
            raise _UnclearError
        return self._text[token.start : token.end]

    def _group(self) -> str:
        """The text in braces that starts here."""
        start, end = self._next, group_end(self._tokens, self._next)
        if end is None:
            raise _UnclearError
        self._next = end
        return self._slice(start)

    def _peek(self) -> str:
        if self._next >= len(self._tokens):
            return ""
        token = self._tokens[self._next]
        # A word that is written together with a name is none of ours.
        is_plain = token.kind in (TokenKind.WORD, TokenKind.OPERATOR)
        return token.text.upper() if is_plain else ""

    def _take(self, word: str) -> bool:
        is_next = self._peek() == word
        self._next += is_next
        return is_next

    def _slice(self, start: int) -> str:
        return self._text[self._tokens[start].start : self._tokens[self._next - 1].end]
