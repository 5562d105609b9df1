"""The lists of what passages refer to: instruments, SDGs and topics."""

from gfmdkg.facets.common_facets import ACTORS, by_instrument, by_session, by_topic
from gfmdkg.facets.definitions import FacetedList
from gfmdkg.facets.making import (
    facets,
    fields,
    iris,
    orders,
    resource,
    value,
)
from gfmdkg.facets.passages import CONFIDENCE_PARAMETER, assertion_facet
from gfmdkg.facets.patterns import read_pattern
from gfmdkg.terms.parameters import ParameterType

__all__ = ["REFERENCES"]

_INSTRUMENTS = FacetedList(
    name="instruments",
    label="Instruments",
    summary="Instruments and processes, with facets",
    description="Whatever has a text or an undertaking of its own and can be cited, by title.",
    classes=iris("gfmd:Instrument", "gfmd:Process"),
    items=read_pattern("instruments/items"),
    facets=facets(
        "instruments",
        resource(
            "type",
            "Type",
            "Only instruments or processes of this type or a narrower one",
            "treaty",
            schemes=["instrument-type", "process-type"],
            hierarchical=True,
        ),
        value(
            "binding",
            "Binding",
            "Only those that bind under international law (true) or only soft law (false)",
            "true",
            type=ParameterType.BOOLEAN,
        ),
        value(
            "cited",
            "Cited",
            "Only those that some passage cites (true) or only those that none does (false)",
            "true",
            type=ParameterType.BOOLEAN,
        ),
        resource(
            "adopted_by",
            "Adopted by",
            "Only those that these adopted",
            "UN General Assembly",
            classes=ACTORS,
        ),
        value("year", "Year", "Only those adopted in this year", "1990", type=ParameterType.INT),
        by_session("Only those cited in these sessions"),
        by_topic("Only those cited in a passage on this topic or a narrower one"),
    ),
    fields=fields(
        "instrument",
        "instruments",
        """The instrument or process
        shortNames string* Accepted short names in English
        type resource What kind of text or undertaking it is
        adopted date When it was adopted: a day, a month or a year
        inForce date When it entered into force: a day, a month or a year
        adoptedBy resource* Who adopted it
        symbol string* Document symbol
        binding boolean Whether it binds those who join it under international law
        passages integer Number of passages that cite it""",
    ),
    orders=orders(
        "instruments",
        title="English title",
        adopted="when it was adopted",
        passages="number of passages that cite it",
    ),
)


_SDGS = FacetedList(
    name="sdgs",
    label="Sustainable Development Goals",
    summary="Goals and targets, with facets",
    description="Sustainable Development Goals and the targets that concern migration, by code.",
    classes=iris("sdgo:Goal", "sdgo:Target"),
    items=read_pattern("sdgs/items"),
    facets=facets(
        "sdgs",
        value(
            "level",
            "Level",
            "Only goals or only targets",
            "goal",
            type=ParameterType.ENUM,
            values=("goal", "target"),
        ),
        resource("goal", "Goal", "Only this goal and its targets", "SDG 10", classes=["sdgo:Goal"]),
        value(
            "linked",
            "Linked",
            "Only those with a link (true) or only those without (false)",
            "true",
            type=ParameterType.BOOLEAN,
        ),
        by_session(
            "Only those linked with a passage of these sessions, on any ground unless asked "
            "otherwise",
            of_links=True,
        ),
        assertion_facet("inferred"),
    ),
    fields=fields(
        "sdg",
        "sdgs",
        """The goal or target
        code string Code, as text
        level string goal or target
        goal resource The goal of a target
        explicit integer Number of passages whose words name it
        inferred integer Number of passages linked on other grounds""",
    ),
    orders=orders(
        "sdgs",
        code="code",
        title="English title",
        passages="number of passages linked with it",
    ),
    confidence=CONFIDENCE_PARAMETER,
)


_TOPICS = FacetedList(
    name="topics",
    label="Topics",
    summary="Topics and legal concepts, with facets",
    description="What passages can be about, by English name.",
    classes=iris("skos:Concept"),
    items=read_pattern("topics/items"),
    facets=facets(
        "topics",
        resource(
            "scheme",
            "Scheme",
            "Only topics or only legal concepts",
            "topic",
            classes=["skos:ConceptScheme"],
        ),
        resource(
            "broader",
            "Broader topic",
            "Only topics right below this one",
            "human-rights",
            schemes=["topic"],
        ),
        value(
            "used",
            "Used",
            "Only those that some passage is about (true) or only those that none is (false)",
            "true",
            type=ParameterType.BOOLEAN,
        ),
        by_session("Only topics of passages of these sessions"),
        by_instrument("Only topics of passages that cite this"),
    ),
    fields=fields(
        "topic",
        "topics",
        """The topic
        scheme resource* Whether it is a topic or a legal concept
        broader resource* The broader topic
        definition string What it means
        recommendations integer Number of recommendations on it
        passages integer Number of other passages on it""",
    ),
    orders=orders("topics", title="English name", passages="number of passages on it"),
)

REFERENCES = (_INSTRUMENTS, _SDGS, _TOPICS)
"""Instruments, SDGs, topics."""
