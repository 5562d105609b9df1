"""The W3C SHACL test suite, run through the product's own validation entry point."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.compare import to_isomorphic
from rdflib.namespace import RDF, SH
from rdflib.term import Node
from tests.validation.shape_reports import report_on

from gfmdkg.errors import OntologyError
from gfmdkg.validation.documents import read_document
from gfmdkg.validation.shacl import run_shapes
from gfmdkg.validation.shapes import applied_shapes

SUITE = Path(__file__).parents[3] / "shared/w3c/data-shapes-test-suite/tests"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
BASE = "https://example.org/suite/"

# What section 3.6.2 of SHACL makes comparable; messages only where the suite states some.
COMPARED = (
    SH.focusNode,
    SH.resultPath,
    SH.resultSeverity,
    SH.sourceConstraint,
    SH.sourceConstraintComponent,
    SH.sourceShape,
    SH.value,
)
KNOWN_FAILURES = {
    "sparql/pre-binding/shapesGraph-001": "pyshacl does not pre-bind $shapesGraph",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One entry of a manifest; the graphs are named by files of the suite."""

    name: str
    graph: Graph
    data: str
    shapes: str
    expected: Node


@cache
def read(path: str) -> Graph:
    """A file of the suite, ``path`` being below its top."""
    text = (SUITE / path).read_text("utf-8")
    return Graph() + read_document(text, base_iri=BASE + path).graph


def cases(path: str) -> Iterator[Case]:
    """The entries of a manifest and of those that it includes, in order."""
    graph = read(path)
    manifest = URIRef(BASE + path)
    for included in sorted(graph.objects(manifest, MF.include), key=str):
        yield from cases(str(included).removeprefix(BASE))
    for entries in graph.objects(manifest, MF.entries):
        for entry in Collection(graph, entries):
            action, expected = graph.value(entry, MF.action), graph.value(entry, MF.result)
            assert expected is not None
            yield Case(
                name=str(entry).removeprefix(BASE),
                graph=graph,
                data=str(graph.value(action, SHT.dataGraph)).removeprefix(BASE),
                shapes=str(graph.value(action, SHT.shapesGraph)).removeprefix(BASE),
                expected=expected,
            )


def parameters(part: str) -> list[object]:
    if not SUITE.is_dir():
        reason = "needs ../shared/w3c, which is not part of the repository"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    return [
        pytest.param(
            case,
            id=case.name,
            marks=[pytest.mark.xfail(reason=KNOWN_FAILURES[case.name], strict=True)]
            if case.name in KNOWN_FAILURES
            else [],
        )
        for case in cases(f"{part}/manifest.ttl")
    ]


def comparable(graph: Graph, report: Node, *, with_messages: bool) -> Graph:
    """The part of a report that two validators have to agree on."""
    found = Graph()
    root = BNode()
    conforms = graph.value(report, SH.conforms)
    assert conforms is not None
    found.add((root, SH.conforms, conforms))
    for result in graph.objects(report, SH.result):
        node = BNode()
        found.add((root, SH.result, node))
        for predicate in (*COMPARED, *((SH.resultMessage,) if with_messages else ())):
            for value in graph.objects(result, predicate):
                is_path = predicate == SH.resultPath
                found.add((node, predicate, copy_path(graph, value, found) if is_path else value))
    return found


def copy_path(graph: Graph, path: Node, into: Graph) -> Node:
    """Each result gets a path of its own, for validators may or may not share them."""
    if not isinstance(path, BNode):
        return path
    copied = BNode()
    for predicate, value in graph.predicate_objects(path):
        into.add((copied, predicate, copy_path(graph, value, into)))
    return copied


def states_messages(case: Case) -> bool:
    results = case.graph.objects(case.expected, SH.result)
    return any(case.graph.value(r, SH.resultMessage) is not None for r in results)


def check(case: Case) -> None:
    if case.expected == SHT.Failure:
        with pytest.raises(OntologyError):
            run_shapes(read(case.data), applied_shapes(read(case.shapes)))
        return
    graph = run_shapes(read(case.data), applied_shapes(read(case.shapes)))
    report = graph.value(predicate=RDF.type, object=SH.ValidationReport)
    assert report is not None
    messages = states_messages(case)
    found = comparable(graph, report, with_messages=messages)
    expected = comparable(case.graph, case.expected, with_messages=messages)
    assert to_isomorphic(found) == to_isomorphic(expected)
    verdict = report_on(read(case.data), read(case.shapes))
    violations = [
        result
        for result in graph.objects(report, SH.result)
        if graph.value(result, SH.resultSeverity) not in (SH.Warning, SH.Info)
    ]
    assert verdict.conforms == (not violations)


@pytest.mark.parametrize("case", parameters("core"))
def test_core(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", parameters("sparql"))
def test_sparql(case: Case) -> None:
    check(case)


@pytest.mark.skipif(not SUITE.is_dir(), reason="needs ../shared/w3c")
def test_all_entries_of_the_suite_are_run() -> None:
    counts = {part: len(list(cases(f"{part}/manifest.ttl"))) for part in ("core", "sparql")}
    assert counts == {"core": 98, "sparql": 22}
