"""The column map: every table that curators fill in, written once.

The templates, the import, the export and the page docs/tables.md all follow from it. It is one
long module on purpose: a table whose rows are compared with each other is read in one place.
"""

from gfmdkg.curation.tables.columns import Column, RecordType, ValueKind
from gfmdkg.errors import NotFound
from gfmdkg.namespaces import CITO, DCTERMS, FOAF, GFMD, ORG, PREFIXES, PROV, SDGO, SKOS

__all__ = ["RECORD_TYPES", "record_type"]

_SCHEMA = PREFIXES["schema"]
_LANGUAGES = ("en", "fr", "es")
_ENGLISH = ("en",)

_ACTORS = (FOAF + "Person", ORG + "Organization", FOAF + "Group")
_PASSAGES = (GFMD + "Section", GFMD + "Paragraph", GFMD + "Recommendation")
_CITED = (GFMD + "Instrument", GFMD + "Process", SDGO + "Goal", SDGO + "Target")
_SOURCES = (FOAF + "Document", PREFIXES["dcat"] + "Resource")

_TEXT, _CODE = ValueKind.TEXT, ValueKind.CODE


def _text(name: str, predicate: str, note: str, *, example: str = "", many: bool = True) -> Column:
    return Column(
        name=name,
        predicate=predicate,
        kind=_TEXT,
        languages=_ENGLISH,
        many=many,
        note=note,
        example=example,
    )


def _title(note: str, example: str, *, languages: tuple[str, ...] = _LANGUAGES) -> Column:
    return Column(
        name="title",
        predicate=SKOS + "prefLabel",
        kind=_TEXT,
        needed=True,
        languages=languages,
        note=note,
        example=example,
    )


def _slug_key(note: str, example: str) -> Column:
    return Column(name="key", predicate=None, kind=_CODE, key=True, note=note, example=example)


_OTHER_NAMES = Column(
    name="other names",
    predicate=SKOS + "altLabel",
    kind=_TEXT,
    languages=_LANGUAGES,
    many=True,
    note="Accepted acronyms and short names.",
    example="CMW | ICRMW",
)
_WRONG_NAMES = _text(
    "wrong names",
    SKOS + "hiddenLabel",
    "Misspelt or wrong names found in sources; they are found, never shown.",
)
_NEVER_NAMES = _text(
    "not to be confused with", GFMD + "neverLabel", "Names that must never be taken for this one."
)
_DEFINITION = _text("definition", SKOS + "definition", "What this is, in a sentence.")
_SCOPE_NOTE = _text("scope note", SKOS + "scopeNote", "What is meant by it here, and what not.")
_NOTE = _text("note", SKOS + "note", "Anything a reader should know.")
_EDITORIAL_NOTE = _text(
    "editorial note", SKOS + "editorialNote", "For curators: where it was seen, what is open."
)
_UNVERIFIED = Column(
    name="unverified",
    predicate=GFMD + "unverified",
    kind=ValueKind.PROPERTY,
    many=True,
    note="Properties of this record whose value nobody has checked, by their prefixed names.",
    example="gfmd:adopted | gfmd:symbol",
)
_SOURCE = Column(
    name="source",
    predicate=DCTERMS + "source",
    types=_SOURCES,
    many=True,
    note="The source that the record was taken from.",
)

RECOMMENDATION = RecordType(
    name="recommendation",
    sheet="recommendations",
    classes=(GFMD + "Recommendation",),
    identity="id/passage/{report}/pol-03 from the report, the kind (pol or pra) and the number,"
    " its first part in two digits: practical 7.1 is pra-07.1",
    columns=(
        Column(
            name="report",
            predicate=GFMD + "inReport",
            key=True,
            types=(GFMD + "Report",),
            note="The report that makes the recommendation.",
            example="gfmd-dialogue-gcm-2017-04-06-c1",
        ),
        Column(
            name="kind",
            predicate=GFMD + "kind",
            key=True,
            schemes=("recommendation-kind",),
            note="Political or practical.",
            example="political",
        ),
        Column(
            name="number",
            predicate=GFMD + "number",
            kind=_CODE,
            key=True,
            note="Its place in the list of its kind, as text; 7.1 is the first below 7.",
            example="3",
        ),
        _title("A short title in your own words.", "Adhere to the conventions", languages=_ENGLISH),
        Column(
            name="part of",
            predicate=DCTERMS + "isPartOf",
            types=(GFMD + "Section", GFMD + "Recommendation"),
            note="The section that it stands in. Required, save where it is nested.",
            example="gfmd-dialogue-gcm-2017-04-06-c1/s8",
            derived="for 7.1 the recommendation 7 of the same kind",
        ),
        Column(
            name="topics",
            predicate=DCTERMS + "subject",
            many=True,
            schemes=("topic", "legal-concept"),
            note="What it is about.",
            example="labour-rights | legal-framework",
        ),
        Column(
            name="addressees",
            predicate=GFMD + "addressee",
            many=True,
            schemes=("addressee-type",),
            note="Whom it asks to act.",
            example="states",
        ),
        Column(
            name="population groups",
            predicate=GFMD + "populationGroup",
            many=True,
            schemes=("population-group",),
            note="Whom it concerns.",
            example="migrant-workers",
        ),
        Column(
            name="examined for",
            predicate=GFMD + "examinedFor",
            many=True,
            schemes=("examination",),
            note="What the text has been read for: none found differs from not yet looked for.",
            example="citations | sdg",
        ),
        _NOTE,
        _EDITORIAL_NOTE,
        Column(
            name="locator",
            predicate=GFMD + "locator",
            kind=_TEXT,
            languages=_ENGLISH,
            note="Where to find it in the report.",
            derived="kind and number, “political recommendation 3”",
        ),
        Column(
            name="order",
            predicate=GFMD + "order",
            kind=ValueKind.INTEGER,
            note="Its place below what it is part of, from 1.",
            derived="the last part of the number",
        ),
        Column(
            name="sort key",
            predicate=GFMD + "sortKey",
            kind=_CODE,
            note="What lists are sorted by.",
            derived="kind and number in two digits, “political-03”",
        ),
    ),
)

