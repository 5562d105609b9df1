"""The lists of what passages refer to: instruments, actors, sessions, reports, SDGs, topics."""

from typing import Any

from gfmdkg.facets.definitions import FacetedList
from gfmdkg.facets.making import (
    bounds,
    facets,
    fields,
    include,
    includes,
    iris,
    orders,
    resource,
    value,
)
from gfmdkg.facets.passages import CONFIDENCE_PARAMETER, assertion_facet
from gfmdkg.facets.patterns import read_pattern
from gfmdkg.namespaces import SCHEME_BASE
from gfmdkg.terms.parameters import ParameterType

__all__ = ["THINGS"]

_SESSION = "gfmd-dialogue-gcm-2017-04-06-c1"
_ACTOR = ("foaf:Person", "org:Organization", "foaf:Group")
_CITED = ("gfmd:Instrument", "gfmd:Process", "sdgo:Goal", "sdgo:Target")
_INT, _BOOLEAN, _ENUM = ParameterType.INT, ParameterType.BOOLEAN, ParameterType.ENUM


def _session(description: str, **more: Any) -> dict[str, object]:
    return resource("session", "Session", description, _SESSION, classes=["gfmd:Session"], **more)


def _process(description: str) -> dict[str, object]:
    return resource("process", "Process", description, "GFMD", classes=["gfmd:Process"])


def _topic(description: str) -> dict[str, object]:
    return resource(
        "topic",
        "Topic",
        description,
        "labour-rights",
        schemes=["topic", "legal-concept"],
        hierarchical=True,
    )


def _instrument(description: str) -> dict[str, object]:
    return resource("instrument", "Instrument", description, "CMW", classes=_CITED)


_CLUSTER = resource(
    "cluster",
    "Cluster",
    "Only sessions on this cluster of the Global Compact",
    "human-rights",
    schemes=["gcm-cluster"],
)

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
            type=_BOOLEAN,
        ),
        value(
            "cited",
            "Cited",
            "Only those that some passage cites (true) or only those that none does (false)",
            "true",
            type=_BOOLEAN,
        ),
        resource(
            "adopted_by",
            "Adopted by",
            "Only those that these adopted",
            "UN General Assembly",
            classes=_ACTOR,
        ),
        value("year", "Year", "Only those adopted in this year", "1990", type=_INT),
        _session("Only those cited in these sessions"),
        _topic("Only those cited in a passage on this topic or a narrower one"),
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

_ACTORS = FacetedList(
    name="actors",
    label="Actors",
    summary="Persons, organisations and groups, with facets",
    description="Whoever took part in a session, spoke, was spoken for or adopted something.",
    classes=iris(*_ACTOR),
    items=read_pattern("actors/items"),
    facets=facets(
        "actors",
        value(
            "form",
            "Form",
            "Only persons, organisations or groups",
            "person",
            type=_ENUM,
            values=("person", "organization", "group"),
        ),
        resource(
            "type",
            "Type",
            "Only actors of this type or a narrower one",
            "united-nations-body",
            schemes=["actor-type"],
            hierarchical=True,
        ),
        _session("Only those who took part in these sessions by name, or for whom somebody did"),
        _process("Only those who took part in sessions of this process, or for whom somebody did"),
        resource(
            "role", "Role", "Only those who took this role", "chair", schemes=["speaker-role"]
        ),
        resource(
            "on_behalf_of",
            "On behalf of",
            "Only those who took part for these",
            "Canada",
            classes=_ACTOR,
        ),
        value("year", "Year", "Only those who took part in this year", "2017", type=_INT),
    ),
    fields=fields(
        "actor",
        "actors",
        """The actor
        form string* person, organization or group
        type resource* What kind of person or body it is
        onBehalfOf resource* For whom the actor took part
        roles resource* In which roles
        participations integer Number of sessions and roles in which the actor took part
        statements integer Number of statements that reports attribute to the actor""",
    ),
    orders=orders(
        "actors",
        title="English name",
        participations="number of sessions and roles",
        statements="number of statements",
    ),
    includes=includes(
        include(
            "actors",
            "participations",
            "Where the actor took part, in which role and for whom",
            """session resource The session
            role resource The role
            capacity string The actor's office or capacity
            onBehalfOf resource For whom""",
        )
    ),
)

