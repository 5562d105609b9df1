"""JSON-LD as a front end wants it: short names and a context, instead of the expanded form.

The engine writes expanded JSON-LD. ``Compaction`` does what the compaction algorithm of
JSON-LD 1.1 does with the kinds of terms that the project's context has: plain, coerced to IRIs
or to a datatype, and maps from language to text. No triple is changed on the way.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from gfmdkg.namespaces import RDF, XSD

__all__ = ["JSON_LD", "Compaction"]

JSON_LD = "application/ld+json"

Node = dict[str, Any]

_IS_IRI = "@id"
_LANGUAGE_MAP = "@language"
_INTEGER = re.compile(r"0|-?[1-9]\d{0,14}")
_TYPE = RDF + "type"
_LOCAL = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


class Compaction:
    """Compacts by one context."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        self._context = context
        self._prefixes = {
            name: entry["@id"]
            for name, entry in context.items()
            if isinstance(entry, dict) and entry.get("@prefix")
        }
        # IRI to its names, by what they coerce to: @id, @language, a datatype or nothing.
        self._names: dict[str, dict[str | None, str]] = {}
        for name, entry in context.items():
            if name.startswith("@") or name in self._prefixes or entry in ("@id", "@type"):
                continue
            defined = entry if isinstance(entry, dict) else {"@id": entry}
            coercion = defined.get("@container") or defined.get("@type")
            names = self._names.setdefault(self._expand(defined["@id"]), {})
            names[self._expand(coercion) if coercion else None] = name

    @classmethod
    def load(cls, path: Path) -> Self:
        """By the context in a JSON-LD file."""
        return cls(json.loads(path.read_text(encoding="utf-8"))["@context"])

    def compact(self, expanded: bytes, *, root: str | None) -> bytes:
        """An expanded document in compact form, with the part of the context that it needs.

        The node ``root`` is the document where the others hang from it; else, and without a
        root, the nodes stand in ``@graph``, the root first.
        """
        by_id = _merged(json.loads(expanded))
        nodes = list(by_id.values())
        uses = Counter(i for node in nodes for i in _references(node))
        inner = {i: node for i, node in by_id.items() if i.startswith("_:") and uses[i] == 1}
        top = [node for node in nodes if node["@id"] not in inner]
        if _reached(top, inner) != inner.keys():  # a ring of blank nodes: none is outermost
            top, inner = nodes, {}
        top.sort(key=lambda node: (node["@id"] != root, node["@id"]))
        used: set[str] = set()
        bodies = [self._node(node, inner, used) for node in top]
        context = {"@version": 1.1, "id": "@id", "type": "@type"} | {
            name: self._spelt_out(self._context[name])
            for name in sorted(used & self._context.keys())
        }
        whole = bodies[0] if len(bodies) == 1 and root is not None else {"@graph": bodies}
        return json.dumps({"@context": context, **whole}, ensure_ascii=False).encode()

    def _node(self, node: Node, inner: Mapping[str, Node], used: set[str]) -> Node:
        found: Node = {}
        if node["@id"] not in inner:
            found["id"] = node["@id"]
        # The engine writes a type as it writes any other property.
        types = [v["@id"] for v in node.get(_TYPE, ()) if "@id" in v and v["@id"] not in inner]
        if types:
            names = [self._names.get(i, {}).get(None) or self._short(i, used) for i in types]
            used.update(names)
            found["type"] = sorted(names)
        for iri in sorted(set(node) - {"@id"}):
            for value in node[iri]:
                if iri != _TYPE or value.get("@id") not in types:
                    self._add(found, iri, value, inner, used)
        return {name: _tidy(value) for name, value in found.items()}

    def _add(
        self, found: Node, iri: str, value: Node, inner: Mapping[str, Node], used: set[str]
    ) -> None:
        """Put a value where its kind belongs: each kind has a name of its own, or the general."""
        nested = inner.get(value.get("@id", ""))
        names = self._names.get(iri, {})
        language, datatype = value.get("@language"), value.get("@type")
        compacted: object
        if nested is None and "@id" in value and _IS_IRI in names:
            name, compacted = names[_IS_IRI], value["@id"]
        elif language is not None and _LANGUAGE_MAP in names:
            name = names[_LANGUAGE_MAP]
            used.add(name)
            found.setdefault(name, {}).setdefault(language, []).append(value["@value"])
            return
        elif datatype is not None and datatype in names:
            name, compacted = names[datatype], _native(value["@value"], datatype)
        else:
            name = names.get(None) or self._short(iri, used)
            compacted = self._node(nested, inner, used) if nested else self._value(value, used)
        used.add(name)
        found.setdefault(name, []).append(compacted)

    def _value(self, value: Node, used: set[str]) -> object:
        if "@id" in value:
            return {"id": value["@id"]}
        if set(value) == {"@value"} and isinstance(value["@value"], str):
            return value["@value"]
        if "@type" in value:
            return {"type": self._short(value["@type"], used), "@value": value["@value"]}
        return value

    def _short(self, iri: str, used: set[str]) -> str:
        for prefix, namespace in self._prefixes.items():
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri[len(namespace) :]):
                used.add(prefix)
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri

    def _expand(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        return self._prefixes[prefix] + local if colon and prefix in self._prefixes else name

    def _spelt_out(self, entry: object) -> object:
        """An entry without prefixes, so that it needs no other entry beside it."""
        if isinstance(entry, str):
            return self._expand(entry)
        assert isinstance(entry, dict)  # noqa: S101 - the context's entries are the one or the other
        return {k: self._expand(v) if isinstance(v, str) else v for k, v in entry.items()}


def _merged(nodes: Iterable[Node]) -> dict[str, Node]:
    """Each node once: the engine begins one anew whenever the subject changes."""
    merged: dict[str, Node] = {}
    for node in nodes:
        whole = merged.setdefault(node["@id"], {"@id": node["@id"]})
        for name in node.keys() - {"@id"}:
            whole.setdefault(name, []).extend(node[name])
    return merged


def _references(node: Node) -> Iterable[str]:
    return (
        value["@id"]
        for name, values in node.items()
        if not name.startswith("@")
        for value in values
        if "@id" in value
    )


def _reached(top: Iterable[Node], inner: Mapping[str, Node]) -> set[str]:
    found: set[str] = set()
    waiting = [i for node in top for i in _references(node) if i in inner]
    while waiting:
        identifier = waiting.pop()
        if identifier not in found:
            found.add(identifier)
            waiting += [i for i in _references(inner[identifier]) if i in inner]
    return found


def _native(text: object, datatype: str) -> object:
    """A boolean or whole number as JSON has them; other values keep their text."""
    if datatype == XSD + "boolean" and text in {"true", "false"}:
        return text == "true"
    if datatype == XSD + "integer" and isinstance(text, str) and _INTEGER.fullmatch(text):
        return int(text)
    return text


def _tidy(value: object) -> object:
    if isinstance(value, list):
        return value[0] if len(value) == 1 else value
    if isinstance(value, dict):
        return {name: _tidy(item) for name, item in value.items()}
    return value
