"""Every canned query over the fictional session: the exact rows, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from .conftest import Graph, shown

Value = str | Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    query: str
    rows: list[tuple[object, ...]]
    values: dict[str, Value]


def case(query: str, rows: list[tuple[object, ...]], **values: Value) -> Case:
    return Case(query=query, rows=rows, values=values)


CASES = [
    case(
        "recommendations-citing",
        [
            (
                "passage/one/pol-01",
                "recommendation-kind/political",
                "1",
                "instrument/alpha",
                "art. 29",
                "assertion/explicit",
                Decimal(1),
                "ALPH | the Treaty",
                "session/one",
                date(2019, 5, 1),
                "citation/one/pol-01/alpha",
            ),
            (
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "instrument/alpha",
                "art. 7 (2)",
                "assertion/explicit",
                Decimal("0.9"),
                "Alpha Treaty",
                "session/two",
                date(2021, 6, 2),
                "citation/two/pol-01/alpha",
            ),
        ],
        instrument="ALPH",
    ),
    case(
        "recommendations-citing",
        [
            (
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "instrument/alpha",
                "art. 7 (2)",
                "assertion/explicit",
                Decimal("0.9"),
                "Alpha Treaty",
                "session/two",
                date(2021, 6, 2),
                "citation/two/pol-01/alpha",
            ),
            (
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "instrument/beta",
                None,
                "assertion/explicit",
                Decimal(1),
                "Beta",
                "session/two",
                date(2021, 6, 2),
                "citation/two/pol-01/beta",
            ),
        ],
        instrument=["AT 1", "Beta Declaration"],
        kind="political",
        session="two",
    ),
    case(
        "recommendations-citing",
        [
            (
                "passage/one/pol-01",
                "recommendation-kind/political",
                "1",
                "instrument/alpha",
                "art. 29",
                "assertion/explicit",
                Decimal(1),
                "ALPH | the Treaty",
                "session/one",
                date(2019, 5, 1),
                "citation/one/pol-01/alpha",
            ),
            (
                "passage/one/pra-01",
                "recommendation-kind/practical",
                "1",
                "instrument/alpha",
                None,
                "assertion/inferred",
                Decimal("0.6"),
                None,
                "session/one",
                date(2019, 5, 1),
                "citation/one/pra-01/alpha",
            ),
            (
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "instrument/alpha",
                "art. 7 (2)",
                "assertion/explicit",
                Decimal("0.9"),
                "Alpha Treaty",
                "session/two",
                date(2021, 6, 2),
                "citation/two/pol-01/alpha",
            ),
        ],
        instrument="alpha",
        assertion=["explicit", "inferred"],
    ),
    case("recommendations-citing", [], instrument="gamma"),
    case(
        "passages-citing",
        [
            (
                "passage/one/p01",
                "paragraph 1",
                "statement/one/p01-1",
                "actor/person-ann",
                "attribution/named",
                "instrument/beta",
                None,
                "assertion/explicit",
                Decimal(1),
                "BD",
                "session/one",
                date(2019, 5, 1),
                "citation/one/p01/beta",
            ),
            (
                "passage/one/p02",
                "paragraph 2",
                None,
                None,
                None,
                "instrument/gamma",
                None,
                "assertion/explicit",
                Decimal(1),
                "a Compact",
                "session/one",
                date(2019, 5, 1),
                "citation/one/p02/gamma",
            ),
            (
                "passage/two/pol-01",
                "political recommendation 1",
                None,
                None,
                None,
                "instrument/beta",
                None,
                "assertion/explicit",
                Decimal(1),
                "Beta",
                "session/two",
                date(2021, 6, 2),
                "citation/two/pol-01/beta",
            ),
        ],
        instrument=["beta", "gamma"],
    ),
    case(
        "instruments-cited",
        [
            ("instrument/alpha", 2, 2, 0, "Comply, Ratify"),
            ("instrument/beta", 2, 1, 1, "Comply, Note"),
            ("instrument/gamma", 1, 0, 1, "Note"),
        ],
    ),
    case(
        "instruments-cited",
        [
            ("instrument/alpha", 1, 1, 0, "Ratify"),
        ],
        session="one",
        intents="ratify",
    ),
    case(
        "instruments-only-in-paragraphs",
        [
            ("instrument/beta", 1, "paragraph 1", "session/one", date(2019, 5, 1)),
            ("instrument/gamma", 1, "paragraph 2", "session/one", date(2019, 5, 1)),
        ],
    ),
    case(
        "binding-and-soft-law",
        [
            ("instrument/alpha", "instrument-type/treaty", True, 2, 2, 0),
            ("instrument/beta", "instrument-type/declaration", False, 2, 1, 1),
            ("instrument/gamma", "instrument-type/framework", False, 1, 0, 1),
        ],
    ),
    case(
        "binding-and-soft-law",
        [
            ("instrument/beta", "instrument-type/declaration", False, 2, 1, 1),
            ("instrument/gamma", "instrument-type/framework", False, 1, 0, 1),
        ],
        binding="false",
    ),
    case(
        "anticipated-citations",
        [
            (
                "passage/one/p02",
                "paragraph 2",
                "instrument/gamma",
                "2020",
                "a Compact",
                "session/one",
                date(2019, 5, 1),
                "citation/one/p02/gamma",
            ),
        ],
    ),
    case(
        "instruments-cocited",
        [
            ("instrument/alpha", "instrument/beta", 1),
            ("instrument/beta", "instrument/alpha", 1),
        ],
    ),
    case("instruments-cocited", [], minimum="2"),
    case(
        "place-of-link",
        [
            (
                "citation/two/pol-01/alpha",
                "passage/two/pol-01",
                "political recommendation 1",
                None,
                "report/two",
                "instrument/alpha",
                "art. 7 (2)",
                "assertion/explicit",
                Decimal("0.9"),
                "review-status/accepted",
                "Alpha Treaty",
                "Or the other Alpha.",
                "actor/group-many",
                "session/two",
                date(2021, 6, 2),
            ),
        ],
        link="citation/two/pol-01/alpha",
    ),
    case(
        "recommendations",
        [
            (
                "passage/one/pol-01",
                "recommendation-kind/political",
                "1",
                "political recommendation 1",
                "session/one",
                date(2019, 5, 1),
            ),
            (
                "passage/one/pra-01",
                "recommendation-kind/practical",
                "1",
                "practical recommendation 1",
                "session/one",
                date(2019, 5, 1),
            ),
            (
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "political recommendation 1",
                "session/two",
                date(2021, 6, 2),
            ),
        ],
    ),
    case(
        "recommendations",
        [
            (
                "passage/one/pol-01",
                "recommendation-kind/political",
                "1",
                "political recommendation 1",
                "session/one",
                date(2019, 5, 1),
            ),
            (
                "passage/one/pra-01",
                "recommendation-kind/practical",
                "1",
                "practical recommendation 1",
                "session/one",
                date(2019, 5, 1),
            ),
            (
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "political recommendation 1",
                "session/two",
                date(2021, 6, 2),
            ),
        ],
        topic="human-rights",
    ),
    case(
        "recommendations",
        [
            (
                "passage/one/pra-01",
                "recommendation-kind/practical",
                "1",
                "practical recommendation 1",
                "session/one",
                date(2019, 5, 1),
            ),
        ],
        population_group="migrant-children",
    ),
    case(
        "recommendations",
        [
            (
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "political recommendation 1",
                "session/two",
                date(2021, 6, 2),
            ),
        ],
        instrument="beta",
        kind="political",
        addressee="states",
    ),
    case(
        "recommendations-without-citation",
        [
            (
                "passage/one/pra-01",
                "recommendation-kind/practical",
                "1",
                True,
                "session/one",
                date(2019, 5, 1),
            ),
        ],
    ),
    case(
        "recommendations-by-addressee",
        [
            (
                "actor/org-arcadia",
                "assertion/explicit",
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "session/two",
                date(2021, 6, 2),
            ),
            (
                "actor-type/media",
                "assertion/explicit",
                "passage/one/pra-01",
                "recommendation-kind/practical",
                "1",
                "session/one",
                date(2019, 5, 1),
            ),
            (
                "actor-type/state",
                "assertion/explicit",
                "passage/one/pol-01",
                "recommendation-kind/political",
                "1",
                "session/one",
                date(2019, 5, 1),
            ),
            (
                "actor-type/state",
                "assertion/explicit",
                "passage/one/pra-01",
                "recommendation-kind/practical",
                "1",
                "session/one",
                date(2019, 5, 1),
            ),
            (
                "actor-type/state",
                "assertion/explicit",
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "session/two",
                date(2021, 6, 2),
            ),
        ],
    ),
    case(
        "recommendations-by-population-group",
        [
            (
                "population-group/unaccompanied-minors",
                "passage/one/pra-01",
                "recommendation-kind/practical",
                "1",
                "session/one",
                date(2019, 5, 1),
            ),
        ],
        population_group="Migrant children",
    ),
    case(
        "recommendations-on-topic",
        [
            (
                "topic/gender",
                "passage/one/pol-01",
                "recommendation-kind/political",
                "1",
                "session/one",
                date(2019, 5, 1),
            ),
            (
                "topic/detention",
                "passage/one/pra-01",
                "recommendation-kind/practical",
                "1",
                "session/one",
                date(2019, 5, 1),
            ),
            (
                "topic/human-rights",
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "session/two",
                date(2021, 6, 2),
            ),
        ],
        topic="human-rights",
    ),
    case(
        "kinds-compared",
        [
            ("instrument", "instrument/alpha", 2, 0),
            ("instrument", "instrument/beta", 1, 0),
            ("topic", "topic/gender", 1, 0),
            ("topic", "topic/human-rights", 1, 0),
            ("topic", "topic/detention", 0, 1),
        ],
    ),
    case(
        "kinds-compared",
        [
            ("instrument", "instrument/alpha", 1, 0),
        ],
        aspect="instrument",
        session="one",
    ),
    case(
        "participants",
        [
            (
                "actor/person-ann",
                "speaker-role/chair",
                "Minister",
                "actor/org-utopia",
                None,
                "session/one",
                date(2019, 5, 1),
            ),
            (
                "actor/group-many",
                "speaker-role/intervener",
                None,
                None,
                None,
                "session/one",
                date(2019, 5, 1),
            ),
        ],
    ),
    case(
        "contributions-of",
        [
            (
                "statement/one/p01-1",
                "statement-type/call",
                "actor/person-ann",
                "actor/org-utopia",
                "passage/one/p01",
                "paragraph 1",
                "instrument/beta",
                "BD",
                "session/one",
                date(2019, 5, 1),
                "citation/one/p01/beta",
            ),
        ],
        actor="Utopia",
    ),
    case(
        "contributions-of",
        [
            (
                "statement/one/p01-2",
                "statement-type/consensus",
                "actor/group-many",
                None,
                "passage/one/p01",
                "paragraph 1",
                None,
                None,
                "session/one",
                date(2019, 5, 1),
                None,
            ),
        ],
        actor="Many",
    ),
    case(
        "collective-claims",
        [
            (
                "statement/one/p01-2",
                "statement-type/consensus",
                "attribution/collective",
                "actor/group-many",
                "passage/one/p01",
                "paragraph 1",
                "session/one",
                date(2019, 5, 1),
            ),
        ],
    ),
    case(
        "collective-claims",
        [
            (
                "statement/one/p02-1",
                "statement-type/concern",
                "attribution/unattributed",
                None,
                "passage/one/p02",
                "paragraph 2",
                "session/one",
                date(2019, 5, 1),
            ),
        ],
        attribution="unattributed",
    ),
    case(
        "actors",
        [
            ("actor/post-vacant", "post", "actor-type/mandate", 0, 0),
            ("actor/org-committee", "organization", "actor-type/treaty-body", 0, 0),
            ("actor/person-ann", "person", "person-type/state-representative", 1, 2),
            ("actor/org-arcadia", "organization", "actor-type/state", 0, 0),
            ("actor/person-bob", "person", "person-type/independent-expert", 0, 0),
            ("actor/group-gfmdkg-curators", "group", "actor-type/curators", 0, 0),
            ("actor/group-many", "group", "actor-type/collective", 1, 1),
            ("actor/group-movement", "group", "actor-type/civil-society-organization", 0, 0),
            ("actor/post-rapporteur", "post", "actor-type/mandate", 0, 0),
            ("actor/org-utopia", "organization", "actor-type/state", 0, 0),
        ],
    ),
    case(
        "actors",
        [
            ("actor/group-many", "group", "actor-type/collective", 1, 1),
        ],
        session="one",
        form="group",
    ),
    case(
        "recommendations-aligned-with-objective",
        [
            (
                "13",
                "gcm-objective/13",
                "passage/one/pra-01",
                "recommendation-kind/practical",
                "1",
                "assertion/retrospective",
                Decimal("0.8"),
                "Detention.",
                "session/one",
                date(2019, 5, 1),
                "classification/one/pra-01/gcm-13",
            ),
        ],
        objective="13",
    ),
    case(
        "passages-linked-to-sdg",
        [
            (
                "3",
                "sdg:3",
                "passage/one/p02",
                "paragraph 2",
                "assertion/explicit",
                Decimal(1),
                "SDG 3",
                None,
                "session/one",
                date(2019, 5, 1),
                "classification/one/p02/sdg-3",
            ),
            (
                "3.8",
                "sdg:3.8",
                "passage/one/p01",
                "paragraph 1",
                "assertion/inferred",
                Decimal("0.7"),
                None,
                "Cover.",
                "session/one",
                date(2019, 5, 1),
                "classification/one/p01/sdg-3.8",
            ),
        ],
        sdg="SDG 3",
    ),
    case(
        "passages-linked-to-sdg",
        [
            (
                "3.8",
                "sdg:3.8",
                "passage/one/p01",
                "paragraph 1",
                "assertion/inferred",
                Decimal("0.7"),
                None,
                "Cover.",
                "session/one",
                date(2019, 5, 1),
                "classification/one/p01/sdg-3.8",
            ),
        ],
        sdg="3.8",
    ),
    case(
        "passages-linked-to-sdg",
        [
            (
                "3",
                "sdg:3",
                "passage/one/p02",
                "paragraph 2",
                "assertion/explicit",
                Decimal(1),
                "SDG 3",
                None,
                "session/one",
                date(2019, 5, 1),
                "classification/one/p02/sdg-3",
            ),
            (
                "3.8",
                "sdg:3.8",
                "passage/one/p01",
                "paragraph 1",
                "assertion/inferred",
                Decimal("0.7"),
                None,
                "Cover.",
                "session/one",
                date(2019, 5, 1),
                "classification/one/p01/sdg-3.8",
            ),
        ],
    ),
    case(
        "sdgs",
        [
            ("3", "sdg:3", "goal", 1, 0),
            ("3.8", "sdg:3.8", "target", 0, 1),
            ("10", "sdg:10", "goal", 0, 0),
            ("10.7", "sdg:10.7", "target", 0, 0),
        ],
    ),
    case(
        "sdgs",
        [
            ("10", "sdg:10", "goal", 0, 0),
        ],
        level="goal",
        linked="false",
    ),
    case(
        "instruments",
        [
            (
                "instrument/alpha",
                "ALPH, AT 1",
                "instrument-type/treaty",
                date(1990, 12, 18),
                True,
                2,
            ),
            ("instrument/beta", "BD", "instrument-type/declaration", "2015-11", False, 2),
            ("instrument/gamma", None, "instrument-type/framework", "2020", False, 1),
            ("instrument/alpha-protocol", None, "instrument-type/treaty-protocol", None, True, 0),
            ("process/forum", None, "process-type/forum", None, None, 0),
        ],
    ),
    case(
        "instruments",
        [
            (
                "instrument/alpha",
                "ALPH, AT 1",
                "instrument-type/treaty",
                date(1990, 12, 18),
                True,
                2,
            ),
        ],
        cited="true",
        binding="true",
    ),
    case(
        "sessions",
        [
            (
                "session/one",
                date(2019, 5, 1),
                "Utopia City",
                "process/forum",
                "gcm-cluster/human-rights",
                2,
            ),
            ("session/two", date(2021, 6, 2), None, "process/forum", None, 1),
        ],
    ),
    case(
        "sessions",
        [
            ("session/two", date(2021, 6, 2), None, "process/forum", None, 1),
        ],
        date_from="2020-01-01",
        process="The Forum",
    ),
    case(
        "sessions",
        [
            (
                "session/one",
                date(2019, 5, 1),
                "Utopia City",
                "process/forum",
                "gcm-cluster/human-rights",
                2,
            ),
        ],
        cluster="human-rights",
    ),
    case(
        "paragraphs",
        [
            (
                "passage/one/p01",
                "1",
                "paragraph 1",
                "passage/one/s1",
                "session/one",
                date(2019, 5, 1),
            ),
            (
                "passage/one/p02",
                "2",
                "paragraph 2",
                "passage/one/s1",
                "session/one",
                date(2019, 5, 1),
            ),
        ],
    ),
    case(
        "paragraphs",
        [
            (
                "passage/one/p01",
                "1",
                "paragraph 1",
                "passage/one/s1",
                "session/one",
                date(2019, 5, 1),
            ),
        ],
        topic="human-rights",
        instrument="beta",
        population_group="migrant-children",
    ),
    case(
        "links-below-confidence",
        [
            (
                Decimal("0.2"),
                "passage/one/pra-01",
                "practical recommendation 1",
                "instrument/beta",
                "assertion/explicit",
                "review-status/rejected",
                None,
                None,
                "session/one",
                date(2019, 5, 1),
                "citation/one/pra-01/beta",
            ),
            (
                Decimal("0.6"),
                "passage/one/pra-01",
                "practical recommendation 1",
                "instrument/alpha",
                "assertion/inferred",
                "review-status/accepted",
                None,
                "By its sense.",
                "session/one",
                date(2019, 5, 1),
                "citation/one/pra-01/alpha",
            ),
            (
                Decimal("0.7"),
                "passage/one/p01",
                "paragraph 1",
                "sdg:3.8",
                "assertion/inferred",
                "review-status/accepted",
                None,
                "Cover.",
                "session/one",
                date(2019, 5, 1),
                "classification/one/p01/sdg-3.8",
            ),
            (
                Decimal("0.8"),
                "passage/one/pra-01",
                "practical recommendation 1",
                "gcm-objective/13",
                "assertion/retrospective",
                "review-status/accepted",
                None,
                "Detention.",
                "session/one",
                date(2019, 5, 1),
                "classification/one/pra-01/gcm-13",
            ),
        ],
        below="0.9",
    ),
    case(
        "links-below-confidence",
        [
            (
                Decimal("0.2"),
                "passage/one/pra-01",
                "practical recommendation 1",
                "instrument/beta",
                "assertion/explicit",
                "review-status/rejected",
                None,
                None,
                "session/one",
                date(2019, 5, 1),
                "citation/one/pra-01/beta",
            ),
        ],
        status="rejected",
    ),
    case(
        "unresolved-mentions",
        [
            (
                "another treaty",
                "passage/one/p02",
                "paragraph 2",
                "Alpha Treaty | Beta Declaration",
                "No name.",
                "session/one",
                date(2019, 5, 1),
                "mention/one/p02/treaty",
            ),
        ],
    ),
    case(
        "unresolved-mentions",
        [
            (
                "another treaty",
                "passage/one/p02",
                "paragraph 2",
                "Alpha Treaty | Beta Declaration",
                "No name.",
                "session/one",
                date(2019, 5, 1),
                "mention/one/p02/treaty",
            ),
        ],
        candidates="beta",
    ),
    case(
        "discrepancies",
        [
            ("discrepancy/one/number", "two | one", "Report one | paragraph 2", None),
        ],
    ),
    case("discrepancies", [], session="two"),
    case(
        "unexamined-passages",
        [
            (
                "examination/citations",
                "passage/one/p02",
                "paragraph 2",
                "session/one",
                date(2019, 5, 1),
            ),
            (
                "examination/citations",
                "passage/two/pol-01",
                "political recommendation 1",
                "session/two",
                date(2021, 6, 2),
            ),
        ],
        examination="citations",
    ),
    case(
        "unverified-facts",
        [
            ("instrument/alpha", "gfmd:symbol", "A/1", "The symbol is from memory."),
        ],
        record="alpha",
    ),
    case(
        "recommendations-by-addressee",
        [
            (
                "actor-type/media",
                "assertion/inferred",
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "session/two",
                date(2021, 6, 2),
            ),
            (
                "process/forum",
                "assertion/inferred",
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "session/two",
                date(2021, 6, 2),
            ),
        ],
        assertion="inferred",
    ),
    case(
        "recommendations-by-addressee",
        [
            (
                "actor/org-arcadia",
                "assertion/explicit",
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "session/two",
                date(2021, 6, 2),
            ),
            (
                "process/forum",
                "assertion/inferred",
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "session/two",
                date(2021, 6, 2),
            ),
        ],
        addressee=["Arcadia", "The Forum"],
        assertion=["explicit", "inferred"],
    ),
    case(
        "recommendations-involving",
        [
            (
                "actor/group-movement",
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "session/two",
                date(2021, 6, 2),
            ),
            (
                "actor-type/trade-union",
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "session/two",
                date(2021, 6, 2),
            ),
        ],
    ),
    case(
        "recommendations-involving",
        [
            (
                "actor/group-movement",
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "session/two",
                date(2021, 6, 2),
            ),
        ],
        involved="The Movement",
    ),
    case(
        "recommendations",
        [],
        addressee="The Forum",
    ),
    case(
        "recommendations",
        [
            (
                "passage/two/pol-01",
                "recommendation-kind/political",
                "1",
                "political recommendation 1",
                "session/two",
                date(2021, 6, 2),
            ),
        ],
        addressee="The Forum",
        assertion="inferred",
    ),
    case(
        "contributions-of",
        [
            (
                "statement/one/p02-2",
                "statement-type/call",
                None,
                "actor/group-movement",
                "passage/one/p02",
                "paragraph 2",
                None,
                None,
                "session/one",
                date(2019, 5, 1),
                None,
            ),
            (
                "statement/one/p02-3",
                "statement-type/call",
                "actor/person-ann",
                "actor/group-movement",
                "passage/one/p02",
                "paragraph 2",
                None,
                None,
                "session/one",
                date(2019, 5, 1),
                None,
            ),
        ],
        actor="The Movement",
    ),
    case(
        "contributions-of",
        [
            (
                "statement/one/p01-1",
                "statement-type/call",
                "actor/person-ann",
                None,
                "passage/one/p01",
                "paragraph 1",
                "instrument/beta",
                "BD",
                "session/one",
                date(2019, 5, 1),
                "citation/one/p01/beta",
            ),
            (
                "statement/one/p02-3",
                "statement-type/call",
                "actor/person-ann",
                "actor/group-movement",
                "passage/one/p02",
                "paragraph 2",
                None,
                None,
                "session/one",
                date(2019, 5, 1),
                None,
            ),
        ],
        actor="Ann",
    ),
    case(
        "posts",
        [
            ("actor/post-vacant", None, None, None, None, None),
            (
                "actor/post-rapporteur",
                "Reports on Alpha. | Visits.",
                "actor/org-committee",
                "actor/person-bob",
                date(2017, 8, 1),
                None,
            ),
            (
                "actor/post-rapporteur",
                "Reports on Alpha. | Visits.",
                "actor/org-committee",
                "actor/person-ann",
                "2011",
                "2017-07",
            ),
        ],
    ),
    case(
        "posts",
        [
            (
                "actor/post-rapporteur",
                "Reports on Alpha. | Visits.",
                "actor/org-committee",
                "actor/person-bob",
                date(2017, 8, 1),
                None,
            ),
        ],
        day="2017-08-01",
    ),
    case(
        "posts",
        [
            (
                "actor/post-rapporteur",
                "Reports on Alpha. | Visits.",
                "actor/org-committee",
                "actor/person-ann",
                "2011",
                "2017-07",
            ),
        ],
        day="2017-07-31",
    ),
    case(
        "posts",
        [],
        post="The Rapporteur",
        day="2010-12-31",
    ),
    case(
        "posts",
        [
            (
                "actor/post-rapporteur",
                "Reports on Alpha. | Visits.",
                "actor/org-committee",
                "actor/person-bob",
                date(2017, 8, 1),
                None,
            ),
        ],
        holder="Bob",
    ),
    case(
        "instrument-relations",
        [
            ("actor/org-committee", "monitors", "out", "instrument/alpha"),
            ("actor/org-committee", "monitors", "out", "instrument/alpha-protocol"),
        ],
        resource="Alpha Committee",
    ),
    case(
        "instrument-relations",
        [
            ("instrument/gamma", "replaces", "out", "instrument/beta"),
            ("instrument/gamma", "calls-for", "in", "instrument/beta"),
            ("instrument/gamma", "reviews", "in", "process/forum"),
        ],
        resource="gamma",
    ),
    case(
        "instrument-relations",
        [
            ("instrument/beta", "calls-for", "out", "instrument/gamma"),
            ("instrument/beta", "calls-for", "out", "process/forum"),
            ("instrument/beta", "replaces", "in", "instrument/gamma"),
        ],
        resource="beta",
    ),
    case(
        "instrument-relations",
        [
            ("instrument/gamma", "calls-for", "in", "instrument/beta"),
        ],
        resource="gamma",
        relation="calls-for",
        direction="in",
    ),
    case(
        "treaty-parties",
        [
            (
                "instrument/alpha",
                "actor/org-utopia",
                "treaty-action/ratification",
                date(2001, 3, 4),
                "source/list",
            ),
        ],
        treaty="ALPH",
    ),
    case(
        "treaty-parties",
        [
            (
                "instrument/alpha",
                "actor/org-arcadia",
                "treaty-action/became-party",
                "1999",
                "source/list",
            ),
            (
                "instrument/alpha",
                "actor/org-utopia",
                "treaty-action/ratification",
                date(2001, 3, 4),
                "source/list",
            ),
        ],
        treaty="ALPH",
        day="2005-01-01",
    ),
    case(
        "treaty-parties",
        [
            (
                "instrument/alpha",
                "actor/org-arcadia",
                "treaty-action/became-party",
                "1999",
                "source/list",
            ),
        ],
        treaty="ALPH",
        day="1999-01-01",
    ),
    case(
        "treaty-parties",
        [],
        treaty="ALPH",
        day="1998-01-01",
    ),
    case(
        "cited-places",
        [
            (
                "instrument/alpha",
                "art. 7 (2)",
                "passage/two/pol-01",
                "political recommendation 1",
                "assertion/explicit",
                "Alpha Treaty",
                "session/two",
                date(2021, 6, 2),
                "citation/two/pol-01/alpha",
            ),
            (
                "instrument/alpha",
                "art. 29",
                "passage/one/pol-01",
                "political recommendation 1",
                "assertion/explicit",
                "ALPH | the Treaty",
                "session/one",
                date(2019, 5, 1),
                "citation/one/pol-01/alpha",
            ),
        ],
    ),
    case(
        "cited-places",
        [
            (
                "instrument/alpha",
                "art. 7 (2)",
                "passage/two/pol-01",
                "political recommendation 1",
                "assertion/explicit",
                "Alpha Treaty",
                "session/two",
                date(2021, 6, 2),
                "citation/two/pol-01/alpha",
            ),
        ],
        instrument="ALPH",
        target_locator="art. 7",
    ),
    case(
        "cited-places",
        [],
        target_locator="art. 2",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.query}-{'-'.join(case.values)}")
def test_rows_are_exactly_these(fictional: Graph, case: Case) -> None:
    assert shown(fictional.run(case.query, **case.values)) == case.rows


def test_every_query_has_golden_rows(fictional: Graph) -> None:
    # Topics are listed from the shipped scheme; they have a test of their own below.
    assert {case.query for case in CASES} | {"topics"} == set(fictional.catalog.queries)


def test_topics_count_recommendations_and_other_passages(fictional: Graph) -> None:
    rows = shown(fictional.run("topics", broader="human-rights", session="one"))
    used = [row for row in rows if row[2] or row[3]]
    assert used == [
        ("topic/gender", "topic/human-rights", 1, 0),
        ("topic/detention", "topic/human-rights", 1, 1),
    ]


@pytest.mark.parametrize(("query", "column"), [("sdgs", "sdg"), ("passages-linked-to-sdg", "sdg")])
def test_goals_and_targets_have_a_label_of_either_kind(
    fictional: Graph, query: str, column: str
) -> None:
    rows = fictional.run(query)
    assert all(getattr(row[column], "label", None) for row in rows)
    solutions = fictional.ask(fictional.catalog[query].text)
    at = solutions.variables.index(f"{column}_label")
    assert all(row[at] for row in solutions.rows)