_SESSIONS = FacetedList(
    name="sessions",
    label="Sessions",
    summary="Sessions, with facets",
    description="Every session, earliest first.",
    classes=iris("gfmd:Session"),
    items=read_pattern("sessions/items"),
    facets=facets(
        "sessions",
        _process("Only sessions of this process"),
        _CLUSTER,
        value("year", "Year", "Only sessions of this year", "2017", type=_INT),
        resource(
            "actor",
            "Actor",
            "Only sessions in which these took part by name, or somebody for them",
            "Canada",
            classes=_ACTOR,
        ),
        _instrument("Only sessions that cite this"),
        _topic("Only sessions with a passage on this topic or a narrower one"),
    ),
    bounds=bounds(
        "sessions",
        "date",
        value(
            "date_from",
            "From",
            "Only sessions on or after this day",
            "2017-01-01",
            type=ParameterType.DATE,
            many=False,
            is_least=True,
        ),
        value(
            "date_to",
            "To",
            "Only sessions on or before this day",
            "2017-12-31",
            type=ParameterType.DATE,
            many=False,
            is_least=False,
        ),
    ),
    fields=fields(
        "session",
        "sessions",
        """The session
        date date Day of the session
        place string Where it was held
        process resource* The process to which it belongs
        cluster resource* The thematic cluster
        reports resource* Its reports
        recommendations integer Number of recommendations in its reports""",
    ),
    orders=orders(
        "sessions",
        date="day of the session",
        title="English title",
        recommendations="number of recommendations",
    ),
    includes=includes(
        include(
            "sessions",
            "participations",
            "Who took part by name, in which role and for whom",
            """actor resource Who took part
            role resource The role
            capacity string The actor's office or capacity
            onBehalfOf resource For whom""",
        )
    ),
)

_REPORTS = FacetedList(
    name="reports",
    label="Reports",
    summary="Reports, with facets",
    description="The reports of all sessions, earliest first.",
    classes=iris("gfmd:Report"),
    items=read_pattern("reports/items"),
    facets=facets(
        "reports",
        _session("Only reports of these sessions"),
        _process("Only reports of sessions of this process"),
        _CLUSTER,
        value("year", "Year", "Only sessions of this year", "2017", type=_INT),
        value(
            "language",
            "Language",
            "Only reports in this language",
            "en",
            type=ParameterType.STRING,
        ),
        _instrument("Only reports that cite this"),
        _topic("Only reports with a passage on this topic or a narrower one"),
    ),
    fields=fields(
        "report",
        "reports",
        """The report
        session resource* The session that it records
        date date Day of the session
        process resource* The process to which the session belongs
        place string Where the session was held
        language string* Language of the document
        source resource* The document
        paragraphs integer Number of paragraphs
        recommendations integer Number of recommendations""",
    ),
    orders=orders("reports", date="day of the session", title="English title"),
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
            type=_ENUM,
            values=("goal", "target"),
        ),
        resource("goal", "Goal", "Only this goal and its targets", "SDG 10", classes=["sdgo:Goal"]),
        value(
            "linked",
            "Linked",
            "Only those with a link (true) or only those without (false)",
            "true",
            type=_BOOLEAN,
        ),
        _session(
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
    schemes=(SCHEME_BASE + "topic", SCHEME_BASE + "legal-concept"),
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
            type=_BOOLEAN,
        ),
        _session("Only topics of passages of these sessions"),
        _instrument("Only topics of passages that cite this"),
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

THINGS = (_INSTRUMENTS, _ACTORS, _SESSIONS, _REPORTS, _SDGS, _TOPICS)
"""In the order in which they are documented."""
