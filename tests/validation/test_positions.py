"""Line and column of every triple, on files that are hard to read."""

import pytest
import rdflib
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, XSD

from gfmdkg.errors import DataError, Fault
from gfmdkg.store.reading import parse
from gfmdkg.validation.data_graph import rdflib_triples
from gfmdkg.validation.documents import read_document
from gfmdkg.validation.findings import Span
from gfmdkg.validation.positions import PositionedGraph

BASE = "https://example.org/"


def iri(name: str) -> URIRef:
    return URIRef(BASE + name)


def read(text: str) -> PositionedGraph:
    document = read_document(text, base_iri=BASE, file="data/x.ttl")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        plain = Graph().parse(data=text.removeprefix("\ufeff"), format="turtle", publicID=BASE)
    assert isomorphic(document.graph, plain)
    assert set(document.spans) == set(document.graph)
    return document


_EVERYTHING = r"""@prefix : <x#> . @prefix a.b: <y/> . @base <http://c/d/> .
:s :p .5, -.5e3, 1.e5, +1, 1.0, 5 . :t a.b:q\,r\(x\) "a\tb\u00e9\U0001F600\"", '''q'r''', "", 'it' ,
  <../e?f#g>, <#h>, <>, <//host/x>, true , :true, :s.t , :a%20b , :é, _:b.c , _:b-c .
[] :p [] . [ :p [ ] ] . [ :p 1 ] :q ( 1 ( ) [ :r (2) ] "x"@en ) ; ; . ( :a ) :p () .
prefix q: <http://q/> base <http://z/> <r> q: q:z# comment
 ; a q:1.5 , q:x-y , q:5 ."""
_GRAPHS = """@prefix : <x:> . :g { :a :b :c , [ :d :e ] . :f :g :h } graph _:x { [] :a "graph" }
{ :a :b 1.5 } [] { :q :r (1 2) . } :z { } :u :v "prefix" . <n> { :a :b _:x }"""
_QUADS = """<a:b> <a:c> "x"@en <g:h> .
_:a <a:b> _:g _:g . # of the graph
<a:b><a:c><a:d>.
<a:b> <a:c> "1"^^<d:t><g:h>."""


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        (_EVERYTHING, "text/turtle"),
        (_GRAPHS, "application/trig"),
        (_QUADS, "application/n-quads"),
    ],
)
def test_triples_are_those_that_the_engine_reads(text: str, media_type: str) -> None:
    document = read_document(text, media_type=media_type, base_iri=BASE)
    read = Graph()
    read += rdflib_triples(parse(text.encode(), media_type=media_type, base_iri=BASE).triples)
    assert isomorphic(document.graph, read)
    assert set(document.spans) == set(document.graph)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("<a> <b> <<( <c> <d> <e> )>> .", 9),
        ("<a> <b> <c> ~ <r> .", 13),
        ("<a> <b> <c> {| <d> <e> |} .", 14),
        ('VERSION "1.2" <a> <b> <c> .', 1),
        ('<a> <b> "x"@en--ltr .', 15),
    ],
)
def test_what_only_rdf_1_2_has_is_refused_at_its_place(text: str, column: int) -> None:
    assert (fault(text).line, fault(text).column) == (1, column)


def text_at(document: PositionedGraph, span: Span) -> str:
    lines = document.text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def texts(document: PositionedGraph) -> set[str]:
    return {text_at(document, span) for span in document.spans.values()}


def fault(text: str) -> Fault:
    with pytest.raises(DataError) as caught:
        read_document(text, base_iri=BASE, file="data/x.ttl")
    assert len(caught.value.faults) == 1
    return caught.value.faults[0]


def test_each_object_of_a_list_of_objects_has_its_own_span() -> None:
    document = read('<a> <p> <b> , "c"@en ;\n  <q> 1 , 2.50 , 1e3 , true .')
    assert document.spans[iri("a"), iri("p"), iri("b")] == Span(1, 9, 1, 12)
    assert document.spans[iri("a"), iri("p"), Literal("c", lang="en")] == Span(1, 15, 1, 21)
    number = Literal("2.50", datatype=XSD.decimal, normalize=False)
    assert document.spans[iri("a"), iri("q"), number] == Span(2, 11, 2, 15)
    assert texts(document) == {"<b>", '"c"@en', "1", "2.50", "1e3", "true"}


def test_statement_of_a_subject_spans_to_its_last_object() -> None:
    document = read("\n  <a> <p> <b> ;\n    <q> <c> ; .\n<a> <r> <d> .")
    assert document.subject_span(iri("a")) == Span(2, 3, 3, 12)
    assert document.subject_span(iri("b")) is None


