"""Where in a JSON-LD document its triples stand.

The engine's parser decides what the triples are. Here the document's tree is walked beside it,
with as much of JSON-LD's expansion as it takes to find the value that a triple came from:
terms, compact IRIs, ``@vocab``, ``@base``, aliases, language and index maps, lists, sets and
nested nodes. What is not found so has the place of its subject.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urljoin

from gfmdkg.namespaces import BASE, RDF
from gfmdkg.validation.json_places import JsonFault, JsonValue, read_json

__all__ = ["CONTEXT_IRIS", "JsonFault", "Place", "PlacedDocument", "place_document"]

CONTEXT_IRIS = (f"{BASE}context.jsonld", f"{BASE}ontology/context.jsonld", f"{BASE}ontology")
"""The addresses by which a document may name the project's own context."""

_BLANK = "_:gfmdkg-node-"
_KEYWORDS = frozenset(
    f"@{name}"
    for name in (
        *("context", "direction", "graph", "id", "included", "index", "json", "language"),
        *("list", "nest", "reverse", "set", "type", "value"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A value in the document: the IRI, blank node label or text that it stands for."""

    text: str
    at: JsonValue


@dataclass(slots=True, kw_only=True)
class PlacedDocument:
    """``text`` is the document with a label for each unnamed node, for the parser.

    ``values`` maps subject and predicate to the values in the document's order, ``subjects``
    a subject to its first node object. Blank nodes are written ``_:label``.
    """

    text: str
    values: dict[tuple[str, str], list[Place]] = field(default_factory=dict)
    subjects: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    base: str
    vocabulary: str | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)

    def definition(self, name: str) -> Any:
        return self.terms.get(name)

    def keyword(self, name: str) -> str:
        """The keyword that a name is or stands for, else the name."""
        found = self.terms.get(name)
        target = found.get("@id") if isinstance(found, dict) else found
        return target if isinstance(target, str) and target in _KEYWORDS else name

    def container(self, name: str) -> tuple[str, ...]:
        found = self.terms.get(name)
        given = found.get("@container", ()) if isinstance(found, dict) else ()
        return (given,) if isinstance(given, str) else tuple(given)

    def expand(self, name: str, *, vocabulary: bool, depth: int = 0) -> str | None:
        """The IRI of a term, a compact or a relative IRI; ``None`` for what is dropped."""
        if name in self.terms and vocabulary and depth < 10:
            found = self.terms[name]
            target = found.get("@id") if isinstance(found, dict) else found
            if target is None and not isinstance(found, dict):
                return None
            if target is not None and target != name:
                return self.expand(str(target), vocabulary=True, depth=depth + 1)
        prefix, colon, rest = name.partition(":")
        if colon:
            if prefix == "_" or rest.startswith("//") or prefix not in self.terms:
                return name
            namespace = self.expand(prefix, vocabulary=True, depth=depth + 1)
            return None if namespace is None else namespace + rest
        if vocabulary:
            return None if self.vocabulary is None else self.vocabulary + name
        return urljoin(self.base, name)


def place_document(
    text: str, *, base_iri: str, contexts: Mapping[str, str] | None = None
) -> PlacedDocument:
    """Walk a document. Raises ``JsonFault`` for one that is no JSON.

    ``contexts`` has the text of the contexts that are known by address; no other is fetched.
    """
    known = {iri: json.loads(body) for iri, body in (contexts or {}).items()}
    root = read_json(text)
    walk = _Walk(text, known)
    for item in root.items():
        walk.node(item, _Context(base=base_iri), is_top=True)
    return walk.document()


class _Walk:
    def __init__(self, text: str, contexts: Mapping[str, Any]) -> None:
        self._text, self._contexts = text, contexts
        self._edits: list[tuple[int, int, str]] = []
        self._count = 0
        self._found = PlacedDocument(text=text)

    def document(self) -> PlacedDocument:
        text = self._text
        for start, end, put in sorted(self._edits, reverse=True):
            text = text[:start] + put + text[end:]
        self._found.text = text
        return self._found

    # Contexts

    def _with_context(self, context: _Context, given: JsonValue) -> _Context:
        for item in given.items():
            plain = item.plain()
            if isinstance(plain, str) and plain in self._contexts:
                plain = self._contexts[plain]
                plain = plain.get("@context", plain)
                self._edits.append((item.start, item.end, json.dumps(plain)))
            for part in plain if isinstance(plain, list) else [plain]:
                context = _extend(context, part)
        return context

    # Nodes

    def node(self, value: JsonValue, context: _Context, *, is_top: bool = False) -> str | None:
        """Walk a node object; its name."""
        if not isinstance(value.value, dict):
            return None
        if "@context" in value.value:
            context = self._with_context(context, value.value["@context"])
        members = {context.keyword(name): (name, inner) for name, inner in value.members()}
        if is_top and set(members) <= {"@context", "@graph"}:
            self._graph(members, context)
            return None
        subject = self._name(value, members, context)
        self._found.subjects.setdefault(subject, value)
        for keyword, (name, inner) in members.items():
            if keyword == "@type":
                self._types(subject, inner, context)
            elif keyword == "@reverse":
                self._reverse(subject, inner, context)
            elif keyword not in _KEYWORDS:
                predicate = context.expand(name, vocabulary=True)
                if predicate is not None:
                    self._property(subject, predicate, name, inner, context)
        self._graph(members, context)
        return subject

    def _reverse(self, target: str, value: JsonValue, context: _Context) -> None:
        for name, inner in value.members():
            predicate = context.expand(name, vocabulary=True)
            for item in inner.items():
                subject = self.node(item, context)
                if subject is not None and predicate is not None:
                    self._put(subject, predicate, target, item)

    def _graph(self, members: Mapping[str, tuple[str, JsonValue]], context: _Context) -> None:
        for keyword in ("@graph", "@included"):
            if keyword in members:
                for item in members[keyword][1].items():
                    self.node(item, context)

    def _name(
        self, value: JsonValue, members: Mapping[str, tuple[str, JsonValue]], context: _Context
    ) -> str:
        given = members.get("@id")
        if given is not None:
            if not isinstance(given[1].value, str):
                raise JsonFault("@id is a string, the IRI of the record", given[1].start)
            return context.expand(given[1].value, vocabulary=False) or given[1].value
        self._count += 1
        name = f"{_BLANK}{self._count}"
        comma = "," if value.value else ""
        self._edits.append((value.start + 1, value.start + 1, f'"@id":"{name}"{comma}'))
        return name

    def _types(self, subject: str, value: JsonValue, context: _Context) -> None:
        for item in value.items():
            if isinstance(item.value, str):
                text = context.expand(item.value, vocabulary=True)
                text = text or urljoin(context.base, item.value)
                self._put(subject, RDF + "type", text, item)

    # Values

    def _property(
        self, subject: str, predicate: str, name: str, value: JsonValue, context: _Context
    ) -> None:
        container = context.container(name)
        values: Iterator[JsonValue] = value.items()
        if isinstance(value.value, dict) and {"@language", "@index"} & set(container):
            values = (item for _, inner in value.members() for item in inner.items())
        definition = context.definition(name)
        coerced = definition.get("@type") if isinstance(definition, dict) else None
        for item in values:
            for inner in self._unwrapped(item, context):
                self._value(subject, predicate, inner, context, coerced)

    def _unwrapped(self, value: JsonValue, context: _Context) -> Iterator[JsonValue]:
        """The items of a list or set object, or the value itself."""
        for name, inner in value.members():
            if context.keyword(name) in ("@list", "@set"):
                yield from inner.items()
                return
        yield value

    def _value(
        self, subject: str, predicate: str, value: JsonValue, context: _Context, coerced: Any
    ) -> None:
        if isinstance(value.value, dict):
            members = {context.keyword(name): inner for name, inner in value.members()}
            if "@value" in members:
                self._put(subject, predicate, _lexical(members["@value"].value), value)
                return
            name = self.node(value, context)
            if name is not None:
                self._put(subject, predicate, name, value)
        elif value.value is not None and not isinstance(value.value, list):
            text = _lexical(value.value)
            if coerced in ("@id", "@vocab") and isinstance(value.value, str):
                text = context.expand(text, vocabulary=coerced == "@vocab") or text
            self._put(subject, predicate, text, value)

    def _put(self, subject: str, predicate: str, text: str, at: JsonValue) -> None:
        self._found.values.setdefault((subject, predicate), []).append(Place(text=text, at=at))


def _extend(context: _Context, given: Any) -> _Context:
    if given is None:
        return _Context(base=context.base)
    if not isinstance(given, dict):
        return context
    terms = dict(context.terms)
    terms.update({name: value for name, value in given.items() if not name.startswith("@")})
    extended = replace(context, terms=terms)
    if isinstance(given.get("@base"), str):
        extended = replace(extended, base=urljoin(context.base, given["@base"]))
    if "@vocab" in given:
        vocabulary = given["@vocab"]
        extended = replace(
            extended,
            vocabulary=None
            if vocabulary is None
            else extended.expand(vocabulary, vocabulary=False) or vocabulary,
        )
    return extended


def _lexical(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
