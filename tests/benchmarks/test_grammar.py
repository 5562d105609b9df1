"""The point queries of the benchmark: every form, never twice, and all of them SPARQL."""

import re
from collections import Counter
from collections.abc import Callable
from itertools import islice
from random import Random

import pyoxigraph as ox
import pytest
from benchmarks.generator import Generated
from benchmarks.grammar import FORMS, PointGrammar
from benchmarks.load_client import Request
from benchmarks.phrasing import phrase
from benchmarks.workloads import aggregates, joins


@pytest.fixture(scope="module")
def requests(generated: Generated) -> list[Request]:
    return PointGrammar(generated, seed="test").take(4000)


def has_solutions(graph: ox.Store, request: Request) -> bool:
    found = graph.query(request.text, use_default_graph_as_union=True)
    return bool(found) if isinstance(found, ox.QueryBoolean) else any(True for _ in found)


def test_the_same_seed_gives_the_same_requests_and_another_seed_others(
    generated: Generated, requests: list[Request]
) -> None:
    again = PointGrammar(generated, seed="test").take(100)
    other = PointGrammar(generated, seed="other").take(100)
    assert again == requests[:100]
    assert not {request.text for request in other} & {request.text for request in again}


def test_no_text_comes_twice(requests: list[Request]) -> None:
    assert len({request.text for request in requests}) == len(requests)


def test_no_text_comes_twice_of_a_form_with_few_subjects(generated: Generated) -> None:
    grammar = PointGrammar(generated, seed="one form")
    texts = [grammar.of_form("DESCRIBE").text for _ in range(3000)]
    assert len(set(texts)) == len(texts)


def test_every_form_method_and_format_comes_often(requests: list[Request]) -> None:
    forms = Counter(request.form for request in requests)
    assert set(forms) == set(FORMS)
    assert min(forms.values()) > len(requests) / 20
    assert set(Counter(request.method for request in requests)) == {"GET", "form", "direct"}
    for media_type in ("json", "xml", "csv", "tab-separated", "n-triples", "turtle"):
        assert sum(media_type in request.accept for request in requests) > 100


def test_names_prefixes_and_white_space_differ(requests: list[Request]) -> None:
    texts = [request.text for request in requests]
    names = {name for text in texts for name in re.findall(r"[?$](\w+)", text)}
    assert len(names) > len(texts)
    for sign in ("PREFIX gfmd:", "BASE <", "$", "# ", "\t", "\r\n", "{<", "select", "Select"):
        assert sum(sign in text for text in texts) > 20
    assert sum("PREFIX" not in text for text in texts) > 500


def test_all_parse_and_most_have_solutions(graph: ox.Store, requests: list[Request]) -> None:
    answered: Counter[str] = Counter()
    sent: Counter[str] = Counter()
    for request in requests[:1500]:
        sent[request.form] += 1
        answered[request.form] += has_solutions(graph, request)
    for form in FORMS:
        assert answered[form] > 0.4 * sent[form]


def test_another_spelling_asks_the_same(graph: ox.Store, generated: Generated) -> None:
    session = generated.sessions[0]
    template = (
        f"SELECT ?r ?l (COUNT(?c) AS ?n) WHERE {{ ?r a gfmd:Recommendation ; gfmd:cites ?c ;"
        f" gfmd:inReport/gfmd:outcomeOf <{session}> ; skos:prefLabel ?l"
        ' FILTER (LANG(?l) = "en" && ?r != <http://example.org/none>) }'
        " GROUP BY ?r ?l HAVING (COUNT(?c) < 9) ORDER BY DESC(?n) ?r LIMIT 7"
    )
    random = Random(3)
    texts = {phrase(template, random) for _ in range(100)}
    assert len(texts) == 100

    def rows(text: str) -> list[tuple[str, ...]]:
        found = graph.query(text, use_default_graph_as_union=True)
        assert isinstance(found, ox.QuerySolutions)
        return [tuple(str(value) for value in row) for row in found]

    expected = rows(phrase(template, Random(1)))
    assert len(expected) == 7
    assert all(rows(text) == expected for text in texts)


@pytest.mark.parametrize("make", [joins, aggregates])
def test_joins_and_aggregates_never_repeat_and_mostly_have_solutions(
    make: Callable[..., list[Request]], graph: ox.Store, generated: Generated
) -> None:
    made = make(generated, seed="test", count=300)
    assert len({request.text for request in made}) == 300
    assert made == make(generated, seed="test", count=300)
    some = list(islice(made, 90))
    assert sum(has_solutions(graph, request) for request in some) > 45
