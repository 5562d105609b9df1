"""The canonical Turtle writer: one set of triples always gives the same, readable text.

The header holds the prefixes that are used, sorted; each subject has its own block, with
``a`` first, then the predicates sorted by their short names, then the objects: IRIs before
literals, English before other languages. So a change to one value changes one line or two.
Blank nodes are nested where one triple alone refers to them, lists are written as lists, and
what is left gets a label that follows from its surroundings, not from its former label.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache

import pyoxigraph as ox

from gfmdkg.namespaces import BASE, PREFIXES, RDF, XSD
from gfmdkg.rdf.canonical_nodes import canonical_quads
from gfmdkg.rdf.values import Term

__all__ = ["BlankNodes", "PropertyMap", "TurtleBlocks", "write_turtle"]

_TYPE = ox.NamedNode(RDF + "type")
_WIDTH = 112
_INDENT = "    "
_NAMES_KEPT = 50_000

# A dot is legal in a local name, but <…/sdg/10.7> reads better than sdg:10.7 with its full
# stop, so only the plainest local names are shortened.
_LOCAL_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?")
# What may follow the base without being read as something else: no scheme, no dot segments.
_RELATIVE = re.compile(r"(?!\.{0,2}(?:/|$))[^:/?#]+(?:/(?!\.{1,2}(?:/|$))[^/?#]+)*")
_BARE: Mapping[str, re.Pattern[str]] = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "double": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}
_WHOLE_DECIMAL = re.compile(r"[+-]?[0-9]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


PropertyMap = Mapping[ox.NamedNode, Collection[Term]]

_FIRST, _REST, _NIL = (ox.NamedNode(RDF + name) for name in ("first", "rest", "nil"))
# Deeper nesting is legal, but no reader and not every parser follows it.
_DEPTH = 32


class BlankNodes:
    """The blank nodes of some distinct triples.

    ``lists`` maps the head of each well-formed list to its items, ``properties`` each other
    node to its properties, and ``labels`` each node that can be neither nested nor left
    unnamed to a label.
    """

    def __init__(self, triples: Collection[ox.Triple]) -> None:
        self.properties: dict[ox.BlankNode, dict[ox.NamedNode, list[Term]]] = {}
        self._referrers: dict[ox.BlankNode, list[tuple[Term, ox.NamedNode]]] = {}
        for subject, predicate, value in triples:
            if isinstance(subject, ox.BlankNode):
                self.properties.setdefault(subject, {}).setdefault(predicate, []).append(value)
            if isinstance(value, ox.BlankNode):
                self._referrers.setdefault(value, []).append((subject, predicate))
        self.lists: dict[ox.BlankNode, tuple[Term, ...]] = {}
        self._cells: set[ox.BlankNode] = set()
        for node in self.properties:
            self._collect_list(node)
        self._nested = self._find_nested()
        self.labels = self._label()

    def is_nested(self, node: ox.BlankNode) -> bool:
        """Whether the node is written where it is referred to, and has no block of its own."""
        return node in self._nested or node in self._cells

    def _collect_list(self, head: ox.BlankNode) -> None:
        referrers = self._referrers.get(head, ())
        if len(referrers) != 1 or referrers[0][1] == _REST:
            return
        items: list[Term] = []
        cells: list[ox.BlankNode] = []
        cell: Term = head
        while isinstance(cell, ox.BlankNode):
            first, rest = self._cell(cell)
            is_only_ours = cell is head or len(self._referrers.get(cell, ())) == 1
            if first is None or rest is None or not is_only_ours:
                return
            items.append(first)
            cells.append(cell)
            cell = rest
        if cell == _NIL:
            self.lists[head] = tuple(items)
            self._cells.update(cells)

    def _cell(self, node: ox.BlankNode) -> tuple[Term | None, Term | None]:
        properties = self.properties.get(node, {})
        firsts, rests = properties.get(_FIRST, []), properties.get(_REST, [])
        if len(properties) != 2 or len(firsts) != 1 or len(rests) != 1:
            return None, None
        return firsts[0], rests[0]

    def _find_nested(self) -> set[ox.BlankNode]:
        """The nodes that can be reached from a block by going from one to the only next."""
        referring = self._referrers
        below: dict[Term, list[ox.BlankNode]] = {}
        for node, referrers in referring.items():
            if len(referrers) == 1:
                below.setdefault(referrers[0][0], []).append(node)
        tops = {
            s for s in below if not isinstance(s, ox.BlankNode) or len(referring.get(s, ())) != 1
        }
        waiting: list[tuple[Term, int]] = [(top, 0) for top in tops]
        nested: set[ox.BlankNode] = set()
        while waiting:
            parent, depth = waiting.pop()
            for node in below.get(parent, ()):
                if node in self._cells and node not in self.lists:
                    waiting.append((node, depth))
                elif depth < _DEPTH:
                    nested.add(node)
                    waiting.append((node, depth + 1))
                else:
                    self._dissolve(node)
                    waiting.append((node, 0))
        return nested

    def _dissolve(self, head: ox.BlankNode) -> None:
        """Make a list that lies too deep to nest a chain of nodes like others."""
        if self.lists.pop(head, None) is None:
            return
        cell: Term = head
        while isinstance(cell, ox.BlankNode):
            self._cells.discard(cell)
            _, cell = self._cell(cell)  # type: ignore[assignment]

    def _label(self) -> dict[ox.BlankNode, str]:
        shared = self._referrers.keys() - self._nested - self._cells
        ordered = sorted(shared, key=lambda node: node.value)
        return {node: f"b{number}" for number, node in enumerate(ordered, start=1)}


class TurtleBlocks:
    """Writes subjects one by one, for who cannot hold all triples; ``header`` comes last.

    Every lexical form is kept save one: the store makes ``1`` of the decimal 1.0, so a whole
    decimal is written with the point of Turtle's short form. ``nodes`` has the blank nodes that
    stand below the subjects.

    >>> blocks = TurtleBlocks()
    >>> label = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    >>> cmw = ox.NamedNode("https://w3id.org/gfmdkg/id/instrument/cmw")
    >>> print(blocks.block(cmw, {label: [ox.Literal("CMW", language="en")]}), end="")
    <id/instrument/cmw> skos:prefLabel "CMW"@en .
    >>> print(blocks.header(), end="")
    @base <https://w3id.org/gfmdkg/> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    """

    def __init__(
        self,
        *,
        base: str = BASE,
        prefixes: Mapping[str, str] = PREFIXES,
        nodes: BlankNodes | None = None,
    ) -> None:
        self._base, self._prefixes = base, prefixes
        # Longest first, so that the narrower of two nested namespaces is taken.
        self._namespaces = sorted(prefixes.items(), key=lambda item: (-len(item[1]), item[0]))
        self._nodes = nodes or BlankNodes(())
        self._iri = lru_cache(_NAMES_KEPT)(self._shorten)
        self._line = cache(self._blank_line)
        self._used: set[str] = set()
        self._base_used = False

    def header(self) -> str:
        """The base and the prefixes that the blocks so far need, a line each."""
        base = f"@base <{self._base}> .\n" if self._base_used else ""
        return base + "".join(
            f"@prefix {prefix}: <{self._prefixes[prefix]}> .\n" for prefix in sorted(self._used)
        )

    def block(self, subject: Term, properties: PropertyMap) -> str:
        """The statements about one subject, ended by a line break."""
        is_unnamed = isinstance(subject, ox.BlankNode) and subject not in self._nodes.labels
        name = "[]" if is_unnamed else self.term(subject)
        return f"{name} {self._properties(properties, depth=0)} .\n"

    def term(self, term: Term) -> str:
        """A term on one line."""
        match term:
            case ox.NamedNode(value=value):
                return self._iri(value)
            case ox.Literal():
                return self._literal(term)
            case ox.Triple():
                return str(term)
            case ox.BlankNode():
                return self._line(term)

    # On one line

    def _blank_line(self, node: ox.BlankNode) -> str:
        label = self._nodes.labels.get(node)
        if label is not None:
            return f"_:{label}"
        items = self._nodes.lists.get(node)
        if items is not None:
            return f"( {' '.join(self.term(item) for item in items)} )"
        properties = self._nodes.properties.get(node)
        if not properties:
            return "[]"
        parts = (f"{verb} {' , '.join(map(self.term, o))}" for verb, o in self._ordered(properties))
        return f"[ {' ; '.join(parts)} ]"

    def _ordered(self, properties: PropertyMap) -> list[tuple[str, list[Term]]]:
        """Predicates as they are written with their objects, in canonical order."""
        verbs = {"a" if p == _TYPE else self._iri(p.value): p for p in properties}
        return [
            (verb, sorted(set(properties[verbs[verb]]), key=self._order))
            for verb in sorted(verbs, key=lambda verb: (verb != "a", verb))
        ]

    # On as many lines as it takes

    def _properties(self, properties: PropertyMap, *, depth: int) -> str:
        parts = [
            f"{verb} {self._objects(verb, objects, depth=depth)}"
            for verb, objects in self._ordered(properties)
        ]
        return f" ;\n{_INDENT * (depth + 1)}".join(parts)

    def _objects(self, verb: str, objects: Sequence[Term], *, depth: int) -> str:
        line = " , ".join(map(self.term, objects))
        # Two for the punctuation that follows.
        if _fits(line, len(_INDENT) * (depth + 1) + len(verb) + 1 + 2):
            return line
        texts = [self._object(o, depth=depth) for o in objects]
        return f" ,\n{_INDENT * (depth + 2)}".join(texts)

    def _object(self, term: Term, *, depth: int) -> str:
        line = self.term(term)
        if not isinstance(term, ox.BlankNode) or _fits(line, len(_INDENT) * (depth + 2)):
            return line
        items = self._nodes.lists.get(term)
        if items is not None:
            inner = _INDENT * (depth + 2)
            lines = [self._object(item, depth=depth + 1) for item in items]
            return f"(\n{inner}" + f"\n{inner}".join(lines) + f"\n{_INDENT * (depth + 1)})"
        properties = self._nodes.properties.get(term)
        if not properties or term in self._nodes.labels:
            return line
        return f"[ {self._properties(properties, depth=depth + 1)} ]"

    def _order(self, term: Term) -> tuple[object, ...]:
        match term:
            case ox.NamedNode(value=value):
                return (0, value)
            case ox.Literal(value=lexical, datatype=datatype, language=language):
                tag = language or ""
                return (1, bool(tag), tag != "en", tag, lexical, datatype.value)
            case _:
                return (2, self.term(term))

    # Terms

    def _shorten(self, value: str) -> str:
        for prefix, namespace in self._namespaces:
            if value.startswith(namespace) and _LOCAL_NAME.fullmatch(value, len(namespace)):
                self._used.add(prefix)
                return f"{prefix}:{value[len(namespace) :]}"
        if self._base and value.startswith(self._base):
            relative = value[len(self._base) :]
            if _RELATIVE.fullmatch(relative):
                self._base_used = True
                return f"<{relative}>"
        return f"<{value}>"

    def _literal(self, literal: ox.Literal) -> str:
        lexical, datatype = literal.value, literal.datatype.value
        if literal.language is not None:
            return f"{_quote(lexical)}@{literal.language}"
        if datatype == XSD + "string":
            return _quote(lexical)
        bare = _BARE.get(datatype)
        if bare is not None and bare.fullmatch(lexical):
            return lexical
        if datatype == XSD + "decimal" and _WHOLE_DECIMAL.fullmatch(lexical):
            return f"{lexical}.0"
        return f"{_quote(lexical)}^^{self._iri(datatype)}"


