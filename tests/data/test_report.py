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
        "gcm": "s1 p01 p02 p03 p04 p05 p06 p09 p10 p11 p12 p15 p24 p25 pol-01",
        "gcr": "p05",
        "gcm-process": "p05 p25 pol-02",
        "gcr-process": "pol-02",
        "gfmd": "s1 s7 p01 p02 p03 p04 p05 p06 p25 p26",
        "udhr": "p02",
        "agenda-2030": "p02 p12 p13 pol-02 pol-05",
        "sdg": "p05 pol-01",
        "3": "p22",
        "cmw": "p03 p13 pol-03",
        "cedaw": "p13",
        "sutherland-report": "p04 p05 p09",
        "sr-migrants-2016": "p09",
        "nyd": "p08 pol-11",
        "ilo-fair-recruitment": "p13",
        "iris": "p13",
        "migof": "p14 pol-06",
        "micic": "p14 pol-06",
        "micic-guidelines": "p14",
        "gmg-principles-2017": "p14 pol-06",
        "vccr": "pol-10",
        "valletta": "pol-11",
        "malta-declaration": "pol-11",
        "ungps": "pra-12",
    }.items()
}
"""Explicit citations: the thing cited and the passages whose words name it."""

NAMES: Mapping[str, str] = {
    "gcm": r"(GCM|Global Compact)(?! on Refugees| and GCR| process)",
    "gcr": r"Global Compact on Refugees",
    "gcm-process": r"(GCM|Compact)( and GCR)? process",
    "gcr-process": r"GCR process",
    "gfmd": r"GFMD",
    "udhr": r"Universal Declaration",
    "agenda-2030": r"2030 (Agenda|Sustainable)",
    "sdg": r"SDGs",
    "3": r"SDG \d",
    "cmw": r"CMW|Migrant Workers",
    "cedaw": r"CEDAW|Discrimination against Women",
    "sutherland-report": r"Sutherland’?s? [Rr]eport|Sutherland’s report",
    "sr-migrants-2016": r"Special Rapporteur",
    "nyd": r"New York Declaration",
    "ilo-fair-recruitment": r"Fair Recruitment",
    "iris": r"(?i:iris)\b",
    "migof": r"(?i:migof)",
    "micic": r"MICIC",
    "micic-guidelines": r"MICIC and GMG guidelines",
    "gmg-principles-2017": r"GMG (principles|guidelines)",
    "vccr": r"Vienna",
    "valletta": r"Vall?ett?a",
    "malta-declaration": r"Malta",
    "ungps": r"(?i:guiding principles)",
}
"""What to look for in the source, wider than the names that the data record."""

SHAPING = frozenset({"p03", "p05", "p09", "p10", "p11", "p12", "p15", "p25"})
"""Passages that say what the Compact, still to be drawn up, should hold or draw on."""

SEVERAL_INTENTS: Mapping[str, frozenset[str]] = {
    link: frozenset(intents.split())
    for link, intents in {
        "p03/cmw": "ratify comply",
        "p09/sutherland-report": "quote note",
        "p12/agenda-2030": "align quote",
        "p13/cmw": "ratify implement",
        "p13/cedaw": "ratify implement",
        "pol-05/agenda-2030": "implement quote",
    }.items()
}

ADDRESSEES: Mapping[str, tuple[str, str, str]] = {
    "pol-01": ("", "state", ""),
    "pol-02": ("", "state", ""),
    "pol-03": ("", "state", ""),
    "pol-04": ("", "state", ""),
    "pol-05": ("", "state", ""),
    "pol-06": ("", "state", ""),
    "pol-07": ("", "state", ""),
    "pol-08": ("", "state", ""),
    "pol-09": ("", "state", ""),
    "pol-10": ("", "state", ""),
    "pol-11": ("", "state", ""),
    "pra-01": ("", "state", ""),
    "pra-02": ("private-sector", "", ""),
    "pra-03": ("", "", "social-partners"),
    "pra-04": ("", "", "media"),
    "pra-05": ("", "", "general-public"),
    "pra-06": ("", "state", ""),
    "pra-07": ("", "state", "local-authority"),
    "pra-07.1": ("", "local-authority", "local-authority"),
    "pra-08": ("", "", "civil-society-organization private-sector social-partners trade-union"),
    "pra-09": ("", "state", ""),
    "pra-10": ("", "state", ""),
    "pra-11": ("national-government", "", ""),
    "pra-12": ("", "state", "private-sector"),
}
"""Who is told to act by the words, who by our reading, and who is to be engaged."""

