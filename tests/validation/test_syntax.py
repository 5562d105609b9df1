"""Faults of syntax: all of them, at their places, with what was expected."""

import pytest

from gfmdkg.errors import DataError
from gfmdkg.validation.documents import read_document
from gfmdkg.validation.syntax import find_faults

BASE = "https://example.org/"
PREFIX = f"@prefix : <{BASE}> .\n"


def faults(text: str, media_type: str = "text/turtle") -> list[tuple[int | None, int | None, str]]:
    found = find_faults(text, media_type=media_type, base_iri=BASE, file="f")
    return [(f.line, f.column, f"{f.message} ({f.remedy})") for f in found]


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        (":a :b ▶.", "a value is expected"),
        (":a :b :c , ▶.", "remove the comma"),
        (":a :b :c▶\n:d :e :f .", "does not end after “:c”"),
        (":a :b 1 ▶2 .", "a dot, semicolon or comma"),
        (":a :b :c▶", "the file ends inside a statement"),
        (':a :b ▶"x .\n:d :e :f .', "the quotation is not closed"),
        (':a :b ▶"""x .\n:d :e :f .', "close it with"),
        (':a :b ▶"two\nlines" .', '"""'),
        (":a :b ▶<http://e/unclosed .\n:d :e :f .", "close it with >"),
        (":a :b <http://e/ok> , ▶<http://e/a b> .", "%20"),
        (":a :b [ :c :d ▶.\n:d :e :f .", "a closing “]”"),
        (":a :b ( 1 2 ▶.\n:d :e :f .", "a value is expected"),
        ('▶"x" :b :c .', "a subject is expected"),
        (':a ▶"p" :c .', "a property is expected"),
        (':a :b "a▶\\q" .', "double the backslash"),
        (':a :b "x"@▶ .', "@en"),
        (':a :b "x"^^▶"y" .', "^^xsd:date"),
        (":a :b ▶TRUE .", "true or false"),
        (":a :b :c ▶] .", "dot, semicolon or comma"),
        (":a :b ▶no:c , no:d ; no:e 1 .\n:x no:b 2 .", "@prefix no: <…>"),
        (":a ▶skos:prefLabel 'x'@en .", "@prefix skos: <http://www.w3.org/2004/02/skos/core#> ."),
        ("@prefix ▶ex2 <http://f/> .", "@prefix name:"),
        (":a :b ▶“x” .", "straight quotation mark"),
        (":ü :b '日本語𝒳' ▶foo .", "dot, semicolon or comma"),
        ("\t:a\t:b\t▶, .", "a value is expected"),
        ("# ü\r\n:a :b\r\n▶.", "a value is expected"),
    ],
)
def test_turtle_fault_has_its_place_and_remedy(marked: str, words: str) -> None:
    text = PREFIX + marked
    before, _, after = text.partition("▶")
    ((line, column, said),) = faults(before + after)
    assert (line, column) == (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
    assert words in said


def test_all_faults_of_a_turtle_file_are_found() -> None:
    text = PREFIX + ':a :b .\n:c :d "x ;\n  :e "y .\n:f no:g 1 .\n:h :i :j .\n:k "l" 3 .'
    assert [place[:2] for place in faults(text)] == [(2, 7), (3, 7), (4, 6), (5, 4), (7, 4)]


def test_a_faulty_declaration_is_one_fault() -> None:
    assert [p[:2] for p in faults("@prefix e <http://e/> .\ne:a e:b e:c .")] == [(1, 9)]


def test_brackets_and_directives_bound_what_is_passed_over() -> None:
    text = (
        "PREFIX : <http://e/>\n:a :b [ :c 1 2 ; :d 3 ] .\nBASE <http://e/>\n:e :f . :g :h no:i .\n"
    )
    assert [p[:2] for p in faults(text)] == [(2, 14), (4, 7), (4, 15)]


def test_each_line_of_n_triples_and_n_quads_is_judged_by_itself() -> None:
    good = f"<{BASE}a> <{BASE}b> <{BASE}c>"
    lines = [f"{good} .", f'<{BASE}a> <{BASE}b> "x .', good, "<a> <b> <c> .", "foo", f"{good} ."]
    for media_type in ("application/n-triples", "application/n-quads"):
        assert [place[0] for place in faults("\n".join(lines), media_type)] == [2, 3, 4, 5]


def test_trig_faults_have_their_places() -> None:
    assert [p[:2] for p in faults(PREFIX + ":g { :a :b . }", "application/trig")] == [(2, 12)]


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ('{"@id": "x:a" ▶"x:b": 1}', "a comma"),
        ('{"x:b": [1, 2▶', "a closing bracket"),
        ('{"x:b": ▶}', "a value is expected"),
        ("{▶x: 1}", "in double quotes"),
        ('{"x:b" ▶1}', "a colon"),
        ('{"a": 1, ▶"a": 2}', "twice"),
        ('{▶"@id": 1}', "@id is a string"),
        ('{"a":\n  [1,\n  ▶}]', "a value is expected"),
        ('▶{"a": NaN}', "no value"),
        ("{} ▶{}", "end of the document"),
        ('{"a": ▶"x\n"}', "control character"),
    ],
)
def test_json_ld_fault_has_its_place(marked: str, words: str) -> None:
    before, _, after = marked.partition("▶")
    with pytest.raises(DataError) as caught:
        read_document(before + after, media_type="application/ld+json", base_iri=BASE)
    (fault,) = caught.value.faults
    place = (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
    if "control" not in words:  # JSON's own reader stops at the character itself
        assert (fault.line, fault.column) == place
    assert words in fault.message


def test_a_context_elsewhere_is_not_fetched() -> None:
    text = '{"@context": "https://example.org/c.jsonld", "@id": "x:a"}'
    with pytest.raises(DataError, match="not fetched"):
        read_document(text, media_type="application/ld+json", base_iri=BASE)
