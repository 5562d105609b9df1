"""Where in a JSON-LD document its triples stand.

The engine's parser decides what the triples are, and tells where they come from as well: in a
copy of the document each node and each value is followed by a mark that holds its JSON Pointer,
and the parser gives the marks back between the triples. Values in lists and in maps by language
or index get no mark, and have the place of their record.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from gfmdkg.namespaces import BASE
from gfmdkg.rdf.turtle_tokens import Misplaced

__all__ = ["CONTEXT_IRIS", "MARK", "MarkedDocument", "mark_document"]

CONTEXT_IRIS = (f"{BASE}context.jsonld", f"{BASE}ontology/context.jsonld", f"{BASE}ontology")
"""The addresses by which a document may name the project's own context."""

MARK = "urn:x-gfmdkg:at"
"""The property of a record's mark, and the datatype of a value's."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_DEEPEST = 200
# Where the items of a value are no values of the property one by one.
_WHOLE = frozenset(("@list", "@language", "@index", "@id", "@type", "@graph"))
# What json's own reader says, as the other faults of syntax are worded.
_EXPECTED = {
    "Expecting ',' delimiter": "a comma or a closing bracket is expected here",
    "Expecting ':' delimiter": "a colon is expected here",
    "Expecting property name enclosed in double quotes": "a name in double quotes or a closing }"
    " is expected here",
    "Expecting value": "a value is expected here",
    "Extra data": "the end of the document is expected here",
}


@dataclass(slots=True, kw_only=True)
class MarkedDocument:
    """``text`` is the document with marks, for the parser.

    ``offsets`` has the place of each value by its pointer: that of the value if it is a
    string, of an object's first name, or else of the name that has the value.
    """

    text: str
    offsets: Mapping[str, tuple[int, int]]


def mark_document(text: str, *, contexts: Mapping[str, str] | None = None) -> MarkedDocument:
    """Mark a document. Raises ``Misplaced`` for one that is no JSON.

    ``contexts`` has the text of the contexts that are known by address; no other is fetched.
    """
    try:
        root = json.loads(text, object_pairs_hook=_Members, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        message = _EXPECTED.get(error.msg, error.msg[:1].lower() + error.msg[1:])
        raise Misplaced(message, error.pos) from error
    except RecursionError as error:
        raise Misplaced(f"more than {_DEEPEST} levels of nesting", 0) from error
    offsets: dict[str, tuple[int, int]] = {}
    plain = _placed(root, _STRING.finditer(text), (0, 0), "", offsets)
    marking = _Marking(offsets, {iri: json.loads(body) for iri, body in (contexts or {}).items()})
    if isinstance(plain, list):
        marked: Any = [marking.node(item, f"/{n}", is_top=True) for n, item in enumerate(plain)]
    else:
        marked = marking.node(plain, "", is_top=True)
    return MarkedDocument(text=json.dumps(marked), offsets=offsets)


class _Members(list[tuple[str, Any]]):
    """The members of an object, in the order of the text and with names that are there twice."""


def _refuse_constant(name: str) -> NoReturn:
    raise Misplaced(f"{name} is no value of JSON", 0)


def _placed(
    value: Any,
    strings: Iterator[re.Match[str]],
    at: tuple[int, int],
    pointer: str,
    offsets: dict[str, tuple[int, int]],
) -> Any:
    """A value with dicts for members; its strings are the next ones of the text."""
    if pointer.count("/") > _DEEPEST:
        raise Misplaced(f"more than {_DEEPEST} levels of nesting", at[0])
    if isinstance(value, str):
        at = next(strings).span()
    offsets[pointer] = at
    if isinstance(value, _Members):
        members: dict[str, Any] = {}
        for name, inner in value:
            span = next(strings).span()
            if not members:
                offsets[pointer] = span
            if name in members:
                raise Misplaced(f"the name “{name}” is there twice", span[0])
            members[name] = _placed(inner, strings, span, _under(pointer, name), offsets)
        return members
    if isinstance(value, list):
        return [_placed(v, strings, at, f"{pointer}/{n}", offsets) for n, v in enumerate(value)]
    return value


def _under(pointer: str, name: str) -> str:
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"


@dataclass(slots=True)
class _Marking:
    """Puts marks into a tree, with as much of its contexts as tells where one may stand."""

    _offsets: Mapping[str, tuple[int, int]]
    _contexts: Mapping[str, Any]
    _keywords: dict[str, str] = field(default_factory=dict)
    _unmarked: set[str] = field(default_factory=set)

    def node(self, value: Any, pointer: str, *, is_top: bool = False) -> Any:
        """A node object with marks; anything else as it is."""
        if not isinstance(value, dict):
            return value
        made: dict[str, Any] = {}
        if "@context" in value:
            made["@context"] = self._known(value["@context"])
        keys = {name: self._keywords.get(name) or str(name) for name in value}
        if not {"@value", "@list", "@set"}.isdisjoint(keys.values()):
            return value
        if not set(keys.values()) <= {"@id", "@context", *({"@graph"} if is_top else ())}:
            made[MARK] = {"@value": pointer}
        for name, inner in value.items():
            if name != "@context":
                made[name] = self._member(name, keys[name], inner, _under(pointer, name))
        return made

    def _member(self, name: str, keyword: str, value: Any, pointer: str) -> Any:
        match keyword:
            case "@graph" | "@included":
                return self._each(value, pointer, has_marks=False)
            case "@reverse" if isinstance(value, dict):
                return {
                    inner: self._each(nodes, _under(pointer, inner), has_marks=False)
                    for inner, nodes in value.items()
                }
            case "@id" if not isinstance(value, str):
                raise Misplaced("@id is a string, the IRI of the record", self._offsets[pointer][0])
        if keyword.startswith("@") or name in self._unmarked:
            return value
        return self._each(value, pointer, has_marks=True)

    def _each(self, value: Any, pointer: str, *, has_marks: bool) -> Any:
        if not isinstance(value, list):
            made = self.node(value, pointer)
            return [made, _mark(pointer)] if has_marks else made
        found: list[Any] = []
        for number, item in enumerate(value):
            found.append(self.node(item, f"{pointer}/{number}"))
            if has_marks:
                found.append(_mark(f"{pointer}/{number}"))
        return found

    def _known(self, context: Any) -> Any:
        """A context with those that are known by address in their place."""
        if isinstance(context, list):
            return [self._known(part) for part in context]
        if isinstance(context, str) and context in self._contexts:
            found = self._contexts[context]
            return self._known(found.get("@context", found))
        for name, definition in context.items() if isinstance(context, dict) else ():
            given = definition if isinstance(definition, dict) else {"@id": definition}
            meant = str(given.get("@id"))
            if meant.startswith("@"):
                self._keywords[name] = meant
            kinds = given.get("@container") or ()
            is_whole = not _WHOLE.isdisjoint([kinds] if isinstance(kinds, str) else kinds)
            if is_whole or given.get("@type") == "@json":
                self._unmarked.add(name)
        return context


def _mark(pointer: str) -> Mapping[str, str]:
    return {"@value": pointer, "@type": MARK}