def test_nested_blank_nodes_have_spans_inside_and_around() -> None:
    document = read("<a> <p> [\n\t<q> [ <r> <b> ] ;\n\t<s> <c> ;\n] .")
    outer = document.graph.value(iri("a"), iri("p"))
    assert isinstance(outer, BNode)
    inner = document.graph.value(outer, iri("q"))
    assert isinstance(inner, BNode)
    assert document.spans[iri("a"), iri("p"), outer] == Span(1, 9, 4, 2)
    assert document.spans[outer, iri("q"), inner] == Span(2, 6, 2, 17)
    assert document.spans[inner, iri("r"), iri("b")] == Span(2, 12, 2, 15)
    assert document.spans[outer, iri("s"), iri("c")] == Span(3, 6, 3, 9)
    assert document.subject_span(inner) == Span(2, 6, 2, 17)


def test_items_of_a_list_have_spans() -> None:
    document = read("<a> <p> ( <b>\n  ( 1 ) [ <q> 2 ] ) , () .")
    head = next(o for o in document.graph.objects(iri("a"), iri("p")) if isinstance(o, BNode))
    assert document.spans[iri("a"), iri("p"), head] == Span(1, 9, 2, 20)
    assert document.spans[head, RDF.first, iri("b")] == Span(1, 11, 1, 14)
    assert document.spans[iri("a"), iri("p"), RDF.nil] == Span(2, 23, 2, 25)
    assert "( 1 )" in texts(document)
    assert "[ <q> 2 ]" in texts(document)


def test_subjects_without_a_name_are_found() -> None:
    document = read("[] <p> <a> .\n[ <q> <b> ] .\n( <c> ) <r> <d> .\n_:x <s> <e> .")
    lines = {document.subject_span(s) for s in document.graph.subjects()}
    assert {span.line for span in lines if span} == {1, 2, 3, 4}


def test_literal_over_several_lines_ends_where_its_quotes_do() -> None:
    text = '<a> <p> """one\n  "two" # no comment\n; . three"""@en ;\n <q> <b> .'
    document = read(text)
    value = document.graph.value(iri("a"), iri("p"))
    assert value is not None
    assert document.spans[iri("a"), iri("p"), value] == Span(1, 9, 3, 16)
    assert document.spans[iri("a"), iri("q"), iri("b")] == Span(4, 6, 4, 9)


def test_prefixes_in_the_middle_of_the_file_hold_from_there() -> None:
    document = read(
        "@prefix x: <https://x.org/> .\nx:a x:p x:b .\nPREFIX x: <https://y.org/>\n"
        "x:a x:p x:b .\n@base <https://z.org/> .\n<a> x:p <b> ."
    )
    first = URIRef("https://x.org/a"), URIRef("https://x.org/p"), URIRef("https://x.org/b")
    second = URIRef("https://y.org/a"), URIRef("https://y.org/p"), URIRef("https://y.org/b")
    third = URIRef("https://z.org/a"), URIRef("https://y.org/p"), URIRef("https://z.org/b")
    assert [document.spans[t].line for t in (first, second, third)] == [2, 4, 6]
    assert document.prefixes["x"] == "https://y.org/"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_endings_do_not_move_places(newline: str) -> None:
    text = newline.join(["# c", "<a>", "  <p> <b> ; # <no>", "  <q> <c> ."])
    document = read(text)
    assert document.spans[iri("a"), iri("p"), iri("b")] == Span(3, 7, 3, 10)
    assert document.spans[iri("a"), iri("q"), iri("c")] == Span(4, 7, 4, 10)


def test_lone_carriage_return_is_white_space() -> None:
    document = read_document("<a>\r<p>\r<b> .", base_iri=BASE)
    assert document.spans[iri("a"), iri("p"), iri("b")] == Span(1, 9, 1, 12)


def test_byte_order_mark_does_not_count_as_a_column() -> None:
    document = read("\ufeff<a> <p> <b> .")
    assert document.spans[iri("a"), iri("p"), iri("b")] == Span(1, 9, 1, 12)


def test_columns_count_characters_not_bytes() -> None:
    document = read('<á> <p> "日本語 😀" , <b> .\n<c>\t<p>\t<d> .')
    assert document.spans[iri("á"), iri("p"), iri("b")] == Span(1, 19, 1, 22)
    assert document.spans[iri("c"), iri("p"), iri("d")] == Span(2, 9, 2, 12)


def test_number_before_the_final_dot_keeps_it_out() -> None:
    document = read("<a> <p> 1.\n<b> <p> -0.50.")
    assert texts(document) == {"1", "-0.50"}


def test_literals_keep_the_form_in_which_they_are_written() -> None:
    document = read_document(
        f'<a> <p> 007, 1.50, "01"^^<{XSD.integer}>, "x"^^<{XSD.string}>, "y"@en-GB .',
        base_iri=BASE,
    )
    found = {(str(o), o.datatype) for o in document.graph.objects() if isinstance(o, Literal)}
    assert found == {
        ("007", XSD.integer),
        ("1.50", XSD.decimal),
        ("01", XSD.integer),
        ("x", None),
        ("y", None),
    }


