"""What holds for each canned query, whatever it asks."""

import re
from dataclasses import replace

import pytest

from gfmdkg.errors import ParameterError
from gfmdkg.paths import shipped_content
from gfmdkg.queries import Catalog
from gfmdkg.terms.parameters import ParameterType

from .conftest import Graph

CATALOG = Catalog.load(shipped_content().queries)
NAMES = tuple(CATALOG.queries)
SESSION = "gfmd-dialogue-gcm-2017-04-06-c1"
WITH_SESSION = [query.name for query in CATALOG if "session" in query.parameters]


@pytest.mark.parametrize("name", NAMES)
def test_untouched_text_is_valid_and_has_the_declared_variables(
    fictional: Graph, name: str
) -> None:
    query = fictional.catalog[name]
    declared = {c.name for c in query.columns.values()} | {
        c.label for c in query.columns.values() if c.label
    }
    assert set(fictional.ask(query.text).variables) == declared


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", ["fictional", "shipped"])
def test_order_leaves_no_two_rows_in_doubt(
    request: pytest.FixtureRequest, which: str, name: str
) -> None:
    graph: Graph = request.getfixturevalue(which)
    query = graph.catalog[name]
    # Examples name things of the shipped graph; the untouched text asks for everything.
    solutions = graph.ask(query.text if which == "fictional" else graph.examples(query))
    ordering = re.findall(r"\?(\w+)", query.text[query.shape.body.stop :])
    at = [i for i, v in enumerate(solutions.variables) if v in ordering]
    keys = [tuple(row[i] for i in at) for row in solutions.rows]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", [query.name for query in CATALOG if query.source.scans])
@pytest.mark.parametrize("which", ["fictional", "shipped"])
def test_reading_patterns_whole_changes_no_row(
    request: pytest.FixtureRequest, which: str, name: str
) -> None:
    graph: Graph = request.getfixturevalue(which)
    query = graph.catalog[name]
    as_written = replace(query, source=replace(query.source, scans=()))
    read_whole, looked_up = graph.examples(query), graph.examples(as_written)
    assert read_whole != looked_up
    assert graph.ask(read_whole) == graph.ask(looked_up)
    assert graph.ask(query.count(read_whole)) == graph.ask(as_written.count(looked_up))


@pytest.mark.parametrize("name", NAMES)
def test_pages_join_to_the_whole_and_the_count_agrees(shipped: Graph, name: str) -> None:
    query = shipped.catalog[name]
    text = shipped.examples(query)
    whole = shipped.ask(text).rows
    half = len(whole) // 2
    pages = [
        *shipped.ask(query.paged(text, limit=half)).rows,
        *shipped.ask(query.paged(text, limit=len(whole) + 1, offset=half)).rows,
    ]
    assert pages == list(whole)
    ((total,),) = shipped.ask(query.count(text)).rows
    assert total is not None
    assert str(getattr(total, "value", "")) == str(len(whole))


@pytest.mark.parametrize(
    ("name", "session"),
    [(name, None) for name in NAMES] + [(name, SESSION) for name in WITH_SESSION],
)
def test_any_page_is_a_slice_of_the_full_answer(
    shipped: Graph, name: str, session: str | None
) -> None:
    query = shipped.catalog[name]
    values = shipped_values(shipped, name) | ({"session": session} if session else {})
    text = query.bind(values, shipped.index)
    whole = list(shipped.ask(text).rows)
    for limit, offset in ((1, 0), (3, 1), (5, max(len(whole) - 2, 0)), (4, len(whole))):
        page = list(shipped.ask(query.paged(text, limit=limit, offset=offset)).rows)
        assert page == whole[offset : offset + limit]


@pytest.mark.parametrize("name", NAMES)
def test_examples_and_defaults_are_accepted_by_the_shipped_graph(shipped: Graph, name: str) -> None:
    query = shipped.catalog[name]
    for parameter in query.parameters.values():
        for value in (parameter.example, *parameter.default):
            shipped.ask(
                query.bind(shipped_values(shipped, name) | {parameter.name: value}, shipped.index)
            )


def shipped_values(shipped: Graph, name: str) -> dict[str, str]:
    parameters = shipped.catalog[name].parameters.values()
    return {p.name: p.example for p in parameters if p.required}


@pytest.mark.parametrize("name", NAMES)
def test_every_resource_cell_but_links_and_mentions_has_a_label(shipped: Graph, name: str) -> None:
    query = shipped.catalog[name]
    labelled = {column.name for column in query.columns.values() if column.label}
    for row in query.rows(shipped.ask(shipped.examples(query)), shipped.index):
        for column, cell in row.items():
            if column in labelled and cell is not None:
                assert getattr(cell, "label", None), (column, cell)


@pytest.mark.parametrize("name", NAMES)
def test_no_value_is_accepted_for_a_scheme_that_does_not_have_it(shipped: Graph, name: str) -> None:
    query = shipped.catalog[name]
    for parameter in query.parameters.values():
        if parameter.type is ParameterType.RESOURCE and not parameter.classes:
            with pytest.raises(ParameterError) as caught:
                query.bind(
                    shipped_values(shipped, name) | {parameter.name: "no such thing"},
                    shipped.index,
                )
            assert parameter.example in caught.value.allowed
