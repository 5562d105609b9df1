"""Patterns, rows, links and selections, each by itself."""

from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.lists.conftest import Library

from gfmdkg.errors import DataError, NotFound, ParameterError, UnknownParameter
from gfmdkg.lists.bitmaps import LinkTable
from gfmdkg.lists.definitions import GROUPS, LISTS, read_list, read_patterns
from gfmdkg.lists.index import Sorting, count_facets
from gfmdkg.lists.reading import read_term, select_from
from gfmdkg.lists.selection import Choice, Selection, parse_selection, selection_query
from gfmdkg.namespaces import SCHEME_BASE, XSD
from gfmdkg.rdf.values import Term, typed

FILES = Path(str(files("gfmdkg.lists"))) / "rq"
EXPLICIT, INFERRED = (
    ox.NamedNode(SCHEME_BASE + f"assertion/{name}") for name in ("explicit", "inferred")
)


def number(text: str) -> ox.Literal:
    return typed(text, "decimal")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (path.name, name)
        for path in sorted(FILES.glob("*.rq"))
        for name in read_patterns(path.read_text(encoding="utf-8"))
    ],
)
def test_every_pattern_runs_and_is_used(library: Library, file: str, name: str) -> None:
    pattern = read_patterns((FILES / file).read_text(encoding="utf-8"))[name]
    query = pattern.text.replace("UNDEF", "<https://example.org/nothing>")
    table = select_from(library.store)(query)
    assert table.startswith(b"?item")
    assert table.count(b"\n") > 1 or name.startswith("includes/")
    used = {
        each
        for faceted in LISTS.values()
        for each in (
            faceted.items.text,
            *(facet.pattern.text for facet in faceted.facets.values()),
            *(bound.pattern.text for bound in faceted.bounds.values()),
            *(shown.pattern.text for shown in faceted.fields.values() if shown.pattern),
            *(order.pattern.text for order in faceted.orders.values()),
            *(include.source.text for include in faceted.includes.values()),
        )
    }
    assert pattern.text in used


def test_every_order_ends_with_the_item_and_turns_round_its_key() -> None:
    for faceted in LISTS.values():
        for order in faceted.orders.values():
            assert order.pattern.sort_keys[0] == "?key"
            assert order.pattern.sort_keys[-1] == "?item"


def test_lists_stand_in_one_group_each() -> None:
    assert sorted(f.name for group in GROUPS for f in group) == sorted(LISTS)


@pytest.mark.parametrize(
    ("token", "term"),
    [
        ("<http://a.example/>", ox.NamedNode("http://a.example/")),
        ("_:b0", ox.BlankNode("b0")),
        ('"a\\tb\\"c\\\\n\\n"', ox.Literal('a\tb"c\\n\n')),
        ('"été"@fr', ox.Literal("été", language="fr")),
        ('"2017-04"^^<' + XSD + "gYearMonth>", typed("2017-04", "gYearMonth")),
        ("12", typed("12", "integer")),
        ("0.95", number("0.95")),
        ("1e3", typed("1e3", "double")),
        ("true", typed("true", "boolean")),
    ],
)
def test_tokens_are_read_as_terms(token: str, term: Term) -> None:
    read = cache(read_term)
    assert read(token.encode()) == term
    assert read(token.encode()) is read(token.encode())


def test_what_is_no_token_is_told() -> None:
    with pytest.raises(DataError, match="no term"):
        cache(read_term)(b"?nonsense")