def _fits(line: str, room_taken: int) -> bool:
    return "\n" not in line and room_taken + len(line) <= _WIDTH


def _quote(text: str) -> str:
    escaped, marks = text.replace("\\", "\\\\").replace("\r", "\\r"), '"'
    if "\n" in escaped:
        # Inside three quotes a quote needs no escape, save in a run of them and at the end.
        escaped, marks = re.sub(r'"(?="|\Z)', r"\"", escaped), '"""'
    else:
        escaped = escaped.replace('"', '\\"').replace("\t", "\\t")
    return marks + _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04X}", escaped) + marks


def write_turtle(triples: Iterable[ox.Triple], *, first: Sequence[str] = ()) -> str:
    """The triples as canonical Turtle, each once.

    Subjects are sorted by IRI, those in ``first`` before all others and in that order: give
    the order of an existing file to keep the changes to it small.

    Two graphs that differ in the labels of their blank nodes alone give the same text, save
    in the rare case of labelled nodes that no property or neighbour tells apart.
    """
    canonical = canonical_quads(ox.Quad(*triple) for triple in triples)
    subjects: dict[Term, dict[ox.NamedNode, list[Term]]] = {}
    for quad in canonical:
        subjects.setdefault(quad.subject, {}).setdefault(quad.predicate, []).append(quad.object)
    nodes = BlankNodes([quad.triple for quad in canonical])
    blocks = TurtleBlocks(nodes=nodes)
    position = {iri: number for number, iri in enumerate(first)}
    named = sorted(
        (s for s in subjects if isinstance(s, ox.NamedNode)),
        key=lambda s: (position.get(s.value, len(position)), s.value),
    )
    written = [blocks.block(subject, subjects[subject]) for subject in named]
    written += sorted(
        blocks.block(node, subjects[node])
        for node in subjects
        if isinstance(node, ox.BlankNode) and not nodes.is_nested(node)
    )
    header = blocks.header()
    return "\n".join([header, *written] if header else written)
