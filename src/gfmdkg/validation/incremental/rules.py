"""Rules as a run needs them: shapes and checks, with what each depends on, made ready once.

To parse the shapes and to read off them and off the checks what each depends on takes half a
second; a file holds what comes of that, and is read in a few milliseconds. It names its own
content by a hash of the rules' files and of the code that made it, and is made anew where these
are others.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import rdflib
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from gfmdkg.namespaces import PREFIXES, RDFS, SH
from gfmdkg.paths import cache_folder
from gfmdkg.rdf.values import members
from gfmdkg.store.files import replacing
from gfmdkg.store.walking import Step
from gfmdkg.validation.checks import Check
from gfmdkg.validation.data_graph import memory_graph, ntriples, read_ntriples
from gfmdkg.validation.findings import Severity
from gfmdkg.validation.incremental.reach import (
    TYPE,
    PropertyOccurrence,
    QueryPaths,
    TargetedShape,
    Unbounded,
)

__all__ = ["PREPARED_NAME", "BoundedCheck", "Rules", "closure", "compile_rules", "load_rules"]

_TARGET_NODE, _PROPERTY, _PATH = (URIRef(SH + n) for n in ("targetNode", "property", "path"))
_DISJOINT, _CLOSED = (URIRef(SH + n) for n in ("qualifiedValueShapesDisjoint", "closed"))
_CLASS = URIRef(RDFS + "Class")
# Their values are names of something, even where a shape has the same name.
_NAMING = frozenset(URIRef(n) for n in (TYPE, SH + "class", SH + "datatype", SH + "hasValue"))
PREPARED_NAME = "rules.json"
"""The name of the file in the folder of a version, or of the user's cache."""

