"""The W3C SPARQL 1.1 test suites as values: read from their manifests, nothing run."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

HERE = Path(__file__).parent
TOP = HERE.parents[2] / "shared/w3c/sparql/sparql11"
BASE = "https://example.org/w3c/sparql11/"
"""Where the suites are taken to lie, so that no path of a machine gets into an IRI."""

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"

Node = ox.NamedNode | ox.BlankNode

SYNTAX_TYPES = {
    "PositiveSyntaxTest11": ("query", True),
    "NegativeSyntaxTest11": ("query", False),
    "PositiveUpdateSyntaxTest11": ("update", True),
    "NegativeUpdateSyntaxTest11": ("update", False),
}


@dataclass(frozen=True)
class Case:
    """One test; ``node`` is its node in the manifest ``graph``."""

    name: str
    kind: str
    node: Node
    graph: "Manifest"


class Manifest:
    """A manifest's triples."""

    def __init__(self, path: str) -> None:
        self._triples: dict[tuple[object, str], list[object]] = {}
        source = (TOP / path).read_bytes()
        for quad in ox.parse(source, ox.RdfFormat.TURTLE, base_iri=BASE + path):
            key = (quad.subject, quad.predicate.value)
            self._triples.setdefault(key, []).append(quad.object)

    def all(self, node: object, predicate: str) -> list[object]:
        return self._triples.get((node, predicate), [])

    def one(self, node: object, predicate: str) -> object:
        """The one value, or ``None``."""
        values = self.all(node, predicate)
        assert len(values) <= 1, f"{node} has several {predicate}"
        return values[0] if values else None

    def text(self, node: object, predicate: str) -> str | None:
        """The one value, an IRI or literal, as text."""
        value = self.one(node, predicate)
        assert value is None or isinstance(value, ox.NamedNode | ox.Literal)
        return None if value is None else value.value

    def items(self, head: object) -> Iterator[object]:
        while head is not None and head != ox.NamedNode(RDF + "nil"):
            yield self.one(head, RDF + "first")
            head = self.one(head, RDF + "rest")


@cache
def read_cases(path: str) -> tuple[Case, ...]:
    """The tests of a manifest and of those that it includes, in order."""
    manifest = Manifest(path)
    node = ox.NamedNode(BASE + path)
    cases: list[Case] = []
    for included in manifest.items(manifest.one(node, MF + "include")):
        assert isinstance(included, ox.NamedNode)
        cases += read_cases(included.value.removeprefix(BASE))
    for entry in manifest.items(manifest.one(node, MF + "entries")):
        assert isinstance(entry, ox.NamedNode)
        kind = manifest.text(entry, RDF + "type") or ""
        name = f"{Path(path).parent.name}/{entry.value.rpartition('#')[2]}"
        cases.append(Case(name, kind.removeprefix(MF), entry, manifest))
    return tuple(cases)


def suite(name: str) -> tuple[Case, ...]:
    """The tests of one of the suites that are run, by its name in ``SUITES``."""
    paths, kinds = SUITES[name]
    return tuple(c for path in paths for c in read_cases(path) if not kinds or c.kind in kinds)


_EVALUATED = frozenset({"QueryEvaluationTest"})
_UPDATED = frozenset({"UpdateEvaluationTest"})
_RESULTS = frozenset({"QueryEvaluationTest", "CSVResultFormatTest"})
_QUERY_SYNTAX = frozenset({"PositiveSyntaxTest11", "NegativeSyntaxTest11"})
_UPDATE_SYNTAX = frozenset({"PositiveUpdateSyntaxTest11", "NegativeUpdateSyntaxTest11"})
SUITES: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "query-evaluation": (("manifest-sparql11-query.ttl",), _EVALUATED),
    "query-syntax": (("manifest-sparql11-query.ttl",), _QUERY_SYNTAX),
    "update-evaluation": (("manifest-sparql11-update.ttl",), _UPDATED),
    "update-syntax": (("manifest-sparql11-update.ttl",), _UPDATE_SYNTAX),
    "results-formats": (("manifest-sparql11-results.ttl",), _RESULTS),
    "protocol": (("protocol/manifest.ttl",), frozenset()),
    "graph-store-protocol": (("graph-store-protocol/manifest.ttl",), frozenset()),
    "service-description": (("service-description/manifest.ttl",), frozenset()),
}


@cache
def expected_failures() -> dict[str, dict[str, str]]:
    """Suite to test to the reason why it cannot pass."""
    return tomllib.loads((HERE / "expected_failures.toml").read_text("utf-8"))


def parameters(name: str) -> list[object]:
    """A suite's tests for ``pytest.mark.parametrize``; known failures are strict."""
    if not TOP.is_dir():
        reason = "needs ../shared/w3c, which is not part of the repository"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    known = dict(expected_failures().get(name, {}))
    result: list[object] = []
    for case in suite(name):
        failure = known.pop(case.name, "")
        marks = [] if not failure else [pytest.mark.xfail(strict=True, reason=failure)]
        result.append(pytest.param(case, id=case.name, marks=marks))
    assert not known, f"expected failures that are no tests: {sorted(known)}"
    return result
