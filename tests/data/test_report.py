"""The curated report of 6 April 2017: its counts, its evidence and its fidelity to the source.

Tests that take ``shared`` compare the data with the source text beside the repository and skip
where it is absent.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from gfmdkg.namespaces import BASE, DCTERMS, GFMD, PROV, RDF, SKOS
from gfmdkg.paths import shipped_content

SLUG = "gfmd-dialogue-gcm-2017-04-06-c1"
SCHEMA = "https://schema.org/"
DATA = shipped_content().data
REPORT = DATA / "reports" / f"{SLUG}.ttl"

PARAGRAPHS = tuple(f"p{number:02d}" for number in range(1, 27))
POLITICAL = tuple(f"pol-{number:02d}" for number in range(1, 12))
PRACTICAL = (*(f"pra-{number:02d}" for number in range(1, 13)), "pra-07.1")
LONGEST_SHARED_RUN = 8
"""Words in a row that a text of ours may have in common with the source."""

CITATIONS: Mapping[str, frozenset[str]] = {
    reference: frozenset(passages.split())
    for reference, passages in {
        "gcm": "s1 p01 p02 p03 p04 p05 p06 p09 p10 p11 p12 p15 p24 p25 pol-01 pol-02",
        "gcr": "p05 pol-02",
        "gcm-process": "p05 p25 pol-02",
        "gcr-process": "pol-02",
        "udhr": "p02",
        "agenda-2030": "p02 p05 p12 p13 pol-01 pol-02 pol-05",
        "3": "p22",
        "cmw": "p03 p13 pol-03",
        "cedaw": "p13",
        "sutherland-report": "p04 p05 p09",
        "sr-migrants-2016": "p09",
        "nyd": "p08 pol-11",
        "ilo-fair-recruitment": "p13",
        "iris": "p13",
        "migof": "p14 pol-06",
        "micic-guidelines": "p14 pol-06",
        "gmg-principles": "p14 pol-06",
        "vccr": "pol-10",
        "valletta-action-plan": "pol-11",
        "malta-declaration": "pol-11",
        "ungps": "pra-12",
    }.items()
}
"""Explicit citations: the thing cited and the passages whose words name it."""

NAMES: Mapping[str, str] = {
    "gcm": r"GCM|Global Compact(?! on Refugees)",
    "gcr": r"GCR|Global Compact on Refugees",
    "gcm-process": r"(GCM|Compact)( and GCR)? process",
    "gcr-process": r"GCR process",
    "udhr": r"Universal Declaration",
    "agenda-2030": r"2030|SDGs",
    "3": r"SDG \d",
    "cmw": r"CMW|Migrant Workers",
    "cedaw": r"CEDAW|Discrimination against Women",
    "sutherland-report": r"Sutherland’?s? [Rr]eport|Sutherland’s report",
    "sr-migrants-2016": r"Special Rapporteur",
    "nyd": r"New York Declaration",
    "ilo-fair-recruitment": r"Fair Recruitment",
    "iris": r"(?i:iris)\b",
    "migof": r"(?i:migof)",
    "micic-guidelines": r"MICIC",
    "gmg-principles": r"GMG (principles|guidelines)",
    "vccr": r"Vienna",
    "valletta-action-plan": r"Vall?ett?a",
    "malta-declaration": r"Malta",
    "ungps": r"(?i:guiding principles)",
}
"""What to look for in the source, wider than the names that the data record."""

Triple = tuple[str, str, NamedNode | BlankNode | Literal]


def _triples(quads: Iterator[Quad]) -> Iterator[Triple]:
    for quad in quads:
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode | BlankNode | Literal)
        yield quad.subject.value, quad.predicate.value, quad.object


@cache
def triples() -> tuple[Triple, ...]:
    return tuple(_triples(parse(path=REPORT, format=RdfFormat.TURTLE)))


@cache
def records() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Subject to property to its values, all as strings."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value in triples():
        found[subject][predicate].append(value.value)
    return {
        subject: {predicate: tuple(values) for predicate, values in properties.items()}
        for subject, properties in found.items()
    }


def members(*class_names: str) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The records of these classes of ours."""
    wanted = {GFMD + class_name for class_name in class_names}
    return {
        iri: record
        for iri, record in records().items()
        if wanted.intersection(record[f"{RDF}type"])
    }


def last(iri: str) -> str:
    return iri.rsplit("/", 1)[1]


