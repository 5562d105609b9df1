"""What a query's answer about one node depends on."""

import pytest

from gfmdkg.namespaces import RDF
from gfmdkg.store.walking import Step
from gfmdkg.validation.incremental.query_paths import query_paths, subquery_paths
from gfmdkg.validation.incremental.reach import PropertyOccurrence, Unbounded

BASE = "https://example.org/"
P, Q, R = (Step(predicate=BASE + name) for name in "pqr")


def read(body: str, root: str = "focus") -> set[PropertyOccurrence]:
    text = f"SELECT ?focus WHERE {{ {body} }}"
    return set(query_paths(text, root, prefixes={"": BASE}).occurrences)


def back(step: Step) -> Step:
    return Step(predicate=step.predicate, is_inverse=True)


def test_each_pattern_is_reached_along_a_path() -> None:
    assert read("?focus :p ?x . ?y :q ?x") == {
        PropertyOccurrence(prefix=(), step=P),
        PropertyOccurrence(prefix=(P,), step=back(Q)),
    }


def test_order_of_the_text_decides_how_a_variable_is_reached() -> None:
    found = read("?focus :p ?x ; :q ?y . ?z :q ?y ; :p ?x")
    assert PropertyOccurrence(prefix=(Q,), step=back(Q)) in found
    assert PropertyOccurrence(prefix=(P,), step=back(P)) not in found


def test_instances_of_a_class_do_not_lead_to_each_other() -> None:
    found = read("?focus a ?c ; :p ?x . ?y a ?c ; :p ?x")
    assert PropertyOccurrence(prefix=(P,), step=back(P)) in found
    assert all(o.step != back(Step(predicate=RDF + "type")) for o in found)


def test_listed_values_narrow_what_counts() -> None:
    found = read("VALUES ?c { :A :B } ?focus a ?c")
    (occurrence,) = found
    assert occurrence.objects == frozenset({BASE + "A", BASE + "B"})


def test_variable_of_all_alternatives_is_known_by_each_of_its_paths() -> None:
    found = read("{ ?focus :p ?x } UNION { ?focus :q ?x } ?x :r ?y")
    assert {o.prefix for o in found if o.step == R} == {(P,), (Q,)}


def test_predicate_as_a_variable_is_a_step_of_its_own() -> None:
    found = read("?focus ?property ?value . ?property :p ?x")
    to_predicate = Step(predicate=None, to_predicate=True)
    assert PropertyOccurrence(prefix=(to_predicate,), step=P) in found


def test_question_about_the_whole_graph_is_a_witness() -> None:
    text = "SELECT ?focus { ?focus :p ?x FILTER EXISTS { ?any :q ?thing } }"
    assert query_paths(text, "focus", prefixes={"": BASE}).witnesses == {BASE + "q"}


@pytest.mark.parametrize(
    "body",
    [
        "?focus :p ?x . ?y :q ?z",
        "?focus :p ?x OPTIONAL { ?x :q ?y } ?y :r ?z",
        "OPTIONAL { ?x :q ?y } ?focus :p ?x",
        "{ ?focus :p ?x } UNION { ?focus :q ?y } ?x :r ?z",
        "?x :p ?y BIND (?x AS ?focus)",
        "?focus :p ?x . { SELECT ?x { ?x :q ?y } LIMIT 1 }",
        "?focus :p ?x . { SELECT (COUNT(?y) AS ?n) { ?x :q ?y } }",
        "?focus :p ?x . GRAPH ?g { ?x :q ?y }",
        "?focus :p ?x . ?x !:q ?y",
        "?focus :p ?x FILTER EXISTS { ?x :q ?y . ?a :r ?b }",
        "OPTIONAL { ?focus :p ?x }",
    ],
)
def test_query_that_does_not_hang_together_has_no_bounds(body: str) -> None:
    with pytest.raises(Unbounded):
        read(body)


def test_grouping_of_the_query_itself_has_no_bounds() -> None:
    with pytest.raises(Unbounded):
        query_paths(
            "SELECT ?focus (COUNT(?x) AS ?n) { ?focus :p ?x } GROUP BY ?focus",
            "focus",
            prefixes={"": BASE},
        )


def test_lone_subquery_is_read_from_its_first_subject() -> None:
    text = (
        "SELECT ?focus { { SELECT (MIN(?s) AS ?focus) { ?x :p ?s ; :q ?y } GROUP BY ?s }"
        " BIND (?focus AS ?other) }"
    )
    found = subquery_paths(f"PREFIX : <{BASE}> {text}").occurrences
    assert found == {PropertyOccurrence(prefix=(), step=P), PropertyOccurrence(prefix=(), step=Q)}
