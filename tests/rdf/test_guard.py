"""What is refused before the engine sees it, and that nothing refused gets through disguised.

The disguises are run against the engine itself, which is offered a listener on the loopback
interface: without the guard those marked as reaching do connect, with it none does.
"""

import contextlib
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, QueryBoolean, Store
from tests.listener import Listener

from gfmdkg.errors import QueryRejected
from gfmdkg.rdf.guard import check_query, check_update

GROUP = "{?d ?e ?f}"


def query_facts(text: str, *, nesting_limit: int = 200) -> bool:
    return check_query(text, limit_bytes=100_000, nesting_limit=nesting_limit)


def update_facts(text: str) -> bool:
    return check_update(text, limit_bytes=100_000, nesting_limit=200)


def run(text: str, listener: Listener, *, is_update: bool) -> bool:
    """Whether the engine connects; syntax and evaluation errors of the engine do not matter."""
    before = listener.count_callers()
    store = Store()
    store.add(Quad(NamedNode("a:a"), NamedNode("a:b"), NamedNode("a:c")))
    with contextlib.suppress(SyntaxError, OSError, RuntimeError, ValueError):
        if is_update:
            store.update(text)
        else:
            answer = store.query(text)
            if not isinstance(answer, QueryBoolean):
                list(answer)
    return listener.count_callers() > before