def one(record: Mapping[str, tuple[str, ...]], predicate: str) -> str:
    (value,) = record[predicate]
    return value


def passages_by_reference(*, assertion: str = "explicit") -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for record in members("Citation").values():
        if last(one(record, f"{GFMD}assertion")) == assertion:
            cited = last(one(record, f"{GFMD}target"))
            found[cited].add(last(one(record, f"{GFMD}passage")))
    return {reference: frozenset(passages) for reference, passages in found.items()}


def headings() -> Mapping[str, str]:
    """The heading of each section that has one in the source, to the section."""
    return {
        one(record, f"{SKOS}prefLabel"): last(iri)
        for iri, record in members("Section").items()
        if last(iri) != "s1"
    }


def read_source(shared: Path) -> str:
    return (shared / "sources" / "gfmd-dialogue-2017-04-06.txt").read_text(encoding="utf-8")


def split_source(source: str) -> Mapping[str, str]:
    """Passage to its words on one line, found by paragraph numbers, headings and bullets.

    The title block is ``s1``; a number counts only if it follows its predecessor.
    """
    lines: dict[str, list[str]] = {"s1": []}
    key, section, number, bullet = "s1", "s1", 0, 0
    for line in map(str.strip, source.splitlines()):
        numbered = re.match(r"(\d+)\. (.*)", line)
        if line in headings():
            section = key = headings()[line]
            bullet, rest = 0, ""
        elif numbered and int(numbered[1]) == number + 1:
            number += 1
            key, rest = f"p{number:02d}", numbered[2]
        elif section in {"s8", "s9"} and line.startswith("- "):
            bullet += 1
            key, rest = f"{'pol' if section == 's8' else 'pra'}-{bullet:02d}", line[2:]
        elif section in {"s8", "s9"} and line.startswith("o "):
            key, rest = f"pra-{bullet:02d}.1", line[2:]
        else:
            rest = line
        lines.setdefault(key, []).append(rest)
    return {key: " ".join(" ".join(parts).split()) for key, parts in lines.items()}


def words(text: str) -> list[str]:
    return re.findall(r"[\w'-]+", text.casefold().replace("’", "'"))


def runs(text: str, *, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[at : at + length]) for at in range(len(found) - length + 1)}


def test_the_report_has_26_paragraphs_24_recommendations_and_9_sections() -> None:
    assert {last(iri) for iri in members("Paragraph")} == set(PARAGRAPHS)
    assert {last(iri) for iri in members("Recommendation")} == {*POLITICAL, *PRACTICAL}
    assert {last(iri) for iri in members("Section")} == {f"s{number}" for number in range(1, 10)}
    assert len(members("Report")) == len(members("Session")) == 1


@pytest.mark.parametrize(("kind", "slugs"), [("political", POLITICAL), ("practical", PRACTICAL)])
def test_recommendations_are_of_the_kind_that_their_list_says(
    kind: str, slugs: tuple[str, ...]
) -> None:
    found = [
        iri
        for iri, record in members("Recommendation").items()
        if last(one(record, f"{GFMD}kind")) == kind
    ]
    assert sorted(map(last, found)) == sorted(slugs)


def test_the_nested_recommendation_is_part_of_the_one_above_it() -> None:
    parents = {
        last(iri): last(one(record, f"{DCTERMS}isPartOf"))
        for iri, record in members("Recommendation").items()
    }
    assert parents.pop("pra-07.1") == "pra-07"
    assert {slug: parent for slug, parent in parents.items() if parent not in {"s8", "s9"}} == {}


def test_passages_are_numbered_as_in_the_report() -> None:
    for iri, record in members("Paragraph", "Recommendation").items():
        slug = last(iri)
        number = slug.removeprefix("p") if slug in PARAGRAPHS else slug[4:]
        assert one(record, f"{GFMD}number") == number.lstrip("0")


def test_every_passage_was_examined_for_citations_goals_and_objectives() -> None:
    for iri, record in members("Paragraph", "Recommendation").items():
        examined = set(map(last, record[f"{GFMD}examinedFor"]))
        assert examined == {"citations", "sdg", "gcm-objective"}, iri


