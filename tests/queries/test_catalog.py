"""Reading canned queries with all faults at once, and binding values that cannot break out."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfmdkg.errors import CatalogError, NotFound, ParameterError, QueryRejected, UnknownParameter
from gfmdkg.namespaces import GFMD, ID_BASE, SCHEME_BASE
from gfmdkg.paths import shipped_content
from gfmdkg.queries import CannedQuery, Catalog, describe
from gfmdkg.rdf.media import AnswerFormats
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.values import Resource, Term, typed
from gfmdkg.store.patches import facts_in
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import with_union
from gfmdkg.terms.index import TermIndex

HEADER = """\
#+ summary: Things called so
#+ description: A query for the tests
#+ parameters:
#+   text: {type: string, description: A text, many: true, example: x}
#+   other: {type: string, description: Another text, default: [none], example: y}
#+   number: {type: int, description: A number, example: "3"}
#+   share: {type: decimal, description: A share, example: "0.5"}
#+   day: {type: date, description: A day, example: "2017-04-06"}
#+   flag: {type: boolean, description: Yes or no, example: "true"}
#+   level: {type: enum, description: A level, values: [low, high], example: low}
#+   link: {type: iri, description: A link, example: citation/a/b}
#+   kind: {type: resource, description: A kind, schemes: [kinds], example: political}
#+   instrument: {type: resource, description: One, classes: [gfmd:Instrument], example: CMW}
#+ columns:
#+   text: {type: string, description: The text}
#+   other: {type: string, description: The other}
#+   link: {type: resource, label: link_label, description: The link}
#+ tags: [tests]
"""
SLOTS = """\
  VALUES ?text { UNDEF }
  VALUES ?other { UNDEF }
  VALUES ?number { UNDEF } VALUES ?share { UNDEF } VALUES ?day { UNDEF }
  VALUES ?flag { UNDEF } VALUES ?level { UNDEF } VALUES ?link { UNDEF }
  VALUES ?kind { UNDEF } VALUES ?instrument { UNDEF }
"""
BODY = f"""\
# VALUES ?comment {{ UNDEF }} is no slot, nor is the one in the string.
PREFIX ex: <http://example.org/#>

