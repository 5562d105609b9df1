"""Classes and properties: each is named, defined and placed; the versions agree."""

import re
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS

NAMESPACE = "https://w3id.org/gfmdkg/ontology#"
ONTOLOGY = URIRef("https://w3id.org/gfmdkg/ontology")
CITO_CITES = URIRef("http://purl.org/spar/cito/cites")


def own_terms(graph: Graph) -> list[URIRef]:
    subjects = {s for s in graph.subjects() if isinstance(s, URIRef)}
    return sorted(s for s in subjects if s.startswith(NAMESPACE))


def english(graph: Graph, term: URIRef, predicate: URIRef) -> list[str]:
    values = graph.objects(term, predicate)
    return [str(v) for v in values if isinstance(v, Literal) and v.language == "en"]


@pytest.mark.parametrize("predicate", [RDFS.label, SKOS.definition], ids=["label", "definition"])
def test_every_term_says_in_english_what_it_is(terms: Graph, predicate: URIRef) -> None:
    names = own_terms(terms)
    assert len(names) > 60
    assert [t for t in names if len(english(terms, t, predicate)) != 1] == []


def test_every_term_names_the_ontology_that_defines_it(terms: Graph) -> None:
    assert [t for t in own_terms(terms) if (t, RDFS.isDefinedBy, ONTOLOGY) not in terms] == []


def test_every_term_is_a_class_a_property_or_a_datatype(terms: Graph) -> None:
    kinds = {
        *(OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty),
        RDFS.Datatype,
    }
    found = {t: len(kinds.intersection(terms.objects(t, RDF.type))) for t in own_terms(terms)}
    assert {t for t, count in found.items() if count != 1} == set()


def test_classes_are_upper_camel_and_properties_lower_camel(terms: Graph) -> None:
    for term in own_terms(terms):
        name = term.removeprefix(NAMESPACE)
        first = r"[A-Z]" if (term, RDF.type, OWL.Class) in terms else r"[a-z]"
        assert re.fullmatch(first + r"[A-Za-z0-9]*", name), name


def test_labels_are_unique(terms: Graph) -> None:
    classes = set(terms.subjects(RDF.type, OWL.Class))
    for group in (classes, set(own_terms(terms)) - classes):
        labels = [label for t in group for label in terms.objects(t, RDFS.label)]
        assert len(labels) == len(set(labels))


def test_no_axiom_lets_a_reasoner_infer_types_from_use(terms: Graph) -> None:
    assert not list(terms.triples((None, RDFS.domain, None)))
    assert not list(terms.triples((None, RDFS.range, None)))
    assert not list(terms.triples((None, OWL.imports, None)))


def test_aligning_is_never_a_kind_of_citing(terms: Graph) -> None:
    cites, aligns = URIRef(NAMESPACE + "cites"), URIRef(NAMESPACE + "alignsWith")
    assert CITO_CITES in terms.transitive_objects(cites, RDFS.subPropertyOf)
    above = set(terms.transitive_objects(aligns, RDFS.subPropertyOf))
    assert not above & {cites, CITO_CITES}


def test_a_retired_term_names_its_successor(terms: Graph) -> None:
    retired = set(terms.subjects(OWL.deprecated, Literal(lexical_or_value=True)))
    assert {t for t in retired if not list(terms.objects(t, DCTERMS.isReplacedBy))} == set()


def test_header_and_changelog_agree_on_the_version(terms: Graph, folder: Path) -> None:
    version = str(terms.value(ONTOLOGY, OWL.versionInfo))
    assert str(terms.value(ONTOLOGY, OWL.versionIRI)) == f"{ONTOLOGY}/{version}"
    changelog = (folder / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+)", changelog, flags=re.MULTILINE)
    assert released[0] == version
    assert terms.value(ONTOLOGY, OWL.priorVersion) != terms.value(ONTOLOGY, OWL.versionIRI)


def test_the_header_says_who_may_use_it_and_how(terms: Graph) -> None:
    for predicate in (DCTERMS.title, DCTERMS.description, DCTERMS.creator, DCTERMS.license):
        assert terms.value(ONTOLOGY, predicate) is not None, predicate


def test_the_readme_names_every_class(terms: Graph, folder: Path) -> None:
    readme = (folder / "README.md").read_text(encoding="utf-8")
    classes = [t for t in own_terms(terms) if (t, RDF.type, OWL.Class) in terms]
    assert [c for c in classes if f"`{c.removeprefix(NAMESPACE)}`" not in readme] == []
