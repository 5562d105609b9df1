"""What each shape's verdict on a focus node depends on, read off the shapes graph."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import product

from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from gfmdkg.namespaces import SH
from gfmdkg.store.walking import Step
from gfmdkg.validation.data_graph import our_term
from gfmdkg.validation.incremental.query_paths import query_paths, ways_along
from gfmdkg.validation.incremental.reach import (
    TYPE,
    Path,
    PropertyOccurrence,
    TargetedShape,
    Unbounded,
)
from gfmdkg.validation.shacl import (
    LISTS,
    NESTED,
    inner_shapes,
    is_class,
    path_parts,
    targeted_shapes,
)

__all__ = ["compile_shapes"]

_TYPE = URIRef(TYPE)
_PAIRS = tuple(URIRef(SH + name) for name in ("equals", "disjoint", "lessThan", "lessThanOrEquals"))
# They read nothing but the value nodes themselves, or say nothing about data.
_LOCAL_NAMES = """
closed datatype deactivated defaultValue description flags group hasValue ignoredProperties in
languageIn maxCount maxExclusive maxInclusive maxLength message minCount minExclusive minInclusive
minLength name nodeKind order path pattern qualifiedMaxCount qualifiedMinCount
qualifiedValueShapesDisjoint severity targetClass targetNode targetObjectsOf targetSubjectsOf
uniqueLang
"""
_LOCAL = frozenset(URIRef(SH + name) for name in _LOCAL_NAMES.split())
_READING = frozenset((*NESTED, *LISTS, *_PAIRS, URIRef(SH + "class"), URIRef(SH + "sparql")))
# What a SPARQL constraint may ask for beside the data, by text or by binding.
_BEYOND = ("PATH", "shapesGraph", "currentShape")


def compile_shapes(shapes: Graph) -> tuple[TargetedShape, ...]:
    """The shapes with targets of a shapes graph, ordered by name."""
    compiler = _Compiler(shapes)
    named = sorted(targeted_shapes(shapes), key=str)
    return tuple(compiler.compile(n) for n in named if not _is_true(shapes, n, "deactivated"))


class _Compiler:
    def __init__(self, shapes: Graph) -> None:
        self._shapes = shapes
        self._has_components = (None, _TYPE, URIRef(SH + "ConstraintComponent")) in shapes

    def compile(self, node: Node) -> TargetedShape:
        shapes = self._shapes

        def targets(name: str) -> frozenset[str]:
            return frozenset(str(o) for o in shapes.objects(node, URIRef(SH + name)))

        entrances = {
            PropertyOccurrence(prefix=(), step=Step(predicate=name, is_inverse=is_inverse))
            for target, is_inverse in (("targetSubjectsOf", False), ("targetObjectsOf", True))
            for name in targets(target)
        }
        classes = targets("targetClass") | ({str(node)} if is_class(shapes, node) else set())
        if classes:
            entrances.add(_instances((), classes))
        unbounded = "the shapes define constraint components" if self._has_components else None
        occurrences = frozenset[PropertyOccurrence]()
        try:
            occurrences = frozenset(self._read(node, [()], []))
        except Unbounded as error:
            unbounded = unbounded or f"{_name(node)}: {error.reason}"
        return TargetedShape(
            node=node,
            entrances=frozenset(entrances),
            nodes=frozenset(
                str(our_term(target))
                for target in shapes.objects(node, URIRef(SH + "targetNode"))
                # An unnamed node of the shapes is none of the data.
                if not isinstance(target, BNode)
            ),
            occurrences=occurrences,
            unbounded=unbounded,
        )

    def _read(
        self, shape: Node, before: Sequence[Path], above: Sequence[Node]
    ) -> Iterator[PropertyOccurrence]:
        """What a shape reads of the nodes that the paths ``before`` lead to."""
        shapes = self._shapes
        if shape in above:
            raise Unbounded("shapes refer to each other in a circle")
        for predicate in set(shapes.predicates(shape)):
            is_known = predicate in _LOCAL or predicate in _READING
            if not is_known and str(predicate).startswith(SH):
                raise Unbounded(f"it uses sh:{str(predicate).removeprefix(SH)}")
        values = list(before)
        path = shapes.value(shape, URIRef(SH + "path"))
        if path is not None:
            ways = ways_along(path, partial(path_parts, shapes))
            values = [(*prefix, *way) for prefix, way in product(before, ways)]
            for prefix, way in product(before, ways):
                for position, step in enumerate(way):
                    yield PropertyOccurrence(prefix=(*prefix, *way[:position]), step=step)
        yield from self._read_constraints(shape, before, values)
        for inner in inner_shapes(shapes, shape):
            yield from self._read(inner, values, [*above, shape])

    def _read_constraints(
        self, shape: Node, before: Sequence[Path], values: Sequence[Path]
    ) -> Iterator[PropertyOccurrence]:
        shapes = self._shapes
        for class_, prefix in product(shapes.objects(shape, URIRef(SH + "class")), values):
            yield _instances(prefix, frozenset({str(class_)}))
        if _is_true(shapes, shape, "closed"):
            yield from (PropertyOccurrence(prefix=p, step=Step(predicate=None)) for p in values)
        for predicate in _PAIRS:
            for other, prefix in product(shapes.objects(shape, predicate), before):
                yield PropertyOccurrence(prefix=prefix, step=Step(predicate=str(other)))
        for constraint in shapes.objects(shape, URIRef(SH + "sparql")):
            for occurrence, prefix in product(self._sparql(constraint), before):
                yield replace(occurrence, prefix=(*prefix, *occurrence.prefix))

    def _sparql(self, constraint: Node) -> frozenset[PropertyOccurrence]:
        select = self._shapes.value(constraint, URIRef(SH + "select"))
        if select is None:
            raise Unbounded("a SPARQL constraint without sh:select")
        text = str(select)
        if any(f"{mark}{name}" in text for name in _BEYOND for mark in "$?"):
            raise Unbounded("a SPARQL constraint that depends on its shape")
        prefixes = self._prefixes(constraint)
        paths = query_paths(text, "this", prefixes=prefixes, is_bound=True)
        if paths.witnesses:
            raise Unbounded("a SPARQL constraint that asks about the whole graph")
        return paths.occurrences

    def _prefixes(self, constraint: Node) -> Mapping[str, str]:
        shapes = self._shapes
        found: dict[str, str] = {}
        for source in shapes.objects(constraint, URIRef(SH + "prefixes")):
            for declared in shapes.objects(source, URIRef(SH + "declare")):
                prefix = shapes.value(declared, URIRef(SH + "prefix"))
                found[str(prefix)] = str(shapes.value(declared, URIRef(SH + "namespace")))
        return found


def _instances(prefix: Path, classes: frozenset[str]) -> PropertyOccurrence:
    """What says that a node at the end of a path is of one of some classes."""
    step = Step(predicate=TYPE)
    return PropertyOccurrence(prefix=prefix, step=step, objects=classes, has_subclasses=True)


def _is_true(shapes: Graph, node: Node, name: str) -> bool:
    return any(str(value) == "true" for value in shapes.objects(node, URIRef(SH + name)))


def _name(node: Node) -> str:
    return str(node).rpartition("#")[2] if isinstance(node, URIRef) else "a shape without a name"
