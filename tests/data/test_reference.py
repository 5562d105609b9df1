"""Facts that must hold in the reference data, whatever else is added to it."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from gfmdkg.errors import Ambiguous
from gfmdkg.namespaces import (
    BASE,
    DCTERMS,
    FOAF,
    GFMD,
    ID_BASE,
    ORG,
    RDF,
    RDFS,
    SDG,
    SDGO,
    SKOS,
    XSD,
)
from gfmdkg.paths import shipped_content
from gfmdkg.rdf.turtle import write_turtle
from gfmdkg.terms.index import NameFact, TermIndex

SCHEMA = "https://schema.org/"
UNBIS = "http://metadata.un.org/thesaurus/"
DATA = shipped_content().data
FILES = (*sorted((DATA / "reference").glob("*.ttl")), DATA / "sources.ttl")


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INSTRUMENTS = words(
    """
    udhr icerd iccpr icescr cedaw cat crc cmw crpd cped
    iccpr-op1 iccpr-op2 icescr-op cedaw-op opcat crc-opac crc-opsc crc-opic crpd-op
    refugee-convention-1951 refugee-protocol-1967
    stateless-persons-convention-1954 statelessness-convention-1961
    untoc trafficking-protocol smuggling-protocol
    ilo-c029 ilo-p029 ilo-c097 ilo-c105 ilo-c143 ilo-c181 ilo-c189 vccr
    agenda-2030 nyd gcm-modalities gcm gcr imrf-pd-2022 sutherland-report sr-migrants-2016
    migof micic-guidelines gmg-principles gmg-principles-2017 ilo-fair-recruitment-principles ungps
    valletta-action-plan valletta-political-declaration malta-declaration
    """
)
PROCESSES = frozenset(
    {"gfmd", "gcm-process", "gcr-process", "micic", "iris", "ilo-fair-recruitment", "valletta"}
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
    org-iom-council org-european-council state-tur state-can state-che
    org-migrant-forum-in-asia post-special-rapporteur-migrants
    group-participants group-several-interveners group-many-speakers group-many-participants
    group-some-participants group-delegates group-civil-society
    group-private-sector group-session
    person-mehmet-samsar person-rosemary-mccarney person-william-gois
    person-carolina-hernandez person-maurizio-busatti person-peter-sutherland
    """
)
UNVERIFIED: Mapping[str, frozenset[str]] = {
    "instrument/crpd": frozenset({"symbol"}),
    "instrument/crpd-op": frozenset({"adoptedBy", "entryIntoForceDate"}),
    "instrument/crc-opsc": frozenset({"entryIntoForceDate"}),
    "instrument/iccpr-op2": frozenset({"adoptedBy", "entryIntoForceDate"}),
    "instrument/stateless-persons-convention-1954": frozenset({"entryIntoForceDate"}),
    "instrument/ilo-p029": frozenset({"entryIntoForceDate", "symbol"}),
    "instrument/ilo-c181": frozenset({"adoptionDate", "entryIntoForceDate"}),
    "instrument/migof": frozenset({"symbol"}),
}
"""What of the instruments is written from memory."""

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


NAMES = (RDFS + "label", SKOS + "prefLabel")
"""What names a record: what is the United Nations' and has no label of theirs has ours."""


def labels(subject: str) -> frozenset[str]:
    names = (*NAMES, SKOS + "altLabel", SKOS + "hiddenLabel")
    return frozenset(v for name in names for v in values(subject, name))


def test_every_instrument_of_the_table_is_there() -> None:
    assert local_names(GFMD + "Instrument", ID_BASE + "instrument/") == INSTRUMENTS


def test_initiatives_are_processes_and_no_instruments() -> None:
    assert local_names(GFMD + "Process", ID_BASE + "process/") == PROCESSES


def test_the_seventeen_goals_are_there() -> None:
    assert local_names(SDGO + "Goal", SDG) == {str(n) for n in range(1, 18)}


@pytest.mark.parametrize("number", range(1, 18))
def test_a_goal_is_found_by_its_number_in_three_languages(number: int) -> None:
    goal = f"{SDG}{number}"
    tags = {o.language for name in NAMES for s, o in literals(name) if s == goal}
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
    ours = {GFMD + name for name in ("iso3166Alpha2", "iso3166Alpha3", "m49")}
    assert {code.datatype.value for code in codes} == {XSD + "string", *ours}


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
    ("type_iri", "prefixes"),
    [
        (FOAF + "Person", ("person-",)),
        (ORG + "Organization", ("org-", "state-")),
        (ORG + "Post", ("post-",)),
        (FOAF + "Group", ("group-",)),
    ],
)
def test_the_iri_of_an_actor_says_its_class(type_iri: str, prefixes: tuple[str, ...]) -> None:
    actors = local_names(type_iri, ID_BASE + "actor/")
    assert all(any(actor.startswith(prefix) for actor in actors) for prefix in prefixes)
    assert [actor for actor in actors if not actor.startswith(prefixes)] == []


