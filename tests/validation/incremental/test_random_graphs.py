"""Random small graphs under shapes and checks that use every kind of constraint and path."""
# ruff: noqa: E501 - a shape reads better in one line

from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest
from rdflib import Graph

from gfmdkg.namespaces import RDF, RDFS, XSD
from gfmdkg.store.comparison import compare_stores
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import with_union
from gfmdkg.validation.checks import Check, load_checks
from gfmdkg.validation.data_graph import Scope
from gfmdkg.validation.incremental.rules import Rules, compile_rules

from .equality import Equality

BASE = "https://example.org/"
PREFIXES = f"""
@prefix : <{BASE}> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <{XSD}> .
@prefix rdfs: <{RDFS}> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
"""
SHAPES = """
:prefixes a owl:Ontology ; sh:declare [ sh:prefix "" ; sh:namespace "https://example.org/"^^xsd:anyURI ] .
:CountShape a sh:NodeShape ; sh:targetClass :A ;
  sh:property [ sh:path :p ; sh:maxCount 1 ] , [ sh:path [ sh:inversePath :q ] ; sh:minCount 1 ] .
:ClassShape a sh:NodeShape ; sh:targetClass :A , :B ; sh:property [ sh:path ( :p :q ) ; sh:class :B ] .
:NodeShape a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:property [ sh:path :p ; sh:node :Inner ] .
:Inner a sh:NodeShape ; sh:property [ sh:path :q ; sh:minCount 1 ; sh:node :Innermost ] .
:Innermost a sh:NodeShape ; sh:or ( [ sh:class :C ] [ sh:property [ sh:path :label ; sh:minCount 1 ] ] ) .
:StarShape a sh:NodeShape ; sh:targetClass :C ;
  sh:property [ sh:path [ sh:zeroOrMorePath :r ] ; sh:class :C ] ,
    [ sh:path ( [ sh:oneOrMorePath :r ] :p ) ; sh:maxCount 2 ] ,
    [ sh:path [ sh:zeroOrOnePath [ sh:inversePath :r ] ] ; sh:maxCount 3 ] .
:ClosedShape a sh:NodeShape ; sh:targetNode :n1 , :n2 ; sh:closed true ;
  sh:ignoredProperties ( <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> :p ) ;
  sh:property [ sh:path :q ] , [ sh:path :label ] .
:PairShape a sh:NodeShape ; sh:targetObjectsOf :q ;
  sh:property [ sh:path :p ; sh:disjoint :q ] , [ sh:path :q ; sh:equals :r ] , [ sh:path :n ; sh:lessThan :m ] .
:QualifiedShape a sh:NodeShape ; sh:targetClass :B ;
  sh:property [ sh:path :q ; sh:qualifiedValueShape [ sh:class :A ] ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShapesDisjoint true ] ,
    [ sh:path :q ; sh:qualifiedValueShape [ sh:class :C ] ; sh:qualifiedMaxCount 1 ; sh:qualifiedValueShapesDisjoint true ] .
:NotShape a sh:NodeShape ; sh:targetClass :B ; sh:not [ sh:property [ sh:path :r ; sh:hasValue :n3 ] ] ;
  sh:xone ( [ sh:property [ sh:path :p ; sh:minCount 1 ] ] [ sh:property [ sh:path [ sh:alternativePath ( :q :r ) ] ; sh:minCount 2 ] ] ) .
:LiteralShape a sh:NodeShape ; sh:targetObjectsOf :label ; sh:maxLength 3 ; sh:nodeKind sh:Literal .
:LabelShape a sh:PropertyShape ; sh:targetSubjectsOf :label ; sh:path :label ; sh:uniqueLang true ; sh:minCount 2 .
:A a rdfs:Class , sh:NodeShape ; sh:property [ sh:path :m ; sh:maxCount 1 ] .
:SparqlShape a sh:NodeShape ; sh:targetClass :A ; sh:sparql [ sh:prefixes :prefixes ; sh:select
  "SELECT $this ?value WHERE { $this :p ?x . ?x :q/^:r ?value . FILTER NOT EXISTS { ?value :label ?l } OPTIONAL { ?x :n ?n } FILTER (!BOUND(?n)) }" ] .
:InnerSparql a sh:NodeShape ; sh:targetSubjectsOf :r ; sh:property [ sh:path :r ; sh:node [ sh:sparql [ sh:prefixes :prefixes ;
  sh:select "SELECT $this WHERE { $this a :B ; :n ?a ; :m ?b . FILTER (?a > ?b) }" ] ] ] .
"""
CHECKS = {
    "pair": "?focus :p ?x . ?other :p ?x FILTER (STR(?focus) < STR(?other))",
    "cycle": "?focus :r+ ?focus",
    "either": "{ ?focus :p ?x } UNION { ?focus :q/:r ?x } FILTER NOT EXISTS { ?x a ?class }",
    "minus": "?focus :q ?x MINUS { ?x :label ?y }",
    "optional": "?focus a :A ; :q ?x OPTIONAL { ?x :n ?n FILTER NOT EXISTS { ?x :m ?n } }"
    " FILTER (!BOUND(?n))",
    "nested": "{ ?focus :p ?x } { ?x :q ?y OPTIONAL { ?y :r ?z } } FILTER (BOUND(?z))",
    "predicate": "?focus ?property ?value . ?property a :C",
    "any": "?focus a :B FILTER EXISTS { ?any :m ?thing } FILTER NOT EXISTS { ?focus :n ?n }",
    "listed": "VALUES ?kind { :p :q } ?focus ?kind ?x . ?x a ?class VALUES ?class { :A :B }",
    "grouped": "{ SELECT ?x WHERE { ?y :q ?x } GROUP BY ?x HAVING (COUNT(?y) > 1) } ?focus :p ?x",
    "loose": "?focus :m ?x . ?other :n ?y FILTER (?x = ?y)",
    "whole": "{ SELECT (MIN(?s) AS ?first) WHERE { ?t a :C ; :label ?l BIND (STR(?t) AS ?s)"
    " BIND (LCASE(?l) AS ?key) } GROUP BY ?key HAVING (COUNT(DISTINCT ?s) > 1) }"
    " BIND (IRI(?first) AS ?focus)",
}
NODES = [ox.NamedNode(f"{BASE}n{n}") for n in range(12)] + [ox.BlankNode(f"b{n}") for n in range(4)]
CLASSES = [ox.NamedNode(BASE + name) for name in "ABCD"]
LINKS = [ox.NamedNode(BASE + name) for name in "ppqqrr"]
VALUES = [ox.NamedNode(BASE + name) for name in ("label", "n", "m")]
LITERALS = [
    *(ox.Literal(text, language=tag) for text in ("a", "b", "long") for tag in ("en", "fr")),
    ox.Literal("a"),
    *(ox.Literal(n) for n in (1, 2, 3)),
]
GRAPHS = [ox.NamedNode(BASE + name) for name in ("one", "two")]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    shapes = Graph().parse(data=PREFIXES + SHAPES, format="turtle")
    checks = _checks(tmp_path_factory.mktemp("checks"))
    return compile_rules(shapes, checks)


