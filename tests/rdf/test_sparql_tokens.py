"""The tokeniser: terminals, escapes, places, and that nothing makes it fail or slow."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfmdkg.rdf.sparql_tokens import (
    Token,
    TokenKind,
    decode_codepoints,
    locate,
    offset_before_decoding,
    tokenize,
)

K = TokenKind
W3C = Path(__file__).parents[3] / "shared" / "w3c" / "sparql"

FRAGMENTS = (
    "SELECT", "?x", "$y", "<http://e/>", "<", "<=", "'", '"', "'''", '"""', "\\", "\\u0041",
    "\\U0001F600", "\\uD800", "\\'", "#", "\n", "\r", " ", "a:b", ":", "a.b.", "%41", "\\-", "_:b",
    "@en-us", "1.5e3", "1.", "-", "( )", "[", "]", "{", "}", "^^", "é", "\u2028", "\x00", "&", "~",
)  # fmt: skip
texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(FRAGMENTS)).map("".join))


def read(text: str) -> list[tuple[TokenKind, str]]:
    return [(token.kind, token.text) for token in tokenize(text)]


def read_decoded(text: str) -> list[tuple[TokenKind, str]]:
    tokens = tokenize(decode_codepoints(text), codepoints=False)
    return [(token.kind, token.text) for token in tokens]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<http://example.org/it's?a=(b)#c>", K.IRI),
        ("<>", K.IRI),
        ("'a\\n\\'b'", K.STRING),
        ('"a#b<c>"', K.STRING),
        ("'''it's ''two''\nlines'''", K.STRING),
        ('""" "" \\" """', K.STRING),
        ("''", K.STRING),
        ("gfmd:cites", K.PREFIXED_NAME),
        ("gfmd:", K.PREFIXED_NAME),
        (":", K.PREFIXED_NAME),
        ("sdg:10.7", K.PREFIXED_NAME),
        ("a.b-c:d:e.f%41\\-\\'g", K.PREFIXED_NAME),
        ("é:ü", K.PREFIXED_NAME),
        ("_:a.b-c", K.BLANK_NODE),
        ("?ünd_1", K.VARIABLE),
        ("$1", K.VARIABLE),
        ("@en-us", K.LANGUAGE),
        ("@ar--rtl", K.LANGUAGE),
        ("12", K.NUMBER),
        (".5", K.NUMBER),
        ("1.e-3", K.NUMBER),
        ("1.5E+3", K.NUMBER),
        ("# a < 'b", K.COMMENT),
        ("( \n )", K.NIL),
        ("[\t]", K.ANON),
        ("^^", K.OPERATOR),
        ("||", K.OPERATOR),
        ("STRUUID", K.WORD),
        ("a", K.WORD),
        ("é", K.ERROR),
        ("'never closed", K.ERROR),
        ("'''never\nclosed'", K.ERROR),
        ("'''a bad \\q escape'''", K.ERROR),
    ],
)
def test_one_terminal_is_one_token(text: str, kind: TokenKind) -> None:
    assert list(tokenize(text)) == [Token(kind, text, 0, len(text))]


def test_less_than_is_no_iri_when_a_space_follows() -> None:
    assert read("?a < ?b && ?c > 1") == [
        (K.VARIABLE, "?a"),
        (K.OPERATOR, "<"),
        (K.VARIABLE, "?b"),
        (K.OPERATOR, "&&"),
        (K.VARIABLE, "?c"),
        (K.OPERATOR, ">"),
        (K.NUMBER, "1"),
    ]


def test_the_longest_token_wins_over_less_than() -> None:
    assert read("?a<?b>") == [(K.VARIABLE, "?a"), (K.IRI, "<?b>")]


def test_a_full_stop_ends_a_triple_not_a_name() -> None:
    assert [text for _, text in read("a:b. _:c. ?d. 1. e:f..g.")] == [
        "a:b", ".", "_:c", ".", "?d", ".", "1", ".", "e:f..g", ".",
    ]  # fmt: skip


def test_words_with_dots_and_hyphens_are_no_names_without_a_colon() -> None:
    assert [text for _, text in read("a.b-c d.:e")] == ["a", ".", "b", "-", "c", "d", ".", ":e"]


def test_places_are_those_before_codepoint_escapes_were_decoded() -> None:
    text = "\\u0041SK \\\\u0041 \\u007B} 'é'"
    decoded = decode_codepoints(text)
    assert decoded == "ASK \\\\u0041 {} 'é'"
    for sign in "SK{}é":
        place = offset_before_decoding(text, decoded.index(sign))
        assert text[place:].startswith("\\u007B" if sign == "{" else sign)


def test_a_decoded_quotation_mark_ends_a_string_only_where_escapes_are_decoded() -> None:
    text = "'a\\u0027 b'"
    assert read_decoded(text)[0] == (K.STRING, "'a'")
    assert read(text) == [(K.STRING, text)]


def test_an_escaped_backslash_is_not_the_start_of_a_codepoint_escape() -> None:
    assert read_decoded("'\\\\u0041'") == [(K.STRING, "'\\\\u0041'")]


@pytest.mark.parametrize("escape", ["\\uD800", "\\U00110000", "\\u00", "\\U0000DFFF"])
def test_an_escape_that_is_no_character_breaks_its_string(escape: str) -> None:
    assert [kind for kind, _ in read(f"'{escape}'")] == [K.ERROR]
    assert [kind for kind, _ in read_decoded(f"'{escape}'")] == [K.ERROR]


@given(texts)
def test_tokens_and_white_space_are_the_whole_text(text: str) -> None:
    position = 0
    for token in tokenize(text):
        assert not text[position : token.start].strip(" \t\r\n")
        assert text[token.start : token.end] == token.text != ""
        position = token.end
    assert not text[position:].strip(" \t\r\n")


@pytest.mark.parametrize(
    "unit", ["a.", "a-", "é.", "<a", "'''a\\", "'''\\q", "((  ", "\\u0041", "1.", "a:.", "&a."]
)
def test_time_is_linear_in_the_length_of_garbage(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        taken = []
        for _ in range(3):  # the least, for a collection of garbage may come between
            start = time.process_time()
            for _ in tokenize(text):
                pass
            taken.append(time.process_time() - start)
        return min(taken)

    # Quadratic time would be 64 times as much; the constant is for what the clock misses.
    assert seconds(160_000) < 24 * seconds(20_000) + 0.1


def test_line_ends_of_all_systems_count_once() -> None:
    text = "a\nb\r\nc\rd é x"
    assert locate(text, 0) == (1, 1)
    assert locate(text, text.index("c")) == (3, 1)
    assert locate(text, text.index("x")) == (4, 5)
    assert locate(text, len(text)) == (4, 6)


def _positive_syntax_tests() -> list[Path]:
    files = sorted([*W3C.rglob("syntax*/**/*.rq"), *W3C.rglob("syntax*/**/*.ru")])
    # The suites name a file that must not parse with "bad".
    return [file for file in files if "bad" not in file.name.lower()]


@pytest.mark.skipif(not W3C.is_dir(), reason="the W3C suites are not beside this repository")
def test_no_valid_w3c_query_has_an_error_token() -> None:
    files = _positive_syntax_tests()
    assert len(files) > 150
    broken = {
        file.name: token
        for file in files
        for token in tokenize(file.read_text(encoding="utf-8"))
        if token.kind is K.ERROR
    }
    assert broken == {}
