"""SPARQL updates of which one knows afterwards what they can have changed.

The engine does not tell what an update changed, and to find out from two states of a store
takes as long as the store is large. But ``DELETE {D} INSERT {I} WHERE {W}`` means: find the
solutions of W, then remove what D says for each and add what I says. So the engine evaluates the
WHERE of each operation as a query, fills the templates in a store of their own, and what stands
there is removed and added.

The SPARQL 1.1 Protocol (section 2.2.3) lets ``using-graph-uri`` and ``using-named-graph-uri``
stand for USING and USING NAMED in every operation with a WHERE; the engine knows only the
clauses, so they are put there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.sparql_tokens import Token, TokenKind, code_tokens, group_end, rejection
from gfmdkg.rdf.values import Term
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["UpdateOperation", "add_using", "carry_out", "split_update"]

# Beyond so many solutions or characters the engine does it all, and the states are compared.
_MOST_SOLUTIONS = 20_000
_LONGEST_TEXT = 4_000_000
_WITHOUT_TEMPLATES = frozenset({"ADD", "CLEAR", "COPY", "CREATE", "DROP", "LOAD", "MOVE"})
_PLAIN = frozenset({TokenKind.WORD, TokenKind.IRI, TokenKind.PREFIXED_NAME})
# Blank nodes cannot stand in VALUES, so they go by names of this form for a while.
_STAND_IN = "urn:x-gfmdkg-blank:"


class _UnclearError(Exception):
    """What the text says, or what it changes, cannot be told beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOperation:
    """INSERT, DELETE or both, with or without WHERE, all parts as they were written; or another.

    ``delete`` and ``insert`` are templates in their braces, or empty. ``where`` is the group in
    its braces, or empty for INSERT DATA and DELETE DATA, whose templates have no variables.
    ``dataset`` is FROM clauses that mean the same as USING or WITH; ``target`` is ``WITH …`` or
    empty. ``text`` is the operation with all declarations that it may use; of the whole update,
    ``where_at`` is the offset of the word WHERE; ``is_short`` is DELETE WHERE, of which the
    template is the pattern. CLEAR and its like have only a text.
    """

    prologue: str
    text: str
    target: str = ""
    delete: str = ""
    insert: str = ""
    dataset: str = ""
    where: str = ""
    where_at: int = 0
    is_short: bool = False


def carry_out(store: OxigraphStore, text: str, *, base_iri: str | None = None) -> set[str] | None:
    """Carry out an update: the statements that may differ now, or ``None`` if unknown.

    If it raises, the store may hold a part of the update. Raises ``QueryRejected``.
    """
    operations = None if len(text) > _LONGEST_TEXT else split_update(text)
    if operations is None:
        store.update(text, base_iri=base_iri)
        return None
    # Refused as a whole, with places in the whole text, by running it on nothing.
    OxigraphStore.in_memory().update(text, base_iri=base_iri)
    touched: set[str] | None = set()
    for operation in operations:
        try:
            removed, added = _evaluate(store, operation, base_iri)
        except _UnclearError:
            store.update(operation.text, base_iri=base_iri)
            touched = None
            continue
        store.apply(added=added, removed=removed)
        if touched is not None:
            touched.update(map(str, (*removed, *added)))
    return touched


def _evaluate(
    store: OxigraphStore, operation: UpdateOperation, base_iri: str | None
) -> tuple[list[ox.Quad], list[ox.Quad]]:
    """What an operation removes and adds."""
    found = Solutions(variables=(), rows=((),))
    if operation.where:
        most = _MOST_SOLUTIONS + 1
        query = f"{operation.prologue}\nSELECT * {operation.dataset} WHERE {operation.where}"
        found = store.select(query, base_iri=base_iri, most=most)
        if len(found) == most:
            raise _UnclearError
    return (
        _filled(operation, operation.delete, found, base_iri),
        _filled(operation, operation.insert, found, base_iri),
    )


def _filled(
    operation: UpdateOperation, template: str, found: Solutions, base_iri: str | None
) -> list[ox.Quad]:
    if not template:
        return []
    used = {t.text[1:] for t in code_tokens(template) if t.kind is TokenKind.VARIABLE}
    places = [place for place, name in enumerate(found.variables) if name in used]
    names = " ".join(f"?{found.variables[place]}" for place in places)
    lines = "\n".join(f"({' '.join(_spell(row[p]) for p in places)})" for row in found)
    scratch = OxigraphStore.in_memory()
    values = f"VALUES ({names}) {{ {lines} }}"
    update = f"{operation.prologue}\n{operation.target} INSERT {template} WHERE {{ {values} }}"
    scratch.update(update, base_iri=base_iri)
    return [quad for given in scratch.quads() for quad in _with_blank_nodes(given)]


def _spell(term: Term | None) -> str:
    match term:
        case None:
            return "UNDEF"
        case ox.BlankNode():
            return f"<{_STAND_IN}{term.value}>"
        case ox.Triple():
            raise _UnclearError
        case _:
            return str(term)


def _with_blank_nodes(quad: ox.Quad) -> Iterable[ox.Quad]:
    """The quad with blank nodes in place of their names; none where one cannot stand."""
    if quad.predicate.value.startswith(_STAND_IN):
        return
    if str(quad.graph_name).startswith(("_:", f"<{_STAND_IN}")):
        raise _UnclearError
    subject, value = _node(quad.subject), _node(quad.object)
    yield ox.Quad(subject, quad.predicate, value, quad.graph_name)  # type: ignore[arg-type]


