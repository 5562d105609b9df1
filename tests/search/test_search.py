"""Searching: what is found, in which order, and what the answer says of it."""

from concurrent.futures import ThreadPoolExecutor
from string import ascii_lowercase

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.search.conftest import IndexTurtle

from gfmdkg.errors import QueryTimeout
from gfmdkg.namespaces import BASE, GFMD, SKOS
from gfmdkg.rdf.values import Resource
from gfmdkg.search.answers import Reason
from gfmdkg.search.index import SearchIndex

PASSAGES = BASE + "id/passage/gfmd-dialogue-gcm-2017-04-06-c1/"
SCHEMES = BASE + "scheme/"


def test_an_acronym_finds_its_instrument_first_and_what_cites_it(
    shipped_index: SearchIndex,
) -> None:
    answer = shipped_index.search("CMW")
    assert answer.items[0].resource.iri == BASE + "id/instrument/cmw"
    (recommendation,) = (h for h in answer.items if h.type == "recommendation")
    assert recommendation.resource.iri == PASSAGES + "pol-03"
    link = next(w for w in recommendation.why if w.reason is Reason.LINK)
    assert link.property == GFMD + "cites"
    assert link.target == Resource(
        iri=BASE + "id/instrument/cmw", label=answer.items[0].label.text, code="CMW"
    )
    evidence = next(w for w in recommendation.why if w.reason is Reason.EVIDENCE)
    assert evidence.text == "UN CMW"


def test_a_concept_finds_what_is_classified_under_narrower_ones_and_says_why(
    index_turtle: IndexTurtle,
) -> None:
    index = index_turtle("""
        <id/passage/a> a gfmd:Paragraph ; skos:prefLabel "Care for the young"@en ;
            gfmd:populationGroup <scheme/group/minors> .
        <scheme/group/minors> a skos:Concept ; skos:prefLabel "Unaccompanied minors"@en ;
            skos:broader <scheme/group/children> .
        <scheme/group/children> a skos:Concept ; skos:prefLabel "Migrant children"@en .
    """)
    answer = index.search("children", types=[GFMD + "Paragraph"])
    (hit,) = answer.items
    (why,) = hit.why
    assert (why.reason, why.property, why.text) == (
        Reason.LINK,
        GFMD + "populationGroup",
        "Migrant children",
    )
    children = Resource(iri=SCHEMES + "group/children", label="Migrant children")
    minors = Resource(iri=SCHEMES + "group/minors", label="Unaccompanied minors")
    assert (why.target, why.through) == (children, minors)
    (expansion,) = answer.expanded
    assert (expansion.resource, expansion.narrower) == (children, (minors,))


def test_a_name_finds_texts_that_use_another_name(index_turtle: IndexTurtle) -> None:
    index = index_turtle("""
        <id/instrument/x> a gfmd:Instrument ; skos:prefLabel "Convention on Harbours"@en ;
            skos:altLabel "COH"@en .
        <id/passage/a> a gfmd:Paragraph ; skos:prefLabel "Join the COH"@en .
    """)
    answer = index.search("convention on harbours")
    assert [hit.resource.iri for hit in answer.items] == [
        BASE + "id/instrument/x",
        BASE + "id/passage/a",
    ]
    assert answer.expanded[0].names == ("COH",)


def test_a_typing_error_is_put_right_and_said(shipped_index: SearchIndex) -> None:
    answer = shipped_index.search('recrutment "fair"')
    assert answer.corrected == 'recruitment "fair"'
    assert answer.total > 0


@pytest.mark.parametrize("word", ["recruitments", "recruiting", "CMW", "Gois", "migrantes"])
def test_a_word_that_exists_in_any_form_is_not_corrected(
    shipped_index: SearchIndex, word: str
) -> None:
    assert shipped_index.search(word).corrected is None


def test_a_french_word_is_not_taken_for_a_misspelt_english_one(shipped_index: SearchIndex) -> None:
    assert shipped_index.search("recrutement").corrected is None


def test_a_prefix_goes_past_the_stem(index_turtle: IndexTurtle) -> None:
    index = index_turtle('<id/a> a gfmd:Paragraph ; skos:prefLabel "Detention ends"@en .')
    assert index.search("detentio*").total == 1
    assert index.search("detentiox*").total == 0


def test_the_words_of_an_ingested_text_are_found_and_marked(index_turtle: IndexTurtle) -> None:
    body = "Filler goes here. " * 60 + "The harbour is open to boats. " + "More filler. " * 60
    index = index_turtle(
        f'<id/a> a gfmd:Paragraph ; skos:prefLabel "Ports"@en ; gfmd:passageText "{body}" .'
    )
    (hit,) = index.search("harbours").items
    assert hit.snippet is not None
    assert len(hit.snippet.text) < 300
    assert [hit.snippet.text[a:b] for a, b in hit.snippet.marks] == ["harbour"]
    assert hit.why[0].reason is Reason.TEXT


