"""An update is carried out as the engine would, and it is known what it can have changed."""

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfmdkg.errors import QueryRejected
from gfmdkg.rdf.canonical_nodes import canonical_quads
from gfmdkg.store.comparison import compare_around, compare_stores, hash_changed, hash_content
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import settle_union, with_union
from gfmdkg.store.updating import add_using, carry_out, split_update

START = """
<x:a> <x:p> <x:b> <x:g> .
<x:a> <x:p> "1"@en <x:g> .
<x:b> <x:p> <x:c> <x:g> .
<x:b> <x:p> <x:c> <x:h> .
_:n <x:p> <x:a> <x:h> .
<x:c> <x:q> _:n <x:h> .
<x:c> <x:q> "two\\n\\"lines\\"" <x:h> .
"""
UPDATES = (
    "INSERT DATA { <x:n> <x:p> 1.0 , 'a' ; <x:q> [ <x:p> ( 1 2 ) ] }",
    "PREFIX x: <x:> INSERT DATA { GRAPH x:new { x:n x:p x:b } }; DELETE DATA { x:a x:p x:b }",
    "PREFIX p: <x:> DELETE DATA { GRAPH p:g { p:a p:p p:b } } ; INSERT DATA { p:a p:p p:b }",
    "DELETE WHERE { <x:a> ?p ?o }",
    "DELETE WHERE { GRAPH ?g { ?s <x:p> <x:c> } }",
    "DELETE { ?s <x:p> ?o } INSERT { ?o <x:r> ?s } WHERE { ?s <x:p> ?o }",
    (
        "DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH <x:k> { ?s ?p ?o } }"
        " WHERE { GRAPH ?g { ?s ?p ?o FILTER (isBlank(?o) || isBlank(?s)) } }"
    ),
    "WITH <x:h> DELETE { ?s ?p ?o } INSERT { ?s <x:r> [ <x:p> ?o ] } WHERE { ?s ?p ?o }",
    (
        "INSERT { GRAPH <x:k> { ?s <x:n> ?n } } USING <x:g> USING NAMED <x:h>"
        " WHERE { SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o . GRAPH <x:h> { ?x ?y ?o } } GROUP BY ?s }"
    ),
    "INSERT { <x:here> <x:was> true } WHERE { <x:a> <x:p> <x:b> }",
    "INSERT { <x:here> <x:was> true } WHERE { <x:a> <x:p> <x:nothing> }",
    "INSERT { ?o <x:r> ?nothing . ?s <x:r> ?o } WHERE { ?s <x:q> ?o }",
    "BASE <http://b/> INSERT DATA { <i> <x:p> <j> }; INSERT DATA { <i> a <j> }",
    "INSERT { ?s ?o ?s } WHERE { ?s <x:p> ?o }",
    "INSERT { ?s <x:v> ?v } WHERE { ?s <x:p> ?o BIND (IF(isIRI(?o), 1/0, 0.50) AS ?v) }",
)
UNCLEAR = (
    "CLEAR GRAPH <x:g>",
    "COPY <x:g> TO <x:k>",
    "WITH <x:h> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o . GRAPH <x:g> { ?o ?x ?y } }",
    "DELETEWHERE { <x:a> ?p ?o }",
    "INSERT DATA { <x:a> <x:p> <x:z> } ; DROP GRAPH <x:h>",
)


def filled(*, has_union: bool) -> OxigraphStore:
    store = OxigraphStore.in_memory()
    store.load(START.encode(), media_type="application/n-quads")
    if has_union:
        store.extend(with_union(store.quads()))
    return store


def copy(store: OxigraphStore) -> OxigraphStore:
    made = OxigraphStore.in_memory()
    made.extend(store.quads())
    return made


def settle(store: OxigraphStore, before: OxigraphStore, touched: set[str] | None = None) -> None:
    whole = compare_stores(before, store, has_union=False)
    settle_union(store, before, (*whole.added, *whole.removed) if touched is None else touched)


def content(store: OxigraphStore) -> set[str]:
    return {str(quad) for quad in canonical_quads(store.quads())}


@pytest.mark.parametrize("has_union", [True, False], ids=["union", "strict"])
@pytest.mark.parametrize("text", UPDATES + UNCLEAR)
def test_an_update_has_the_effect_that_the_engine_gives_it(text: str, has_union: bool) -> None:
    before = filled(has_union=has_union)
    ours, engines = copy(before), copy(before)
    touched = carry_out(ours, text)
    engines.update(text)
    assert (touched is None) == (text in UNCLEAR)
    if has_union:
        settle(ours, before, touched)
        settle(engines, before)
    assert content(ours) == content(engines)
    if touched is not None:
        found = compare_around(before, ours, touched, has_union=has_union)
        assert found == compare_stores(before, ours, has_union=has_union)


templates = st.sampled_from(
    [
        "?s ?p ?o",
        "?o <x:p> ?s",
        "GRAPH <x:g> { ?s ?p ?o }",
        "GRAPH ?g { ?s <x:q> ?o }",
        "<x:a> ?p 1",
    ]
)
patterns = st.sampled_from(
    [
        "?s ?p ?o",
        "GRAPH ?g { ?s ?p ?o }",
        "?s <x:p> ?o OPTIONAL { ?o ?p ?x }",
        "?s ?p ?o . GRAPH <x:h> { ?o ?x ?y }",
        "VALUES ?s { <x:a> <x:z> } ?s ?p ?o MINUS { ?s <x:q> ?o }",
    ]
)
operations = st.builds(
    lambda delete, insert, where: (
        f"DELETE {{ {delete} }} INSERT {{ {insert} }} WHERE {{ {where} }}"
    ),
    templates,
    templates,
    patterns,
)


