"""Validation results in plain words, with the names that a curator knows."""

import re
from collections.abc import Callable, Iterator, Mapping

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from gfmdkg.namespaces import BASE, RDF, RDFS, SH, SKOS, XSD, compact
from gfmdkg.validation.shacl import ShapeResult, path_parts

__all__ = ["PLACEHOLDER", "Wording"]

# Within this module's own classes, so that the tables can stand beside them.
# ruff: noqa: SLF001

PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
"""A variable in the message of a SPARQL constraint or of a check."""

_NODE_KINDS: Mapping[str, str] = {
    "IRI": "an IRI",
    "BlankNode": "an unnamed node",
    "Literal": "a literal",
    "BlankNodeOrIRI": "an IRI or an unnamed node",
    "BlankNodeOrLiteral": "an unnamed node or a literal",
    "IRIOrLiteral": "an IRI or a literal",
}
_SLOT = re.compile(r"\{(\w+)\}")
_LABELS = (URIRef(SKOS + "prefLabel"), URIRef(RDFS + "label"), URIRef(SH + "name"))
_TYPE = URIRef(RDF + "type")
_LONGEST_VALUE = 80
_MOST_CHOICES = 8
_PATHS = {
    "inversePath": "what points here with",
    "zeroOrMorePath": "any number of",
    "oneOrMorePath": "one or more",
    "zeroOrOnePath": "optional",
}


