"""A fictional graph of harbours, and what is written about it."""

from gfmdkg.curation.documents import SubmittedDocument
from gfmdkg.curation.writing import PutGraph
from gfmdkg.errors import Fault
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.store.patches import Patch, statements_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version
from gfmdkg.validation import Finding, Report

FILE = "data/harbours.ttl"
GRAPH = GRAPH_BASE + "data/harbours"
PREFIXES = """
@prefix e: <http://e/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""
START = 'e:north rdfs:label "North Quay"@en ; e:depth 7 .\ne:south rdfs:label "South Quay"@en .\n'
SHAPES = PREFIXES + "e:shape sh:property [ sh:path e:depth ; sh:maxCount 1 ] .\n"


def turtle(text: str, name: str = FILE) -> SubmittedDocument:
    return SubmittedDocument(name=name, body=(PREFIXES + text).encode(), media_type="text/turtle")


def no_rules(draft: OxigraphStore, patch: Patch | None) -> Report:
    return Report.of(())


def no_depth_below_zero(draft: OxigraphStore, patch: Patch | None) -> Report:
    bad = [s for s in statements_of(draft, GRAPH) if '"-' in s]
    faults = [Fault(message=f"a depth below zero: {s}", remedy="measure again") for s in bad]
    return Report.of(Finding.from_fault(fault, code="depth") for fault in faults)


def held(version: Version, graph: str = GRAPH) -> set[str]:
    """The statements of a graph, without the graph's name."""
    store = OxigraphStore.open_read_only(version.database)
    found = {s.removesuffix(f" <{graph}>") for s in statements_of(store, graph)}
    store.close()
    return found


def put(graph: str, body: bytes, *, replaces: bool = False) -> PutGraph:
    document = SubmittedDocument(body=body, media_type="text/turtle")
    return PutGraph(graph=graph, documents=(document,), replaces=replaces)