@settings(max_examples=80, deadline=None)
@given(texts=st.lists(operations, min_size=1, max_size=3), has_union=st.booleans())
def test_any_sequence_of_operations_has_the_effect_that_the_engine_gives_it(
    texts: list[str], has_union: bool
) -> None:
    before = filled(has_union=has_union)
    ours, engines = copy(before), copy(before)
    touched = carry_out(ours, " ;\n".join(texts))
    engines.update(" ;\n".join(texts))
    assert touched is not None
    if has_union:
        settle(ours, before, touched)
        settle(engines, before)
    # No blank node is new, so labels are the same.
    assert set(map(str, ours.quads())) == set(map(str, engines.quads()))
    patch = compare_around(before, ours, touched, has_union=has_union)
    assert patch == compare_stores(before, ours, has_union=has_union)
    # The content hash follows from the patch alone.
    old, new = (hash_content(store, has_union=has_union) for store in (before, ours))
    assert hash_changed(old, patch) == new
    assert hash_changed(new, patch.inverse) == old


def test_an_update_with_very_many_solutions_is_left_to_the_engine() -> None:
    store, engines = OxigraphStore.in_memory(), OxigraphStore.in_memory()
    for each in (store, engines):
        each.extend(
            ox.Quad(ox.NamedNode(f"x:{n}"), ox.NamedNode("x:p"), ox.Literal(n), ox.DefaultGraph())
            for n in range(20_001)
        )
    text = "DELETE { ?s ?p ?o } INSERT { ?s <x:q> ?o } WHERE { ?s ?p ?o }"
    assert carry_out(store, text) is None
    engines.update(text)
    assert set(store.quads()) == set(engines.quads())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("INSERT DATA { <x:a> <x:p> <x:b> } ;\nDELETE DATA { ?s <x:p> <x:b> }", 2),
        (
            "INSERT { _:a <x:p> ?o } WHERE { ?s ?p ?o } ;\nDELETE { _:a ?p ?o } WHERE { ?s ?p ?o }",
            2,
        ),
        ("INSERT DATA { <x:a> <x:p> }", 1),
        ("INSERT DATA { no:prefix <x:p> 1 }", 1),
    ],
)
def test_what_is_no_update_is_refused_with_its_place_in_the_whole_text(
    text: str, line: int
) -> None:
    store = filled(has_union=False)
    with pytest.raises(QueryRejected) as caught:
        carry_out(store, text)
    assert caught.value.line == line
    assert set(store.quads()) == set(filled(has_union=False).quads()) or content(store) == content(
        filled(has_union=False)
    )


def test_operations_are_told_apart_with_the_declarations_before_them() -> None:
    text = (
        "PREFIX a: <x:> # one\nINSERT DATA { a:b a a:c } ; PREFIX b: <y:> DELETE WHERE { ?s a b:c }"
    )
    operations = split_update(text)
    assert operations is not None
    first, second = operations
    assert (first.insert, first.delete, first.where) == ("{ a:b a a:c }", "", "")
    assert second.delete == second.where == "{ ?s a b:c }"
    assert second.prologue.split("\n") == ["PREFIX a: <x:>", "PREFIX b: <y:>"]


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <x:y>",
        "INSERT DATA { <x:a> <x:p> 1",
        "INSERTDATA {}",
        "DELETE { ?s ?p ?o }",
        "PREFIX x:",
        *UNCLEAR,
    ],
)
def test_operations_that_are_not_certain_are_not_told_apart(text: str) -> None:
    assert split_update(text) is None


def test_using_clauses_stand_in_every_operation_with_a_where() -> None:
    text = (
        "PREFIX a: <x:> # WHERE\nCLEAR GRAPH a:g; INSERT DATA {a:b a a:c};\n"
        "DELETE WHERE {?s a ?t}; DELETE {?s a ?t} WHERE {?s a ?t} ;"
    )
    assert add_using(text, graphs=["x:g"], named_graphs=["x:h"]) == (
        "PREFIX a: <x:> # WHERE\nCLEAR GRAPH a:g; INSERT DATA {a:b a a:c};\n"
        "DELETE {?s a ?t} USING <x:g> USING NAMED <x:h> WHERE {?s a ?t};"
        " DELETE {?s a ?t} USING <x:g> USING NAMED <x:h> WHERE {?s a ?t} ;"
    )
    assert add_using(text, graphs=[], named_graphs=[]) == text


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("DELETE {} USING NAMED <x:g> WHERE {}", 11),
        ("CLEAR ALL INSERT {} WHERE {}", 18),
        ("DELETEWHERE {}", 1),
        ("INSERT {} WHERE {", 17),
    ],
)
def test_using_clauses_go_nowhere_where_operations_are_not_certain(text: str, column: int) -> None:
    with pytest.raises(QueryRejected) as caught:
        add_using(text, graphs=["x:g"], named_graphs=[])
    assert (caught.value.line, caught.value.column) == (1, column)
