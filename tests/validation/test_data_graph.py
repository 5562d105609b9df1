"""Triples from the store as rdflib terms."""

from io import BytesIO

import pyoxigraph as ox
import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import XSD

from gfmdkg.errors import DataError
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.validation.data_graph import rdflib_term, read_ntriples, stored_forms


def test_dump_of_a_store_comes_back_whole() -> None:
    store = OxigraphStore.in_memory()
    values = ['"x\\ty\\\\ \u2028 \\"z\\""', '"v"@en-gb', f'"1.5"^^<{XSD.decimal}>', "_:b", "<a:d>"]
    text = "".join(f"<a:b> <a:c> {value} .\n" for value in values)
    store.load(text.encode(), media_type="text/turtle", graph="a:g")
    dump = BytesIO()
    store.dump(dump, media_type="application/n-quads")
    graph = Graph()
    graph += read_ntriples(dump.getvalue())
    found = set(graph.objects())
    assert len(graph) == len(values)
    assert Literal('x\ty\\ \u2028 "z"') in found
    assert Literal("1.5", datatype=XSD.decimal) in found
    assert sum(isinstance(o, BNode) for o in found) == 1


def test_line_that_is_no_statement_is_named() -> None:
    with pytest.raises(DataError) as caught:
        read_ntriples(b"# comment\n<a:b> <a:c> <a:d> .\n<a:b> <a:c> .\n")
    assert caught.value.faults[0].line == 3


def test_terms_of_ours_become_rdflib_terms() -> None:
    assert rdflib_term(ox.NamedNode("a:b")) == URIRef("a:b")
    assert rdflib_term(ox.BlankNode("x")) == BNode("x")
    assert rdflib_term(ox.Literal("v", language="en")) == Literal("v", lang="en")
    assert rdflib_term(ox.Literal("v")) == Literal("v")
    number = rdflib_term(ox.Literal("007", datatype=ox.NamedNode(XSD.integer)))
    assert (str(number), getattr(number, "datatype", None)) == ("007", XSD.integer)


def test_stored_form_is_that_of_the_store() -> None:
    decimal = Literal("1.0", datatype=XSD.decimal, normalize=False)
    text = Literal('two\nlines "quoted" \\')
    forms = stored_forms([decimal, text])
    assert str(forms[decimal]) == "1"
    assert forms[text] == text
    assert stored_forms([]) == {}
