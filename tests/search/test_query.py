"""The search language: what people type is read, and never fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfmdkg.search.query import parse_query


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("detention children", "detention AND children"),
        ("detention AND children", "detention AND children"),
        ("x AND q OR z", "(x AND q) OR z"),
        ("detention | custody", "detention OR custody"),
        ("detention -children", "detention AND NOT children"),
        ("detention NOT NOT children", "detention AND children"),
        ("detention - children", "detention AND children"),
        ('"leave no one behind"', '"leave no one behind"'),
        ("“leave no one behind”", '"leave no one behind"'),
        ('rights "of the child', 'rights AND "of the child"'),
        ("recruit*", "recruit*"),
        ('"fair recruit"*', '"fair recruit"*'),
        ("ILO-C097", '"ILO C097"'),
        ("rights of the child", "rights AND child"),
        ("the and of", "the AND and AND of"),
        ("and or not", "not"),
        ("((detention)", "detention"),
        ("detention))) children", "detention AND children"),
        ("(x OR q) z", "(x OR q) AND z"),
        ("OR AND detention OR", "detention"),
        ("NOT", ""),
        ('* " ( ) ^ : -', ""),
        ("NEAR(x z)", "NEAR AND x AND z"),
        ("label:cmw", '"label cmw"'),
        ("x'; DROP TABLE text; --", "x AND DROP AND TABLE AND text"),
    ],
)
def test_a_text_is_understood_as(text: str, understood: str) -> None:
    assert str(parse_query(text)) == understood


def test_what_is_left_out_is_named() -> None:
    assert parse_query("detention OR NOT children").ignored == ("NOT children (beside OR)",)
    many = parse_query(" ".join(f"word{n}" for n in range(40)))
    assert many.ignored[0] == "word32"
    assert parse_query("x" * 2_000).ignored == ("all after the first 1000 characters",)


def test_deep_nesting_is_read_without_recursing_as_deep() -> None:
    assert str(parse_query("(" * 500 + "detention")) == "detention"


@given(st.text())
def test_every_text_can_be_understood(text: str) -> None:
    again = parse_query(str(parse_query(text)))
    assert again.root is None or str(again)


@given(
    st.lists(
        st.sampled_from(["(", ")", '"', "OR", "AND", "NOT", "-", "|", "*", "a", "bc", "d*", "é"])
    )
)
def test_every_mix_of_operators_can_be_understood(pieces: list[str]) -> None:
    understood = str(parse_query(" ".join(pieces)))
    assert understood == "" or any(c.isalpha() for c in understood)
