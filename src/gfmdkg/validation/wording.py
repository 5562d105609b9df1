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
        self._shapes = Graph(bind_namespaces="none") if shapes is None else shapes

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
        is_bare = path is not None
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
            elif (name, str(value)) == ("maxCount", "0"):
                yield beginning.replace("with ", "without ", 1).strip()
                is_bare = False
            elif name in ("minCount", "maxCount") and (name, str(value)) != ("minCount", "1"):
                words = f"{'at least' if name == 'minCount' else 'at most'} {value} times"
            if words:
                yield f"{beginning}{words}"
                is_bare = False
        if is_bare:
            yield beginning.strip()

    def label(self, node: Node) -> str | None:
        """The label in English or, without one, the first; the data goes before the shapes."""
        for graph in (self._data, self._shapes):
            for predicate in _LABELS:
                labels = [o for o in graph.objects(node, predicate) if isinstance(o, Literal)]
                if labels:
                    return str(min(labels, key=lambda o: (o.language != "en", str(o))))
        return None

    def _listed(self, head: Node) -> str:
        members = list(map(self.name, Collection(self._shapes, head)))
        more = f" … ({len(members)} in all)" if len(members) > _MOST_CHOICES else ""
        return " or ".join(members[:_MOST_CHOICES]) + more

    def message(self, result: ShapeResult) -> str:
        """What is wrong, in one sentence without its full stop."""
        kind, node = result.component, self._parameter(result)
        if kind in _TEMPLATES:
            node = self._other(result) or node
            return _TEMPLATES[kind].format(
                subject=self._subject(result),
                focus=self.name(result.focus),
                path=self.path(result.path),
                other=self.path(node),
            )
        if kind in _MESSAGES:
            return _MESSAGES[kind](self, result)
        if node is not None and _parameter_name(kind) in _SIMPLE_PHRASES:
            phrase = _SIMPLE_PHRASES[_parameter_name(kind)](self, node)
            return f"{self._subject(result)} is not {phrase}"
        rule = None if result.shape is None else self.label(result.shape)
        named = f"the rule “{rule}”" if rule else "a rule of its own"
        value = None if result.value == result.focus else result.value
        ending = "" if value is None else f": {self.name(value)}"
        return f"{self.name(result.focus)} breaks {named}{ending}"

    def _subject(self, result: ShapeResult) -> str:
        """What a value-related rule speaks about."""
        focus = self.name(result.focus)
        if result.value is None:
            return f"{self.path(result.path)} of {focus}" if result.path is not None else focus
        if result.path is None:
            return self.name(result.value)
        return f"{self.name(result.value)}, {self.path(result.path)} of {focus},"

    def _parameter(self, result: ShapeResult, name: str | None = None) -> Node | None:
        """What the shape has for the constraint, or under another name."""
        name = name or _parameter_name(result.component)
        return None if result.shape is None else self._shapes.value(result.shape, URIRef(SH + name))

    def _other(self, result: ShapeResult) -> Node | None:
        """Of the properties with which a shape compares another, one that has the value too."""
        name = URIRef(SH + _parameter_name(result.component))
        others = () if result.shape is None else self._shapes.objects(result.shape, name)
        found = (o for o in others if (result.focus, o, result.value) in self._data)
        return next(found, None)

    def _miscounted(self, result: ShapeResult) -> str:
        is_few = result.component == "min-count"
        limit = str(self._parameter(result))
        focus, path, count = self.name(result.focus), self.path(result.path), 0
        if isinstance(result.path, URIRef):
            count = sum(1 for _ in self._data.objects(result.focus, result.path))
        if is_few and (limit == "1" or not count):
            return f"{focus} has no {path}"
        if is_few:
            return f"{focus} has {count} of {path}, fewer than {limit}"
        if limit == "0":
            return f"{focus} has {path}, which is not allowed"
        return f"{focus} has {count or 'too many'} values of {path}, more than {limit}"

    def _datatype(self, result: ShapeResult) -> str:
        wanted, value = self._parameter(result), result.value
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
        wanted = inner or self.describe(self._parameter(result))
        return f"{self._subject(result)} does not fit: {wanted}"

    def _alternatives(self, result: ShapeResult) -> str:
        name = result.component
        head = self._parameter(result)
        shapes = () if head is None else Collection(self._shapes, head)
        members = list(map(self.describe, shapes))
        subject = self._subject(result)
        if name != "and" and any(member.startswith("with") for member in members):
            fit = "fits none" if name == "or" else "does not fit exactly one"
            return f"{subject} {fit} of these: {'; '.join(members)}"
        if name == "xone":
            return f"{subject} is not exactly one of: {' or '.join(members)}"
        return f"{subject} is not {(' and ' if name == 'and' else ' or ').join(members)}"

    def _qualified(self, result: ShapeResult) -> str:
        shape = self._parameter(result, "qualifiedValueShape")
        bound = "fewer" if result.component == "qualified-min-count" else "more"
        limit, what = str(self._parameter(result)), self.describe(shape)
        focus, path = self.name(result.focus), self.path(result.path)
        if (bound, limit) == ("fewer", "1"):
            return f"{focus} has no {path} that is {what}"
        return f"{focus} has {bound} than {limit} of {path} that is {what}"


def _parameter_name(component: str) -> str:
    """The property of a shape that asks for a constraint: ``minCount`` for “min-count”."""
    return re.sub("-(.)", lambda match: match[1].upper(), component)


_SIMPLE_PHRASES: Mapping[str, Callable[[Wording, Node], str]] = {
    "class": lambda w, v: f"of class {w.plain(v)}",
    "datatype": lambda _, v: f"of type {compact(str(v))}",
    "hasValue": lambda w, v: w.name(v),
    "in": lambda w, v: w._listed(v),
    "languageIn": lambda w, v: f"tagged {' or '.join(map(str, Collection(w._shapes, v)))}",
    "nodeKind": lambda _, v: _NODE_KINDS.get(str(v).removeprefix(SH), str(v)),
    "pattern": lambda _, v: f"of the form {v}",
    "minInclusive": lambda _, v: f"at least {v}",
    "maxInclusive": lambda _, v: f"at most {v}",
    "minExclusive": lambda _, v: f"more than {v}",
    "maxExclusive": lambda _, v: f"less than {v}",
    "minLength": lambda _, v: f"at least {v} characters long",
    "maxLength": lambda _, v: f"at most {v} characters long",
}
"""What a shape asks of a value, by the name of the constraint; a value at fault is not that."""

_TEMPLATES: Mapping[str, str] = {
    "closed": "{focus} has {path}, which its class does not have",
    "disjoint": "{subject} is also its {other}",
    "equals": "{subject} differs from {other}",
    "less-than": "{subject} is not before {other}",
    "less-than-or-equals": "{subject} is after {other}",
    "unique-lang": "{focus} has more than one {path} in one language",
}
"""What else is wrong, by the kind of constraint; ``other`` is the property that it names."""

_MESSAGES: Mapping[str, Callable[[Wording, ShapeResult], str]] = {
    "and": Wording._alternatives,
    "datatype": Wording._datatype,
    "max-count": Wording._miscounted,
    "min-count": Wording._miscounted,
    "node": Wording._node,
    "not": lambda w, r: f"{w._subject(r)} must not be {w.describe(w._parameter(r))}",
    "or": Wording._alternatives,
    "qualified-max-count": Wording._qualified,
    "qualified-min-count": Wording._qualified,
    "xone": Wording._alternatives,
}
"""What is wrong, where that takes more than to fill in a template."""