def test_states_and_nothing_else_have_the_iri_of_a_state() -> None:
    kind = BASE + "scheme/actor-type/state"
    states = {s for s, p, o in triples() if p == GFMD + "actorType" and o.value == kind}
    assert states == {s for s, _, _ in triples() if "/id/actor/state-" in s}


def test_the_fifteen_summits_are_numbered_in_order_of_date() -> None:
    kind = BASE + "scheme/session-type/summit"
    found = {s for s, p, o in triples() if p == GFMD + "sessionType" and o.value == kind}
    summits = sorted(found, key=lambda s: values(s, SCHEMA + "startDate"))
    assert [values(s, GFMD + "number") for s in summits] == [[str(n)] for n in range(1, 16)]
    assert all(values(s, SCHEMA + "startDate") <= values(s, SCHEMA + "endDate") for s in summits)


def test_a_shared_chair_names_both_states() -> None:
    chairs = set(values(ID_BASE + "session/gfmd-2017", GFMD + "chairedBy"))
    assert chairs == {ID_BASE + "actor/state-deu", ID_BASE + "actor/state-mar"}


def test_every_record_has_one_english_label_and_no_language_twice() -> None:
    tags: defaultdict[str, list[str | None]] = defaultdict(list)
    for name in NAMES:
        for subject, label in literals(name):
            tags[subject].append(label.language)
    subjects = {s for s, _, _ in triples()} - members(ORG + "Membership")
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
    classes = (
        *(GFMD + name for name in ("CitableEntity", "Instrument", "Process")),
        *(SDGO + name for name in ("Goal", "Target")),
    )
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
        (
            "instrument/cmw",
            "International Convention of the Protection of the Rights of All Migrant Workers",
        ),
        ("instrument/cedaw", "Convention against Elimination of Discrimination against Women"),
        ("instrument/vccr", "Vienna Treaty on consular rights"),
        ("process/valletta", "Valleta process"),
        ("process/micic", "MICIC mechanisms"),
    ],
)
def test_wrong_titles_found_in_sources_are_hidden_labels(slug: str, wrong: str) -> None:
    assert wrong in values(ID_BASE + slug, SKOS + "hiddenLabel")
    assert wrong not in values(ID_BASE + slug, SKOS + "altLabel")


def test_what_two_holders_of_a_post_may_have_written_is_no_name_of_a_report() -> None:
    owners = {s for s, o in literals(SKOS + "hiddenLabel") if o.value == "SRSG report"}
    assert owners == set()


@pytest.mark.parametrize(
    "slug", ["ilo-c029", "ilo-c097", "ilo-c105", "ilo-c143", "ilo-c181", "ilo-c189"]
)
def test_a_nameless_convention_of_the_ilo_matches_none(slug: str) -> None:
    instrument = f"{ID_BASE}instrument/{slug}"
    assert {"ILO Convention", "the ILO Convention"} <= set(values(instrument, GFMD + "neverLabel"))


def test_the_bare_acronym_of_the_crisis_initiative_means_the_initiative() -> None:
    guidelines = ID_BASE + "instrument/micic-guidelines"
    assert {"MICIC", "MICIC Initiative"} <= labels(ID_BASE + "process/micic")
    assert "MICIC" not in labels(guidelines)
    assert "MICIC Guidelines" in labels(guidelines)


def test_exactly_what_is_written_from_memory_about_instruments_is_marked() -> None:
    marked: defaultdict[str, set[str]] = defaultdict(set)
    for subject, predicate, value in triples():
        if predicate == GFMD + "unverified":
            marked[subject.removeprefix(ID_BASE)].add(re.split("[#/]", value.value)[-1])
    assert {k: v for k, v in marked.items() if k.startswith("instrument/")} == UNVERIFIED


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
        ("gmg-principles-2017", "2017-01", "gYearMonth"),
        ("vccr", "1963-04-22", "date"),
        ("ilo-fair-recruitment-principles", "2016-09", "gYearMonth"),
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


INSTRUMENT_RELATIONS = (
    *(GFMD + name for name in ("protocolTo", "amends", "implements", "callsFor", "reviews")),
    *(DCTERMS + name for name in ("replaces", "isReplacedBy")),
)
LABEL_KINDS = {
    SKOS + "prefLabel": "pref",
    SKOS + "altLabel": "alt",
    SKOS + "hiddenLabel": "hidden",
    GFMD + "neverLabel": "never",
}
COMMITTEES = {
    "icerd": "org-cerd-committee",
    "iccpr": "org-human-rights-committee",
    "icescr": "org-cescr",
    "cedaw": "org-cedaw-committee",
    "cat": "org-cat-committee",
    "crc": "org-crc-committee",
    "cmw": "org-cmw-committee",
    "crpd": "org-crpd-committee",
    "cped": "org-ced-committee",
}


