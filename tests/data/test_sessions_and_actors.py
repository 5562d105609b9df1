"""Sessions, posts with their holders, committees: what the reference files say of them."""

from collections.abc import Mapping
from functools import cache

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, ORG, SKOS

from gfmdkg.namespaces import BASE, GFMD, ID_BASE
from gfmdkg.paths import shipped_content

SCHEMA = "https://schema.org/"
GOVERNMENTS: Mapping[str, tuple[str, str]] = {
    "gfmd-2007": ("2007-07-10", "2007-07-11"),
    "gfmd-2008": ("2008-10-29", "2008-10-30"),
    "gfmd-2009": ("2009-11-04", "2009-11-05"),
    "gfmd-2010": ("2010-11-10", "2010-11-11"),
    "gfmd-2011": ("2011-12-01", "2011-12-02"),
    "gfmd-2012": ("2012-11-21", "2012-11-22"),
    "gfmd-2017": ("2017-06-28", "2017-06-29"),
}
"""The days on which governments met, without those of civil society."""

CIVIL_SOCIETY: Mapping[str, tuple[str, str]] = {
    "gfmd-2007": ("2007-07-09", "2007-07-09"),
    "gfmd-2008": ("2008-10-27", "2008-10-28"),
    "gfmd-2009": ("2009-11-02", "2009-11-03"),
    "gfmd-2010": ("2010-11-08", "2010-11-09"),
}


@cache
def reference() -> Graph:
    graph = Graph()
    for path in sorted((shipped_content().data / "reference").glob("*.ttl")):
        graph.parse(path, format="turtle")
    return graph


def thing(path: str) -> URIRef:
    return URIRef(ID_BASE + path)


def values(path: str, predicate: str) -> set[str]:
    return {str(value) for value in reference().objects(thing(path), URIRef(predicate))}


def days(session: str) -> tuple[str, str]:
    (start,) = values(f"session/{session}", SCHEMA + "startDate")
    (end,) = values(f"session/{session}", SCHEMA + "endDate")
    assert values(f"session/{session}", str(DCTERMS.date)) == {start}
    return start, end


@pytest.mark.parametrize("summit", GOVERNMENTS)
def test_the_days_of_a_summit_are_those_of_the_governments(summit: str) -> None:
    assert days(summit) == GOVERNMENTS[summit]


@pytest.mark.parametrize("summit", CIVIL_SOCIETY)
def test_the_days_of_civil_society_are_a_session_below_the_summit(summit: str) -> None:
    below = f"{summit}-civil-society-days"
    assert days(below) == CIVIL_SOCIETY[summit]
    assert values(f"session/{below}", str(DCTERMS.isPartOf)) == {f"{ID_BASE}session/{summit}"}
    assert days(below)[1] < days(summit)[0]


def test_the_dialogue_has_two_earlier_ones() -> None:
    dialogue = URIRef(BASE + "scheme/session-type/dialogue")
    found = reference().subjects(URIRef(GFMD + "sessionType"), dialogue)
    assert sorted(str(session).rpartition("gcm-")[2] for session in found) == [
        "2016-11-14",
        "2017-02-02",
        "2017-04-06",
    ]
    chairs = values("session/gfmd-dialogue-gcm-2017-04-06", GFMD + "chairedBy")
    assert len(chairs) == 2


def test_a_post_is_held_by_one_person_after_the_other() -> None:
    holders = {
        str(reference().value(membership, ORG.member)).rpartition("/")[2]: (
            str(reference().value(membership, URIRef(SCHEMA + "startDate"))),
            str(reference().value(membership, URIRef(SCHEMA + "endDate"))),
        )
        for membership in reference().subjects(
            URIRef(GFMD + "post"), thing("actor/post-srsg-migration")
        )
    }
    assert holders == {
        "person-peter-sutherland": ("2006-01", "2017-03"),
        "person-louise-arbour": ("2017-03-09", "None"),
    }


def test_the_crisis_initiative_has_the_bare_acronym_and_the_misspelt_city_is_of_the_process() -> (
    None
):
    assert "MICIC" in values("process/micic", str(SKOS.altLabel))
    assert "MICIC" not in values("instrument/micic-guidelines", str(SKOS.altLabel))
    assert values("process/valletta", str(SKOS.hiddenLabel)) == {"Valleta process"}
    assert values("instrument/valletta-action-plan", str(SKOS.hiddenLabel)) == set()
