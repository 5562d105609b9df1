"""The rules that a write must keep: shapes and checks, applied to a draft."""

import io
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gfmdkg.build.assembly import QUERIES_GRAPH
from gfmdkg.build.derivation import DERIVED_GRAPH, PROVENANCE_GRAPH
from gfmdkg.namespaces import graph_iri
from gfmdkg.paths import Content
from gfmdkg.store.answers import AnswerFormats
from gfmdkg.store.delta import Delta
from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.selecting import select_from
from gfmdkg.store.versions import VersionStore
from gfmdkg.terms.values import Iri, to_sparql
from gfmdkg.validation import Mode, Report

if TYPE_CHECKING:
    from gfmdkg.validation.incremental import Rules, Scope

__all__ = ["ONTOLOGY_GRAPH", "SHAPES_GRAPHS", "DraftRules", "data_scope"]

_N_TRIPLES = "application/n-triples"
ONTOLOGY_GRAPH = graph_iri("ontology/gfmd.ttl")
SHAPES_GRAPHS = graph_iri("ontology/shapes/") + "/"
# What the build adds to the sources; it is not validated there either.
_NO_SOURCES = frozenset({DERIVED_GRAPH, PROVENANCE_GRAPH, QUERIES_GRAPH})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Targets:
    """What makes a node a focus node of some shape; ``classes`` with their subclasses."""

    classes: tuple[str, ...]
    subjects_of: tuple[str, ...]
    objects_of: tuple[str, ...]
    nodes: tuple[str, ...]


class DraftRules:
    """The shapes and checks of some content, read once, when they are first needed."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def report(
        self,
        draft: OxigraphStore,
        *,
        is_union: bool,
        base: OxigraphStore | None = None,
        patch: Patch | None = None,
    ) -> Report:
        """What the rules say of a draft; that it conforms means: publish.

        With ``base``, a state that kept the rules, and the ``patch`` that leads from there to
        the draft, only what that can affect is looked at, where this can be told. Of a whole
        graph the report has the violations alone.

        The rules speak of the records of the model, hence a store without a focus node of any
        shape, such as one that is empty or holds other data, is not looked at further. A store
        that does not hold the ontology is validated together with it, and as a whole. Raises
        ``OntologyError`` where the rules are at fault.
        """
        if not self._has_focus_node(draft):
            return Report.of(())
        from gfmdkg.validation.incremental import validate_delta, validate_store

        scope = data_scope(is_union=is_union)
        is_complete = draft.has_graph(ONTOLOGY_GRAPH)
        had_rules = base is not None and base.has_graph(ONTOLOGY_GRAPH)
        if base is not None and patch is not None and had_rules and is_complete:
            delta = Delta.of_statements(added=patch.added, removed=patch.removed)
            report = validate_delta(base, draft, delta, self._rules, scope=scope)
        else:
            context = b"" if is_complete else self._context
            report = validate_store(draft, self._rules, scope=scope, context=context)
        return report.with_findings(report.violations) if report.mode is Mode.FULL else report

    def report_write(
        self, versions: VersionStore, draft: OxigraphStore, patch: Patch | None, *, is_union: bool
    ) -> Report:
        """The same of a draft that differs from the current version, by the patch if it is known.

        For who holds the writer's lock: the current version is what the draft was made from.
        """
        current = versions.require_current()
        with closing(OxigraphStore.open_read_only(current.database)) as base:
            return self.report(draft, is_union=is_union, base=base, patch=patch)

    # What is read once

    @cached_property
    def _rules(self) -> "Rules":
        from gfmdkg.validation.sources import load_rules

        ontology = self._content.ontology
        return load_rules(shapes=ontology / "shapes", checks=ontology / "checks")

    @cached_property
    def _context(self) -> bytes:
        """The ontology and its vocabularies, as N-Triples."""
        store = OxigraphStore.in_memory()
        ontology = self._content.ontology
        for file in sorted([*ontology.glob("*.ttl"), *ontology.glob("vocab/*.ttl")]):
            path = file.relative_to(self._content.root).as_posix()
            store.load(file.read_bytes(), media_type="text/turtle", graph=graph_iri(path))
        return b"".join(_dump(store, graph) for graph in store.graph_names())

    @cached_property
    def _targets(self) -> _Targets:
        shapes = OxigraphStore.in_memory()
        for file in sorted((self._content.ontology / "shapes").glob("*.ttl")):
            shapes.load(file.read_bytes(), media_type="text/turtle", graph=SHAPES_GRAPHS)
        named = {
            name: _iris(shapes, f"SELECT ?t {{ GRAPH ?g {{ ?shape sh:{name} ?t }} }}")
            for name in ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")
        }
        # A shape that is a class itself targets its instances.
        implicit = _iris(shapes, "SELECT ?t { GRAPH ?g { ?t a sh:NodeShape , rdfs:Class } }")
        context = OxigraphStore.in_memory()
        context.load(self._context, media_type=_N_TRIPLES, graph="")
        tops = named["targetClass"] | implicit
        values = " ".join(to_sparql(Iri(name)) for name in tops)
        below = f"SELECT ?t {{ VALUES ?top {{ {values} }} ?t rdfs:subClassOf* ?top }}"
        return _Targets(
            classes=tuple(sorted(tops | _iris(context, below))),
            subjects_of=tuple(sorted(named["targetSubjectsOf"])),
            objects_of=tuple(sorted(named["targetObjectsOf"])),
            nodes=tuple(sorted(named["targetNode"])),
        )

    # The draft

    def _has_focus_node(self, draft: OxigraphStore) -> bool:
        """Whether any shape has a node to look at; true also where that is not certain."""
        targets = self._targets
        predicates = (*targets.subjects_of, *targets.objects_of)
        return (
            _asks(draft, "?s a ?term", targets.classes)
            or _asks(draft, "?s ?term ?o", predicates)
            or _asks(draft, "?s rdfs:subClassOf ?term", targets.classes)
            or bool(targets.nodes)
        )


def data_scope(*, is_union: bool) -> "Scope":
    """What shapes are applied to: the sources, without the shapes and what the build adds."""
    from gfmdkg.validation.incremental import Scope

    return Scope(is_data=_is_source, is_union=is_union)


def _is_source(graph: str) -> bool:
    return graph not in _NO_SOURCES and not graph.startswith(SHAPES_GRAPHS)


def _dump(store: OxigraphStore, graph: str) -> bytes:
    output = io.BytesIO()
    store.dump(output, media_type=_N_TRIPLES, graph=graph)
    return output.getvalue()


def _asks(store: OxigraphStore, pattern: str, terms: Iterable[str]) -> bool:
    """Whether a pattern with one of the terms as ``?term`` is in any graph."""
    values = " ".join(to_sparql(Iri(term)) for term in terms)
    output = io.BytesIO()
    anywhere = f"{{ {pattern} }} UNION {{ GRAPH ?g {{ {pattern} }} }}"
    store.query(
        f"ASK {{ VALUES ?term {{ {values} }} {anywhere} }}",
        formats=AnswerFormats(),
        output=output,
    )
    return b"true" in output.getvalue()


def _iris(store: OxigraphStore, query: str) -> set[str]:
    """The IRIs in the one column of a SELECT."""
    return {term.value for (term,) in select_from(store)(query).rows if isinstance(term, Iri)}
