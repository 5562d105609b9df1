"""Marked patterns of a canned query are read whole where no parameter narrows the answer."""

import io
from pathlib import Path

import pytest

from gfmdkg.errors import CatalogError
from gfmdkg.queries import CannedQuery, Catalog
from gfmdkg.rdf.media import AnswerFormats
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.terms.index import TermIndex

TEXT = """\
#+ summary: Things with a name
#+ description: A query for the tests
#+ parameters:
#+   name: {type: string, description: A name, many: true, example: x}
#+   colour: {type: string, description: A colour, example: y}
#+ columns:
#+   name: {type: string, description: The name}
#+   colour: {type: string, description: The colour}
#+   size: {type: string, description: The size}
#+ tags: [tests]
PREFIX ex: <http://example.org/>

SELECT ?name ?colour ?size WHERE {
  VALUES ?name { UNDEF }
  VALUES ?colour { UNDEF }
  # scan unless name
  ?thing ex:name ?name .
  ?thing ex:colour ?colour .
  OPTIONAL { ?thing ex:size ?size FILTER (LANG(?size) = "en") }
  FILTER NOT EXISTS { ?thing ex:gone ?day }
  # end of scan
}
ORDER BY ?name ?colour ?size
"""
DATA = b"""\
<http://example.org/1> <http://example.org/name> "a" ; <http://example.org/colour> "red" ;
  <http://example.org/size> "large"@en , "grand"@fr .
<http://example.org/2> <http://example.org/name> "b" ; <http://example.org/colour> "red" .
<http://example.org/3> <http://example.org/name> "c" ; <http://example.org/colour> "blue" ;
  <http://example.org/gone> "today" .
"""
NAMES = TermIndex.from_facts(())


def load(folder: Path, text: str) -> CannedQuery:
    (folder / "queries" / "topic").mkdir(parents=True)
    (folder / "queries" / "topic" / "one.rq").write_text(text, encoding="utf-8")
    return Catalog.load(folder / "queries")["one"]


def ask(text: str) -> list[tuple[str | None, ...]]:
    store, output = OxigraphStore.in_memory(), io.BytesIO()
    store.load(DATA, media_type="text/turtle", graph="")
    store.query(text, formats=AnswerFormats(), output=output)
    rows = Solutions.from_json(output.getvalue()).rows
    return [tuple(getattr(cell, "value", None) for cell in row) for row in rows]


@pytest.mark.parametrize(
    ("values", "is_scan"), [({}, True), ({"colour": "red"}, True), ({"name": ["a", "b"]}, False)]
)
def test_patterns_are_read_whole_unless_the_parameter_is_given(
    tmp_path: Path, values: dict[str, str], is_scan: bool
) -> None:
    text = load(tmp_path, TEXT).bind(values, NAMES)
    assert ("{ SELECT * { ?thing ex:name ?name } } ." in text) is is_scan
    optional = '?thing ex:size ?size FILTER (LANG(?size) = "en")'
    assert (f"OPTIONAL {{ {{ SELECT * {{ {optional} }} }} }}" in text) is is_scan
    assert ("MINUS { ?thing ex:gone ?day }" in text) is is_scan


@pytest.mark.parametrize("values", [{}, {"colour": "red"}, {"name": ["a", "b"]}])
def test_rows_pages_and_counts_are_those_of_the_text_as_written(
    tmp_path: Path, values: dict[str, str]
) -> None:
    query = load(tmp_path, TEXT)
    text = query.bind(values, NAMES)
    assert ask(text) == [("a", "red", "large"), ("b", "red", None)] == ask(query.text)
    assert ask(query.paged(text, limit=1, offset=1)) == [("b", "red", None)]
    assert ask(query.count(text)) == [("2",)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("?thing ex:name ?name .", "?thing ex:name ?name ;", "a line in a scan is"),
        ("?thing ex:name ?name .", "?thing ex:name/ex:of ?name , 1 .", "a line in a scan is"),
        ('LANG(?size) = "en"', 'LANG(?name) = "en"', "a line in a scan is"),
        ("  # end of scan\n", "", "the scan has no end"),
        ("# scan unless name", "# scan", "a scan begins with"),
        ("  # scan unless name\n", "", "a scan begins with"),
        ("# end of scan", "# scan unless colour\n  # end of scan", "inside of another"),
        ("unless name", "unless name, hue", "depends on “hue”, which is no parameter"),
        (
            "}\nORDER BY",
            "}\nORDER BY ?name\n# scan unless name\n?a ex:b ?c .\n# end of scan\n",
            "is paged",
        ),
    ],
)
def test_mark_that_cannot_be_followed_is_a_fault(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in TEXT
    with pytest.raises(CatalogError, match=message):
        load(tmp_path, TEXT.replace(old, new))
