"""Facts that must hold in the reference data, whatever else is added to it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from gfmdkg.namespaces import BASE, DCTERMS, FOAF, GFMD, ID_BASE, ORG, RDF, SDG, SDGO, SKOS, XSD
from gfmdkg.paths import shipped_content

SCHEMA = "https://schema.org/"
DATA = shipped_content().data
FILES = (*sorted((DATA / "reference").glob("*.ttl")), DATA / "sources.ttl")


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INSTRUMENTS = words(
    """
    udhr icerd iccpr icescr cedaw cat crc cmw crpd cped
    ilo-c029 ilo-p029 ilo-c097 ilo-c143 ilo-c181 ilo-c189 vccr
    agenda-2030 nyd gcm-modalities gcm gcr imrf-pd-2022 sutherland-report sr-migrants-2016
    migof micic-guidelines gmg-principles ilo-fair-recruitment-principles ungps
    valletta-action-plan malta-declaration
    """
)
PROCESSES = frozenset(
    {"gfmd", "gcm-process", "gcr-process", "micic", "iris", "ilo-fair-recruitment"}
)
TARGETS_IN_USE = words(
    """
    3.8 4.5 5.2 8.5 8.7 8.8 8.10 10.2 10.3 10.7 10.c 16.2 16.3 16.7 16.9 16.b
    17.14 17.16 17.17 17.18
    """
)
ACTORS_IN_REPORTS = words(
    """
    org-un org-un-general-assembly org-iom org-ilo org-ohchr org-gmg org-human-rights-council
    org-iom-council org-european-council org-turkey org-canada org-switzerland
    org-migrant-forum-in-asia post-special-rapporteur-migrants
    group-participants group-several-interveners group-many-speakers group-many-participants
    group-some-participants group-delegates group-civil-society
    group-private-sector-representative group-session group-gfmdkg-curators
    person-mehmet-samsar person-rosemary-mccarney person-william-gois
    person-carolina-hernandez person-maurizio-busatti person-peter-sutherland
    """
)
UNVERIFIED: Mapping[str, frozenset[str]] = {
    "instrument/cat": frozenset({"symbol"}),
    "instrument/crc": frozenset({"symbol"}),
    "instrument/crpd": frozenset({"symbol"}),
    "instrument/cped": frozenset({"adopted", "inForce", "symbol"}),
    "instrument/ilo-c029": frozenset({"adopted", "inForce", "symbol"}),
    "instrument/ilo-p029": frozenset({"adopted", "inForce", "symbol"}),
    "instrument/ilo-c181": frozenset({"adopted", "inForce"}),
    "instrument/sr-migrants-2016": frozenset({"adopted"}),
    "instrument/migof": frozenset({"symbol"}),
    "instrument/ilo-fair-recruitment-principles": frozenset({"adopted"}),
    "instrument/valletta-action-plan": frozenset({"adopted"}),
    "process/ilo-fair-recruitment": frozenset({"startDate"}),
    "summit/gfmd-2010": frozenset({"endDate"}),
    "summit/gfmd-2011": frozenset({"startDate", "endDate"}),
}
"""What the compiled tables mark as written from memory."""

Triple = tuple[str, str, NamedNode | BlankNode | Literal]


def _read(path: Path) -> Iterator[Quad]:
    return parse(path=path, format=RdfFormat.TURTLE)


@cache
def triples() -> tuple[Triple, ...]:
    found: list[Triple] = []
    for path in FILES:
        for quad in _read(path):
            assert isinstance(quad.subject, NamedNode), path
            assert isinstance(quad.object, NamedNode | BlankNode | Literal), path
            found.append((quad.subject.value, quad.predicate.value, quad.object))
    return tuple(found)


def values(subject: str, predicate: str) -> list[str]:
    return [o.value for s, p, o in triples() if s == subject and p == predicate]


def literals(predicate: str) -> list[tuple[str, Literal]]:
    return [(s, o) for s, p, o in triples() if p == predicate and isinstance(o, Literal)]


def members(type_iri: str) -> frozenset[str]:
    return frozenset(s for s, p, o in triples() if p == RDF + "type" and o.value == type_iri)


def local_names(type_iri: str, base: str) -> frozenset[str]:
    return frozenset(iri.removeprefix(base) for iri in members(type_iri))


def labels(subject: str) -> frozenset[str]:
    names = ("prefLabel", "altLabel", "hiddenLabel")
    return frozenset(v for name in names for v in values(subject, SKOS + name))


def test_every_instrument_of_the_table_is_there() -> None:
    assert local_names(GFMD + "Instrument", ID_BASE + "instrument/") == INSTRUMENTS


def test_initiatives_are_processes_and_no_instruments() -> None:
    assert local_names(GFMD + "Process", ID_BASE + "process/") == PROCESSES


def test_the_seventeen_goals_are_there() -> None:
    assert local_names(SDGO + "Goal", SDG) == {str(n) for n in range(1, 18)}


@pytest.mark.parametrize("number", range(1, 18))
def test_a_goal_is_found_by_its_number_in_three_languages(number: int) -> None:
    goal = f"{SDG}{number}"
    tags = {o.language for s, o in literals(SKOS + "prefLabel") if s == goal}
    assert tags == {"en", "es", "fr"}
    assert {f"SDG {number}", f"Goal {number}", f"ODS {number}", f"ODD {number}"} <= labels(goal)
    assert values(goal, SKOS + "notation") == [str(number)]


def test_targets_that_reports_are_linked_to_are_there() -> None:
    assert local_names(SDGO + "Target", SDG) >= TARGETS_IN_USE


def test_each_target_is_below_its_own_goal() -> None:
    targets = members(SDGO + "Target")
    assert {t: values(t, SKOS + "broader") for t in targets} == {
        t: [t.rpartition(".")[0]] for t in targets
    }
    assert {t: values(t, SKOS + "notation") for t in targets} == {
        t: [t.removeprefix(SDG)] for t in targets
    }


def test_codes_are_plain_strings() -> None:
    codes = [o for _, o in literals(SKOS + "notation")]
    assert "8.10" in {code.value for code in codes}
    assert {code.datatype.value for code in codes} == {XSD + "string"}


def test_goals_and_targets_follow_each_other_in_number_order() -> None:
    subjects = list(dict.fromkeys(s for s, _, _ in triples() if s.startswith(SDG)))
    keys = [_target_key(s.removeprefix(SDG)) for s in subjects]
    goals, targets = keys[:17], keys[17:]
    assert all(a < b for part in (goals, targets) for a, b in pairwise(part))


def _target_key(code: str) -> tuple[int, bool, int, str]:
    goal, _, target = code.partition(".")
    return int(goal), target.isalpha(), int(target) if target.isdecimal() else 0, target


def test_actors_that_reports_name_are_there() -> None:
    actors = {s.removeprefix(ID_BASE + "actor/") for s, _, _ in triples() if "/id/actor/" in s}
    assert actors >= ACTORS_IN_REPORTS


@pytest.mark.parametrize(
    ("type_iri", "prefix"),
    [(FOAF + "Person", "person-"), (ORG + "Organization", "org-"), (FOAF + "Group", "group-")],
)
def test_the_iri_of_an_actor_says_its_class(type_iri: str, prefix: str) -> None:
    actors = local_names(type_iri, ID_BASE + "actor/")
    assert actors
    assert all(actor.startswith(prefix) for actor in actors)


def test_the_fifteen_summits_are_numbered_in_order_of_date() -> None:
    summits = sorted(members(GFMD + "Summit"), key=lambda s: values(s, SCHEMA + "startDate"))
    assert [values(s, GFMD + "number") for s in summits] == [[str(n)] for n in range(1, 16)]
    assert all(values(s, SCHEMA + "startDate") <= values(s, SCHEMA + "endDate") for s in summits)


def test_a_shared_chair_names_both_states() -> None:
    chairs = set(values(ID_BASE + "summit/gfmd-2017", GFMD + "chairedBy"))
    assert chairs == {ID_BASE + "actor/org-germany", ID_BASE + "actor/org-morocco"}


def test_every_record_has_one_english_label_and_no_language_twice() -> None:
    tags: defaultdict[str, list[str | None]] = defaultdict(list)
    for subject, label in literals(SKOS + "prefLabel"):
        tags[subject].append(label.language)
    subjects = {s for s, _, _ in triples()}
    assert {s for s in subjects if tags[s].count("en") != 1} == set()
    assert {s for s in subjects if len(set(tags[s])) != len(tags[s])} == set()


@pytest.mark.parametrize(
    "predicate",
    [
        *(SKOS + name for name in ("prefLabel", "altLabel", "hiddenLabel", "definition")),
        *(SKOS + name for name in ("note", "scopeNote", "editorialNote")),
        GFMD + "neverLabel",
        SCHEMA + "location",
    ],
)
def test_words_for_people_are_tagged_and_trimmed(predicate: str) -> None:
    found = literals(predicate)
    assert found
    assert [o for _, o in found if o.language is None or o.value != " ".join(o.value.split())] == []


def test_no_label_belongs_to_two_references() -> None:
    classes = (GFMD + "Instrument", GFMD + "Process", SDGO + "Goal", SDGO + "Target")
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for type_iri in classes:
        for record in members(type_iri):
            for label in labels(record):
                owners[label.casefold()].add(record)
    assert {label: sorted(by) for label, by in owners.items() if len(by) > 1} == {}


def test_no_label_belongs_to_two_actors() -> None:
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for subject in {s for s, _, _ in triples() if "/id/actor/" in s}:
        for label in labels(subject):
            owners[label.casefold()].add(subject)
    assert {label: sorted(by) for label, by in owners.items() if len(by) > 1} == {}


def test_a_never_label_is_no_label_of_the_same_record() -> None:
    assert [(s, o.value) for s, o in literals(GFMD + "neverLabel") if o.value in labels(s)] == []


@pytest.mark.parametrize(
    "name", ["CMW", "ICRMW", "UN CMW", "ICMW", "CRMW", "Migrant Workers Convention"]
)
def test_the_convention_on_migrant_workers_has_all_its_short_names(name: str) -> None:
    assert name in values(ID_BASE + "instrument/cmw", SKOS + "altLabel")


@pytest.mark.parametrize(
    ("slug", "wrong"),
    [
        ("cmw", "International Convention of the Protection of the Rights of All Migrant Workers"),
        ("cedaw", "Convention against Elimination of Discrimination against Women"),
        ("vccr", "Vienna Treaty on consular rights"),
        ("valletta-action-plan", "Valleta process"),
    ],
)
def test_wrong_titles_found_in_sources_are_hidden_labels(slug: str, wrong: str) -> None:
    instrument = f"{ID_BASE}instrument/{slug}"
    assert wrong in values(instrument, SKOS + "hiddenLabel")
    assert wrong not in values(instrument, SKOS + "altLabel")


@pytest.mark.parametrize("slug", ["ilo-c029", "ilo-c097", "ilo-c143", "ilo-c181", "ilo-c189"])
def test_a_nameless_convention_of_the_ilo_matches_none(slug: str) -> None:
    instrument = f"{ID_BASE}instrument/{slug}"
    assert {"ILO Convention", "the ILO Convention"} <= set(values(instrument, GFMD + "neverLabel"))


def test_the_bare_acronym_of_the_crisis_initiative_means_its_guidelines() -> None:
    assert "MICIC" in values(ID_BASE + "instrument/micic-guidelines", SKOS + "altLabel")
    assert "MICIC Initiative" in values(ID_BASE + "process/micic", SKOS + "altLabel")


def test_exactly_the_values_written_from_memory_by_the_tables_are_marked() -> None:
    marked: defaultdict[str, set[str]] = defaultdict(set)
    for subject, predicate, value in triples():
        if predicate == GFMD + "unverified":
            marked[subject.removeprefix(ID_BASE)].add(re.split("[#/]", value.value)[-1])
    ours = {k: v for k, v in marked.items() if not v <= {"definition", "scopeNote", "organizer"}}
    assert ours == UNVERIFIED


def test_an_unverified_property_has_a_value_and_a_note_that_explains() -> None:
    marks = [(s, o.value) for s, p, o in triples() if p == GFMD + "unverified"]
    assert marks
    assert [mark for mark in marks if not values(*mark)] == []
    notes = {s: values(s, SKOS + "editorialNote") for s, _ in marks}
    assert [s for s, n in notes.items() if not any(t.startswith("Unverified") for t in n)] == []


def test_treaties_bind_and_nothing_else_does() -> None:
    for instrument in members(GFMD + "Instrument"):
        kind = values(instrument, GFMD + "instrumentType")[0].rpartition("/")[2]
        binds = "true" if kind in {"treaty", "treaty-protocol"} else "false"
        assert values(instrument, GFMD + "legallyBinding") == [binds], instrument
        assert bool(values(instrument, GFMD + "entryIntoForceDate")) == (binds == "true"), (
            instrument
        )


@pytest.mark.parametrize(
    ("slug", "adopted", "datatype"),
    [
        ("cmw", "1990-12-18", "date"),
        ("gcm-modalities", "2017-04-06", "date"),
        ("gcm", "2018-12-10", "date"),
        ("migof", "2015-11", "gYearMonth"),
        ("gmg-principles", "2018", "gYear"),
    ],
)
def test_a_date_of_adoption_is_as_fine_as_it_is_known(
    slug: str, adopted: str, datatype: str
) -> None:
    dates = [o for s, o in literals(GFMD + "adoptionDate") if s == f"{ID_BASE}instrument/{slug}"]
    assert [(o.value, o.datatype.value) for o in dates] == [(adopted, XSD + datatype)]


def test_no_instrument_enters_into_force_before_its_adoption() -> None:
    for instrument, in_force in literals(GFMD + "entryIntoForceDate"):
        assert values(instrument, GFMD + "adoptionDate")[0] < in_force.value, instrument


def test_no_doubt_mark_of_the_tables_is_left_in_a_symbol() -> None:
    symbols = [o.value for _, o in literals(GFMD + "symbol")]
    assert symbols
    assert [s for s in symbols if "(U)" in s or ";" in s or s.startswith("draft")] == []


def test_every_record_that_is_pointed_at_exists() -> None:
    subjects = {s for s, _, _ in triples()}
    vocabularies = {
        quad.subject.value
        for path in sorted((shipped_content().ontology / "vocab").glob("*.ttl"))
        for quad in _read(path)
        if isinstance(quad.subject, NamedNode)
    }
    pointed_at = {
        o.value
        for _, p, o in triples()
        if isinstance(o, NamedNode)
        and o.value.startswith((BASE + "id/", BASE + "scheme/", SDG))
        and p not in {RDF + "type", GFMD + "unverified"}
        and not o.value.startswith(SDGO)
    }
    assert pointed_at - subjects - vocabularies == set()


def test_every_document_that_was_read_has_a_checksum() -> None:
    documents = members(FOAF + "Document")
    assert ID_BASE + "source/gfmd-dialogue-2017-04-06" in documents
    for document in documents:
        [checksum] = values(document, DCTERMS + "identifier")
        assert re.fullmatch("sha256:[0-9a-f]{64}", checksum)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_prefixes_are_sorted_and_all_used(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    prefixes = re.findall(r"^@prefix (\w+):", text, flags=re.MULTILINE)
    assert prefixes == sorted(prefixes)
    assert [p for p in prefixes if not re.search(rf"(?<!@prefix )\b{p}:\w", text)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_record_is_described_in_two_blocks(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    subjects = re.findall(r"^(\S+) a \S+ ;$", text, flags=re.MULTILINE)
    assert subjects
    assert sorted(set(subjects)) == sorted(subjects)