# Each @ stands for the listener's IRI, and the prefix ":" for the same address.
REACHING_QUERIES = {
    "plain": f"SELECT * {{ SERVICE @ {GROUP} }}",
    "mixed case": f"SELECT * {{ sErViCe SILENT @ {GROUP} }}",
    "comment between": f"SELECT * {{ SERVICE#SILENT\n@ {GROUP} }}",
    "comment ended by a carriage return": f"SELECT * {{ #x\rSERVICE @ {GROUP} }}",
    "no space": f"SELECT*{{?a ?b ?c.SERVICE@{GROUP}}}",
    "prefixed name glued": f"SELECT*{{?a ?b ?c.SERVICE:x{GROUP}}}",
    "silent and prefixed name glued": f"SELECT*{{?a ?b ?c.SERVICESILENT:x{GROUP}}}",
    "silent glued": f"SELECT*{{SERVICESILENT@{GROUP}}}",
    "prefix glued": f"PREFIX s:@SELECT*{{SERVICEs:x{GROUP}}}",
    "a prefix called service": f"PREFIX service:@SELECT*{{SERVICE service:x{GROUP}}}",
    "in a subquery": f"SELECT*{{{{SELECT*{{SERVICE@{GROUP}}}}}}}",
    "in EXISTS": f"ASK{{?a ?b ?c FILTER EXISTS{{SERVICE@{GROUP}}}}}",
    "in LATERAL": f"SELECT*{{?a ?b ?c LATERAL{{SERVICE@{GROUP}}}}}",
    "in CONSTRUCT": f"CONSTRUCT{{?d ?e ?f}}{{SERVICE@{GROUP}}}",
    "in DESCRIBE": f"DESCRIBE ?d{{SERVICE@{GROUP}}}",
    "service in an IRI under the longest token": (
        f"SELECT*{{?a ?b ?c FILTER(1<2)SERVICE#>\n:x{GROUP}}}"
    ),
    "string opened inside an IRI": (f"SELECT*{{?a ?b ?c FILTER(1<'>'||true)SERVICE:x{GROUP}#'\n}}"),
    "string opened behind an IRI": (
        f"SELECT*{{?a ?b ?c FILTER(1<2#>'''\n)SERVICE:x{GROUP}#'''\n}}"
    ),
    "less or equal read as an IRI": (
        f"SELECT*{{?a ?b ?c FILTER(1<='>'||true)SERVICE:x{GROUP}#'\n}}"
    ),
    "doubled less than": f"SELECT*{{?a ?b ?c FILTER(1<<a:b'>||true)SERVICE:x{GROUP}#'\n}}",
    "reified triple": (f"SELECT*{{{{?a ?b ?c}}UNION{{<<?a?b'x>'>>?p ?o}}SERVICE:x{GROUP}#'\n}}"),
    "string closed by an escape": (
        f"SELECT*{{?a ?b ?c FILTER(1=1||'a\\u0027'='')SERVICE:x{GROUP} #'\n}}"
    ),
    "long string with a bad escape": (
        f"SELECT*{{?a ?b ?c VALUES ?x{{'''x'}}SERVICE:x{GROUP} #\\q'''\n}}"
    ),
    "long string with a surrogate": (
        f"SELECT*{{?a ?b ?c VALUES ?x{{'''x'}}SERVICE:x{GROUP} #\\uD83D'''\n}}"
    ),
    "long string never closed": f"SELECT*{{?a ?b ?c VALUES ?x{{'''x'}}SERVICE:x{GROUP}}}",
    "hidden behind a broken string": (
        f"SELECT*{{?a ?b ?c VALUES ?x{{'''x'}}#\\q''' '''\nSERVICE:x{GROUP}#'''\n}}"
    ),
}
QUIET_QUERIES = {
    "escaped keyword": f"SELECT * {{ \\u0053ERVICE @ {GROUP} }}",
    "long escaped keyword": f"SELECT * {{ S\\U00000045RVICE @ {GROUP} }}",
    "unicode escaped comment end": f"SELECT * {{ #x\\u000ASERVICE @ {GROUP} }}",
    "glued to true": f"SELECT*{{?a ?b trueSERVICE@{GROUP}}}",
    "glued to a number": f"SELECT*{{?a ?b 1SERVICE@{GROUP}}}",
    "prefixed name with a dot": f"SELECT*{{?a ?b true.SERVICE:x{GROUP}}}",
    "name that makes no IRI": f"PREFIX p:<http://h:>SELECT*{{?a ?b p:SERVICE:x{GROUP}}}",
    "name that makes no IRI, with another": (
        f"PREFIX p:<http://h:>SELECT*{{?a ?b p:SERVICE SILENT@{GROUP}}}"
    ),
    "service by variable": f"SELECT*{{VALUES ?v {{@}}SERVICE?v{GROUP}}}",
}
REACHING_UPDATES = {
    "load": "LOAD @",
    "load into": "load silent@into graph<a:b>",
    "load glued": "LOADSILENT@",
    "load with a prefixed name": "LOAD:y",
    "load glued to a prefix": "PREFIX x:@LOADx:y",
    "load as second": "INSERT DATA{<a:a><a:a>1};load@",
    "load after a version": "VERSION '1.2'LOAD:x",
    "load after a glued prologue": "PREFIXx:<http://e/>LOAD@",
    "service in WHERE": f"INSERT{{?a ?b ?c}}WHERE{{SERVICE@{GROUP}}}",
    "service in a subquery": f"DELETE{{?a ?b ?c}}WHERE{{{{SELECT*{{SERVICE@{GROUP}}}}}}}",
}
QUIET_UPDATES = {
    "escaped load": "\\u004cOAD @",
    "load of a prefixed name after an update": "INSERT DATA{}LOAD:x",
}


def aim(text: str, listener: Listener) -> str:
    iri = f"<{listener.url}>"
    return f"PREFIX :{iri}" + text.replace("@", iri)


@pytest.mark.parametrize("name", REACHING_QUERIES)
def test_service_that_the_engine_would_run_is_refused(name: str, listener: Listener) -> None:
    text = aim(REACHING_QUERIES[name], listener)
    assert run(text, listener, is_update=False), "this disguise no longer reaches the engine"
    with pytest.raises(QueryRejected, match="SERVICE"):
        query_facts(text)


@pytest.mark.parametrize("name", QUIET_QUERIES)
def test_service_that_another_engine_might_run_is_refused(name: str, listener: Listener) -> None:
    with pytest.raises(QueryRejected, match="SERVICE"):
        query_facts(aim(QUIET_QUERIES[name], listener))


@pytest.mark.parametrize("name", REACHING_UPDATES)
def test_an_update_that_would_connect_is_refused(name: str, listener: Listener) -> None:
    text = aim(REACHING_UPDATES[name], listener)
    assert run(text, listener, is_update=True), "this disguise no longer reaches the engine"
    with pytest.raises(QueryRejected, match="SERVICE|LOAD"):
        update_facts(text)


