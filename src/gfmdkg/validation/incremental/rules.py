"""Rules as a run needs them: shapes and checks, with what each depends on, made ready once.

To parse the shapes and to read off them and off the checks what each depends on takes half a
second; a file holds what comes of that, and is read in a few milliseconds. It names its own
content by a hash of the rules' files and of the code that made it, and is made anew where these
are others.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import uuid4

import rdflib
from rdflib import Graph, URIRef
from rdflib.term import Node

from gfmdkg.namespaces import PREFIXES, SH
from gfmdkg.paths import cache_folder
from gfmdkg.store.walking import Step
from gfmdkg.validation.checks import Check
from gfmdkg.validation.data_graph import from_ntriples, our_term, rdflib_term, to_ntriples
from gfmdkg.validation.findings import Finding, Severity
from gfmdkg.validation.incremental.occurrences import (
    Occurrence,
    QueryPaths,
    TargetedShape,
    Unbounded,
)
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.shacl import decode_report, run_shapes

__all__ = ["PREPARED_NAME", "BoundedCheck", "Rules", "compile_rules", "load_rules"]

_TARGET_NODE, _PROPERTY, _PATH = (URIRef(SH + n) for n in ("targetNode", "property", "path"))
_DISJOINT, _CLOSED = (URIRef(SH + n) for n in ("qualifiedValueShapesDisjoint", "closed"))
PREPARED_NAME = "rules.json"
"""The name of the file in the folder of a version, or of the user's cache."""