SELECT ?text ?other ?link (STR("VALUES ?string {{ UNDEF }}") AS ?link_label) WHERE {{
{SLOTS}}}
ORDER BY ?text
"""
INDEX = TermIndex.from_facts(
    [
        (ID_BASE + "instrument/cmw", "alt", "CMW", None),
        (ID_BASE + "instrument/cmw", "type", GFMD + "Instrument", None),
        (SCHEME_BASE + "kinds/political", "pref", "Political", None),
        (SCHEME_BASE + "kinds/political", "scheme", SCHEME_BASE + "kinds", None),
        (SCHEME_BASE + "kinds/practical", "pref", "Practical", None),
        (SCHEME_BASE + "kinds/practical", "scheme", SCHEME_BASE + "kinds", None),
    ]
)

Load = Callable[[str], Catalog]


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    def load_text(text: str, name: str = "one", topic: str = "topic") -> Catalog:
        folder = tmp_path_factory.mktemp("catalog") / "queries"
        (folder / topic).mkdir(parents=True)
        (folder / topic / f"{name}.rq").write_text(text, encoding="utf-8")
        return Catalog.load(folder)

    return load_text


@pytest.fixture(scope="module")
def query(load: Load) -> CannedQuery:
    return load(HEADER + BODY)["one"]


def ask(text: str) -> Solutions:
    output = io.BytesIO()
    OxigraphStore.in_memory().query(text, formats=AnswerFormats(), output=output)
    return Solutions.from_json(output.getvalue())


def column(solutions: Solutions, name: str) -> list[Term | None]:
    at = solutions.variables.index(name)
    return [row[at] for row in solutions.rows]


printable = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=60,
).filter(str.strip)
hostile = st.one_of(
    printable,
    st.sampled_from(
        [
            'x" } VALUES ?other { "stolen',
            "VALUES ?other { UNDEF }",
            "\\u0022 } DROP ALL #",
            "\\",
            '\\"',
            "<http://example.org/>",
            "} # \n }",
            "{0} %s ?other $other",
            "a\tb\nc\rd",
        ]
    ),
)


@given(values=st.lists(hostile, min_size=1, max_size=4, unique=True), other=hostile)
def test_no_value_breaks_out_of_its_slot_or_reaches_another(
    query: CannedQuery, values: list[str], other: str
) -> None:
    solutions = ask(query.bind({"text": values, "other": other}, INDEX))
    parameter = query.parameters["text"]
    expected = sorted({each for value in values for each in parameter.values_in(value, INDEX)})
    assert sorted(t.value for t in column(solutions, "text") if isinstance(t, ox.Literal)) == (
        expected
    )
    assert set(column(solutions, "other")) == {ox.Literal(other)}


def test_commas_separate_the_values_of_a_parameter_that_takes_many(query: CannedQuery) -> None:
    solutions = ask(query.bind({"text": ["a, b", "c,"], "other": "d, e"}, INDEX))
    assert column(solutions, "text") == [ox.Literal(text) for text in "abc"]
    assert set(column(solutions, "other")) == {ox.Literal("d, e")}


@given(value=st.text(max_size=80))
def test_any_text_as_iri_is_refused_or_one_term(query: CannedQuery, value: str) -> None:
    try:
        text = query.bind({"link": value}, INDEX)
    except ParameterError:
        return
    try:
        solutions = ask(text)
    except QueryRejected:  # an IRI that our check lets through and the engine's does not
        return
    assert len(solutions) == 1


def test_values_become_typed_terms(query: CannedQuery) -> None:
    text = query.bind(
        {
            "number": "3", "share": "0.5", "day": "2017-04-06", "flag": "true", "level": "high",
            "link": "citation/a/b", "kind": "political", "instrument": "cmw",
        },
        INDEX,
    )  # fmt: skip
    for written in (
        '?number { "3"^^<http://www.w3.org/2001/XMLSchema#integer> }',
        '?share { "0.5"^^<http://www.w3.org/2001/XMLSchema#decimal> }',
        '?day { "2017-04-06"^^<http://www.w3.org/2001/XMLSchema#date> }',
        '?flag { "true"^^<http://www.w3.org/2001/XMLSchema#boolean> }',
        '?level { "high" }',
        "?link { <https://w3id.org/gfmdkg/id/citation/a/b> }",
        "?kind { <https://w3id.org/gfmdkg/scheme/kinds/political> }",
        "?instrument { <https://w3id.org/gfmdkg/id/instrument/cmw> }",
        "?text { UNDEF }",
        '?other { "none" }',
        "# VALUES ?comment { UNDEF } is",
        '"VALUES ?string { UNDEF }"',
    ):
        assert written in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", "3.5"),
        ("number", "٣"),
        ("share", "1e3"),
        ("day", "2017-02-30"),
        ("day", "2017"),
        ("flag", "yes"),
        ("level", "medium"),
        ("link", "not an IRI"),
        ("kind", "economic"),
        ("text", "  "),
        ("text", "a\x00b"),
        ("text", "\ud800"),
        ("text", "x" * 1001),
    ],
)
def test_bad_value_is_refused_under_its_parameter(
    query: CannedQuery, name: str, value: str
) -> None:
    with pytest.raises(ParameterError) as caught:
        query.bind({name: value}, INDEX)
    assert caught.value.parameter == name


def test_refusal_lists_what_is_allowed(query: CannedQuery) -> None:
    for name, allowed in (("level", ("low", "high")), ("kind", ("political", "practical"))):
        with pytest.raises(ParameterError) as caught:
            query.bind({name: "odd"}, INDEX)
        assert caught.value.allowed == allowed


def test_unknown_parameter_lists_the_known(query: CannedQuery) -> None:
    with pytest.raises(UnknownParameter) as caught:
        query.bind({"instruments": "CMW"}, INDEX)
    assert "instrument" in caught.value.allowed


def test_second_value_needs_a_parameter_that_takes_many(query: CannedQuery) -> None:
    with pytest.raises(ParameterError, match="takes one value"):
        query.bind({"other": ["a", "b"]}, INDEX)


def test_required_parameter_is_asked_for(load: Load) -> None:
    text = (HEADER + BODY).replace("A level, values", "A level, required: true, values")
    with pytest.raises(ParameterError, match="is required"):
        load(text)["one"].bind({}, INDEX)


def test_count_and_page_wrap_the_query(query: CannedQuery) -> None:
    text = query.bind({"text": ["a", "b", "c"]}, INDEX)
    assert column(ask(query.count(text)), "total") == [typed("3", "integer")]
    assert column(ask(query.paged(text, limit=1, offset=1)), "text") == [ox.Literal("b")]


PAGED_BODY = f"""\
SELECT ?text ?other ?link ?link_label WHERE {{
  {{
    SELECT DISTINCT ?text WHERE {{
{SLOTS}    }}
    ORDER BY ?text
    # page
  }}
  VALUES ?link_label {{ "one" "two" }}
}}
ORDER BY ?text ?link_label
"""


def test_marked_sub_select_is_what_is_paged_and_counted(load: Load) -> None:
    query = load(HEADER + PAGED_BODY)["one"]
    text = query.bind({"text": ["c", "a", "# page", "b"]}, INDEX)
    page = ask(query.paged(text, limit=2, offset=1))
    assert [t.value for t in column(page, "text") if isinstance(t, ox.Literal)] == list("aabb")
    (total,) = column(ask(query.count(text)), "total")
    assert isinstance(total, ox.Literal)
    assert total.value == "4"


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("    ORDER BY ?text\n    # page", "    # page", "ends no sub-select with ORDER BY"),
        ("# page\n  }", "# page\n # page\n  }", "only one sub-select can be paged"),
        ("ORDER BY ?text ?link_label", "ORDER BY ?text\n# page", "only one sub-select"),
        ("# page\n  }", "# page\n  } VALUES ?text { UNDEF }", "outside of the sub-select that"),
    ],
)
def test_mark_in_the_wrong_place_is_a_fault(load: Load, old: str, new: str, part: str) -> None:
    assert old in PAGED_BODY
    with pytest.raises(CatalogError, match=re.escape(part)):
        load(HEADER + PAGED_BODY.replace(old, new))


def test_resource_and_label_are_one_cell(query: CannedQuery) -> None:
    (row,) = query.rows(ask(query.bind({"link": "http://example.org/l"}, INDEX)), INDEX)
    cell = row["link"]
    assert cell == Resource(iri="http://example.org/l", label="VALUES ?string { UNDEF }")
    assert list(row) == ["text", "other", "link"]
    with pytest.raises(KeyError):
        row["link_label"]


def test_all_faults_are_reported_with_file_and_line(load: Load) -> None:
    header = """\
