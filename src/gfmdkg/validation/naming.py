"""Names of nodes, paths and shapes, as a curator knows them."""

import re
from collections.abc import Callable, Iterator, Mapping

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from gfmdkg.namespaces import BASE, RDF, RDFS, SH, SKOS, compact

__all__ = ["NODE_KINDS", "PLACEHOLDER", "Naming"]

PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
"""A variable in the message of a SPARQL constraint or of a check."""

NODE_KINDS: Mapping[str, str] = {
    "IRI": "an IRI",
    "BlankNode": "an unnamed node",
    "Literal": "a literal",
    "BlankNodeOrIRI": "an IRI or an unnamed node",
    "BlankNodeOrLiteral": "an unnamed node or a literal",
    "IRIOrLiteral": "an IRI or a literal",
}
"""Local name of a node kind of SHACL to its name in a sentence."""

_LABELS = (URIRef(SKOS + "prefLabel"), URIRef(RDFS + "label"), URIRef(SH + "name"))
_TYPE, _FIRST = URIRef(RDF + "type"), URIRef(RDF + "first")
_LONGEST_VALUE = 80
_REPEATS = {
    "zeroOrMorePath": "any number of",
    "oneOrMorePath": "one or more",
    "zeroOrOnePath": "optional",
}


class Naming:
    """Names the nodes of a data graph, and says what the shapes ask of them."""

    def __init__(self, data: Graph, shapes: Graph | None = None) -> None:
        self._data = data
        self._shapes = Graph() if shapes is None else shapes

    def name(self, node: Node) -> str:
        """A node as a curator knows it: its label in English, a value in quotes, a short IRI."""
        if isinstance(node, Literal):
            text = str(node).replace("\n", " ")
            if len(text) > _LONGEST_VALUE:
                text = text[: _LONGEST_VALUE - 1] + "…"
            return f'"{text}"' + (f"@{node.language}" if node.language else "")
        label = self.label(node)
        if label:
            return f"“{label}”"
        if isinstance(node, URIRef):
            short = compact(str(node))
            return f"<{short.removeprefix(BASE)}>" if short == str(node) else short
        kind = self._data.value(node, _TYPE)
        return f"an unnamed {self.plain(kind)}" if kind is not None else "an unnamed node"

    def plain(self, node: Node) -> str:
        """The name of a class, datatype or property, without quotes."""
        return self.label(node) or self.name(node).strip('"<>')

    def path(self, path: Node | None) -> str:
        """A SHACL path: each property by its label and its CURIE."""
        graph = self._shapes
        if path is None:
            return "the value"
        if isinstance(path, URIRef):
            label, short = self.label(path), compact(str(path))
            return f"{label} ({short})" if label else short
        if (path, _FIRST, None) in graph:
            return " / ".join(self.path(member) for member in Collection(graph, path))
        alternatives = graph.value(path, URIRef(SH + "alternativePath"))
        if alternatives is not None:
            return " or ".join(self.path(member) for member in Collection(graph, alternatives))
        inverse = graph.value(path, URIRef(SH + "inversePath"))
        if inverse is not None:
            return f"what points here with {self.path(inverse)}"
        for name, words in _REPEATS.items():
            inner = graph.value(path, URIRef(SH + name))
            if inner is not None:
                return f"{words} {self.path(inner)}"
        return "the path"

    def fill(self, template: str, values: Mapping[str, Node]) -> str:
        """A message with the names of the nodes in place of its variables."""
        return PLACEHOLDER.sub(
            lambda m: self.name(values[m[1]]) if m[1] in values else "(nothing)", template
        )

    def describe(self, shape: Node | None) -> str:
        """What a shape asks of a value, as a noun phrase; its name where that gets too deep."""
        if shape is None:
            return "what the shape asks for"
        phrases = list(self._phrases(shape, depth=0))
        return " and ".join(phrases) or self.plain(shape)

    def _phrases(self, shape: Node, *, depth: int) -> Iterator[str]:
        path = self._shapes.value(shape, URIRef(SH + "path"))
        beginning = "" if path is None else f"with {self.path(path)} "
        for predicate, value in sorted(self._shapes.predicate_objects(shape), key=str):
            name = str(predicate).removeprefix(SH)
            words: str | None = None
            if name in _SIMPLE_PHRASES:
                words = _SIMPLE_PHRASES[name](self, value)
            elif name in ("property", "node") and depth < 2:
                words = " and ".join(self._phrases(value, depth=depth + 1)) or None
            elif name == "not" and depth < 2:
                inner = " and ".join(self._phrases(value, depth=depth + 1))
                if inner:
                    words = f"without {inner[5:]}" if inner.startswith("with ") else f"not {inner}"
            elif name == "or" and depth < 2:
                members = Collection(self._shapes, value)
                words = " or ".join(
                    " and ".join(self._phrases(m, depth=depth + 1)) or self.plain(m)
                    for m in members
                )
            elif name in ("minCount", "maxCount") and path is not None:
                words = f"{'at least' if name == 'minCount' else 'at most'} {value} times"
            if words:
                yield f"{beginning}{words}"

    def label(self, node: Node) -> str | None:
        """The label in English or, without one, the first; the data goes before the shapes."""
        for graph in (self._data, self._shapes):
            for predicate in _LABELS:
                labels = [o for o in graph.objects(node, predicate) if isinstance(o, Literal)]
                if labels:
                    return str(min(labels, key=lambda o: (o.language != "en", str(o))))
        return None

    def _listed(self, head: Node) -> str:
        return " or ".join(self.name(member) for member in Collection(self._shapes, head))


# Within this module's own class, so that the table can stand beside it.
# ruff: noqa: SLF001
_SIMPLE_PHRASES: Mapping[str, Callable[[Naming, Node], str]] = {
    "class": lambda w, v: f"of class {w.plain(v)}",
    "datatype": lambda _, v: f"of type {compact(str(v))}",
    "hasValue": lambda w, v: w.name(v),
    "in": lambda w, v: w._listed(v),
    "languageIn": lambda w, v: f"tagged {w._listed(v)}",
    "nodeKind": lambda _, v: NODE_KINDS.get(str(v).removeprefix(SH), str(v)),
    "pattern": lambda _, v: f"of the form {v}",
    "minInclusive": lambda _, v: f"at least {v}",
    "maxInclusive": lambda _, v: f"at most {v}",
    "minExclusive": lambda _, v: f"more than {v}",
    "maxExclusive": lambda _, v: f"less than {v}",
    "minLength": lambda _, v: f"of at least {v} characters",
    "maxLength": lambda _, v: f"of at most {v} characters",
}
