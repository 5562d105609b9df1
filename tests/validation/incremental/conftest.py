"""A small graph by the shipped ontology, as the build would make it, and its rules."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from gfmdkg.build.derivation import derive_passages
from gfmdkg.build.sources import collect_sources, data_scope
from gfmdkg.namespaces import GFMD, GRAPH_BASE
from gfmdkg.paths import shipped_content
from gfmdkg.store.comparison import compare_stores
from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import with_union
from gfmdkg.validation.checks import load_checks
from gfmdkg.validation.data_graph import Scope
from gfmdkg.validation.findings import Report
from gfmdkg.validation.incremental.rules import Rules, compile_rules
from gfmdkg.validation.shapes import load_shapes
from gfmdkg.validation.validate import Request, validate

REPORT_GRAPH = GRAPH_BASE + "data/reports/gfmd-dialogue-gcm-2017-04-06-c1"
KEPT_PASSAGES = ("s1", "s2", "p01", "p02", "p03", "p04", "p13", "s8", "pol-01", "pol-02", "pol-03")
KEPT_TARGETS = ("10", "10.7", "3", "3.8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A state, its rules, and how to get from it to another."""

    base: OxigraphStore
    rules: Rules
    scope: Scope

    def draft(self) -> OxigraphStore:
        copy = OxigraphStore.in_memory()
        copy.extend(self.base.quads())
        return copy

    def change(self, update: str) -> tuple[OxigraphStore, Patch]:
        """The state after an update of named graphs, and the difference."""
        draft = self.draft()
        draft.update(update)
        draft.clear_graph("")
        draft.extend(with_union(draft.quads()))
        return draft, compare_stores(self.base, draft, has_union=True)

    def validate(self, update: str) -> Report:
        draft, delta = self.change(update)
        return validate(self.request(draft, delta), self.rules)

    def request(self, draft: OxigraphStore, delta: Patch) -> Request:
        """To validate a draft that differs from the base."""
        return Request(state=draft, before=self.base, delta=delta, scope=self.scope)

    def validate_all(self, store: OxigraphStore) -> Report:
        return validate(Request(state=store, scope=self.scope), self.rules)


def names(*stores: OxigraphStore) -> set[str]:
    return {name for store in stores for name in store.graph_names()}


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The shapes and checks that ship."""
    ontology = shipped_content().ontology
    shapes = load_shapes(ontology / "shapes")
    return compile_rules(shapes, load_checks(ontology / "checks"))


@pytest.fixture(scope="session")
def setting(rules: Rules) -> Setting:
    """A graph with the vocabularies, a few passages and what hangs on them; read it only."""
    store = OxigraphStore.in_memory()
    for source in collect_sources(shipped_content()):
        if not source.path.startswith("ontology/shapes/"):
            store.load(source.text.encode(), media_type="text/turtle", graph=source.graph)
    _prune(store, lambda iri: "/passage/" in iri, KEPT_PASSAGES)
    _prune(store, lambda iri: iri.startswith("http://metadata.un.org/sdg/"), KEPT_TARGETS)
    # What lost its other end goes too, until nothing dangles.
    while True:
        quads = len(store)
        store.update(
            "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } {"
            "  GRAPH ?h { ?s ?link ?gone } FILTER (?link NOT IN (skos:narrower, skos:broader))"
            "  FILTER (CONTAINS(STR(?s), '/id/'))"
            '  FILTER (ISIRI(?gone) && (CONTAINS(STR(?gone), "/passage/") ||'
            '    CONTAINS(STR(?gone), "/id/statement/") ||'
            '    STRSTARTS(STR(?gone), "http://metadata.un.org/sdg/")))'
            "  FILTER (?gone != <http://metadata.un.org/sdg/ontology>)"
            "  FILTER NOT EXISTS { GRAPH ?i { ?gone a ?class } } } }"
        )
        if len(store) == quads:
            break
    store.extend(with_union(store.quads()))
    derive_passages(store, is_union=True).apply(store, is_union=True)
    return Setting(base=store, rules=rules, scope=data_scope(is_union=True))


def _prune(store: OxigraphStore, is_kind: Callable[[str], bool], kept: tuple[str, ...]) -> None:
    subjects = {str(quad.subject)[1:-1] for quad in store.quads()}
    gone = [s for s in subjects if is_kind(s) and s.rpartition("/")[2] not in kept]
    values = " ".join(f"<{s}>" for s in gone if not s.endswith("#"))
    store.update(
        f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ VALUES ?s {{ {values} }}"
        " GRAPH ?g { ?s ?p ?o } }"
    )


__all__ = ["GFMD", "REPORT_GRAPH", "Setting"]