#+ summary: Broken
#+ colour: red
#+ parameters:
#+   Text: {type: string, description: A text, example: x}
#+   number: {type: int, description: A number, default: [many], example: "3"}
#+   kind: {type: resource, description: A kind, example: x}
#+   odd: {type: colour, description: A colour, example: red}
#+   level: {type: enum, description: Level, required: true, default: [a], values: [a], example: a}
#+ columns:
#+   here: {type: string, description: It is selected}
#+   gone: {type: string, description: It is not selected, label: goneLabel}
#+   here: {type: string, description: Twice}
#+ tags: none
#+ when_empty: {query: nothing, message: Ask that, parameters: [number]}
"""
    body = """\
SELECT ?here ?extra WHERE {
  VALUES ?number { UNDEF }
  VALUES ?stray { UNDEF }
  VALUES (?a ?b) { (1 UNDEF) }
}
LIMIT 5
"""
    with pytest.raises(CatalogError) as caught:
        load(header + body)
    found = {(fault.line, fault.message) for fault in caught.value.faults}
    assert {fault.file for fault in caught.value.faults} == {"queries/topic/one.rq"}

    def has(line: int, part: str) -> bool:
        return any(at == line and part in message for at, message in found)

    for line, part in (
        (1, "unknown field “colour”"),
        (1, "lacks the field “description”"),
        (4, "“Text” is no name"),
        (4, "“Text” has no slot"),
        (5, "not a whole number"),
        (6, "needs classes or schemes"),
        (7, "“colour” is none of"),
        (8, "no default"),
        (8, "“level” has no slot"),
        (11, "“gone” is not selected"),
        (11, "only a resource has a label"),
        (12, "“here” twice"),
        (13, "tags must be a list"),
        (14, "“nothing”, which is no query"),
        (15, "?extra is not declared"),
        (17, "?stray is not declared"),
        (18, "UNDEF stands outside of a slot"),
        (19, "no ORDER BY"),
        (20, "added by paging"),
    ):
        assert has(line, part), (line, part, sorted(found))


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", "does not start with a header"),
        ("#+ summary: [unclosed\n", "is no YAML"),
        ("#+ just text\n", "must be a mapping"),
    ],
)
def test_header_that_cannot_be_read_is_a_fault(load: Load, header: str, part: str) -> None:
    with pytest.raises(CatalogError, match=re.escape(part)):
        load(header + BODY)


def test_select_star_and_other_forms_are_faults(load: Load) -> None:
    for text, part in (("SELECT *", "no SELECT \\*"), ("ASK", "is no SELECT")):
        with pytest.raises(CatalogError, match=part):
            load(HEADER + text + " { ?s ?p ?o } ORDER BY ?s")


def test_name_is_taken_once_over_all_topics(tmp_path: Path) -> None:
    for topic in ("one", "two"):
        (tmp_path / "queries" / topic).mkdir(parents=True)
        (tmp_path / "queries" / topic / "same.rq").write_text(HEADER + BODY, encoding="utf-8")
    with pytest.raises(CatalogError, match=r"taken by queries/one/same\.rq"):
        Catalog.load(tmp_path / "queries")


def test_file_outside_of_a_topic_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "stray.rq").write_text(HEADER + BODY, encoding="utf-8")
    with pytest.raises(CatalogError, match="lies in queries/<topic>/"):
        Catalog.load(tmp_path / "queries")


def test_unknown_query_suggests_the_nearest() -> None:
    catalog = Catalog.load(shipped_content().queries)
    with pytest.raises(NotFound) as caught:
        catalog["recommendation-citing"]
    assert caught.value.candidates[0].label == "recommendations-citing"
    assert "recommendations-citing" in catalog.queries
    assert len(catalog.queries) >= 20


def test_catalog_describes_itself_in_rdf() -> None:
    catalog = Catalog.load(shipped_content().queries)
    store = OxigraphStore.in_memory()
    store.extend(with_union(facts_in("http://example.org/g", describe(catalog))))
    output = io.BytesIO()
    store.query(
        "SELECT ?text ?optional WHERE { ?q a sh:SPARQLSelectExecutable ; sh:select ?text ;"
        ' dcterms:identifier "recommendations-citing" ; sh:parameter ?p . ?p sh:path ?p .'
        " OPTIONAL { ?p sh:optional ?optional } } ORDER BY ?optional",
        formats=AnswerFormats(), output=output,
    )  # fmt: skip
    solutions = Solutions.from_json(output.getvalue())
    query = catalog["recommendations-citing"]
    assert set(column(solutions, "text")) == {ox.Literal(query.text)}
    assert [t is None for t in column(solutions, "optional")] == [True, False, False, False]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two queries, of which one is at fault."""
    topic = tmp_path / "queries" / "topic"
    topic.mkdir(parents=True)
    (topic / "good.rq").write_text(HEADER + BODY, encoding="utf-8")
    (topic / "faulty.rq").write_text("SELECT", encoding="utf-8")
    return topic.parent


def test_one_query_is_read_without_the_others(folder: Path) -> None:
    assert Catalog.load_one(folder, "good").file == "queries/topic/good.rq"
    with pytest.raises(CatalogError) as caught:
        Catalog.load_one(folder, "faulty")
    assert {fault.file for fault in caught.value.faults} == {"queries/topic/faulty.rq"}


def test_one_query_of_no_or_of_two_files_is_told(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "topic" / "faulty.rq").rename(folder / "other" / "good.rq")
    with pytest.raises(CatalogError, match="is taken by"):
        Catalog.load_one(folder, "good")
    (folder / "other" / "good.rq").unlink()
    with pytest.raises(NotFound, match="good"):
        Catalog.load_one(folder, "goof")