def test_marks_fit_a_text_that_looks_like_markup(index_turtle: IndexTurtle) -> None:
    index = index_turtle(
        '<id/a> a gfmd:Paragraph ; skos:prefLabel "<b>Détention\\u0002\\uE000</b> & more"@en .'
    )
    (hit,) = index.search("detention").items
    assert hit.label.text == "<b>Détention </b> & more"
    assert [hit.label.text[a:b] for a, b in hit.label.marks] == ["Détention"]


def test_no_phrase_runs_from_one_name_into_the_next(index_turtle: IndexTurtle) -> None:
    index = index_turtle(
        '<id/a> a gfmd:Paragraph ; skos:prefLabel "Ports"@en ; skos:altLabel "open sea", "way" .'
    )
    assert index.search('"open sea"').total == 1
    assert index.search('"sea way"').total == 0


def test_labels_are_shown_in_the_language_asked_for(shipped_index: SearchIndex) -> None:
    (hit,) = (
        h
        for h in shipped_index.search("Suisse", language="fr").items
        if h.resource.iri == BASE + "id/actor/state-che"
    )
    assert (hit.label.text, hit.language) == ("Suisse", "fr")
    (hit,) = shipped_index.search("Genre", language="es", types=[SKOS + "Concept"]).items[:1]
    assert (hit.label.text, hit.language) == ("Género", "es")


def test_a_class_takes_those_below_it(shipped_index: SearchIndex) -> None:
    passages = shipped_index.search("detention", types=[GFMD + "Passage"], limit=50)
    counts = {group.type: group.count for group in passages.groups}
    assert passages.total == counts["recommendation"] + counts["paragraph"]
    assert {hit.type for hit in passages.items} == {"recommendation", "paragraph"}
    nothing = shipped_index.search("detention", types=["https://example.org/no-class"])
    assert (nothing.items, nothing.total) == ((), 0)
    assert nothing.groups == passages.groups


def test_pages_are_stable_and_do_not_overlap(shipped_index: SearchIndex) -> None:
    whole = [hit.resource.iri for hit in shipped_index.search("migrants", limit=60).items]
    paged = [
        hit.resource.iri
        for offset in range(0, 60, 7)
        for hit in shipped_index.search("migrants", limit=7, offset=offset).items
    ]
    assert paged[:60] == whole
    assert len(set(whole)) == 60


def test_very_many_matches_are_paged_to_the_last(index_turtle: IndexTurtle) -> None:
    count = 4_700  # more than are scored in all, and more with it in the name in either class
    lines = [
        f'<id/p{n:04}> a gfmd:{kind} ; skos:prefLabel "{"harbour" if n % 3 else "port"} {n}"@en ;'
        ' skos:note "harbour"@en .'
        for n in range(count)
        for kind in (("Paragraph", "Section")[n % 2],)
    ]
    lines.append('<id/z> a gfmd:Section ; skos:prefLabel "harbour"@en .')
    index = index_turtle("\n".join(lines))
    answer = index.search("harbour", limit=5)
    assert answer.total == count + 1
    assert answer.items[0].resource.iri == BASE + "id/z"
    seen = [
        hit.resource.iri
        for offset in range(0, count + 1, 470)
        for hit in index.search("harbour", limit=470, offset=offset).items
    ]
    assert len(seen) == len(set(seen)) == count + 1


def test_three_words_of_which_one_is_nowhere_find_the_others(shipped_index: SearchIndex) -> None:
    answer = shipped_index.search("detention migrant children qwxz")
    assert answer.lenient
    assert answer.items[0].resource.iri == PASSAGES + "pra-06"
    assert not shipped_index.search("detention children").lenient


def test_shapes_and_ontology_terms_are_not_among_the_hits(shipped_index: SearchIndex) -> None:
    completions = (
        c for letter in ascii_lowercase for c in shipped_index.suggest(letter, limit=999).items
    )
    types = {completion.type for completion in completions}
    assert not [t for t in types if t.startswith(("owl:", "sh:", "prov:"))]
    assert "person" in types


def test_threads_share_an_index(shipped_index: SearchIndex) -> None:
    queries = ["CMW", "children", "recrutment", "detent*", "human rights", "zxqwvk"] * 10
    alone = [shipped_index.search(query) for query in queries]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(shipped_index.search, queries)) == alone


def test_a_search_stops_at_its_time_limit(index_turtle: IndexTurtle) -> None:
    lines = (f'<id/p{n}> a gfmd:Paragraph ; skos:prefLabel "harbour {n}"@en .' for n in range(3000))
    index = index_turtle("\n".join(lines), limit_seconds=0.0)
    with pytest.raises(QueryTimeout):
        index.search("harbour")
    assert index.search("harbour -harbour").total == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text() | st.text(alphabet='ab*"()-|ORANDNOT é́\u0000\ue0001\ud800'))
def test_no_text_raises(shipped_index: SearchIndex, text: str) -> None:
    answer = shipped_index.search(text, limit=3)
    assert answer.total >= len(answer.items)
    suggestions = shipped_index.suggest(text, limit=3)
    assert suggestions.total <= 3
