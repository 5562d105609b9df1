"""Terms in the slots of our queries, and nothing anywhere else."""

import io

import pyoxigraph as ox
import pytest

from gfmdkg.rdf.media import AnswerFormats
from gfmdkg.rdf.query_text import QueryText
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.values import Term, typed
from gfmdkg.store.rdf_store import OxigraphStore

TEXT = """\
# VALUES ?comment { UNDEF } is no slot, and "# page" in a string is no mark.
SELECT ?name ?size ?mark WHERE {
  {
    SELECT ?name ?size WHERE {
      VALUES ?name { UNDEF }
      values ?size
        { undef }
      VALUES ?least { UNDEF } FILTER (?size >= ?least) # if given
    }
    ORDER BY ?name
    # page
  }
  BIND ("VALUES ?string { UNDEF } # page" AS ?mark)
}
ORDER BY ?name
"""
QUERY = QueryText.read(TEXT)
MARK = ox.Literal("VALUES ?string { UNDEF } # page")


def number(value: int) -> ox.Literal:
    return typed(str(value), "integer")


def ask(text: str) -> list[tuple[Term | None, ...]]:
    output = io.BytesIO()
    OxigraphStore.in_memory().query(text, formats=AnswerFormats(), output=output)
    return [tuple(row) for row in Solutions.from_json(output.getvalue()).rows]


def test_slots_are_what_stands_in_code_however_it_is_written() -> None:
    assert [slot.name for slot in QUERY.slots] == ["name", "size", "least"]
    assert QUERY.faults == ()
    assert len(QUERY.page_marks) == 1


@pytest.mark.parametrize(
    "text",
    [
        "VALUES ?size { UNDEF }",
        '" } # page',
        "UNDEF } } INSERT DATA { <x:s> <x:p> <x:o> }",
        "# if given\n\\",
    ],
)
def test_a_value_that_holds_a_slot_or_a_mark_is_a_value(text: str) -> None:
    filled = QUERY.fill(size=[number(1)], name=[ox.Literal(text)])
    assert ask(filled) == [(ox.Literal(text), number(1), MARK)]
    assert ask(QUERY.page(filled, limit=1)) == [(ox.Literal(text), number(1), MARK)]
    assert ask(QUERY.page(filled, limit=1, offset=1)) == []


def test_line_goes_unless_its_slot_is_filled() -> None:
    sizes = [number(size) for size in (1, 2, 3)]
    assert "?least" not in QUERY.fill(size=sizes)
    filled = QUERY.fill(size=sizes, least=[number(2)])
    assert "if given" not in filled
    assert [row[1] for row in ask(filled)] == sizes[1:]


def test_slot_that_is_filled_with_nothing_finds_nothing() -> None:
    assert ask(QUERY.fill(name=[])) == []
    assert ask(QUERY.fill()) == [(None, None, MARK)]


def test_what_cannot_be_filled_in_is_refused() -> None:
    with pytest.raises(ValueError, match="no slots: nonsense, other"):
        QUERY.fill(other=[], nonsense=[ox.NamedNode("http://a.example/")])


def test_undef_elsewhere_is_a_fault() -> None:
    text = "SELECT * WHERE { VALUES (?a ?b) { (1 UNDEF) } }"
    assert [text[offset:][:5] for offset, _ in QueryText.read(text).faults] == ["UNDEF"]