# What the result follows from, beside the rules.
_PACKAGE = "gfmdkg.validation"
_CODE = (
    "checks.py",
    "shapes.py",
    *(f"incremental/{name}.py" for name in ("reach", "query_paths", "rules", "shape_paths")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundedCheck:
    """A check and what its rows depend on.

    With ``focused``, a row depends on what the paths from its ``?focus`` lead to. Else the check
    runs as a whole: where ``source`` paths lead to a change from a node of the classes that it
    names, or, where these are not known either, with any change.
    """

    check: Check
    focused: QueryPaths | None = None
    source: QueryPaths | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Shapes and checks. ``graph`` has all shapes as they are applied, and is not to be changed."""

    shapes: Sequence[TargetedShape]
    bounded: Sequence[BoundedCheck]
    graph: Graph

    @property
    def checks(self) -> Sequence[Check]:
        """The checks alone."""
        return [bounded.check for bounded in self.bounded]

    def shapes_for(self, targets: Mapping[TargetedShape, Sequence[Node]]) -> Graph:
        """The shapes graph with these focus nodes (of rdflib) as the only targets."""
        graph = memory_graph(t for shape in targets for t in closure(self.graph, shape.node))
        for shape, nodes in targets.items():
            graph += ((shape.node, _TARGET_NODE, node) for node in nodes)
            _detach_properties(graph, shape.node, nodes)
        return graph


def closure(shapes: Graph, root: Node) -> Iterator[tuple[Node, Node, Node]]:
    """The triples of a shape and of all that hangs on it, without its own targets."""
    seen: set[Node] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        for predicate, value in shapes.predicate_objects(node):
            if str(predicate).startswith(SH + "target") or value == _CLASS:
                continue
            yield node, predicate, value
            if not isinstance(value, Literal) and predicate not in _NAMING:
                waiting.append(value)


def _detach_properties(graph: Graph, shape: Node, nodes: Sequence[Node]) -> None:
    """Let the property shapes of a shape with targets have these themselves.

    The results are the same, and name the same shapes, for a property shape is applied to each
    value node of its node shape, which is the focus node. But pyshacl applies it to one at a
    time there, and to all targets at once here, which takes a third of the time.
    """
    properties = [p for p in graph.objects(shape, _PROPERTY) if (p, _PATH, None) in graph]
    is_applied_elsewhere = (None, None, shape) in graph
    # What a closed shape allows, and which values are of others, is told by all properties.
    are_told_together = (shape, _CLOSED, None) in graph or any(
        (p, _DISJOINT, None) in graph for p in properties
    )
    if is_applied_elsewhere or are_told_together or (shape, _PATH, None) in graph:
        return
    for inner in properties:
        graph.remove((shape, _PROPERTY, inner))
        graph += ((inner, _TARGET_NODE, node) for node in nodes)


def load_rules(ontology: Path, *, kept: Path | None = None) -> Rules:
    """The rules of an ontology's folder, made ready in the folder ``kept`` if they are there.

    Without one they are kept among the user's files that can be made again. Raises
    ``OntologyError`` where the rules themselves are at fault.
    """
    file = (cache_folder() if kept is None else kept) / PREPARED_NAME
    digest = _digest(ontology)
    rules = _read(file, digest)
    if rules is None:
        # Whoever finds the rules prepared needs none of it.
        from gfmdkg.validation.checks import load_checks
        from gfmdkg.validation.shapes import load_shapes

        rules = compile_rules(load_shapes(ontology / "shapes"), load_checks(ontology / "checks"))
        _write(file, rules, digest)
    return rules


def compile_rules(shapes: Graph, checks: Sequence[Check] = ()) -> Rules:
    """Read off shapes and checks what they depend on."""
    from gfmdkg.validation.incremental.shape_paths import compile_shapes
    from gfmdkg.validation.shapes import applied_shapes

    applied = applied_shapes(shapes)
    bounded = [_bounded(check) for check in checks]
    return Rules(shapes=compile_shapes(applied), bounded=bounded, graph=applied)


def _bounded(check: Check) -> BoundedCheck:
    from gfmdkg.validation.incremental.query_paths import query_paths, subquery_paths

    with suppress(Unbounded):
        focused = query_paths(check.query, "focus", prefixes=PREFIXES)
        return BoundedCheck(check=check, focused=focused)
    with suppress(Unbounded):
        return BoundedCheck(check=check, source=subquery_paths(check.query))
    return BoundedCheck(check=check)


# The file


def _digest(ontology: Path) -> str:
    found = hashlib.sha256(rdflib.__version__.encode())
    code = resources.files(_PACKAGE)
    for name in _CODE:
        found.update(code.joinpath(name).read_bytes())
    for pattern in ("shapes/*.ttl", "checks/*.rq"):
        for file in sorted(ontology.glob(pattern)):
            data = file.read_bytes()
            found.update(f"{file.parent.name}/{file.name} {len(data)}\n".encode() + data)
    return found.hexdigest()


def _read(file: Path, digest: str) -> Rules | None:
    try:
        record = json.loads(file.read_bytes(), object_hook=_decode)
    except (OSError, ValueError, LookupError, TypeError):
        # There is none, or it is damaged, or other code wrote it, which has other kinds.
        return None
    if not isinstance(record, dict) or record.get("digest") != digest:
        return None
    graph = memory_graph(read_ntriples(record["graph"].encode()))
    return Rules(shapes=record["shapes"], bounded=record["bounded"], graph=graph)


def _write(file: Path, rules: Rules, digest: str) -> None:
    """Write the file if that is possible: others may read it, or write the same, meanwhile."""
    record = {
        "digest": digest,
        "shapes": rules.shapes,
        "bounded": rules.bounded,
        "graph": ntriples(rules.graph).decode(),
    }
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as draft:
            draft.write_text(json.dumps(record, default=_encode), "utf-8")


_KINDS = {
    kind.__name__: kind
    for kind in (BoundedCheck, Check, PropertyOccurrence, QueryPaths, Step, TargetedShape)
}


def _encode(value: Any) -> Any:
    """What JSON has no form for: a set, or one of the kinds with its fields."""
    if isinstance(value, frozenset):
        return {"kind": "set", "members": list(value)}
    return {"kind": type(value).__name__, **members(value)}


def _decode(record: dict[str, Any]) -> Any:
    """The inverse of ``_encode``."""
    kind = record.pop("kind", None)
    match kind:
        case None:
            return record
        case "set":
            return frozenset(record["members"])
        case "Check":
            record["severity"] = Severity(record["severity"])
        case "PropertyOccurrence":
            record["prefix"] = tuple(record["prefix"])
        case "TargetedShape":
            # Only an IRI has a colon.
            record["node"] = (URIRef if ":" in record["node"] else BNode)(record["node"])
    return _KINDS[kind](**record)