GROUPS_OF_RECOMMENDATIONS: Mapping[str, frozenset[str]] = {
    slug: frozenset(groups.split())
    for slug, groups in {
        "pol-04": "all-migrants",
        "pol-05": "stateless-persons forcibly-displaced-persons migrants-in-vulnerable-situations",
        "pol-11": "all-migrants",
        "pra-03": "all-migrants",
        "pra-06": "migrant-children",
        "pra-09": "migrants-in-distress-at-sea",
        "pra-10": "all-migrants",
        "pra-11": "missing-migrants families-of-migrants",
    }.items()
}
"""People whom a recommendation names; a theme or the title of a text is not people."""

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


def texts(shared: Path) -> Mapping[str, str]:
    """Passage to its words; those of a section are its heading, of ``s1`` the title block."""
    sections = {section: heading for heading, section in headings().items()}
    return {**split_source(read_source(shared)), **sections}


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
        if last(one(record, f"{GFMD}recommendationKind")) == kind
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
            *(last(body) for body in record.get(f"{GFMD}onBehalfOf", ("/",))),
            *(last(body) for body in record.get(f"{GFMD}affiliation", ("/",))),
        )
        for record in members("Participation").values()
    }
    assert found == {
        "person-mehmet-samsar": ("chair", "", "state-tur"),
        "person-rosemary-mccarney": ("input-speaker", "state-can", ""),
        "person-william-gois": (
            "input-speaker",
            "group-civil-society",
            "org-migrant-forum-in-asia",
        ),
        "person-carolina-hernandez": ("rapporteur", "", "org-ohchr"),
        "person-maurizio-busatti": ("presenter", "org-iom", ""),
    }


def test_the_session_has_its_day_hours_rooms_and_cluster() -> None:
    (session,) = members("Session").values()
    assert one(session, f"{DCTERMS}date") == "2017-04-06"
    assert one(session, f"{SCHEMA}startDate") == "2017-04-06T11:30:00+02:00"
    assert one(session, f"{SCHEMA}endDate") == "2017-04-06T17:30:00+02:00"
    assert set(session[f"{GFMD}room"]) == {"XXIV", "XVIII"}
    assert one(session, f"{GFMD}thematicCluster") == f"{BASE}scheme/gcm-cluster/human-rights"


def test_the_session_is_the_first_working_session_of_the_dialogue() -> None:
    (session,) = members("Session").values()
    assert one(session, f"{GFMD}number") == "1"
    assert last(one(session, f"{GFMD}sessionType")) == "working-session"
    assert last(one(session, f"{DCTERMS}isPartOf")) == "gfmd-dialogue-gcm-2017-04-06"


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
    starts = {
        "named": "person-",
        "unnamed-individual": "",
        "collective": "group-",
        "unattributed": "",
    }
    for iri, record in members("Statement").items():
        start = starts[last(one(record, f"{GFMD}attribution"))]
        speakers = [last(actor) for actor in record.get(f"{GFMD}madeBy", ())]
        assert [speaker.split("-")[0] + "-" for speaker in speakers] == [start] * bool(start), iri


def test_one_speaker_without_a_name_speaks_for_the_private_sector() -> None:
    unnamed = {
        last(iri): last(one(record, f"{GFMD}onBehalfOf"))
        for iri, record in members("Statement").items()
        if last(one(record, f"{GFMD}attribution")) == "unnamed-individual"
    }
    assert unnamed == {"p17-2": "group-private-sector"}


def test_peter_sutherland_is_quoted_by_mr_gois_and_by_many() -> None:
    quotations = {
        last(iri): (last(one(record, f"{GFMD}madeBy")), last(one(record, f"{GFMD}quotes")))
        for iri, record in members("Statement").items()
        if last(one(record, f"{GFMD}statementType")) == "quotation"
    }
    assert quotations == {
        "p04-6": ("person-william-gois", "person-peter-sutherland"),
        "p09-2": ("group-many-speakers", "person-peter-sutherland"),
    }


def test_statements_are_on_behalf_of_whom_the_speaker_represents() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for iri, record in members("Statement").items():
        for body in record.get(f"{GFMD}onBehalfOf", ()):
            found[last(body)].add(last(iri))
    assert found == {
        "group-civil-society": {"p04-1", "p04-3", "p04-4", "p04-5"},
        "state-can": {f"p05-{number}" for number in range(1, 12)} - {"p05-10"},
        "org-iom": {"p01-1", "p06-1", "p06-2"},
        "group-private-sector": {"p17-2"},
    }


