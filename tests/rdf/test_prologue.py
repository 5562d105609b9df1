"""Prologue and prefixes, as we read them and as the engine does."""

from pyoxigraph import QuerySolutions, Store

from gfmdkg.rdf.query_text import read_prologue, used_prefixes

TEXT = """#+ summary: PREFIX no: <http://no/>
BASE <http://e/>
prefix a: <http://a/> # SELECT
PREFIX : <http://b/>
PREFIX a: <http://later/>
SELECT ?x { ?x a:b :c }"""


def ask_engine(text: str, **prefixes: str) -> str:
    answer = Store().query(text, prefixes=prefixes)
    assert isinstance(answer, QuerySolutions)
    return str(next(answer)["x"].value)


def test_prologue_holds_prefixes_and_says_where_the_body_starts() -> None:
    prefixes, body_start = read_prologue(TEXT)
    assert prefixes == {"a": "http://later/", "": "http://b/"}
    assert TEXT[body_start:] == "SELECT ?x { ?x a:b :c }"


def test_text_without_prologue_is_all_body_and_one_without_body_all_prologue() -> None:
    assert read_prologue("ASK {}") == ({}, 0)
    assert read_prologue("PREFIX a: <b>") == ({"a": "b"}, 13)
    assert read_prologue("PREFIX") == ({}, 0)


def test_used_prefixes_leave_out_declarations_strings_and_comments() -> None:
    text = """PREFIX x: <y> SELECT * { x:a skos:b "no:c" . # not:this
    ?s :b "\\u0022 no:d" }"""
    assert used_prefixes(text) == {"skos", ""}


def test_a_prefix_given_to_the_engine_is_known_without_declaration() -> None:
    assert ask_engine("SELECT (gfmd:a AS ?x) {}", gfmd="http://given/") == "http://given/a"


def test_a_querys_own_declaration_overrides_a_prefix_given_to_the_engine() -> None:
    text = "PREFIX gfmd: <http://own/> SELECT (gfmd:a AS ?x) {}"
    assert ask_engine(text, gfmd="http://given/") == "http://own/a"


def test_of_two_declarations_the_engine_takes_the_later_as_we_do() -> None:
    text = "PREFIX a: <http://one/> PREFIX a: <http://two/> SELECT (a:b AS ?x) {}"
    assert ask_engine(text) == read_prologue(text)[0]["a"] + "b"
