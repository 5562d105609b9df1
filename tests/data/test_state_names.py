"""States: who is recorded, and that every name in the source tables finds one of them.

Tests that take ``shared`` read the tables beside the repository and skip where it is absent.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from gfmdkg.namespaces import BASE, DCTERMS, GFMD, ID_BASE, ORG, RDF, SKOS
from gfmdkg.paths import shipped_content
from gfmdkg.rdf.turtle import write_turtle
from gfmdkg.terms.folding import fold

CONTENT = shipped_content()
STATES = CONTENT.data / "reference" / "states.ttl"
GROUPS = CONTENT.data / "reference" / "regional-groups.ttl"
REGIONS = CONTENT.ontology / "vocab" / "region.ttl"
FILES = (STATES, GROUPS, REGIONS)

ACTOR = ID_BASE + "actor/"
UNION = ACTOR + "org-european-union"
OBSERVERS = frozenset({ACTOR + "state-vat", ACTOR + "state-pse"})
ASSOCIATED = frozenset({ACTOR + "state-cok", ACTOR + "state-niu"})
NO_STATE = {"Montserrat": "a territory; stands in one table of 2022 where Gabon is missing"}
"""Names of the tables that are no name of a record, and why."""

Term = NamedNode | Literal
Record = Mapping[str, tuple[Term, ...]]
Reader = Callable[[Path], set[str]]


@cache
def records(path: Path) -> Mapping[str, Record]:
    found: defaultdict[str, defaultdict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for quad in parse(path=path, format=RdfFormat.TURTLE):
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode | Literal)
        found[quad.subject.value][quad.predicate.value].append(quad.object)
    return {s: {p: tuple(o) for p, o in record.items()} for s, record in found.items()}


def states() -> Mapping[str, Record]:
    return {iri: record for iri, record in records(STATES).items() if iri != UNION}


def members() -> frozenset[str]:
    united_nations = NamedNode(ACTOR + "org-un")
    return frozenset(
        s for s, r in states().items() if united_nations in r.get(ORG + "memberOf", ())
    )


def codes(record: Record, datatype: str) -> list[str]:
    return [
        code.value
        for code in record.get(SKOS + "notation", ())
        if isinstance(code, Literal) and code.datatype.value == GFMD + datatype
    ]


@cache
def owners() -> Mapping[str, frozenset[str]]:
    """Folded label to the records of both files that have it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for iri, record in {**records(STATES), **records(GROUPS)}.items():
        for kind in ("prefLabel", "altLabel", "hiddenLabel"):
            for label in record.get(SKOS + kind, ()):
                found[fold(label.value)].add(iri)
    return {label: frozenset(iris) for label, iris in found.items()}


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def tables(folder: Path) -> list[Path]:
    found = sorted(folder.glob("**/*.csv"))
    assert found, f"no tables in {folder}"
    return found


def names_in_reviews(sources: Path) -> set[str]:
    recommendations = list(rows(sources / "upr" / "recommendations-migrants-2008-2014.csv"))
    named = {row[column] for row in recommendations for column in ("To", "From")}
    return named | {row["To"] for row in rows(sources / "upr" / "sessions.csv")}


def names_in_ratifications(sources: Path) -> set[str]:
    folder = sources / "treaties" / "ratification-2022"
    return {row["member"] for path in tables(folder) for row in rows(path)}


def names_in_treaty_collection(sources: Path) -> set[str]:
    folder = sources / "treaties" / "un-treaty-collection-2015" / "treaties"
    named = {row["Participant"] for path in tables(folder) for row in rows(path)}
    return {re.sub(r"[\s\d,]+$", "", name) for name in named}  # marks of footnotes


READERS: tuple[Reader, ...] = (names_in_reviews, names_in_ratifications, names_in_treaty_collection)


def test_members_observers_associated_states_and_the_union_are_recorded() -> None:
    assert len(members()) == 193
    assert states().keys() - members() == OBSERVERS | ASSOCIATED
    assert UNION in records(STATES)


def test_a_state_is_known_by_its_three_letter_code() -> None:
    for iri, record in states().items():
        assert [iri] == [f"{ACTOR}state-{code.lower()}" for code in codes(record, "iso3166Alpha3")]


@pytest.mark.parametrize(
    ("datatype", "form"),
    [("iso3166Alpha2", "[A-Z]{2}"), ("iso3166Alpha3", "[A-Z]{3}"), ("m49", "[0-9]{3}")],
)
def test_each_state_has_one_code_of_each_kind_and_shares_it_with_none(
    datatype: str, form: str
) -> None:
    found = [codes(record, datatype) for record in states().values()]
    assert [some for some in found if len(some) != 1 or not re.fullmatch(form, some[0])] == []
    assert len({code for [code] in found}) == len(found)


def test_each_state_is_named_in_three_languages_and_typed() -> None:
    kind = (NamedNode(BASE + "scheme/actor-type/state"),)
    for iri, record in states().items():
        labels = record[SKOS + "prefLabel"]
        tags = sorted(str(label.language) for label in labels if isinstance(label, Literal))
        assert tags == ["en", "es", "fr"], iri
        assert record[GFMD + "actorType"] == kind, iri


def test_no_label_is_shared() -> None:
    assert {label: sorted(by) for label, by in owners().items() if len(by) > 1} == {}


