"""The lists of who met where, and what came of it: actors, sessions and reports."""

from gfmdkg.facets.common_facets import (
    ACTORS,
    BY_CLUSTER,
    by_instrument,
    by_process,
    by_session,
    by_topic,
)
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
from gfmdkg.facets.patterns import read_pattern
from gfmdkg.terms.parameters import ParameterType

__all__ = ["MEETINGS"]

_ACTORS = FacetedList(
    name="actors",
    label="Actors",
    summary="Persons, organisations and groups, with facets",
    description="Whoever took part in a session, spoke, was spoken for or adopted something.",
    classes=iris(*ACTORS),
    items=read_pattern("actors/items"),
    facets=facets(
        "actors",
        value(
            "form",
            "Form",
            "Only persons, organisations or groups",
            "person",
            type=ParameterType.ENUM,
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
        by_session("Only those who took part in these sessions by name, or for whom somebody did"),
        by_process(
            "Only those who took part in sessions of this process, or for whom somebody did"
        ),
        resource(
            "role", "Role", "Only those who took this role", "chair", schemes=["speaker-role"]
        ),
        resource(
            "on_behalf_of",
            "On behalf of",
            "Only those who took part for these",
            "Canada",
            classes=ACTORS,
        ),
        value(
            "year", "Year", "Only those who took part in this year", "2017", type=ParameterType.INT
        ),
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
        by_process("Only sessions of this process"),
        BY_CLUSTER,
        value("year", "Year", "Only sessions of this year", "2017", type=ParameterType.INT),
        resource(
            "actor",
            "Actor",
            "Only sessions in which these took part by name, or somebody for them",
            "Canada",
            classes=ACTORS,
        ),
        by_instrument("Only sessions that cite this"),
        by_topic("Only sessions with a passage on this topic or a narrower one"),
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
        by_session("Only reports of these sessions"),
        by_process("Only reports of sessions of this process"),
        BY_CLUSTER,
        value("year", "Year", "Only sessions of this year", "2017", type=ParameterType.INT),
        value(
            "language",
            "Language",
            "Only reports in this language",
            "en",
            type=ParameterType.STRING,
        ),
        by_instrument("Only reports that cite this"),
        by_topic("Only reports with a passage on this topic or a narrower one"),
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

MEETINGS = (_ACTORS, _SESSIONS, _REPORTS)
"""Actors, sessions, reports."""