# What the result follows from, beside the rules.
_PACKAGE = "gfmdkg.validation"
_CODE = (
    "checks.py",
    "shapes.py",
    *(
        f"incremental/{name}.py"
        for name in ("occurrences", "query_paths", "query_syntax", "rules", "shape_paths")
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundedCheck:
    """A check and what its rows depend on.

    With ``focused``, a row depends on what the paths from its ``?focus`` lead to. Else the check
    runs as a whole, where ``source`` paths lead to a change from a node of the classes that it
    names, or, where these are not known either, a changed triple has one of ``predicates``.
    """

    check: Check
    focused: QueryPaths | None = None
    source: QueryPaths | None = None
    predicates: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Shapes and checks. ``triples`` are all of the shapes, as they are applied."""

    shapes: Sequence[TargetedShape]
    bounded: Sequence[BoundedCheck]
    triples: Sequence[tuple[Node, Node, Node]]

    @property
    def checks(self) -> Sequence[Check]:
        """The checks alone."""
        return [bounded.check for bounded in self.bounded]

    @cached_property
    def graph(self) -> Graph:
        """The shapes as they are applied; not to be changed."""
        graph = Graph(store="SimpleMemory", bind_namespaces="none")
        for triple in self.triples:
            graph.add(triple)
        return graph

    def report_graph(self, data: Graph) -> Graph:
        """The W3C validation report of a graph by all shapes. Raises ``OntologyError``."""
        return run_shapes(data, self.graph)

    def findings(
        self, report: Graph, *, documents: Sequence[PositionedGraph] = (), names: Graph
    ) -> list[Finding]:
        """The findings of a W3C report on the shapes, in words and with places."""
        results = list(decode_report(report))
        if not results:
            return []
        # Most changes are sound, and need no words.
        from gfmdkg.validation.shape_findings import word_results

        return word_results(results, self.graph, documents=documents, names=names)

    def shapes_for(self, targets: Mapping[TargetedShape, Sequence[Node]]) -> Graph:
        """The shapes graph with these focus nodes (of rdflib) as the only targets."""
        graph = Graph(store="SimpleMemory", bind_namespaces="none")
        for shape, nodes in targets.items():
            for triple in shape.triples:
                graph.add(triple)
            for node in nodes:
                graph.add((shape.node, _TARGET_NODE, node))
        for shape, nodes in targets.items():
            _detach_properties(graph, shape.node, nodes)
        return graph


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
        for node in nodes:
            graph.add((inner, _TARGET_NODE, node))


def load_rules(ontology: Path, *, kept: Path | None = None) -> Rules:
    """The rules of an ontology's folder, made ready in the folder ``kept`` if they are there.

    Without one they are kept among the user's files that can be made again. Raises
    ``OntologyError`` where the rules themselves are at fault.
    """
    file = (cache_folder() if kept is None else kept) / PREPARED_NAME
    digest = _digest(ontology)
    record = _read(file, digest)
    if record is None:
        record = _encode(_compile_files(ontology)) | {"digest": digest}
        _write(file, record)
    return _decode(record)


def compile_rules(
    shapes: Graph,
    checks: Sequence[Check] = (),
    *,
    stored: bool = False,
    prefixes: Mapping[str, str] = PREFIXES,
) -> Rules:
    """Read off shapes and checks what they depend on.

    ``stored`` is that of ``applied_shapes``; ``prefixes`` are those that checks may use without
    declaring them.
    """
    # Whoever finds the rules prepared needs none of it.
    from gfmdkg.validation.incremental.shape_paths import compile_shapes
    from gfmdkg.validation.shapes import applied_shapes

    applied = applied_shapes(shapes, stored=stored)
    return Rules(
        shapes=compile_shapes(applied),
        bounded=[_bounded(check, prefixes) for check in checks],
        triples=list(applied),
    )


def _compile_files(ontology: Path) -> Rules:
    from gfmdkg.validation.checks import load_checks
    from gfmdkg.validation.shapes import load_shapes

    shapes, checks = ontology / "shapes", ontology / "checks"
    return compile_rules(
        load_shapes(shapes, label=_label(shapes)).graph, load_checks(checks, label=_label(checks))
    )


def _bounded(check: Check, prefixes: Mapping[str, str]) -> BoundedCheck:
    from gfmdkg.validation.incremental.query_paths import (
        predicates_of,
        query_paths,
        subquery_paths,
    )

    text = check.query
    try:
        return BoundedCheck(check=check, focused=query_paths(text, "focus", prefixes=prefixes))
    except Unbounded:
        pass
    try:
        return BoundedCheck(check=check, source=subquery_paths(text, prefixes=prefixes))
    except Unbounded:
        pass
    try:
        return BoundedCheck(check=check, predicates=predicates_of(text, prefixes=prefixes))
    except Unbounded:
        return BoundedCheck(check=check)


# The file


def _label(folder: Path) -> str:
    """A folder of rules as the sources show it: the last two parts of its path."""
    return "/".join(folder.parts[-2:])


def _digest(ontology: Path) -> str:
    found = hashlib.sha256(rdflib.__version__.encode())
    code = resources.files(_PACKAGE)
    for name in _CODE:
        found.update(code.joinpath(name).read_bytes())
    for pattern in ("shapes/*.ttl", "checks/*.rq"):
        for file in sorted(ontology.glob(pattern)):
            data = file.read_bytes()
            found.update(f"{_label(file.parent)}/{file.name} {len(data)}\n".encode() + data)
    return found.hexdigest()


def _read(file: Path, digest: str) -> Mapping[str, Any] | None:
    try:
        record = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    is_of_these = isinstance(record, dict) and record.get("digest") == digest
    return record if is_of_these else None


def _write(file: Path, record: Mapping[str, Any]) -> None:
    """Write the file if that is possible: others may read it, or write the same, meanwhile."""
    draft = file.with_name(f"{file.name}.{uuid4().hex}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(record), "utf-8")
        draft.replace(file)
    except OSError:
        return


def _encode(rules: Rules) -> dict[str, Any]:
    numbers: dict[Node, int] = {}

    def number(node: Node) -> int:
        return numbers.setdefault(node, len(numbers))

    def flat(triples: Iterable[tuple[Node, Node, Node]]) -> list[int]:
        return [number(node) for triple in triples for node in triple]

    shapes = [
        {
            "node": number(shape.node),
            "classes": sorted(shape.classes),
            "subjects_of": sorted(shape.subjects_of),
            "objects_of": sorted(shape.objects_of),
            "nodes": [number(rdflib_term(node)) for node in shape.nodes],
            "occurrences": _encode_occurrences(shape.occurrences),
            "entrances": _encode_occurrences(shape.entrances),
            "triples": flat(shape.triples),
            "unbounded": shape.unbounded,
        }
        for shape in rules.shapes
    ]
    checks = [
        {
            "check": asdict(bounded.check),
            "focused": _encode_paths(bounded.focused),
            "source": _encode_paths(bounded.source),
            "predicates": None if bounded.predicates is None else sorted(bounded.predicates),
        }
        for bounded in rules.bounded
    ]
    triples = flat(rules.triples)
    terms = [to_ntriples(node) for node in numbers]
    return {"terms": terms, "triples": triples, "shapes": shapes, "checks": checks}


def _decode(record: Mapping[str, Any]) -> Rules:
    terms = [from_ntriples(text) for text in record["terms"]]

    def triples(flat: Sequence[int]) -> list[tuple[Node, Node, Node]]:
        nodes = iter([terms[number] for number in flat])
        return list(zip(nodes, nodes, nodes, strict=True))

    shapes = [
        TargetedShape(
            node=terms[shape["node"]],
            classes=frozenset(shape["classes"]),
            subjects_of=frozenset(shape["subjects_of"]),
            objects_of=frozenset(shape["objects_of"]),
            nodes=frozenset(our_term(terms[n]) for n in shape["nodes"]),
            occurrences=_decode_occurrences(shape["occurrences"]),
            entrances=_decode_occurrences(shape["entrances"]),
            triples=triples(shape["triples"]),
            unbounded=shape["unbounded"],
        )
        for shape in record["shapes"]
    ]
    bounded = [
        BoundedCheck(
            check=Check(**(each["check"] | {"severity": Severity(each["check"]["severity"])})),
            focused=_decode_paths(each["focused"]),
            source=_decode_paths(each["source"]),
            predicates=None if each["predicates"] is None else frozenset(each["predicates"]),
        )
        for each in record["checks"]
    ]
    return Rules(shapes=shapes, bounded=bounded, triples=triples(record["triples"]))


def _encode_paths(paths: QueryPaths | None) -> Any:
    if paths is None:
        return None
    return {
        "occurrences": _encode_occurrences(paths.occurrences),
        "witnesses": sorted(paths.witnesses),
    }


def _decode_paths(record: Any) -> QueryPaths | None:
    if record is None:
        return None
    return QueryPaths(
        occurrences=_decode_occurrences(record["occurrences"]),
        witnesses=frozenset(record["witnesses"]),
    )


def _encode_occurrences(occurrences: Iterable[Occurrence]) -> list[Any]:
    return [
        [
            [_encode_step(step) for step in (*o.prefix, o.step)],
            None if o.objects is None else sorted(o.objects),
            o.has_subclasses,
        ]
        for o in occurrences
    ]


def _decode_occurrences(records: Iterable[Any]) -> frozenset[Occurrence]:
    found: list[Occurrence] = []
    for parts, objects, has_subclasses in records:
        steps = [Step(predicate=p, is_inverse=i, repeats=r, to_predicate=t) for p, i, r, t in parts]
        found.append(
            Occurrence(
                prefix=tuple(steps[:-1]),
                step=steps[-1],
                objects=None if objects is None else frozenset(objects),
                has_subclasses=has_subclasses,
            )
        )
    return frozenset(found)


def _encode_step(step: Step) -> list[Any]:
    return [step.predicate, step.is_inverse, step.repeats, step.to_predicate]
