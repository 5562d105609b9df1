"""The rules that a write must keep: shapes and checks, applied to a draft."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from gfmdkg.build.sources import data_scope
from gfmdkg.curation.writing import Validate
from gfmdkg.namespaces import graph_iri
from gfmdkg.paths import Content
from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import VersionStore
from gfmdkg.validation import Mode, Report

if TYPE_CHECKING:
    from gfmdkg.validation.incremental.reach import PropertyOccurrence
    from gfmdkg.validation.incremental.rules import Rules

__all__ = ["ONTOLOGY_GRAPH", "DraftRules", "validation"]

_N_TRIPLES = "application/n-triples"
ONTOLOGY_GRAPH = graph_iri("ontology/gfmd.ttl")


class DraftRules:
    """The shapes and checks of some content, read once, when they are first needed."""

    def __init__(self, content: Content, *, kept: Path | None = None) -> None:
        self._content, self._kept = content, kept

    def report(
        self,
        draft: OxigraphStore,
        *,
        is_union: bool,
        base: OxigraphStore | None = None,
        patch: Patch | None = None,
    ) -> Report:
        """What the rules say of a draft, which may be published where it conforms.

        With ``base``, a state that conforms, and the ``patch`` that leads from there to the
        draft, only what the patch can affect is looked at, where that is known. Of a whole graph
        the report has the violations alone.

        The rules speak of the records of the model, hence a store without a focus node of any
        shape, such as one that is empty or holds other data, is not looked at further. A store
        that does not hold the ontology is validated together with it, and as a whole. Raises
        ``OntologyError`` where the rules are at fault.
        """
        if not self._has_focus_node(draft):
            return Report.of(())
        from gfmdkg.validation.validate import Request, validate

        request = Request(state=draft, scope=data_scope(is_union=is_union))
        is_complete = draft.has_graph(ONTOLOGY_GRAPH)
        had_rules = base is not None and base.has_graph(ONTOLOGY_GRAPH)
        if patch is not None and had_rules and is_complete:
            request = replace(request, before=base, delta=patch)
        elif not is_complete:
            request = replace(request, context=self._context)
        report = validate(request, self._rules)
        return report.with_findings(report.violations) if report.mode is Mode.FULL else report

    # What is read once

    @cached_property
    def _rules(self) -> "Rules":
        from gfmdkg.validation.incremental.rules import load_rules

        return load_rules(self._content.ontology, kept=self._kept)

    @property
    def _entrances(self) -> "Iterator[PropertyOccurrence]":
        """What makes a node a focus node of any shape."""
        return (entrance for shape in self._rules.shapes for entrance in shape.entrances)

    @cached_property
    def _context(self) -> bytes:
        """The ontology and its vocabularies, as N-Triples."""
        store = OxigraphStore.in_memory()
        ontology = self._content.ontology
        for file in sorted([*ontology.glob("*.ttl"), *ontology.glob("vocab/*.ttl")]):
            path = file.relative_to(self._content.root).as_posix()
            store.load(file.read_bytes(), media_type="text/turtle", graph=graph_iri(path))
        return "".join(f"{quad.triple} .\n" for quad in store.quads()).encode()

    @cached_property
    def _classes(self) -> set[str]:
        """The classes that shapes target, and those below them."""
        context = OxigraphStore.in_memory()
        context.load(self._context, media_type=_N_TRIPLES, graph="")
        tops = {name for entrance in self._entrances for name in entrance.objects or ()}
        query = f"SELECT ?t {{ VALUES ?top {{ {_listed(tops)} }} ?t rdfs:subClassOf* ?top }}"
        rows = context.select(query).rows
        return tops.union(term.value for (term,) in rows if isinstance(term, ox.NamedNode))

    def _has_focus_node(self, draft: OxigraphStore) -> bool:
        """Whether any shape has a node to look at; true also where that is not certain."""
        predicates = {e.step.predicate or "" for e in self._entrances if e.objects is None}
        return (
            any(shape.nodes for shape in self._rules.shapes)
            or _asks(draft, "?s a ?term", self._classes)
            or _asks(draft, "?s ?term ?o", predicates)
            or _asks(draft, "?s rdfs:subClassOf ?term", self._classes)
        )


def validation(versions: VersionStore, content: Content | None) -> Validate:
    """What the rules of some content say of whatever is written to a store; without, nothing.

    For whoever holds the writer's lock: the current version is what a draft was made from.
    """
    if content is None:
        return lambda _, __: Report.of(())
    rules = cache(lambda: DraftRules(content, kept=versions.require_current().folder))

    def validate(draft: OxigraphStore, patch: Patch | None) -> Report:
        current = versions.require_current()
        with closing(OxigraphStore.open_read_only(current.database)) as base:
            return rules().report(draft, is_union=current.is_union, base=base, patch=patch)

    return validate


def _asks(store: OxigraphStore, pattern: str, terms: Iterable[str]) -> bool:
    """Whether a pattern with one of the terms as ``?term`` is in any graph."""
    anywhere = f"{{ {pattern} }} UNION {{ GRAPH ?g {{ {pattern} }} }}"
    query = f"SELECT ?term {{ VALUES ?term {{ {_listed(terms)} }} {anywhere} }} LIMIT 1"
    return bool(store.select(query).rows)


def _listed(terms: Iterable[str]) -> str:
    return " ".join(str(ox.NamedNode(term)) for term in terms)
