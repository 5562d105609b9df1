"""Completing names."""

from itertools import groupby

import pytest
from tests.search.conftest import IndexTurtle

from gfmdkg.namespaces import BASE, SKOS
from gfmdkg.search.index import SearchIndex


def test_an_acronym_comes_first(shipped_index: SearchIndex) -> None:
    first = shipped_index.suggest("mig").items[0]
    assert (first.resource.iri, first.matched) == (BASE + "id/instrument/migof", "MIGOF")
    assert first.resource.label == "Migration Governance Framework"


def test_names_of_all_languages_complete_without_diacritics(shipped_index: SearchIndex) -> None:
    (found,) = shipped_index.suggest("egalite", limit=1).items
    assert (found.language, found.resource.iri) == ("fr", "http://metadata.un.org/sdg/5")


def test_a_later_word_of_a_name_completes_after_names_that_begin_so(
    index_turtle: IndexTurtle,
) -> None:
    index = index_turtle("""
        <id/a> a gfmd:Instrument ; skos:prefLabel "Convention on Harbours"@en .
        <id/b> a gfmd:Instrument ; skos:prefLabel "Harbour Rules of the Northern Sea"@en .
    """)
    assert [c.resource.iri for c in index.suggest("harb").items] == [BASE + "id/b", BASE + "id/a"]


def test_completions_are_grouped_by_class_and_can_be_narrowed(shipped_index: SearchIndex) -> None:
    types = [found.type for found in shipped_index.suggest("migrant", limit=30).items]
    together = [type_iri for type_iri, _ in groupby(types)]
    assert len(set(together)) == len(together) > 1
    narrowed = shipped_index.suggest("migrant", types=[SKOS + "Concept"]).items
    assert {found.type for found in narrowed} == {"concept"}
    assert shipped_index.suggest("migrant", types=["https://example.org/none"]).items == ()


def test_a_resource_is_suggested_once_however_many_names_fit(shipped_index: SearchIndex) -> None:
    iris = [c.resource.iri for c in shipped_index.suggest("c", limit=100).items]
    assert len(iris) == len(set(iris))


def test_a_resource_with_very_many_names_that_fit_leaves_room_for_others(
    index_turtle: IndexTurtle,
) -> None:
    names = ", ".join(f'"Harbour hall {n}"@en' for n in range(50))
    index = index_turtle(f"""
        <id/a> a gfmd:Instrument ; skos:prefLabel "Port"@en ; skos:altLabel {names} .
        <id/b> a gfmd:Section ; skos:prefLabel "The hall"@en .
    """)
    found = index.suggest("ha", limit=2).items
    assert [c.resource.iri for c in found] == [BASE + "id/a", BASE + "id/b"]


def test_a_name_longer_than_the_stored_keys_completes(shipped_index: SearchIndex) -> None:
    (found,) = shipped_index.suggest("Convention on the Elimination of All Forms of Di").items
    assert found.resource.iri == BASE + "id/instrument/cedaw"
    assert not shipped_index.suggest("Convention on the Elimination of All Forms of Dx").items


def test_hidden_names_complete_to_the_right_one(shipped_index: SearchIndex) -> None:
    (found,) = shipped_index.suggest("valleta").items
    assert (found.resource.iri, found.type) == (
        BASE + "id/process/valletta",
        "process",
    )


def test_a_prefix_that_very_many_share_gives_the_best(index_turtle: IndexTurtle) -> None:
    turtle = "\n".join(
        f'<id/p{n}> a gfmd:Paragraph ; skos:prefLabel "Harbour hall {n}"@en .' for n in range(50)
    )
    turtle += '<id/z> a gfmd:Instrument ; skos:prefLabel "Treaty"@en ; skos:altLabel "HAT"@en .'
    index = index_turtle(turtle)
    assert index.suggest("ha").items[0].matched == "HAT"
    assert index.suggest("ha", limit=51).total == 51


@pytest.mark.parametrize("text", ["", " ", "*", "“", "\ue000"])
def test_nothing_typed_suggests_nothing(shipped_index: SearchIndex, text: str) -> None:
    assert shipped_index.suggest(text).items == ()