@pytest.mark.parametrize("slug", sorted(ADDRESSEES))
def test_who_is_to_act_differs_from_who_is_to_be_engaged(slug: str) -> None:
    record = records()[f"{BASE}id/passage/{SLUG}/{slug}"]
    properties = ("addressee", "inferredAddressee", "involves")
    found = tuple(
        " ".join(sorted(last(value) for value in record.get(GFMD + name, ())))
        for name in properties
    )
    assert found == ADDRESSEES[slug]


def test_an_inferred_addressee_has_its_reason() -> None:
    for iri, record in members("Recommendation").items():
        if f"{GFMD}inferredAddressee" in record:
            assert record[f"{SKOS}note"], iri
    count = sum(bool(inferred) for _, inferred, _ in ADDRESSEES.values())
    assert (len(ADDRESSEES), count) == (24, 18)


def test_people_are_recorded_where_a_recommendation_names_them() -> None:
    found = {
        last(iri): frozenset(map(last, record[f"{GFMD}populationGroup"]))
        for iri, record in members("Recommendation").items()
        if f"{GFMD}populationGroup" in record
    }
    assert found == GROUPS_OF_RECOMMENDATIONS


def test_explicit_citations_are_those_of_the_report() -> None:
    assert passages_by_reference() == CITATIONS
    explicit = [
        iri
        for iri, record in members("Citation").items()
        if last(one(record, f"{GFMD}assertion")) == "explicit"
    ]
    assert len(explicit) == 64


def test_a_thing_is_inferred_from_words_that_do_not_name_it() -> None:
    inferred = {
        "/".join(iri.split("/")[-2:]): last(one(record, f"{GFMD}reviewStatus"))
        for iri, record in members("Citation").items()
        if last(one(record, f"{GFMD}assertion")) == "inferred"
    }
    assert inferred == {
        "p04/sutherland-report-2": "proposed",
        "p10/udhr": "accepted",
        "pol-06/micic-guidelines": "accepted",
    }
    record = records()[f"{BASE}id/citation/{SLUG}/p10/udhr"]
    assert one(record, f"{GFMD}targetLocator") == "art. 1"


def test_a_citation_has_all_intents_of_its_phrase() -> None:
    found = {
        "/".join(iri.split("/")[-2:]): frozenset(map(last, record[f"{GFMD}intent"]))
        for iri, record in members("Citation").items()
    }
    assert {link: names for link, names in found.items() if len(names) > 1} == SEVERAL_INTENTS
    shaping = {link for link, names in found.items() if names == {"shape"}}
    assert shaping == {f"{passage}/gcm" for passage in SHAPING}


def test_two_phrases_with_different_intents_are_two_citations() -> None:
    for first, intent, second in (("p05/sdg", "align", "implement"), ("p13/cmw", "", "extend")):
        one_record = records()[f"{BASE}id/citation/{SLUG}/{first}"]
        other = records()[f"{BASE}id/citation/{SLUG}/{first}-2"]
        assert one(one_record, f"{GFMD}target") == one(other, f"{GFMD}target")
        assert not intent or last(one(one_record, f"{GFMD}intent")) == intent
        assert last(one(other, f"{GFMD}intent")) == second
        statements = (one_record[f"{GFMD}inStatement"], other[f"{GFMD}inStatement"])
        assert set(statements[0]).isdisjoint(statements[1])


def test_the_draft_of_the_day_is_cited_and_not_the_later_text() -> None:
    for passage in ("p14", "pol-06"):
        record = records()[f"{BASE}id/citation/{SLUG}/{passage}/gmg-principles-2017"]
        assert f"{GFMD}anticipated" not in record
    assert "gmg-principles" not in passages_by_reference()


def test_sixteen_citations_are_of_compacts_to_come() -> None:
    targets = [
        last(one(record, f"{GFMD}target"))
        for record in members("Citation").values()
        if f"{GFMD}anticipated" in record
    ]
    assert (targets.count("gcm"), targets.count("gcr"), len(targets)) == (15, 1, 16)


def test_only_one_recommendation_cites_the_migrant_workers_convention() -> None:
    cited = passages_by_reference()
    assert cited["cmw"] & {*POLITICAL, *PRACTICAL} == {"pol-03"}
    assert cited["cedaw"] == {"p13"}


def test_the_valletta_process_is_cited_by_its_misspelt_name() -> None:
    record = records()[f"{BASE}id/citation/{SLUG}/pol-11/valletta"]
    assert one(record, f"{GFMD}target") == f"{BASE}id/process/valletta"
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


