"""The lists of passages: paragraphs and recommendations together, and recommendations alone."""

from dataclasses import replace
from types import MappingProxyType

from gfmdkg.facets.common_facets import (
    ACTORS,
    CITABLE,
    by_process,
    by_session,
    by_topic,
)
from gfmdkg.facets.definitions import ASSERTION, CONFIDENCE, FacetedList
from gfmdkg.facets.making import (
    facets,
    fields,
    include,
    includes,
    iris,
    orders,
    resource,
    value,
)
from gfmdkg.facets.patterns import read_pattern
from gfmdkg.namespaces import SCHEME_BASE
from gfmdkg.terms.parameters import Parameter, ParameterType

__all__ = ["CONFIDENCE_PARAMETER", "PASSAGES", "RECOMMENDATIONS", "assertion_facet"]

_EXPLICIT = (SCHEME_BASE + "assertion/explicit",)
_REPORT = "gfmd-dialogue-gcm-2017-04-06-c1"

CONFIDENCE_PARAMETER = Parameter(
    name=CONFIDENCE,
    type=ParameterType.DECIMAL,
    description="Only links that are at least so sure, from 0 to 1, count in all filters by links",
    example="0.8",
)


def assertion_facet(example: str) -> dict[str, object]:
    """The facet of the grounds on which links are asserted."""
    return resource(
        ASSERTION,
        "Assertion",
        "Only links asserted on these grounds count in all filters by links",
        example,
        schemes=["assertion"],
        of_links=True,
    )


_FIELDS = """
passageType string paragraph or recommendation
kind resource Political or practical
number string Number within its kind, as text
locator string Where in the report it is
section resource The section in which it stands
report resource The report in which it stands
session resource The session that the report records
date date Day of the session
topics resource* What it is about, as recorded
addressees resource* Whom it asks to act
populations resource* The people whom it is about
instruments resource* What its own words cite
"""
_PASSAGE_TYPE = value(
    "passage_type",
    "Passage type",
    "Only paragraphs or only recommendations",
    "paragraph",
    type=ParameterType.ENUM,
    values=("paragraph", "recommendation"),
)
_FACETS = (
    by_session("Only sessions named here"),
    resource("report", "Report", "Only reports named here", _REPORT, classes=["gfmd:Report"]),
    by_process("Only sessions of this process"),
    resource(
        "kind",
        "Kind",
        "Only recommendations of this kind",
        "political",
        schemes=["recommendation-kind"],
    ),
    resource(
        "addressee",
        "Addressee",
        "Only those that ask these to act, or a narrower kind of them",
        "states",
        schemes=["addressee-type"],
        hierarchical=True,
    ),
    resource(
        "population",
        "Population group",
        "Only those about these people or a narrower group",
        "migrant-children",
        schemes=["population-group"],
        hierarchical=True,
    ),
    by_topic("Only those on this topic or a narrower one"),
    resource(
        "instrument",
        "Instrument",
        "Only those that cite this; explicitly, unless another assertion is asked for",
        "CMW",
        classes=CITABLE,
        of_links=True,
        assertions=_EXPLICIT,
    ),
    resource(
        "instrument_type",
        "Instrument type",
        "Only those that cite an instrument of this type; explicitly, unless asked otherwise",
        "treaty",
        schemes=["instrument-type"],
        hierarchical=True,
        of_links=True,
        assertions=_EXPLICIT,
    ),
    value(
        "binding",
        "Binding",
        "Only those that cite what binds under international law (true) or soft law (false); "
        "explicitly, unless asked otherwise",
        "true",
        type=ParameterType.BOOLEAN,
        of_links=True,
        assertions=_EXPLICIT,
    ),
    resource(
        "actor",
        "Actor",
        "Only paragraphs with a statement made by them or on their behalf, and recommendations "
        "of sessions in which they took part",
        "Canada",
        classes=ACTORS,
    ),
    resource(
        "sdg_goal",
        "SDG",
        "Only those linked with this goal or a target of it, on any ground unless asked otherwise",
        "SDG 10",
        classes=["sdgo:Goal"],
        of_links=True,
    ),
    resource(
        "sdg_target",
        "SDG target",
        "Only those linked with this target, on any ground unless asked otherwise",
        "10.7",
        classes=["sdgo:Target"],
        of_links=True,
    ),
    resource(
        "objective",
        "Objective of the Global Compact",
        "Only those linked with this objective, on any ground unless asked otherwise",
        "13",
        schemes=["gcm-objective"],
        of_links=True,
    ),
    assertion_facet("inferred"),
    value("year", "Year", "Only sessions of this year", "2017", type=ParameterType.INT),
)
_INCLUDES = includes(
    include(
        "passages",
        "citations",
        "The citations in it, on whatever ground, with their evidence",
        """cited resource What is cited
        assertion resource On what ground
        confidence decimal How sure the link is, from 0 to 1
        matchedText string The words of the text that name it, several separated by " | "
        intent resource To what end it is cited
        anticipated boolean Whether it did not exist yet on the day
        note string Why the link is made, or what is doubtful
        link resource The link that carries the evidence""",
    ),
    include(
        "passages",
        "alignments",
        "The goals, targets and objectives that it is linked with, and on what ground",
        """linkedTo resource The goal, target or objective
        assertion resource On what ground
        confidence decimal How sure the link is, from 0 to 1
        note string Why the link is made
        link resource The link that carries the evidence""",
    ),
    include(
        "passages",
        "statements",
        "The statements that it records",
        """statement resource The statement
        type resource What kind of statement it is
        attribution resource Whether it is anybody's by name
        speaker resource Who made it""",
    ),
    include(
        "passages",
        "session",
        "The session that made it",
        """session resource The session
        date date Day of the session
        place string Where it was held
        process resource The process to which it belongs
        cluster resource The thematic cluster""",
    ),
)

PASSAGES = FacetedList(
    name="passages",
    label="Passages",
    summary="Paragraphs and recommendations, with facets",
    description="The numbered paragraphs and the recommendations of all reports in reading order.",
    classes=iris("gfmd:Paragraph", "gfmd:Recommendation"),
    items=read_pattern("passages/items"),
    facets=facets("passages", *_FACETS[:3], _PASSAGE_TYPE, *_FACETS[3:]),
    fields=fields("passage", "passages", "The passage\n" + _FIELDS.strip()),
    orders=orders(
        "passages",
        date="day of the session, then reading order",
        title="English title",
        citations="number of things that its own words cite",
    ),
    includes=_INCLUDES,
    confidence=CONFIDENCE_PARAMETER,
)
"""Paragraphs and recommendations."""

RECOMMENDATIONS = replace(
    PASSAGES,
    name="recommendations",
    label="Recommendations",
    summary="Recommendations, with facets",
    description="The recommendations of all reports in reading order.",
    classes=iris("gfmd:Recommendation"),
    items=read_pattern("recommendations/items"),
    facets=MappingProxyType({n: f for n, f in PASSAGES.facets.items() if n != "passage_type"}),
    fields=fields(
        "recommendation",
        "passages",
        "The recommendation\n" + _FIELDS.strip().partition("\n")[2],
    ),
)
"""The same without paragraphs."""