def instruments_with(predicate: str) -> frozenset[str]:
    return frozenset(s for s, p, _ in triples() if p == predicate and "/id/instrument/" in s)


def test_every_instrument_has_an_official_address_or_a_note_why_not() -> None:
    for instrument in members(GFMD + "Instrument"):
        pages = values(instrument, FOAF + "page")
        notes = values(instrument, SKOS + "editorialNote")
        excuse = any(note.startswith("No official address") for note in notes)
        assert len(pages) <= 1, instrument
        assert bool(pages) != excuse, instrument
        assert all(page.startswith("https://") for page in pages), instrument


def test_a_document_of_the_united_nations_is_at_the_address_of_a_symbol_of_its_own() -> None:
    for instrument in members(GFMD + "Instrument"):
        for page in values(instrument, FOAF + "page"):
            if page.startswith("https://undocs.org/"):
                symbols = values(instrument, GFMD + "symbol")
                address = page.removeprefix("https://undocs.org/")
                # Of a resolution in parts the address names the whole.
                assert address in symbols or f"{address}A" in symbols, instrument


def test_treaties_of_the_treaty_collection_and_no_others_have_its_depositary() -> None:
    at_collection = {
        s
        for s in instruments_with(FOAF + "page")
        if values(s, FOAF + "page")[0].startswith("https://treaties.un.org/")
    }
    assert len(at_collection) == 26
    assert instruments_with(GFMD + "depositary") == at_collection
    depositaries = {v for s in at_collection for v in values(s, GFMD + "depositary")}
    assert depositaries == {ID_BASE + "actor/post-un-secretary-general"}


def _day(name: str) -> str:
    """The day with which the Treaty Collection ends the name of a treaty."""
    written = " ".join(name.split()[-3:])
    return datetime.strptime(written, "%d %B %Y").replace(tzinfo=UTC).date().isoformat()


def test_addresses_titles_and_days_are_those_of_the_treaty_collection(shared: Path) -> None:
    path = shared / "sources" / "treaties" / "un-treaty-collection-2015" / "index.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        index = {row["url"].partition("://")[2]: row["treaty_name"] for row in csv.DictReader(file)}
    opened_later = {"icerd", "vccr"}
    for instrument in instruments_with(GFMD + "depositary"):
        [page] = values(instrument, FOAF + "page")
        name = index[page.removeprefix("https://")]
        [title] = [
            o.value
            for s, o in literals(SKOS + "prefLabel")
            if s == instrument and o.language == "en"
        ]
        assert name.casefold().startswith(title.casefold()), instrument
        day = _day(name)
        same = values(instrument, GFMD + "adoptionDate") == [day]
        assert same != (instrument.rpartition("/")[2] in opened_later), instrument


def test_both_ends_of_a_relation_between_instruments_exist() -> None:
    things = members(GFMD + "Instrument") | members(GFMD + "Process")
    found = [(s, p, o.value) for s, p, o in triples() if p in INSTRUMENT_RELATIONS]
    assert [end for end in found if end[0] not in things or end[2] not in things] == []
    assert [end for end in found if end[0] == end[2]] == []
    processes = {p for _, p, o in found if o in members(GFMD + "Process")}
    assert processes <= {GFMD + "callsFor"}


@pytest.mark.parametrize(
    ("subject", "relation", "things"),
    [
        ("nyd", GFMD + "callsFor", {"gcm", "gcr"}),
        ("imrf-pd-2022", GFMD + "reviews", {"gcm"}),
        ("ilo-p029", GFMD + "protocolTo", {"ilo-c029"}),
        ("refugee-protocol-1967", GFMD + "protocolTo", {"refugee-convention-1951"}),
        ("smuggling-protocol", GFMD + "protocolTo", {"untoc"}),
        ("gmg-principles", DCTERMS + "replaces", {"gmg-principles-2017"}),
        ("gmg-principles-2017", DCTERMS + "isReplacedBy", {"gmg-principles"}),
    ],
)
def test_instruments_are_related_as_their_titles_and_sources_say(
    subject: str, relation: str, things: set[str]
) -> None:
    related = values(f"{ID_BASE}instrument/{subject}", relation)
    assert {o.rpartition("/")[2] for o in related} == things


def test_a_treaty_protocol_says_to_which_treaty_it_belongs() -> None:
    kind = BASE + "scheme/instrument-type/treaty-protocol"
    protocols = {s for s, p, o in triples() if p == GFMD + "instrumentType" and o.value == kind}
    assert protocols == instruments_with(GFMD + "protocolTo")