CITATION = RecordType(
    name="citation",
    sheet="citations",
    classes=(GFMD + "Citation",),
    identity="id/citation/{passage}/{cited} from the passage and the cited thing: its slug, for"
    " a goal or target sdg- and its code",
    columns=(
        Column(
            name="passage",
            predicate=CITO + "hasCitingEntity",
            key=True,
            types=_PASSAGES,
            note="The passage whose words cite, as {report}/{passage}.",
            example="gfmd-dialogue-gcm-2017-04-06-c1/pol-03",
        ),
        Column(
            name="cites",
            predicate=CITO + "hasCitedEntity",
            key=True,
            types=_CITED,
            note="The instrument, process, goal or target that is cited.",
            example="CMW",
        ),
        Column(
            name="matched text",
            predicate=GFMD + "matchedText",
            kind=_CODE,
            many=True,
            note="The words of the passage that name it, exactly, at most 160 characters; explicit"
            " citations have some.",
            example="UN CMW",
        ),
        Column(
            name="intent",
            predicate=GFMD + "intent",
            schemes=("citation-intent",),
            note="What the passage does with the cited thing.",
            example="adhere",
        ),
        Column(
            name="assertion",
            predicate=GFMD + "assertion",
            needed=True,
            schemes=("assertion",),
            note="Whether the words stand in the text.",
            example="explicit",
        ),
        Column(
            name="confidence",
            predicate=GFMD + "confidence",
            kind=ValueKind.DECIMAL,
            needed=True,
            note="From 0 to 1; below 1 with a note that says why.",
            example="1.0",
        ),
        Column(
            name="review status",
            predicate=GFMD + "reviewStatus",
            needed=True,
            schemes=("review-status",),
            note="Only accepted citations count as “cites”.",
            example="proposed",
        ),
        Column(
            name="anticipated",
            predicate=GFMD + "anticipated",
            kind=ValueKind.BOOLEAN,
            note="Yes where the cited thing was adopted after the day of the session, else empty.",
        ),
        Column(
            name="in statements",
            predicate=GFMD + "inStatement",
            many=True,
            types=(GFMD + "Statement",),
            note="The statements of the passage that make the citation.",
        ),
        Column(
            name="asserted by",
            predicate=PROV + "wasAttributedTo",
            needed=True,
            many=True,
            types=(*_ACTORS, PROV + "SoftwareAgent"),
            note="Who says that this is a citation.",
            example="group-gfmdkg-curators",
        ),
        _NOTE,
        _EDITORIAL_NOTE,
        Column(
            name="start",
            predicate=GFMD + "start",
            kind=ValueKind.INTEGER,
            note="Where the words begin in your own copy of the text, in characters.",
        ),
        Column(
            name="end",
            predicate=GFMD + "end",
            kind=ValueKind.INTEGER,
            note="Where they end, one after the last character.",
        ),
    ),
)

ACTOR = RecordType(
    name="actor",
    sheet="actors",
    classes=_ACTORS,
    identity="id/actor/{key}; the key begins with person-, org- or group-, which is its class",
    columns=(
        _slug_key(
            "person-, org- or group- and a short name in lower-case ASCII, never changed later.",
            "org-iom",
        ),
        _title("The official name.", "International Organization for Migration"),
        _OTHER_NAMES,
        Column(
            name="type",
            predicate=GFMD + "actorType",
            needed=True,
            schemes=("actor-type",),
            note="What kind of actor it is.",
            example="international-organization",
        ),
        Column(
            name="part of",
            predicate=ORG + "subOrganizationOf",
            many=True,
            types=_ACTORS,
            note="The organisation that it is a part of.",
            example="UN",
        ),
        _DEFINITION,
        _SCOPE_NOTE,
        _WRONG_NAMES,
        _NEVER_NAMES,
        _NOTE,
        _EDITORIAL_NOTE,
        _SOURCE,
        _UNVERIFIED,
    ),
)