def test_five_people_sat_in_a_role() -> None:
    found = {
        last(one(record, f"{GFMD}participant")): (
            last(one(record, f"{GFMD}role")),
            last(one(record, f"{GFMD}onBehalfOf")),
        )
        for record in members("Participation").values()
    }
    assert found == {
        "person-mehmet-samsar": ("chair", "org-turkey"),
        "person-rosemary-mccarney": ("input-speaker", "org-canada"),
        "person-william-gois": ("input-speaker", "org-migrant-forum-in-asia"),
        "person-carolina-hernandez": ("rapporteur", "org-ohchr"),
        "person-maurizio-busatti": ("presenter", "org-iom"),
    }


def test_the_session_has_its_day_hours_rooms_and_cluster() -> None:
    (session,) = members("Session").values()
    assert one(session, f"{DCTERMS}date") == "2017-04-06"
    assert one(session, f"{SCHEMA}startDate") == "2017-04-06T11:30:00+02:00"
    assert one(session, f"{SCHEMA}endDate") == "2017-04-06T17:30:00+02:00"
    assert set(session[f"{GFMD}room"]) == {"XXIV", "XVIII"}
    assert one(session, f"{GFMD}thematicCluster") == f"{BASE}scheme/gcm-cluster/human-rights"


def test_statements_of_a_paragraph_are_counted_without_a_gap() -> None:
    orders: dict[str, list[int]] = defaultdict(list)
    for iri, record in members("Statement").items():
        paragraph = last(one(record, f"{GFMD}recordedIn"))
        order = one(record, f"{GFMD}order")
        assert last(iri) == f"{paragraph}-{order}"
        orders[paragraph].append(int(order))
    assert set(orders) == set(PARAGRAPHS)
    for paragraph, found in orders.items():
        assert sorted(found) == list(range(1, len(found) + 1)), paragraph


def test_who_speaks_fits_how_the_statement_is_attributed() -> None:
    starts = {"named": "person-", "collective": "group-", "unattributed": ""}
    for iri, record in members("Statement").items():
        start = starts[last(one(record, f"{GFMD}attribution"))]
        speakers = [last(actor) for actor in record.get(f"{GFMD}madeBy", ())]
        assert [speaker.split("-")[0] + "-" for speaker in speakers] == [start] * bool(start), iri


def test_mr_gois_quotes_peter_sutherland() -> None:
    quotations = {
        last(iri): (last(one(record, f"{GFMD}madeBy")), last(one(record, f"{GFMD}quotes")))
        for iri, record in members("Statement").items()
        if f"{GFMD}quotes" in record
    }
    assert quotations == {"p04-6": ("person-william-gois", "person-peter-sutherland")}


def test_explicit_citations_are_those_of_the_report() -> None:
    assert passages_by_reference() == CITATIONS


def test_only_one_recommendation_cites_the_migrant_workers_convention() -> None:
    cited = passages_by_reference()
    assert cited["cmw"] & {*POLITICAL, *PRACTICAL} == {"pol-03"}
    assert cited["cedaw"] == {"p13"}


def test_the_valletta_process_is_cited_with_a_doubt() -> None:
    record = records()[f"{BASE}id/citation/{SLUG}/pol-11/valletta-action-plan"]
    assert one(record, f"{GFMD}matchedText") == "Valleta process"
    assert Decimal(one(record, f"{GFMD}confidence")) < 1
    assert record[f"{SKOS}note"]


def test_links_rest_on_words_or_on_a_reason() -> None:
    links = members("Citation", "Classification")
    for iri, record in links.items():
        confidence = Decimal(one(record, f"{GFMD}confidence"))
        assert 0 < confidence <= 1, iri
        if last(one(record, f"{GFMD}assertion")) == "explicit":
            assert record[f"{GFMD}matchedText"], iri
        else:
            assert confidence < 1, iri
        assert confidence == 1 or record[f"{SKOS}note"], iri
        assert one(record, f"{PROV}wasAttributedTo").endswith("/group-gfmdkg-curators")


def test_doubtful_links_wait_for_review() -> None:
    for iri, record in members("Classification").items():
        is_doubtful = Decimal(one(record, f"{GFMD}confidence")) < Decimal("0.5")
        status = "proposed" if is_doubtful else "accepted"
        assert last(one(record, f"{GFMD}reviewStatus")) == status, iri


def test_a_link_names_statements_of_its_own_passage() -> None:
    for iri, record in members("Citation", "Classification").items():
        passage = one(record, f"{GFMD}passage")
        assert iri.split("/")[-2] == last(passage)
        for statement in record.get(f"{GFMD}inStatement", ()):
            assert one(records()[statement], f"{GFMD}recordedIn") == passage, iri