def _node(term: Term) -> Term:
    if isinstance(term, ox.Triple):
        raise _UnclearError
    if isinstance(term, ox.NamedNode) and term.value.startswith(_STAND_IN):
        return ox.BlankNode(term.value.removeprefix(_STAND_IN))
    return term


def split_update(text: str) -> tuple[UpdateOperation, ...] | None:
    """The operations of an update in their order, or ``None`` where they are not certain.

    They are not for CLEAR and its like, for WITH beside GRAPH in a WHERE, and where keywords
    and names are written together. The text need not be valid beyond that.

    >>> [o.delete for o in split_update("DELETE WHERE {?s a ?t}; INSERT DATA {<x:s> a <x:t>}")]
    ['{?s a ?t}', '']
    """
    try:
        operations = tuple(_Reader(text, code_tokens(text)).operations())
    except _UnclearError:
        return None
    return operations if all(o.delete or o.insert for o in operations) else None


class _Reader:
    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0
        self._prologue: list[str] = []
        self._where_at = 0

    @property
    def position(self) -> int:
        """The index of the token that comes next, or of the last one."""
        return min(self._next, len(self._tokens) - 1)

    def operations(self) -> Iterable[UpdateOperation]:
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
            count = 2 if self._peek() == "PREFIX" else 1
            self._next += count
            self._iri()
            self._prologue.append(self._slice(start))

    def _operation(self) -> UpdateOperation:
        start = self._next
        target = f"WITH {self._iri()}" if self._take("WITH") else ""
        delete = insert = where = ""
        if self._peek() in _WITHOUT_TEMPLATES:
            while self._next < len(self._tokens) and self._peek() != ";":
                if self._tokens[self._next].kind not in _PLAIN:
                    raise _UnclearError
                self._next += 1
            return self._made(start)
        if self._take("DELETE"):
            if self._take("DATA"):
                return self._made(start, delete=self._group())
            if self._take_where():
                delete = where = self._group()
                return self._made(start, delete=delete, where=where, is_short=True)
            delete = self._group()
        if self._take("INSERT"):
            if not delete and self._take("DATA"):
                return self._made(start, insert=self._group())
            insert = self._group()
        dataset = self._dataset()
        if not (delete or insert) or not self._take_where():
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

    def _made(self, start: int, *, is_short: bool = False, **parts: str) -> UpdateOperation:
        prologue = "\n".join(self._prologue)
        text = f"{prologue}\n{self._slice(start)}"
        return UpdateOperation(
            prologue=prologue, text=text, where_at=self._where_at, is_short=is_short, **parts
        )

    def _dataset(self) -> str:
        clauses: list[str] = []
        while self._take("USING"):
            named = "NAMED " if self._take("NAMED") else ""
            clauses.append(f"FROM {named}{self._iri()}")
        return " ".join(clauses)

    def _iri(self) -> str:
        token = self._tokens[self._next] if self._next < len(self._tokens) else None
        if token is None or token.kind not in (TokenKind.IRI, TokenKind.PREFIXED_NAME):
            raise _UnclearError
        self._next += 1
        return token.text

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

    def _take_where(self) -> bool:
        self._where_at = self._tokens[self.position].start
        return self._take("WHERE")

    def _slice(self, start: int) -> str:
        return self._text[self._tokens[start].start : self._tokens[self._next - 1].end]


_CONFLICT = (
    "{word} in the update and using-graph-uri or using-named-graph-uri in the request exclude "
    "each other; use one of the two"
)
_UNCLEAR = "“{word}” is unexpected here; set spaces between keywords and names"


def add_using(text: str, *, graphs: Iterable[str], named_graphs: Iterable[str]) -> str:
    """The update with USING clauses for these graphs in each operation that has a WHERE.

    ``DELETE WHERE {P}``, which takes no such clause, becomes ``DELETE {P} USING … WHERE {P}``.
    Raises ``QueryRejected`` where the text has USING or WITH of its own, or its operations
    cannot be told apart, and ``ValueError`` for a graph that is no absolute IRI.

    >>> add_using("INSERT {?s a ?t} WHERE {?s a ?t}", graphs=["http://e/g"], named_graphs=[])
    'INSERT {?s a ?t} USING <http://e/g> WHERE {?s a ?t}'
    """
    clauses = "".join(
        [f"USING {ox.NamedNode(graph)} " for graph in graphs]
        + [f"USING NAMED {ox.NamedNode(graph)} " for graph in named_graphs]
    )
    if not clauses:
        return text
    tokens = code_tokens(text)
    for token in tokens:
        if token.kind is TokenKind.WORD and token.text.upper() in ("USING", "WITH"):
            raise rejection(_CONFLICT.format(word=token.text.upper()), text, token.start)
    reader = _Reader(text, tokens)
    try:
        operations = tuple(reader.operations())
    except _UnclearError:
        token = tokens[reader.position]
        message = _UNCLEAR.format(word=token.text[:40])
        raise rejection(message, text, token.start) from None
    for operation in reversed(operations):
        if operation.where:
            template = f"{operation.delete} " if operation.is_short else ""
            before, after = text[: operation.where_at], text[operation.where_at :]
            text = f"{before}{template}{clauses}{after}"
    return text
