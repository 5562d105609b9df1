"""Shapes: only terms that SHACL has, each shape reachable, each message addressed to a curator."""

import re
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import Node

SHAPES = "https://w3id.org/gfmdkg/shapes#"
ONTOLOGY = Path(__file__).parents[2] / "ontology"
SHAPE_FILES = sorted((ONTOLOGY / "shapes").glob("*.ttl"))
CONCEPT_SCHEMES = ONTOLOGY / "vocab"
TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
# What of SHACL the shapes may use; a misspelt term would otherwise be ignored silently.
KNOWN_TERMS = """
    NodeShape PropertyGroup SPARQLConstraint Warning Info targetClass
    targetObjectsOf targetSubjectsOf path inversePath alternativePath property node name
    description order group message severity class datatype nodeKind IRI minCount maxCount
    minInclusive maxInclusive maxExclusive maxLength pattern languageIn uniqueLang disjoint
    lessThan lessThanOrEquals hasValue in not or xone qualifiedValueShape qualifiedMinCount
    qualifiedMaxCount sparql select prefixes declare prefix namespace
"""


def named_shapes(shapes: Graph) -> set[URIRef]:
    """Those that say that they are shapes, and those that have a path, which says it too."""
    found = {*shapes.subjects(RDF.type, SH.NodeShape), *shapes.subjects(SH.path, None)}
    return {s for s in found if isinstance(s, URIRef)}


def is_rule(shapes: Graph, shape: Node) -> bool:
    """Whether results can name this shape: one that only groups or is only referred to cannot."""
    is_property = (shape, SH.path, None) in shapes
    own = {p for p in shapes.predicates(shape) if str(p).startswith(str(SH))}
    grouping = {SH.property, *TARGETS}
    targeted = any((shape, target, None) in shapes for target in TARGETS)
    return is_property or (targeted and bool(own - grouping))


def test_only_terms_of_shacl_are_used(shapes: Graph) -> None:
    used = {
        str(node).removeprefix(str(SH))
        for triple in shapes
        for node in triple
        if isinstance(node, URIRef) and node.startswith(str(SH))
    }
    assert used - set(KNOWN_TERMS.split()) == set()


def test_every_shape_targets_something_or_is_referred_to(shapes: Graph) -> None:
    referred = set(shapes.objects())
    idle = {
        s
        for s in named_shapes(shapes)
        if s not in referred and not any((s, target, None) in shapes for target in TARGETS)
    }
    assert idle == set()


def test_every_rule_has_a_name_and_a_message_in_english(shapes: Graph) -> None:
    rules = [s for s in named_shapes(shapes) if is_rule(shapes, s)]
    assert len(rules) > 100
    for rule in rules:
        # The shape of a class is a rule by its pattern, and has the name of the class.
        is_of_class = (rule, SH.property, None) in shapes
        for predicate in (SH.message,) if is_of_class else (SH.name, SH.message):
            values = list(shapes.objects(rule, predicate))
            assert [v.language for v in values if isinstance(v, Literal)] == ["en"], rule


def test_what_shacl_implies_is_not_written(shapes: Graph) -> None:
    assert (None, SH.severity, SH.Violation) not in shapes
    assert (None, RDF.type, SH.PropertyShape) not in shapes


def test_one_shape_of_a_property_says_what_it_is_called(shapes: Graph) -> None:
    for node in shapes.subjects(SH.targetClass, None):
        named = [p for p in shapes.objects(node, SH.property) if (p, SH.order, None) in shapes]
        paths = [shapes.value(p, SH.path) for p in named]
        assert len(paths) == len(set(paths)), node
    for shape in shapes.subjects(SH.order, None):
        assert (shape, SH.description, None) in shapes, shape


def test_the_shapes_are_short() -> None:
    """At most a thousand lines without the annotations, which say nothing about data."""
    annotation = re.compile(r"\s*sh:(name|description|order|group|message)\b")
    lines = [line for file in SHAPE_FILES for line in file.read_text("utf-8").splitlines()]
    assert sum(not annotation.match(line) for line in lines) <= 1_000


def test_a_message_is_one_sentence_for_the_curator(shapes: Graph) -> None:
    for message in shapes.objects(None, SH.message):
        text = str(message)
        assert text[0].isupper(), text
        assert not text.endswith("."), text
        assert len(text.split()) >= 5, text


def test_a_rule_is_named_after_its_class(shapes: Graph) -> None:
    for rule in named_shapes(shapes):
        assert re.fullmatch(r"[A-Z][A-Za-z]*(-[a-z]+)*", rule.removeprefix(SHAPES)), rule


def test_no_two_property_shapes_are_anonymous_rules(shapes: Graph) -> None:
    # An anonymous property shape directly below a targeted shape would yield nameless results.
    for shape in named_shapes(shapes):
        if any((shape, target, None) in shapes for target in TARGETS):
            assert all(isinstance(o, URIRef) for o in shapes.objects(shape, SH.property)), shape


def test_every_scheme_has_a_shape_that_uses_it(shapes: Graph) -> None:
    values = {str(v).rpartition("/")[2] for v in shapes.objects(None, SH.hasValue)}
    assert {p.stem for p in CONCEPT_SCHEMES.glob("*.ttl")} - values == set()


def test_prefixes_of_sparql_constraints_are_declared(shapes: Graph) -> None:
    declared = {str(p) for p in shapes.objects(None, SH.prefix)}
    queries = [str(q) for q in shapes.objects(None, SH.select)]
    assert queries
    for query in queries:
        assert set(re.findall(r"\b([a-z]+):[A-Za-z]", query)) <= declared