def test_what_was_adopted_after_the_session_is_anticipated() -> None:
    instruments = DATA / "reference" / "instruments.ttl"
    adopted = {
        subject: value.value
        for subject, predicate, value in _triples(parse(path=instruments, format=RdfFormat.TURTLE))
        if predicate == f"{GFMD}adopted"
    }
    assert adopted
    for iri, record in members("Citation").items():
        day = adopted.get(one(record, f"{GFMD}target"), "")
        is_later = day > "2017-04-06"[: len(day)]
        assert (record.get(f"{GFMD}anticipated") == ("true",)) == is_later, iri


def test_objectives_of_the_compact_are_linked_in_hindsight_only() -> None:
    found = 0
    for iri, record in members("Classification").items():
        is_objective = "/scheme/gcm-objective/" in one(record, f"{GFMD}target")
        found += is_objective
        is_retrospective = last(one(record, f"{GFMD}assertion")) == "retrospective"
        assert is_objective == is_retrospective, iri
    assert found > 0


def test_only_goal_3_is_classified_by_the_words_of_the_text() -> None:
    explicit = {
        (last(one(record, f"{GFMD}passage")), one(record, f"{GFMD}target"))
        for record in members("Classification").values()
        if last(one(record, f"{GFMD}assertion")) == "explicit"
    }
    assert explicit == {("p22", "http://metadata.un.org/sdg/3")}


def test_the_unnumbered_labour_convention_stays_unresolved() -> None:
    mention = records()[f"{BASE}id/mention/{SLUG}/p13/ilo-convention"]
    assert one(mention, f"{GFMD}matchedText") == "the ILO Convention"
    candidates = {last(candidate) for candidate in mention[f"{GFMD}candidate"]}
    assert candidates
    assert candidates.isdisjoint(passages_by_reference())


def test_both_numbers_of_the_cluster_are_kept() -> None:
    record = records()[f"{BASE}id/discrepancy/{SLUG}/cluster-number"]
    assert set(record[f"{GFMD}reading"]) == {"GCM thematic cluster 6", "GCM Cluster 1"}
    assert {last(place) for place in record[f"{GFMD}foundIn"]} == {"p25", SLUG}


def test_the_source_has_the_passages_that_the_data_record(shared: Path) -> None:
    found = split_source(read_source(shared))
    assert set(found) - {f"s{number}" for number in range(2, 10)} == {
        "s1",
        *PARAGRAPHS,
        *POLITICAL,
        *PRACTICAL,
    }
    assert set(found) >= set(headings().values())


def test_matched_words_stand_in_their_passage(shared: Path) -> None:
    text = split_source(read_source(shared))
    links = members("Citation", "Classification", "UnresolvedMention")
    for iri, record in links.items():
        places = record.get(f"{GFMD}passage") or record[f"{GFMD}mentionedIn"]
        for matched in record.get(f"{GFMD}matchedText", ()):
            assert len(matched) <= 160, iri
            assert re.search(rf"(?<!\w){re.escape(matched)}(?!\w)", text[last(places[0])]), iri


@pytest.mark.parametrize("reference", sorted(NAMES))
def test_no_passage_that_names_a_thing_is_missed(reference: str, shared: Path) -> None:
    text = split_source(read_source(shared))
    found = {key for key, passage in text.items() if re.search(NAMES[reference], passage)}
    assert found == CITATIONS[reference]


def test_a_reading_of_each_discrepancy_stands_in_the_source(shared: Path) -> None:
    text = split_source(read_source(shared))
    text = {**text, **{section: heading for heading, section in headings().items()}}
    for iri, record in members("Discrepancy").items():
        places = [last(place) for place in record[f"{GFMD}foundIn"]]
        where = [text["s1" if place == SLUG else place] for place in places]
        readings = record[f"{GFMD}reading"]
        assert any(reading in passage for reading in readings for passage in where), iri


def test_our_words_are_not_those_of_the_source(shared: Path) -> None:
    length = LONGEST_SHARED_RUN + 1
    source = runs(read_source(shared), length=length)
    facts = {f"{GFMD}matchedText", f"{GFMD}reading"}
    names = {iri for iri in members("Section") if last(iri) != "s1"}
    copied = [
        (subject, " ".join(run))
        for subject, predicate, value in triples()
        if isinstance(value, Literal) and predicate not in facts
        if not (subject in names and predicate == f"{SKOS}prefLabel")
        for run in runs(value.value, length=length) & source
    ]
    assert copied == []