INSTRUMENT = RecordType(
    name="instrument",
    sheet="instruments",
    classes=(GFMD + "Instrument",),
    identity="id/instrument/{key}",
    columns=(
        _slug_key("A short name in lower-case ASCII, never changed later.", "cmw"),
        _title("The official title.", "Universal Declaration of Human Rights"),
        _OTHER_NAMES,
        Column(
            name="type",
            predicate=GFMD + "instrumentType",
            needed=True,
            schemes=("instrument-type",),
            note="What kind of instrument it is.",
            example="treaty",
        ),
        Column(
            name="legally binding",
            predicate=GFMD + "legallyBinding",
            kind=ValueKind.BOOLEAN,
            needed=True,
            note="Whether it binds those who join it.",
            example="yes",
        ),
        Column(
            name="adopted",
            predicate=GFMD + "adopted",
            kind=ValueKind.DATE,
            partial=True,
            note="When it was adopted, no finer than is known.",
            example="1990-12-18",
        ),
        Column(
            name="in force",
            predicate=GFMD + "inForce",
            kind=ValueKind.DATE,
            partial=True,
            note="When it entered into force; binding instruments only.",
            example="2003-07-01",
        ),
        Column(
            name="adopted by",
            predicate=GFMD + "adoptedBy",
            many=True,
            types=_ACTORS,
            note="The body that adopted it.",
            example="org-un-general-assembly",
        ),
        Column(
            name="symbol",
            predicate=GFMD + "symbol",
            kind=_CODE,
            many=True,
            note="The symbol of the document, as text.",
            example="A/RES/45/158",
        ),
        Column(
            name="related to",
            predicate=DCTERMS + "relation",
            many=True,
            types=(GFMD + "Instrument", GFMD + "Process"),
            note="Instruments and processes that it belongs with.",
        ),
        _DEFINITION,
        _SCOPE_NOTE,
        _WRONG_NAMES,
        _NEVER_NAMES,
        _NOTE,
        _EDITORIAL_NOTE,
        _SOURCE,
        _UNVERIFIED,
    ),
)

SESSION = RecordType(
    name="session",
    sheet="sessions",
    classes=(GFMD + "Session",),
    identity="id/session/{key}",
    columns=(
        _slug_key(
            "Event, date and session in lower-case ASCII, never changed later.",
            "gfmd-dialogue-gcm-2017-04-06-c1",
        ),
        _title("The name of the session.", "GFMD Dialogue, working session 1"),
        Column(
            name="date",
            predicate=DCTERMS + "date",
            kind=ValueKind.DATE,
            needed=True,
            note="The day of the session.",
            example="2017-04-06",
        ),
        Column(
            name="start",
            predicate=_SCHEMA + "startDate",
            kind=ValueKind.DATE_TIME,
            note="When it began, with its time zone.",
            example="2017-04-06T11:30:00+02:00",
        ),
        Column(
            name="end",
            predicate=_SCHEMA + "endDate",
            kind=ValueKind.DATE_TIME,
            note="When it ended, with its time zone.",
            example="2017-04-06T17:30:00+02:00",
        ),
        _text("location", _SCHEMA + "location", "Where it was held.", many=False),
        Column(
            name="rooms",
            predicate=GFMD + "room",
            kind=_CODE,
            many=True,
            note="The rooms, as text.",
            example="XVIII | XXIV",
        ),
        Column(
            name="processes",
            predicate=GFMD + "partOfProcess",
            many=True,
            types=(GFMD + "Process",),
            note="The process that it is part of.",
            example="gfmd",
        ),
        Column(
            name="thematic cluster",
            predicate=GFMD + "thematicCluster",
            many=True,
            schemes=("gcm-cluster",),
            note="The cluster of the Global Compact; by its name, for two numberings are in use.",
            example="human-rights",
        ),
        _OTHER_NAMES,
        _NOTE,
        _EDITORIAL_NOTE,
        _SOURCE,
    ),
)

RECORD_TYPES: tuple[RecordType, ...] = (RECOMMENDATION, CITATION, ACTOR, INSTRUMENT, SESSION)
"""Every record type that has a table."""


def record_type(name: str) -> RecordType:
    """The record type of this name, singular or as its sheet is called. Raises ``NotFound``."""
    for known in RECORD_TYPES:
        if name.casefold() in (known.name, known.sheet):
            return known
    raise NotFound("kind of table", name)