def test_no_label_carries_a_trailing_article_or_mark() -> None:
    trailing = re.compile(r"\*|\((?:the|l'|le|la|les|el|los|las)\)|^the ", re.IGNORECASE)
    labels = {
        label.value
        for record in states().values()
        for kind in ("prefLabel", "altLabel", "hiddenLabel")
        for label in record.get(SKOS + kind, ())
    }
    allowed = {"The former Yugoslav Republic of Macedonia"}
    assert {label for label in labels if trailing.search(label)} == allowed


def test_each_state_lies_in_a_region_that_exists_and_has_no_other_below_it() -> None:
    regions = records(REGIONS)
    above = {o.value for r in regions.values() for o in r.get(SKOS + "broader", ())}
    lowest = {iri for iri in regions if iri not in above and iri != BASE + "scheme/region"}
    places = {iri: record[DCTERMS + "spatial"] for iri, record in states().items()}
    assert {iri for iri, place in places.items() if len(place) != 1} == set()
    assert {place.value for [place] in places.values()} <= lowest


def test_each_region_is_named_by_its_code_below_the_world() -> None:
    concepts = {i: r for i, r in records(REGIONS).items() if i != BASE + "scheme/region"}
    assert len(concepts) == 30
    assert {i: codes(r, "m49") for i, r in concepts.items()} == {
        i: [i.removeprefix(BASE + "scheme/region/")] for i in concepts
    }
    tops = [i for i, r in concepts.items() if SKOS + "broader" not in r]
    assert tops == [BASE + "scheme/region/001"]


def test_only_members_belong_to_a_regional_group_and_each_to_one() -> None:
    groups = {iri for iri in records(GROUPS) if RDF + "type" in records(GROUPS)[iri]}
    assert len(groups) == 5
    held = {
        iri: [o.value for o in record.get(ORG + "memberOf", ()) if o.value in groups]
        for iri, record in states().items()
    }
    assert {iri for iri, of in held.items() if of} <= members()
    assert {iri for iri, of in held.items() if len(of) > 1} == set()
    # The export names no group for eleven members that no row about migrants names.
    assert sum(len(of) for of in held.values()) == 182


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_as_the_canonical_writer_writes_it(path: Path) -> None:
    triples = [quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE)]
    assert write_turtle(triples) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("Dominica", "dma"),
        ("Dominican Republic", "dom"),
        ("Niger", "ner"),
        ("Nigeria", "nga"),
        ("Guinea", "gin"),
        ("Guinea-Bissau", "gnb"),
        ("Guinea Bissau", "gnb"),
        ("Equatorial Guinea", "gnq"),
        ("Papua New Guinea", "png"),
        ("Congo", "cog"),
        ("Republic of Congo", "cog"),
        ("Democratic Republic of Congo", "cod"),
        ("Congo, The Democratic Republic Of The", "cod"),
        ("DPR Korea", "prk"),
        ("Republic of Korea", "kor"),
        ("Cote d'Ivoire", "civ"),
        ("Macedonia FYR", "mkd"),
        ("Swaziland", "swz"),
        ("Turkey", "tur"),
        ("United Kingdom", "gbr"),
        ("United States", "usa"),
        ("United Arab Emirates", "are"),
        ("South Sudan", "ssd"),
        ("Sudan", "sdn"),
        ("Samoa", "wsm"),
        ("Palestine", "pse"),
    ],
)
def test_names_that_resemble_each_other_find_their_own_state(name: str, state: str) -> None:
    assert owners()[fold(name)] == {f"{ACTOR}state-{state}"}


@pytest.mark.parametrize("read", READERS, ids=["reviews", "ratifications", "treaty collection"])
def test_every_name_in_the_source_tables_finds_one_record(read: Reader, shared: Path) -> None:
    names = read(shared / "sources")
    found = {name: owners().get(fold(name), frozenset()) for name in names - NO_STATE.keys()}
    assert {name: sorted(iris) for name, iris in found.items() if len(iris) != 1} == {}


def test_names_that_are_excused_occur_and_find_nothing(shared: Path) -> None:
    names = {name for read in READERS for name in read(shared / "sources")}
    assert names >= NO_STATE.keys()
    assert [name for name in NO_STATE if fold(name) in owners()] == []


def test_the_members_are_those_of_the_table_of_2022(shared: Path) -> None:
    names = names_in_ratifications(shared / "sources") - NO_STATE.keys()
    assert {iri for name in names for iri in owners()[fold(name)]} == members()


def test_the_codes_of_a_member_are_those_of_the_table_of_2022(shared: Path) -> None:
    folder = shared / "sources" / "treaties" / "ratification-2022"
    known = {iri: codes(record, "iso3166Alpha2")[0] for iri, record in states().items()}
    differing = {
        (row["member"], row["iso2"])
        for path in tables(folder)
        for row in rows(path)
        if row["member"] not in NO_STATE
        and {known[iri] for iri in owners()[fold(row["member"])]} != {row["iso2"]}
    }
    assert differing == {("East Timor", "TP"), ("South Sudan", "S")}, "faults of the table"


def test_the_regional_groups_are_those_of_the_reviews(shared: Path) -> None:
    path = shared / "sources" / "upr" / "recommendations-migrants-2008-2014.csv"
    told = {(row[column], row[f"{column}-Rgrp"]) for row in rows(path) for column in ("To", "From")}
    for name, group in told:
        [iri] = owners()[fold(name)]
        groups = [o.value for o in states()[iri].get(ORG + "memberOf", ())]
        expected = [] if group == "Observer" else [*owners()[fold(group)]]
        assert [g for g in groups if g != ACTOR + "org-un"] == expected, name