class Wording:
    """Names the nodes of a data graph, and words what the shapes ask of them and find wrong."""

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
        if path is None:
            return "the value"
        kind, parts = path_parts(self._shapes, path)
        names = [self.path(part) for part in parts]
        match kind:
            case "predicatePath":
                label, short = self.label(path), compact(str(path))
                return f"{label} ({short})" if label else short
            case "sequencePath":
                return " / ".join(names)
            case "alternativePath":
                return " or ".join(names)
        return f"{_PATHS[kind]} {names[0]}" if names else "the path"

    def fill(self, template: str, values: Mapping[str, Node | None]) -> str:
        """A message with the names of the nodes in place of its variables."""

        def shown(match: re.Match[str]) -> str:
            node = values.get(match[1])
            return "(nothing)" if node is None else self.name(node)

        return PLACEHOLDER.sub(shown, template)

    def describe(self, shape: Node | None) -> str:
        """What a shape asks of a value, as a noun phrase; its name where that gets too deep."""
        if shape is None:
            return "what the shape asks for"
        phrases = list(self._phrases(shape, depth=0))
        return " and ".join(phrases) or self.plain(shape)

    def _phrases(self, shape: Node, *, depth: int) -> Iterator[str]:
        def inner(node: Node) -> str:
            return " and ".join(self._phrases(node, depth=depth + 1)) if depth < 2 else ""

        path = self._shapes.value(shape, URIRef(SH + "path"))
        beginning = "" if path is None else f"with {self.path(path)} "
        for predicate, value in sorted(self._shapes.predicate_objects(shape), key=str):
            name, words = str(predicate).removeprefix(SH), ""
            if name in _SIMPLE_PHRASES:
                words = _SIMPLE_PHRASES[name](self, value)
            elif name in ("property", "node"):
                words = inner(value)
            elif name == "not" and (denied := inner(value)):
                is_with = denied.startswith("with ")
                words = f"without {denied[5:]}" if is_with else f"not {denied}"
            elif name == "or" and depth < 2:
                members = Collection(self._shapes, value)
                words = " or ".join(inner(member) or self.plain(member) for member in members)
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

    def message(self, result: ShapeResult) -> str:
        """What is wrong, in one sentence without its full stop."""
        if result.component in _TEMPLATES:
            template = _TEMPLATES[result.component]
            return _SLOT.sub(lambda slot: self._fill(result, slot[1]), template)
        if result.component in _MESSAGES:
            return _MESSAGES[result.component](self, result)
        rule = None if result.shape is None else self.label(result.shape)
        named = f"the rule “{rule}”" if rule else "a rule of its own"
        value = None if result.value == result.focus else result.value
        ending = "" if value is None else f": {self.name(value)}"
        return f"{self.name(result.focus)} breaks {named}{ending}"

    def _fill(self, result: ShapeResult, name: str) -> str:
        """What stands in a slot of a template: the focus node, say, or a parameter."""
        node = self._parameter(result, name)
        match name:
            case "subject":
                return self._subject(result)
            case "focus":
                return self.name(result.focus)
            case "path":
                return self.path(result.path)
            case "equals" | "disjoint" | "lessThan" | "lessThanOrEquals":
                return self.path(node)
            case "hasValue":
                return "?" if node is None else self.name(node)
            case "languageIn":
                return " or ".join(map(str, self._members(result, name)))
            case "nodeKind":
                return _NODE_KINDS.get(str(node).removeprefix(SH), "right")
            case "not":
                return self.describe(node)
        return self._given(result, name)

    def _subject(self, result: ShapeResult) -> str:
        """What a value-related rule speaks about."""
        focus = self.name(result.focus)
        if result.value is None:
            return f"{self.path(result.path)} of {focus}" if result.path is not None else focus
        if result.path is None:
            return self.name(result.value)
        return f"{self.name(result.value)}, {self.path(result.path)} of {focus},"

    def _parameter(self, result: ShapeResult, name: str) -> Node | None:
        return None if result.shape is None else self._shapes.value(result.shape, URIRef(SH + name))

    def _given(self, result: ShapeResult, name: str) -> str:
        node = self._parameter(result, name)
        return "?" if node is None else str(node) if isinstance(node, Literal) else self.plain(node)

    def _count(self, result: ShapeResult) -> int | None:
        if not isinstance(result.path, URIRef):
            return None
        return sum(1 for _ in self._data.objects(result.focus, result.path))

    def _members(self, result: ShapeResult, name: str) -> list[Node]:
        head = self._parameter(result, name)
        return [] if head is None else list(Collection(self._shapes, head))

    def _miscounted(self, result: ShapeResult) -> str:
        is_few = result.component == "min-count"
        limit = self._given(result, "minCount" if is_few else "maxCount")
        focus, path, count = self.name(result.focus), self.path(result.path), self._count(result)
        if is_few and (limit == "1" or not count):
            return f"{focus} has no {path}"
        if is_few:
            return f"{focus} has {count} of {path}, fewer than {limit}"
        if limit == "0":
            return f"{focus} has {path}, which is not allowed"
        return f"{focus} has {count or 'too many'} values of {path}, more than {limit}"

    def _datatype(self, result: ShapeResult) -> str:
        wanted, value = self._parameter(result, "datatype"), result.value
        about = self._subject(result)
        if str(wanted) == RDF + "langString":
            return f"{about} has no language tag"
        kind = compact(str(wanted))
        if isinstance(value, Literal) and value.datatype == wanted:
            return f"{about} is not well-formed as {kind}"
        actual = "not a literal"
        if isinstance(value, Literal):
            actual = compact(str(value.datatype or XSD + "string"))
            actual = "a text with a language tag" if value.language else f"of type {actual}"
        return f"{about} is {actual}, where {kind} is expected"

    def _node(self, result: ShapeResult) -> str:
        inner = "; ".join(dict.fromkeys(self.message(detail) for detail in result.details))
        if not inner:
            return f"{self._subject(result)} does not fit {self._given(result, 'node')}"
        return f"{self._subject(result)} does not fit: {inner}"

    def _one_of(self, result: ShapeResult) -> str:
        members = [self.name(member) for member in self._members(result, "in")]
        more = f" … ({len(members)} in all)" if len(members) > _MOST_CHOICES else ""
        choices = " or ".join(members[:_MOST_CHOICES])
        return f"{self._subject(result)} is not {choices}{more}"

    def _alternatives(self, result: ShapeResult) -> str:
        name = result.component
        members = [self.describe(member) for member in self._members(result, name)]
        subject = self._subject(result)
        if name == "xone":
            return f"{subject} is not exactly one of: {' or '.join(members)}"
        if name == "or" and any(member.startswith("with") for member in members):
            return f"{subject} fits none of these: {'; '.join(members)}"
        return f"{subject} is not {(' and ' if name == 'and' else ' or ').join(members)}"

    def _qualified(self, result: ShapeResult) -> str:
        shape = self._parameter(result, "qualifiedValueShape")
        bound = "fewer" if result.component == "qualified-min-count" else "more"
        name = "qualifiedMinCount" if bound == "fewer" else "qualifiedMaxCount"
        limit, what = self._given(result, name), self.describe(shape)
        focus, path = self.name(result.focus), self.path(result.path)
        if (bound, limit) == ("fewer", "1"):
            return f"{focus} has no {path} that is {what}"
        return f"{focus} has {bound} than {limit} of {path} that is {what}"


