"""Prologue, form, and prefixes, as we read them and as the engine does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import QuerySolutions, Store

from gfmdkg.errors import QueryRejected
from gfmdkg.sparql.prologue import Form, declared_prefixes, form, split_prologue, used_prefixes

TEXT = """#+ summary: PREFIX no: <http://no/>
BASE <http://e/>
prefix a: <http://a/> # SELECT
PREFIX : <http://\\u0062/>
PREFIX a: <http://later/>
SELECT ?x { ?x a:b :c }"""


def ask_engine(text: str, **prefixes: str) -> str:
    answer = Store().query(text, prefixes=prefixes)
    assert isinstance(answer, QuerySolutions)
    return str(next(answer)["x"].value)


def test_prologue_holds_base_prefixes_and_the_body() -> None:
    prologue = split_prologue(TEXT)
    assert prologue.base == "http://e/"
    assert prologue.prefixes == {"a": "http://later/", "": "http://b/"}
    assert prologue.body == "SELECT ?x { ?x a:b :c }"
    assert TEXT[prologue.body_start :] == prologue.body


def test_a_text_without_prologue_is_all_body() -> None:
    prologue = split_prologue("ASK {}")
    assert (prologue.base, dict(prologue.prefixes), prologue.text) == (None, {}, "")


def test_a_version_declaration_belongs_to_the_prologue() -> None:
    assert split_prologue('VERSION "1.2" ASK {}').body == "ASK {}"


@given(
    st.lists(st.sampled_from(["PREFIX ", "BASE ", "a:", "<x>", "SELECT ", "#", "\n", "\\u0041"]))
)
def test_prologue_and_body_are_the_whole_text(parts: list[str]) -> None:
    text = "".join(parts)
    prologue = split_prologue(text)
    assert prologue.text + prologue.body == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT, Form.SELECT),
        ("select*{}", Form.SELECT),
        ("# ASK\nDESCRIBE <x>", Form.DESCRIBE),
        ("CONSTRUCT WHERE {}", Form.CONSTRUCT),
        ("ASKWHERE{}", Form.ASK),
        ("PREFIX ask: <x> INSERT DATA {}", Form.UPDATE),
        ("with <g> delete {} where {}", Form.UPDATE),
        ("CLEAR ALL", Form.UPDATE),
    ],
)
def test_form_is_the_first_word_after_the_prologue(text: str, expected: Form) -> None:
    assert form(text) is expected


def test_a_text_of_no_form_is_rejected_at_its_place() -> None:
    with pytest.raises(QueryRejected) as caught:
        form("PREFIX a: <b>\n  FETCH ?x")
    assert (caught.value.line, caught.value.column) == (2, 3)


@pytest.mark.parametrize("text", ["", " # nothing", "PREFIX a: <b>"])
def test_an_empty_text_is_rejected(text: str) -> None:
    with pytest.raises(QueryRejected, match="no query"):
        form(text)


def test_declared_prefixes_are_those_of_the_prologue() -> None:
    assert declared_prefixes("PREFIX x: <y> ASK { z:a x:b 'PREFIX n: <m>' }") == {"x": "y"}


def test_used_prefixes_leave_out_declarations_strings_and_comments() -> None:
    text = """PREFIX x: <y> INSERT DATA { x:a skos:b "no:c" } ; # not:this
    PREFIX late: <z> INSERT DATA { late:a :b "\\u0022 no:d" }"""
    assert used_prefixes(text) == {"skos", ""}


def test_a_prefix_given_to_the_engine_is_known_without_declaration() -> None:
    assert ask_engine("SELECT (gfmd:a AS ?x) {}", gfmd="http://given/") == "http://given/a"


def test_a_querys_own_declaration_overrides_a_prefix_given_to_the_engine() -> None:
    text = "PREFIX gfmd: <http://own/> SELECT (gfmd:a AS ?x) {}"
    assert ask_engine(text, gfmd="http://given/") == "http://own/a"


def test_of_two_declarations_the_engine_takes_the_later_as_we_do() -> None:
    text = "PREFIX a: <http://one/> PREFIX a: <http://two/> SELECT (a:b AS ?x) {}"
    assert ask_engine(text) == declared_prefixes(text)["a"] + "b"


def test_a_glued_declaration_is_read_as_the_engine_reads_it() -> None:
    text = "PREFIXx:<http://one/> SELECT (x:b AS ?x) {}"
    assert ask_engine(text) == declared_prefixes(text)["x"] + "b"
