"""The default graph is the union of the named ones, before and after every update."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gfmdkg.store.comparison import compare_stores
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import LOCAL_GRAPH, settle_union, with_union


def store_of(*quads: tuple[str, str]) -> OxigraphStore:
    store = OxigraphStore.in_memory()
    for triple, graph in quads:
        store.update(f"INSERT DATA {{ GRAPH <http://g/{graph}> {{ {spell(triple)} }} }}")
    store.extend(with_union(store.quads()))
    return store


def spell(triple: str) -> str:
    return f"<http://s/{triple}> <http://p> 1"


def triples(store: OxigraphStore, graph: str) -> set[str]:
    return {str(q.subject).rsplit("/", 1)[1].rstrip(">") for q in store.quads(graph)}


def after(before: OxigraphStore, update: str) -> OxigraphStore:
    store = OxigraphStore.in_memory()
    store.extend(before.quads())
    store.update(update)
    patch = compare_stores(before, store, has_union=False)
    settle_union(store, before, (*patch.added, *patch.removed))
    return store


def test_a_triple_in_two_graphs_is_seen_once() -> None:
    store = store_of(("a", "1"), ("a", "2"), ("b", "2"))
    assert sorted(str(q.subject) for q in store.quads("")) == ["<http://s/a>", "<http://s/b>"]


def test_a_triple_inserted_into_a_graph_is_seen_without_graph() -> None:
    store = after(store_of(("a", "1")), f"INSERT DATA {{ GRAPH <http://g/2> {{ {spell('b')} }} }}")
    assert triples(store, "") == {"a", "b"}


def test_a_triple_inserted_without_graph_moves_into_the_local_graph() -> None:
    store = after(store_of(("a", "1")), f"INSERT DATA {{ {spell('b')} }}")
    assert triples(store, LOCAL_GRAPH) == {"b"}
    assert triples(store, "") == {"a", "b"}


def test_a_triple_deleted_without_graph_leaves_every_graph() -> None:
    store = after(store_of(("a", "1"), ("a", "2"), ("b", "1")), f"DELETE DATA {{ {spell('a')} }}")
    assert triples(store, "http://g/1") == {"b"}
    assert triples(store, "http://g/2") == set()
    assert triples(store, "") == {"b"}


def test_a_triple_deleted_from_one_of_two_graphs_stays_in_the_union() -> None:
    store = after(
        store_of(("a", "1"), ("a", "2")),
        f"DELETE DATA {{ GRAPH <http://g/1> {{ {spell('a')} }} }}",
    )
    assert triples(store, "") == {"a"}


def test_a_triple_moved_from_the_union_into_a_graph_stays() -> None:
    store = after(
        store_of(("a", "1")),
        f"DELETE DATA {{ {spell('a')} }} ; INSERT DATA {{ GRAPH <http://g/2> {{ {spell('a')} }} }}",
    )
    assert triples(store, "http://g/1") == set()
    assert triples(store, "http://g/2") == {"a"}
    assert triples(store, "") == {"a"}


operations = st.lists(
    st.tuples(
        st.sampled_from(["INSERT DATA", "DELETE DATA"]),
        st.sampled_from("abc"),
        st.sampled_from(["", "1", "2", "3"]),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    start=st.sets(st.tuples(st.sampled_from("abc"), st.sampled_from("123"))),
    changes=operations,
)
def test_the_union_holds_after_any_update(
    start: set[tuple[str, str]], changes: list[tuple[str, str, str]]
) -> None:
    update = " ; ".join(
        f"{verb} {{ GRAPH <http://g/{graph}> {{ {spell(name)} }} }}"
        if graph
        else f"{verb} {{ {spell(name)} }}"
        for verb, name, graph in changes
    )
    store = after(store_of(*start), update)
    named = {name for graph in store.graph_names() for name in triples(store, graph)}
    assert triples(store, "") == named