def _checks(folder: Path) -> tuple[Check, ...]:
    for name, body in CHECKS.items():
        (folder / f"{name}.rq").write_text(
            '#+ summary: "A fault."\n#+ message: "Mend it"\n#+ severity: Violation\n'
            f"PREFIX : <{BASE}>\nSELECT DISTINCT ?focus WHERE {{ {body} }}\n"
        )
    return load_checks(folder)


def _quad(random: Random) -> ox.Quad:
    subject, graph = random.choice(NODES), random.choice(GRAPHS)
    choice = random.random()
    if choice < 0.3:
        return ox.Quad(subject, ox.NamedNode(RDF + "type"), random.choice(CLASSES), graph)
    if choice < 0.75:
        return ox.Quad(subject, random.choice(LINKS), random.choice(NODES), graph)
    if choice < 0.77:
        return ox.Quad(LINKS[0], ox.NamedNode(RDF + "type"), CLASSES[2], graph)
    return ox.Quad(subject, random.choice(VALUES), random.choice(LITERALS), graph)


def _state(quads: set[ox.Quad]) -> OxigraphStore:
    store = OxigraphStore.in_memory()
    below = ox.NamedNode(RDFS + "subClassOf")
    store.extend([*quads, ox.Quad(CLASSES[3], below, CLASSES[1], GRAPHS[0])])
    store.extend(with_union(store.quads()))
    return store


def _fuzz(rules: Rules, *, seed: int, count: int) -> Equality:
    equality = Equality(rules, Scope())
    for number in range(count):
        random = Random(seed * 100_000 + number)
        if number % 10 == 0:
            quads = {_quad(random) for _ in range(random.randrange(20, 70))}
            before = _state(quads)
            found = equality.everything(before)
        gone = set(random.sample(sorted(quads, key=str), min(len(quads), random.randrange(4))))
        after_quads = (quads - gone) | {_quad(random) for _ in range(random.randrange(4))}
        after = _state(after_quads)
        delta = compare_stores(before, after, has_union=True)
        differences = equality.differences(before, after, delta, found)
        assert not differences, (seed, number, sorted(map(str, differences))[:5])
    return equality


def test_random_graphs_are_judged_as_by_a_full_run(rules: Rules) -> None:
    equality = _fuzz(rules, seed=1, count=40)
    assert equality.incremental == 40
    assert equality.found > 40


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_many_random_graphs_are_judged_as_by_a_full_run(rules: Rules, seed: int) -> None:
    equality = _fuzz(rules, seed=seed + 10, count=300)
    assert equality.incremental == 300
    assert equality.found > 300