@pytest.mark.parametrize("name", QUIET_UPDATES)
def test_load_that_another_engine_might_run_is_refused(name: str, listener: Listener) -> None:
    with pytest.raises(QueryRejected, match="LOAD"):
        update_facts(aim(QUIET_UPDATES[name], listener))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT*{{?a ?b ?c ſERVICE@{?d ?e ?f}}}",
        "SELECT*{{?a ?b ?c ?1SERVICE@{?d ?e ?f}}}",
        "SELECT*{{<a:a> <a:b>?1SERVICE@{?d ?e ?f}}}",
    ],
)
def test_what_passes_though_it_looks_like_service_does_not_connect(
    text: str, listener: Listener
) -> None:
    text = aim(text, listener)
    query_facts(text)
    assert not run(text, listener, is_update=False)


@pytest.mark.parametrize(
    "text",
    [
        "ASK { ?s ?p 'SERVICE <x> {' }",
        'ASK { ?s ?p """SERVICE\n\\" <x> {""" }',
        "ASK { ?s ?p <http://example.org/service#load> }",
        "ASK { ?s ?p <http://example.org/it's(a)service> } # SERVICE <x> {}",
        "ASK { ?s schema:serviceType ?service . ?service x:service y:SERVICE }",
        "PREFIX service: <http://e/> ASK { ?s service:x ?o FILTER(?o < 3) }",
        "SELECT ?a ?service { ?service ?p ?o OPTIONAL { ?o ?q ?service } }",
        "SELECT * FROM x:service { GRAPH service:g { ?s ?p ?o } }",
        "SELECT * { VALUES (?a ?service) { (1 <#it's>) (<#b> <urn:x#(c)>) } }",
        "SELECT * { ?s ?p ?o FILTER(?o IN (<#a>, <#service>) && ?o < ?p) }",
        "SELECT (LOAD(?x) AS ?y) {}",
    ],
)
def test_harmless_uses_of_the_letters_pass_in_a_query(text: str) -> None:
    query_facts(text)


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX load: <http://e/> INSERT DATA { load:a load:b 'LOAD <x>' }",
        "PREFIX load: <http://e/> COPY load:a TO load:b ; CLEAR GRAPH load:a",
        "WITH x:load DELETE { ?s ?p ?load } WHERE { ?s ?p ?load } # LOAD",
    ],
)
def test_harmless_uses_of_the_letters_pass_in_an_update(text: str) -> None:
    update_facts(text)


def test_a_refusal_says_where_why_and_what_to_do() -> None:
    with pytest.raises(QueryRejected) as caught:
        query_facts("ASK {\n  # é\n  SERVICE <http://e/> {}\n}")
    assert (caught.value.line, caught.value.column) == (3, 3)
    assert "opens no connections" in caught.value.detail
    assert "VALUES" in caught.value.detail


def test_the_place_of_an_escaped_keyword_is_that_of_the_escape() -> None:
    with pytest.raises(QueryRejected) as caught:
        query_facts("ASK \\u007B \\u0053ERVICE <http://e/> {} }")
    assert (caught.value.line, caught.value.column) == (1, 12)


@pytest.mark.parametrize(
    "part", ["{}", "()", "[]", "{([])}", "<a>/(<b>)", "FILTER(1 < 2)", "'(((('", "<http://e/((>"]
)
def test_many_brackets_side_by_side_are_not_deep(part: str) -> None:
    query_facts("SELECT * {" + part * 300 + "}", nesting_limit=5)


@pytest.mark.parametrize(("opening", "closing"), ["{}", "()", "[]", ("({[", "]})")])
def test_brackets_that_nest_over_the_limit_are_refused(opening: str, closing: str) -> None:
    depth = 60 // len(opening)
    text = f"ASK {opening * depth} ?x {closing * depth}"
    query_facts(text, nesting_limit=60)
    with pytest.raises(QueryRejected, match="query_nesting_limit"):
        query_facts(text, nesting_limit=59)


def test_brackets_behind_a_broken_token_are_not_trusted() -> None:
    hidden = "SELECT*{VALUES ?x{'''x'}#\\q''' '''\n" + "{" * 300 + "#'''\n" + "}" * 301
    with pytest.raises(QueryRejected):
        query_facts(hidden)