@pytest.mark.parametrize(("treaty", "committee"), COMMITTEES.items())
def test_a_committee_monitors_its_treaty(treaty: str, committee: str) -> None:
    monitors = {
        s for s, p, o in triples() if p == GFMD + "monitors" and o.value.endswith(f"/{treaty}")
    }
    actor = f"{ID_BASE}actor/{committee}"
    assert monitors == {actor}
    assert values(actor, GFMD + "actorType") == [BASE + "scheme/actor-type/treaty-body"]


def names() -> Iterator[NameFact]:
    """What the index of names knows of instruments and actors."""
    for subject, predicate, value in triples():
        if predicate == RDF + "type":
            yield subject, "type", value.value, None
        elif isinstance(value, Literal) and predicate in LABEL_KINDS:
            yield subject, LABEL_KINDS[predicate], value.value, value.language


@pytest.mark.parametrize("acronym", ["CMW", "CERD", "CESCR", "CCPR", "CED"])
def test_an_acronym_of_a_treaty_and_its_committee_means_one_thing_of_each_class(
    acronym: str,
) -> None:
    index = TermIndex.from_facts(names())
    treaty = index.resolve(acronym, types=[GFMD + "Instrument"])
    committee = index.resolve(acronym, types=[ORG + "Organization"])
    assert values(committee, GFMD + "monitors")[0] == treaty
    with pytest.raises(Ambiguous) as error:
        index.resolve(acronym)
    assert {candidate.iri for candidate in error.value.candidates} == {treaty, committee}


def test_every_match_with_unbis_is_by_its_preferred_label(shared: Path) -> None:
    path = shared / "sources" / "vocabularies" / "unbis-thesaurus-gazetteer.lst"
    preferred = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        _, _, uri, kind = line.split("\t")
        if kind == "kind=pref":
            preferred.add(uri.removeprefix("uri=").replace("#", "/"))
    matched = {o.value for p, o in concept_matches()}
    assert len(matched) >= 40
    assert matched <= preferred


def test_unbis_is_matched_exactly_or_closely_and_exactly_by_one_concept() -> None:
    matches = concept_matches()
    assert {p for p, _ in matches} == {SKOS + "exactMatch", SKOS + "closeMatch"}
    exact = [o.value for p, o in matches if p == SKOS + "exactMatch"]
    assert len(set(exact)) == len(exact)


def test_no_preferred_name_belongs_to_concepts_of_two_schemes() -> None:
    owners: defaultdict[tuple[str, str | None], set[str]] = defaultdict(set)
    for path in sorted((shipped_content().ontology / "vocab").glob("*.ttl")):
        for quad in _read(path):
            label = quad.object
            if quad.predicate.value == SKOS + "prefLabel" and isinstance(label, Literal):
                owners[label.value.casefold(), label.language].add(path.stem)
    assert {label: by for label, by in owners.items() if len(by) > 1} == {}


def test_every_concept_is_named_in_three_languages() -> None:
    tags: defaultdict[str, set[str | None]] = defaultdict(set)
    for path in sorted((shipped_content().ontology / "vocab").glob("*.ttl")):
        for quad in _read(path):
            if quad.predicate.value == SKOS + "prefLabel" and isinstance(quad.object, Literal):
                tags[str(quad.subject)].add(quad.object.language)
    assert {concept for concept, of in tags.items() if of != {"en", "es", "fr"}} == set()


def concept_matches() -> list[tuple[str, NamedNode]]:
    return [
        (quad.predicate.value, quad.object)
        for path in sorted((shipped_content().ontology / "vocab").glob("*.ttl"))
        for quad in _read(path)
        if isinstance(quad.object, NamedNode) and quad.object.value.startswith(UNBIS)
    ]


def test_every_record_that_is_pointed_at_exists() -> None:
    subjects = {s for s, _, _ in triples()}
    vocabularies = {
        quad.subject.value
        for path in sorted(shipped_content().ontology.glob("**/[a-z]*.ttl"))
        if path.parent.name in {"ontology", "vocab"}
        for quad in _read(path)
        if isinstance(quad.subject, NamedNode)
    }
    pointed_at = {
        o.value
        for _, p, o in triples()
        if isinstance(o, NamedNode)
        and o.value.startswith((BASE + "id/", BASE + "scheme/", SDG.rstrip("/")))
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


def test_instruments_are_as_the_canonical_writer_writes_them_between_headings() -> None:
    path = DATA / "reference" / "instruments.ttl"
    lines = path.read_text(encoding="utf-8").splitlines()
    subjects = [f"{BASE}{line[1 : line.index('>')]}" for line in lines if line.startswith("<")]
    triples_of_file = [quad.triple for quad in _read(path)]
    unheaded = [line for line in lines if line and not line.startswith("#")]
    written = write_turtle(triples_of_file, first=subjects)
    assert unheaded == [line for line in written.splitlines() if line]