_SIMPLE_PHRASES: Mapping[str, Callable[[Wording, Node], str]] = {
    "class": lambda w, v: f"of class {w.plain(v)}",
    "datatype": lambda _, v: f"of type {compact(str(v))}",
    "hasValue": lambda w, v: w.name(v),
    "in": lambda w, v: w._listed(v),
    "languageIn": lambda w, v: f"tagged {w._listed(v)}",
    "nodeKind": lambda _, v: _NODE_KINDS.get(str(v).removeprefix(SH), str(v)),
    "pattern": lambda _, v: f"of the form {v}",
    "minInclusive": lambda _, v: f"at least {v}",
    "maxInclusive": lambda _, v: f"at most {v}",
    "minExclusive": lambda _, v: f"more than {v}",
    "maxExclusive": lambda _, v: f"less than {v}",
    "minLength": lambda _, v: f"of at least {v} characters",
    "maxLength": lambda _, v: f"of at most {v} characters",
}
"""What a shape asks of a value, by the name of the constraint."""

_TEMPLATES: Mapping[str, str] = {
    "class": "{subject} is not of class {class}",
    "closed": "{focus} has {path}, which its class does not have",
    "disjoint": "{subject} is also its {disjoint}",
    "equals": "{subject} differs from {equals}",
    "has-value": "{path} of {focus} is not {hasValue}",
    "language-in": "{subject} is not tagged {languageIn}",
    "less-than": "{subject} is not before {lessThan}",
    "less-than-or-equals": "{subject} is after {lessThanOrEquals}",
    "max-exclusive": "{subject} is not less than {maxExclusive}",
    "max-inclusive": "{subject} is more than {maxInclusive}",
    "max-length": "{subject} is longer than {maxLength} characters",
    "min-exclusive": "{subject} is not more than {minExclusive}",
    "min-inclusive": "{subject} is less than {minInclusive}",
    "min-length": "{subject} is shorter than {minLength} characters",
    "node-kind": "{subject} is not {nodeKind}",
    "not": "{subject} must not be {not}",
    "pattern": "{subject} does not have the form {pattern}",
    "unique-lang": "{focus} has more than one {path} in one language",
}
"""What is wrong, by the kind of constraint; parameters are named as the vocabulary has them."""

_MESSAGES: Mapping[str, Callable[[Wording, ShapeResult], str]] = {
    "and": Wording._alternatives,
    "datatype": Wording._datatype,
    "in": Wording._one_of,
    "max-count": Wording._miscounted,
    "min-count": Wording._miscounted,
    "node": Wording._node,
    "or": Wording._alternatives,
    "qualified-max-count": Wording._qualified,
    "qualified-min-count": Wording._qualified,
    "xone": Wording._alternatives,
}
"""What is wrong, where that takes more than to fill in a template."""