def test_links_count_by_assertion_and_confidence() -> None:
    value = ox.NamedNode("https://example.org/v")
    table = LinkTable(
        [
            (0, value, EXPLICIT, number("1")),
            (1, value, EXPLICIT, None),
            (2, value, INFERRED, number("0.7")),
            (3, value, None, number("0.9")),
            (4, value, EXPLICIT, number("0.7000000000000000001")),
            (5, value, EXPLICIT, ox.Literal("sure")),
        ],
        6,
    )
    assert table.bitmaps(None) == {value: 0b111111}
    assert table.bitmaps([EXPLICIT]) == {value: 0b110011}
    assert table.bitmaps(None, excluded=[INFERRED]) == {value: 0b110011}
    assert table.bitmaps(None, confidence=Decimal("0.7")) == {value: 0b001101}
    assert table.bitmaps([INFERRED], confidence=Decimal("0.71")) == {}
    # Read again, and after many others.
    for least in range(40):
        table.bitmaps(None, confidence=Decimal(least) / 40)
    assert table.bitmaps([EXPLICIT]) == {value: 0b110011}


def test_section_that_is_laid_out_otherwise_is_refused() -> None:
    with pytest.raises(ValueError, match="items is not laid out"):
        read_patterns("## items\nASK { ?s ?p ?o }\n")


def test_all_faults_of_a_list_are_told_with_their_lines() -> None:
    text = (FILES / "topics.rq").read_text(encoding="utf-8")
    faulty = text.replace("label: Scheme", "lable: Scheme").replace("many: true", "many: yes", 1)
    with pytest.raises(DataError) as caught:
        read_list("topics", faulty)
    assert {(fault.file, fault.line is not None) for fault in caught.value.faults} == {
        ("topics.rq", True)
    }
    messages = " ".join(fault.message for fault in caught.value.faults)
    assert "unknown field “lable”" in messages
    assert "many must be true or false" in messages


def test_values_that_mean_nothing_are_told(library: Library) -> None:
    faceted = LISTS["recommendations"]

    def parse(**values: list[str]) -> Selection:
        return parse_selection(faceted, values, library.terms)

    with pytest.raises(UnknownParameter):
        parse(nonsense=["x"])
    with pytest.raises(NotFound):
        parse(instruments=["Nonsense Pact"])
    with pytest.raises(ParameterError, match="allowed"):
        parse(topics=["nonsense"])
    with pytest.raises(ParameterError, match="between 0 and 1"):
        parse(confidence=["7"])
    with pytest.raises(ParameterError, match="more than once"):
        parse(confidence=["0.5", "0.6"])
    with pytest.raises(ParameterError, match="at most 200"):
        parse(year=["2017"] * 201)
    assert parse(topics=["- detention"]).of("topics").excluded


def test_iris_come_in_the_order_of_the_list(library: Library) -> None:
    index = library.lists["passages"]
    faceted = index.faceted
    selection = parse_selection(faceted, {"topics": ["detention"]}, library.terms)
    iris = index.iris(selection)
    positions = [index.positions[iri] for iri in iris]
    assert positions == sorted(positions) != []
    by_title = Sorting(order=faceted.orders["title"], descending=True)
    assert sorted(index.iris(selection, by_title)) == sorted(iris)
    found = Selection(found=(iris[2], "https://example.org/nothing", iris[0]))
    assert index.iris(found, Sorting(order=None)) == (iris[2], iris[0])
    query = selection_query(faceted, found, None)
    assert [row[0] for row in library.ask(query)] == [ox.NamedNode(iris[2]), ox.NamedNode(iris[0])]


def test_time_that_is_over_cuts_what_is_not_begun(library: Library) -> None:
    index = library.lists["topics"]
    names = [*index.faceted.facets]
    cut = count_facets(
        index, Selection(), library.terms, names=names, limit=5, time_limit_seconds=0
    )
    assert [name for name, facet in cut.items() if facet.cut] == names


def test_excluding_all_values_leaves_items_that_have_none(library: Library) -> None:
    index = library.lists["recommendations"]
    facet = index.faceted.facets["population_groups"]
    every = tuple(index.bitmaps(facet, Selection()))
    left = index.iris(Selection(choices={"population_groups": Choice(excluded=every)}))
    populations = index.faceted.fields["population_groups"]
    assert left
    assert all(not index.values(index.positions[iri], populations) for iri in left)