def test_brackets_in_what_may_be_an_operator_are_not_trusted() -> None:
    hidden = "ASK{FILTER(1<" + "(" * 300 + "#>\n1" + ")" * 301 + "}"
    with pytest.raises(QueryRejected):
        query_facts(hidden)


def test_size_is_counted_in_bytes() -> None:
    text = "ASK {} # é"
    check_query(text, limit_bytes=11, nesting_limit=5)
    with pytest.raises(QueryRejected, match="11 bytes, over the limit of 10"):
        check_query(text, limit_bytes=10, nesting_limit=5)
    with pytest.raises(QueryRejected, match="query_limit_bytes"):
        check_query("ASK {}", limit_bytes=5, nesting_limit=5)


def test_a_lone_surrogate_is_refused_at_its_place() -> None:
    with pytest.raises(QueryRejected) as caught:
        query_facts("ASK {\n '\ud800' }")
    assert (caught.value.line, caught.value.column) == (2, 3)


@pytest.mark.parametrize(
    "call",
    ["NOW()", "rand ( )", "UUID#x\n()", "struuid()", "BNODE('a')", "1+NOW()", "STR(bNode())"],
)
def test_volatile_functions_are_noticed(call: str) -> None:
    assert query_facts(f"SELECT ({call} AS ?x) {{}}")


@pytest.mark.parametrize("text", ["ASK { ?now x:known 'a random uuid' }", "ASK { ?s ?p _:b }"])
def test_a_steady_query_is_not_volatile(text: str) -> None:
    assert not query_facts(text)


PIECES = (
    *("SERVICE", "SERVICE:x{?d ?e ?f}", "@", "{?d ?e ?f}", "SILENT", "true", ":x", "p:", "<a:b>"),
    *("{", "}", "(", ")", "FILTER(", "BIND(", " AS ?z)", "VALUES ?x{", "UNION", "OPTIONAL{"),
    *("'", "'''", '"', "#", "\n", "\\u0027", "\\q", "\\", "?a", "?a ?b ?c", ".", " ", "1", "_:b"),
    *("<", "<<", "<<(", "<#", ">", ">>", ")>>", "=", "||", "%", "@en"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=14))
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_accepted_text_connects(listener: Listener, pieces: list[str]) -> None:
    body = "".join(pieces)
    text = aim(f"PREFIX p:<http://h:>SELECT*{{{body} SERVICE:x{GROUP}#'''\n}}", listener)
    try:
        query_facts(text)
    except QueryRejected:
        return
    assert not run(text, listener, is_update=False)


def test_an_ordinary_query_is_checked_in_microseconds() -> None:
    text = (
        "PREFIX gfmd: <https://w3id.org/gfmdkg/ontology#>\nSELECT ?recommendation ?label {\n"
        "  ?recommendation gfmd:cites <https://w3id.org/gfmdkg/id/instrument/cmw> ;\n"
        '    skos:prefLabel ?label . FILTER(lang(?label) = "en" && ?order < 10)\n'
        "  OPTIONAL { ?recommendation gfmd:order ?order }\n} ORDER BY ?label LIMIT 50\n"
    )
    best = min(_seconds_of_a_thousand(text) for _ in range(5))
    # Measured: 2 µs; ten times that is still far below any query's own cost.
    assert best / 1000 < 20e-6


def _seconds_of_a_thousand(text: str) -> float:
    start = time.perf_counter()
    for _ in range(1000):
        query_facts(text)
    return time.perf_counter() - start


@pytest.mark.parametrize("unit", ["<<", "<< ", "<<<http://e/s> ?p ", "<<\n?s ?p "])
def test_triples_quoted_too_deep_are_refused(unit: str) -> None:
    text = "SELECT * { " + unit * 500 + " }"
    with pytest.raises(QueryRejected, match="nest"):
        check_query(text, limit_bytes=100_000, nesting_limit=200)


def test_many_quoted_triples_beside_one_another_are_accepted() -> None:
    text = "SELECT * { " + "<<?s ?p ?o>> ?q <<?a ?b <http://e/o>>> . " * 300 + " }"
    check_query(text, limit_bytes=100_000, nesting_limit=200)