def test_triple_is_found_in_the_form_that_the_store_gives() -> None:
    document = read_document(
        f'<a> <p> 1.0 ;\n <q> "x"@en-GB ;\n <r> "1"^^<{XSD.boolean}> .', base_iri=BASE
    )
    one = Literal("1", datatype=XSD.decimal)
    true = Literal("true", datatype=XSD.boolean)
    assert document.span(iri("a"), iri("p"), one) == Span(1, 9, 1, 12)
    assert document.span(iri("a"), iri("q"), Literal("x", lang="en-gb")) == Span(2, 6, 2, 15)
    assert document.span(iri("a"), iri("r"), true) is not None
    assert document.span(iri("a"), iri("p"), Literal("2", datatype=XSD.decimal)) is None


def test_same_blank_node_label_in_two_files_is_two_nodes() -> None:
    graph = Graph()
    for _ in range(2):
        graph += read_document("_:x <p> <a> .", base_iri=BASE).graph
    assert len(graph) == 2


def test_ntriples_have_positions() -> None:
    text = f'<{BASE}a> <{BASE}p> "x" .\n_:b <{BASE}p> <{BASE}a> .\n'
    document = read_document(text, media_type="application/n-triples", base_iri=BASE)
    assert document.spans[iri("a"), iri("p"), Literal("x")] == Span(1, 49, 1, 52)


@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        ("application/n-quads", f'<{BASE}a> <{BASE}p> "q\\"\\u00e9\\n"@en <{BASE}g> .'),
        ("application/trig", f'<{BASE}g> {{ <{BASE}a> <{BASE}p> "q\\"é\\n"@en }}'),
        (
            "application/ld+json",
            f'{{"@id":"{BASE}a","{BASE}p":{{"@value":"q\\"é\\n","@language":"en"}}}}',
        ),
        (
            "application/rdf+xml",
            f"""<r:RDF xmlns:r="{RDF}" xmlns:x="{BASE}"><r:Description r:about="{BASE}a">
            <x:p xml:lang="en">q"é\n</x:p></r:Description></r:RDF>""",
        ),
    ],
)
def test_other_formats_give_the_same_triples(media_type: str, text: str) -> None:
    document = read_document(text, media_type=media_type, base_iri=BASE)
    assert set(document.graph) == {(iri("a"), iri("p"), Literal('q"é\n', lang="en"))}


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("@prefix : <https://x.org/> .\n:a ex:p 1 .", 2, 4, "the prefix ex: is not declared"),
        ('<a> <p> "x\n" .', 1, 9, "the quotation is not closed on its line"),
        ("<a> <p> <b>\n\n<c> <p> <d> .", 1, 12, "does not end after “<b>”"),
        ("<a> <p> [ <q> 1 .", 1, 17, "a closing “]” is expected"),
        ("<a> <p> ( 1 2 .", 1, 15, "a value is expected here, not “.”"),
        ("<a> <p> foo .", 1, 9, "foo"),
        ('"x" <p> <a> .', 1, 1, "a subject is expected here"),
        ("é", 1, 1, "é"),
        ('<a> <p> """never\nclosed', 1, 9, "the quotation is not closed"),
        ("\ufeff<a> <p> ,", 1, 9, ","),
    ],
)
def test_syntax_error_names_place_and_offending_text(
    text: str, line: int, column: int, words: str
) -> None:
    found = fault(text)
    assert (found.file, found.line, found.column) == ("data/x.ttl", line, column)
    assert words in found.message
    assert found.remedy


@pytest.mark.parametrize(
    ("media_type", "text", "line"),
    [
        ("application/ld+json", '{\n "@id": \n}', 3),
        ("application/trig", "<a:g> {\n <a:b> <a:c> }", 2),
        ("application/n-quads", "<a:b> <a:c> <a:d> .\nnonsense", 2),
    ],
)
def test_syntax_errors_of_other_formats_have_a_line(media_type: str, text: str, line: int) -> None:
    with pytest.raises(DataError) as caught:
        read_document(text, media_type=media_type, base_iri=BASE, file="f")
    assert (caught.value.faults[0].file, caught.value.faults[0].line) == ("f", line)


def test_syntax_error_of_rdf_xml_names_the_file() -> None:
    with pytest.raises(DataError) as caught:
        read_document("<a><b></a>", media_type="application/rdf+xml", base_iri=BASE, file="f")
    assert caught.value.faults[0].file == "f"


def test_unknown_format_is_refused() -> None:
    with pytest.raises(DataError, match="image/png"):
        read_document("", media_type="image/png", base_iri=BASE)