def test_classifications_are_few_and_none_is_doubtful() -> None:
    found = members("Classification")
    assert len(found) == 72
    for iri, record in found.items():
        assert Decimal(one(record, f"{GFMD}confidence")) > Decimal("0.6"), iri
        assert last(one(record, f"{GFMD}reviewStatus")) == "accepted", iri


def test_an_objective_is_served_by_actions_where_they_are_known() -> None:
    located = {
        "/".join(iri.split("/")[-2:]): record[f"{GFMD}targetLocator"]
        for iri, record in members("Classification").items()
        if f"{GFMD}targetLocator" in record
    }
    assert len(located) == 27
    assert set(located["pra-06/gcm-13"]) == {"action (a)", "action (h)"}
    assert located["pra-12/gcm-6"] == ("action (l)",)


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
        if predicate == f"{GFMD}adoptionDate"
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


def test_no_goal_that_the_words_name_is_classified_once_more() -> None:
    assert passages_by_reference()["3"] == {"p22"}
    assertions = {last(one(r, f"{GFMD}assertion")) for r in members("Classification").values()}
    assert assertions == {"inferred", "retrospective"}


def test_the_unnumbered_labour_convention_stays_unresolved() -> None:
    mention = records()[f"{BASE}id/mention/{SLUG}/p13/ilo-convention"]
    assert one(mention, f"{GFMD}matchedText") == "the ILO Convention"
    candidates = {last(candidate) for candidate in mention[f"{GFMD}candidate"]}
    assert candidates
    assert candidates.isdisjoint(passages_by_reference())


def test_twelve_mentions_stay_unresolved_and_the_two_of_one_paper_are_related() -> None:
    assert len(members("UnresolvedMention")) == 12
    pair = [
        f"{BASE}id/mention/{SLUG}/{name}"
        for name in ("p01/iom-briefing-paper", "p06/iom-policy-brief")
    ]
    assert [one(records()[mention], f"{DCTERMS}relation") for mention in pair] == pair[::-1]


def readings(slug: str) -> Mapping[str, str]:
    """The text of each reading of a discrepancy, to the last part of its place or source."""
    found = {}
    for reading in records()[f"{BASE}id/discrepancy/{SLUG}/{slug}"][f"{GFMD}reading"]:
        record = records()[reading]
        (place,) = record.get(f"{GFMD}foundIn") or record[f"{DCTERMS}source"]
        found[one(record, f"{GFMD}readingText")] = last(place)
    return found


def test_three_discrepancies_are_left() -> None:
    assert set(map(last, members("Discrepancy"))) == {
        "cluster-number",
        "udhr-signed",
        "regional-initiatives",
    }


def test_all_numbers_of_the_cluster_are_kept_with_their_places() -> None:
    assert readings("cluster-number") == {
        "GCM Cluster 1": "s1",
        "GCM thematic cluster 6": "p25",
        "number 1 in the resolution and among the thematic sessions": "gcm-cluster-table",
    }


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
    text = texts(shared)
    links = members("Citation", "Classification", "UnresolvedMention")
    for iri, record in links.items():
        places = record.get(f"{GFMD}passage") or record[f"{GFMD}mentionedIn"]
        for matched in record.get(f"{GFMD}matchedText", ()):
            assert len(matched) <= 160, iri
            assert re.search(rf"(?<!\w){re.escape(matched)}(?!\w)", text[last(places[0])]), iri


@pytest.mark.parametrize("reference", sorted(NAMES))
def test_no_passage_that_names_a_thing_is_missed(reference: str, shared: Path) -> None:
    text = texts(shared)
    found = {key for key, passage in text.items() if re.search(NAMES[reference], passage)}
    assert found == CITATIONS[reference]


def test_a_reading_stands_in_the_passage_that_it_names(shared: Path) -> None:
    text = texts(shared)
    for slug in map(last, members("Discrepancy")):
        found = readings(slug)
        placed = {reading: place for reading, place in found.items() if place in text}
        assert placed, slug
        for reading, place in placed.items():
            assert reading in text[place], slug


def test_our_words_are_not_those_of_the_source(shared: Path) -> None:
    length = LONGEST_SHARED_RUN + 1
    source = runs(read_source(shared), length=length)
    facts = {f"{GFMD}matchedText", f"{GFMD}readingText"}
    names = {iri for iri in members("Section") if last(iri) != "s1"}
    copied = [
        (subject, " ".join(run))
        for subject, predicate, value in triples()
        if isinstance(value, Literal) and predicate not in facts
        if not (subject in names and predicate == f"{SKOS}prefLabel")
        for run in runs(value.value, length=length) & source
    ]
    assert copied == []
