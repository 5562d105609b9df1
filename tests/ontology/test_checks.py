"""Graph-wide checks: silent on a sound graph, and each one speaks up on the fault it is for."""

import re
from pathlib import Path

import pyoxigraph
import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "ontology"
CHECKS = sorted((FOLDER / "checks").glob("*.rq"))
BASE = "https://w3id.org/gfmdkg/"
PREFIXES = {
    "cito": "http://purl.org/spar/cito/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "gfmd": BASE + "ontology#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "https://schema.org/",
    "sdg": "http://metadata.un.org/sdg/",
    "sdgo": "http://metadata.un.org/sdg/ontology#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

SOUND = """
<id/process/example-forum> a gfmd:Process ;
    gfmd:processType <scheme/process-type/forum> ;
    skos:altLabel "EF"@en ;
    skos:prefLabel "Example Forum"@en .

<id/session/example-2015> a gfmd:Session ;
    dcterms:date "2015-10-14"^^xsd:date ;
    gfmd:chairedBy <id/actor/org-example-state> ;
    gfmd:number "8" ;
    gfmd:partOfProcess <id/process/example-forum> ;
    gfmd:sessionType <scheme/session-type/summit> ;
    schema:endDate "2015-10-16"^^xsd:date ;
    schema:location "Istanbul"@en ;
    schema:startDate "2015-10-14"^^xsd:date ;
    skos:prefLabel "Example summit"@en .

<id/actor/org-example-state> a org:Organization ;
    gfmd:actorType <scheme/actor-type/state> ;
    skos:prefLabel "Example State"@en .

<id/actor/person-ada-example> a foaf:Person ;
    gfmd:actorType <scheme/person-type/state-representative> ;
    skos:prefLabel "Ada Example"@en .

<id/actor/group-gfmdkg-curators> a foaf:Group ;
    gfmd:actorType <scheme/actor-type/curators> ;
    skos:prefLabel "Example curators"@en .

<id/session/example-2017> a gfmd:Session ;
    dcterms:date "2017-04-06"^^xsd:date ;
    gfmd:partOfProcess <id/process/example-forum> ;
    gfmd:room "XXIV" ;
    gfmd:thematicCluster <scheme/gcm-cluster/human-rights> ;
    schema:endDate "2017-04-06T17:30:00+02:00"^^xsd:dateTime ;
    schema:location "Geneva"@en ;
    schema:startDate "2017-04-06T11:30:00+02:00"^^xsd:dateTime ;
    skos:prefLabel "Example session"@en .

<id/participation/example-2017/ada-example> a gfmd:Participation ;
    gfmd:capacity "Director"@en ;
    gfmd:inSession <id/session/example-2017> ;
    gfmd:onBehalfOf <id/actor/org-example-state> ;
    gfmd:participant <id/actor/person-ada-example> ;
    gfmd:role <scheme/speaker-role/chair> .



<id/source/gcm-cluster-table> a foaf:Document .

<id/source/gcm-objectives-text> a foaf:Document .



<id/source/example-2017> a foaf:Document ;
    dcterms:description "Stands for the document that was read."@en ;
    skos:prefLabel "Example source"@en .

<id/report/example-2017> a gfmd:Report ;
    dcterms:language "en" ;
    dcterms:source <id/source/example-2017> ;
    gfmd:outcomeOf <id/session/example-2017> ;
    skos:prefLabel "Report of the example session"@en .

<id/passage/example-2017/s1> a gfmd:Section ;
    dcterms:isPartOf <id/report/example-2017> ;
    gfmd:inReport <id/report/example-2017> ;
    gfmd:locator "section 1"@en ;
    gfmd:order 1 ;
    gfmd:sortKey "s01" ;
    skos:prefLabel "Example section"@en .

<id/passage/example-2017/p01> a gfmd:Paragraph ;
    dcterms:isPartOf <id/passage/example-2017/s1> ;
    dcterms:subject <scheme/topic/human-rights> ;
    gfmd:examinedFor <scheme/examination/citations> ;
    gfmd:inReport <id/report/example-2017> ;
    gfmd:locator "paragraph 1"@en ;
    gfmd:number "1" ;
    gfmd:order 1 ;
    gfmd:populationGroup <scheme/population-group/all-migrants> ;
    gfmd:sortKey "p01" ;
    skos:prefLabel "Example paragraph"@en .

<id/passage/example-2017/pol-01> a gfmd:Recommendation ;
    dcterms:isPartOf <id/passage/example-2017/s1> ;
    dcterms:subject <scheme/topic/human-rights> ;
    gfmd:addressee <scheme/actor-type/state> ;
    gfmd:examinedFor <scheme/examination/citations> ;
    gfmd:inReport <id/report/example-2017> ;
    gfmd:recommendationKind <scheme/recommendation-kind/political> ;
    gfmd:locator "political recommendation 1"@en ;
    gfmd:number "1" ;
    gfmd:order 1 ;
    gfmd:populationGroup <scheme/population-group/migrant-children> ;
    gfmd:sortKey "political-01" ;
    skos:prefLabel "Example recommendation"@en .

<id/statement/example-2017/p01-1> a gfmd:Statement ;
    gfmd:attribution <scheme/attribution/named> ;
    gfmd:madeBy <id/actor/person-ada-example> ;
    gfmd:order 1 ;
    gfmd:recordedIn <id/passage/example-2017/p01> ;
    gfmd:statementType <scheme/statement-type/call> ;
    skos:prefLabel "Example call"@en .

<id/instrument/example-treaty> a gfmd:Instrument ;
    gfmd:adoptionDate "1990-12-18"^^xsd:date ;
    gfmd:adoptedBy <id/actor/org-example-state> ;
    gfmd:entryIntoForceDate "2003-07-01"^^xsd:date ;
    gfmd:instrumentType <scheme/instrument-type/treaty> ;
    gfmd:legallyBinding true ;
    gfmd:neverLabel "Treaty of Examples"@en ;
    gfmd:symbol "A/RES/45/158" ;
    skos:altLabel "ET"@en ;
    skos:hiddenLabel "Exampel Treaty"@en ;
    skos:prefLabel "Example Treaty"@en .

<id/citation/example-2017/p01/example-treaty> a gfmd:Citation ;
    gfmd:target <id/instrument/example-treaty> ;
    gfmd:passage <id/passage/example-2017/p01> ;
    gfmd:assertion <scheme/assertion/explicit> ;
    gfmd:confidence 1.0 ;
    gfmd:inStatement <id/statement/example-2017/p01-1> ;
    gfmd:intent <scheme/citation-intent/ratify> ;
    gfmd:matchedText "the Treaty" ;
    gfmd:reviewStatus <scheme/review-status/accepted> ;
    prov:wasAttributedTo <id/actor/group-gfmdkg-curators> .

<id/classification/example-2017/p01/gcm-15> a gfmd:Classification ;
    gfmd:target <scheme/gcm-objective/15> ;
    gfmd:passage <id/passage/example-2017/p01> ;
    gfmd:assertion <scheme/assertion/retrospective> ;
    gfmd:confidence 0.8 ;
    gfmd:reviewStatus <scheme/review-status/accepted> ;
    prov:wasAttributedTo <id/actor/group-gfmdkg-curators> ;
    skos:note "The paragraph asks for basic services."@en .

<id/mention/example-2017/p01/the-convention> a gfmd:UnresolvedMention ;
    gfmd:candidate <id/instrument/example-treaty> ;
    gfmd:matchedText "the Convention" ;
    gfmd:mentionedIn <id/passage/example-2017/p01> ;
    skos:note "The text gives no number and two conventions fit."@en .

<id/passage/example-2017/p01> gfmd:cites <id/instrument/example-treaty> ;
    gfmd:alignsWith <scheme/gcm-objective/15> .
"""

# The fault, as triples beside the sound graph, and the node that the check must point at.
FAULTS: dict[str, tuple[str, str]] = {
    "actor-label-shared": (
        """
        <id/actor/person-zoe-example> a foaf:Person ;
            skos:altLabel "ada example"@en .
        """,
        "id/actor/person-ada-example",
    ),
    "aligns-with-without-classification": (
        """
        <id/passage/example-2017/p01> gfmd:alignsWith <scheme/gcm-objective/7> .
        """,
        "id/passage/example-2017/p01",
    ),
    "broader-cycle": (
        """
        <scheme/topic/human-rights> skos:broader <scheme/topic/gender> .
        """,
        "scheme/topic/gender",
    ),
    "broader-in-other-scheme": (
        """
        <scheme/topic/gender> skos:broader <scheme/population-group/migrant-women> .
        """,
        "scheme/topic/gender",
    ),
    "citation-by-never-label": (
        """
        <id/citation/example-2017/p01/example-treaty> gfmd:matchedText "Treaty of Examples" .
        """,
        "id/citation/example-2017/p01/example-treaty",
    ),
    "citation-in-statement-of-other-passage": (
        """
        <id/statement/example-2017/p01-1> gfmd:recordedIn <id/passage/example-2017/s1> .
        """,
        "id/citation/example-2017/p01/example-treaty",
    ),
    "citation-in-unexamined-passage": (
        """
        <id/citation/example-2017/s1/x> a gfmd:Citation ;
            gfmd:passage <id/passage/example-2017/s1> ;
            gfmd:assertion <scheme/assertion/explicit> ;
            gfmd:reviewStatus <scheme/review-status/accepted> .
        """,
        "id/passage/example-2017/s1",
    ),
    "citation-without-cites": (
        """
        <id/citation/example-2017/pol-01/example-treaty> a gfmd:Citation ;
            gfmd:passage <id/passage/example-2017/pol-01> ;
            gfmd:target <id/instrument/example-treaty> ;
            gfmd:assertion <scheme/assertion/explicit> ;
            gfmd:reviewStatus <scheme/review-status/accepted> .
        """,
        "id/citation/example-2017/pol-01/example-treaty",
    ),
    "cites-without-citation": (
        """
        <id/passage/example-2017/pol-01> gfmd:cites <id/instrument/example-treaty> .
        """,
        "id/passage/example-2017/pol-01",
    ),
    "classification-without-aligns-with": (
        """
        <id/classification/example-2017/pol-01/gcm-15> a gfmd:Classification ;
            gfmd:passage <id/passage/example-2017/pol-01> ;
            gfmd:target <scheme/gcm-objective/15> ;
            gfmd:reviewStatus <scheme/review-status/accepted> .
        """,
        "id/classification/example-2017/pol-01/gcm-15",
    ),
    "concept-label-shared": (
        """
        <scheme/topic/health-services> skos:altLabel "gender"@en .
        """,
        "scheme/topic/gender",
    ),
    "concept-without-scheme": (
        """
        <scheme/topic/new> a skos:Concept .
        """,
        "scheme/topic/new",
    ),
    "concept-label-in-other-scheme": (
        """
        <scheme/topic/gender> skos:prefLabel "niños migrantes"@es .
        """,
        "scheme/population-group/migrant-children",
    ),
    "concept-language-missing": (
        """
        <scheme/topic/new> a skos:Concept ; skos:prefLabel "New"@en , "Nuevo"@es .
        """,
        "scheme/topic/new",
    ),
    "concept-orphan": (
        """
        <scheme/topic/new> a skos:Concept ; skos:inScheme <scheme/topic> ;
            skos:broader <scheme/topic/newer> .
        <scheme/topic/newer> a skos:Concept ; skos:inScheme <scheme/topic> .
        """,
        "scheme/topic/new",
    ),
    "concept-relation-one-sided": (
        """
        <scheme/topic/gender> skos:related <scheme/topic/detention> .
        """,
        "scheme/topic/gender",
    ),
    "instrument-in-force-before-adoption": (
        """
        <id/instrument/example-treaty> gfmd:entryIntoForceDate "1990-11"^^xsd:gYearMonth .
        """,
        "id/instrument/example-treaty",
    ),
    "link-duplicate": (
        """
        <id/citation/example-2017/p01/another> a gfmd:Citation ;
            gfmd:passage <id/passage/example-2017/p01> ;
            gfmd:target <id/instrument/example-treaty> ;
            gfmd:assertion <scheme/assertion/explicit> ;
            gfmd:reviewStatus <scheme/review-status/accepted> .
        """,
        "id/citation/example-2017/p01/another",
    ),
    "link-iri-of-other-passage": (
        """
        <id/citation/example-2017/p01/example-treaty>
            gfmd:passage <id/passage/example-2017/pol-01> .
        """,
        "id/citation/example-2017/p01/example-treaty",
    ),
    "mention-resolved-elsewhere": (
        """
        <id/citation/example-2017/p01/example-treaty> gfmd:matchedText "the Convention" .
        """,
        "id/mention/example-2017/p01/the-convention",
    ),
    "never-label-is-label": (
        """
        <id/process/example-forum> gfmd:neverLabel "EF"@en .
        """,
        "id/process/example-forum",
    ),
    "part-of-cycle": (
        """
        <id/passage/example-2017/s1> dcterms:isPartOf <id/passage/example-2017/p01> .
        """,
        "id/passage/example-2017/p01",
    ),
    "passage-number-shared": (
        """
        <id/passage/example-2017/p02> a gfmd:Paragraph ;
            gfmd:inReport <id/report/example-2017> ;
            gfmd:number "1" .
        """,
        "id/passage/example-2017/p01",
    ),
    "passage-order-gap": (
        """
        <id/passage/example-2017/p03> a gfmd:Paragraph ;
            gfmd:inReport <id/report/example-2017> ;
            gfmd:order 3 .
        """,
        "id/passage/example-2017/p03",
    ),
    "passage-order-shared": (
        """
        <id/passage/example-2017/pol-02> a gfmd:Recommendation ;
            dcterms:isPartOf <id/passage/example-2017/s1> ;
            gfmd:recommendationKind <scheme/recommendation-kind/political> ;
            gfmd:order 1 .
        """,
        "id/passage/example-2017/pol-01",
    ),
    "passage-states-otherwise": (
        """
        <id/passage/example-2017/p01> gfmd:locator "paragraph 2"@en , "paragraphe 1"@fr .
        """,
        "id/passage/example-2017/p01",
    ),
    "passage-without-report": (
        """
        <id/passage/example-2017/s9> a gfmd:Section .
        """,
        "id/passage/example-2017/s9",
    ),
    "property-on-other-class": (
        """
        <id/passage/example-2017/p01> gfmd:madeBy <id/actor/person-ada-example> .
        """,
        "id/passage/example-2017/p01",
    ),
    "reference-dangling": (
        """
        <id/passage/example-2017/p01> dcterms:subject <scheme/topic/nowhere> .
        """,
        "id/passage/example-2017/p01",
    ),
    "reference-label-shared": (
        """
        <id/instrument/another> a gfmd:Instrument ;
            skos:hiddenLabel "example forum"@en .
        """,
        "id/instrument/another",
    ),
    "report-before-session": (
        """
        <id/report/example-2017> dcterms:issued "2017-03"^^xsd:gYearMonth .
        """,
        "id/report/example-2017",
    ),
    "report-session-without-participation": (
        """
        <id/report/example-2015> a gfmd:Report ; gfmd:outcomeOf <id/session/example-2015> .
        """,
        "id/session/example-2015",
    ),
    "session-start-off-date": (
        """
        <id/session/example-2017> dcterms:date "2017-04-07"^^xsd:date .
        """,
        "id/session/example-2017",
    ),
    "speaker-without-participation": (
        """
        <id/statement/example-2017/p01-1> gfmd:madeBy <id/actor/person-zoe-example> .
        <id/actor/person-zoe-example> a foaf:Person .
        """,
        "id/statement/example-2017/p01-1",
    ),
    "session-number-shared": (
        """
        <id/session/example-2016> a gfmd:Session ;
            gfmd:partOfProcess <id/process/example-forum> ;
            gfmd:sessionType <scheme/session-type/summit> ;
            gfmd:number "8" .
        """,
        "id/session/example-2015",
    ),
    "statement-order-shared": (
        """
        <id/statement/example-2017/p01-2> a gfmd:Statement ;
            gfmd:recordedIn <id/passage/example-2017/p01> ;
            gfmd:order 1 .
        """,
        "id/statement/example-2017/p01-1",
    ),
    "term-deprecated-used": (
        """
        gfmd:room owl:deprecated true .
        """,
        "id/session/example-2017",
    ),
    "term-undefined": (
        """
        <id/passage/example-2017/p01> gfmd:addresee <scheme/actor-type/state> .
        """,
        "id/passage/example-2017/p01",
    ),
    "top-concept-one-sided": (
        """
        <scheme/topic> skos:hasTopConcept <scheme/topic/gender> .
        """,
        "scheme/topic/gender",
    ),
    "unverified-value-absent": (
        """
        <id/process/example-forum> gfmd:unverified gfmd:symbol .
        """,
        "id/process/example-forum",
    ),
}


def read(text: str, store: pyoxigraph.Store, name: str) -> None:
    prologue = f"@base <{BASE}> .\n" + "".join(
        f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items()
    )
    store.load(
        (prologue + text).encode(),
        format=pyoxigraph.RdfFormat.TURTLE,
        to_graph=pyoxigraph.NamedNode(f"https://example.org/graph/{name}"),
    )


@pytest.fixture
def store() -> pyoxigraph.Store:
    """A small sound graph with ontology and vocabularies, each file in a graph of its own."""
    store = pyoxigraph.Store()
    for path in [*sorted(FOLDER.glob("*.ttl")), *sorted((FOLDER / "vocab").glob("*.ttl"))]:
        graph = pyoxigraph.NamedNode(f"https://example.org/graph/{path.stem}")
        store.load(path=str(path), format=pyoxigraph.RdfFormat.TURTLE, to_graph=graph)
    read(SOUND, store, "sound")
    return store


def rows(store: pyoxigraph.Store, check: Path) -> list[dict[str, str]]:
    query = check.read_text(encoding="utf-8")
    answer = store.query(query, use_default_graph_as_union=True)
    assert isinstance(answer, pyoxigraph.QuerySolutions)
    names = [variable.value for variable in answer.variables]
    return [{name: getattr(row[name], "value", "") for name in names} for row in answer]


def header(check: Path) -> dict[str, str]:
    lines = check.read_text(encoding="utf-8").splitlines()
    loaded = yaml.safe_load("\n".join(x[3:] for x in lines if x.startswith("#+ ")))
    assert isinstance(loaded, dict)
    return loaded


@pytest.mark.parametrize("check", CHECKS, ids=lambda p: p.stem)
def test_a_sound_graph_passes_every_check(check: Path, store: pyoxigraph.Store) -> None:
    assert rows(store, check) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda p: p.stem)
def test_a_check_points_at_the_fault_it_is_for(check: Path, store: pyoxigraph.Store) -> None:
    fault, focus = FAULTS[check.stem]
    read(fault, store, "fault")
    found = rows(store, check)
    assert BASE + focus in {row["focus"] for row in found}
    # Every name that the message puts in braces has a value in the row.
    names = re.findall(r"\{\?(\w+)\}", header(check)["message"])
    assert all(row[name] for row in found for name in names)


def test_every_fault_belongs_to_a_check() -> None:
    assert set(FAULTS) == {check.stem for check in CHECKS}


@pytest.mark.parametrize("check", CHECKS, ids=lambda p: p.stem)
def test_a_check_says_what_is_wrong_and_what_to_do(check: Path) -> None:
    said = header(check)
    assert set(said) == {"summary", "message", "severity"}
    assert said["severity"] in {"Violation", "Warning", "Info"}
    assert said["summary"].endswith(".")
    query = check.read_text(encoding="utf-8")
    variables = re.findall(r"\?(\w+)", query[query.index("SELECT") : query.index("WHERE")])
    assert variables[0] == "focus"
    assert set(re.findall(r"\{\?(\w+)\}", said["message"])) <= set(variables)


def test_links_not_derived_yet_are_no_fault(store: pyoxigraph.Store) -> None:
    for name in ("cites", "alignsWith"):
        predicate = pyoxigraph.NamedNode(f"{BASE}ontology#{name}")
        for quad in list(store.quads_for_pattern(None, predicate, None)):
            store.remove(quad)
    for name in ("citation-without-cites", "classification-without-aligns-with"):
        assert rows(store, FOLDER / "checks" / f"{name}.rq") == []


def test_two_phrases_with_different_intents_are_no_duplicates(store: pyoxigraph.Store) -> None:
    link = """<id/citation/example-2017/pol-01/{name}> a gfmd:Citation ;
        gfmd:passage <id/passage/example-2017/pol-01> ;
        gfmd:target <id/instrument/example-treaty> ;
        gfmd:assertion <scheme/assertion/explicit> ;
        gfmd:matchedText "ET" ;
        gfmd:intent {intents} .
    """
    ratify, extend = (f"<scheme/citation-intent/{name}>" for name in ("ratify", "extend"))
    check = FOLDER / "checks" / "link-duplicate.rq"
    read(link.format(name="et", intents=ratify), store, "one")
    read(link.format(name="et-2", intents=extend), store, "two")
    assert rows(store, check) == []
    read(link.format(name="et-3", intents=f"{extend} , {ratify}"), store, "three")
    assert len(rows(store, check)) == 2


def test_one_phrase_with_different_intents_is_a_duplicate(store: pyoxigraph.Store) -> None:
    for name, intent in (("et", "ratify"), ("et-2", "extend")):
        read(
            f"""<id/citation/example-2017/pol-01/{name}> a gfmd:Citation ;
                gfmd:passage <id/passage/example-2017/pol-01> ;
                gfmd:target <id/instrument/example-treaty> ;
                gfmd:assertion <scheme/assertion/explicit> ;
                gfmd:inStatement <id/statement/example-2017/pol-01-1> ;
                gfmd:matchedText "ET" ;
                gfmd:intent <scheme/citation-intent/{intent}> .""",
            store,
            name,
        )
    assert len(rows(store, FOLDER / "checks" / "link-duplicate.rq")) == 1


def test_working_sessions_of_two_dialogues_may_bear_one_number(store: pyoxigraph.Store) -> None:
    for dialogue in ("one", "two"):
        read(
            f"""<id/session/{dialogue}-c1> a gfmd:Session ;
                dcterms:isPartOf <id/session/{dialogue}> ;
                gfmd:partOfProcess <id/process/example-forum> ;
                gfmd:sessionType <scheme/session-type/working-session> ;
                gfmd:number "1" .""",
            store,
            dialogue,
        )
    assert rows(store, FOLDER / "checks" / "session-number-shared.rq") == []


def test_a_goal_that_the_words_name_needs_its_shortcut(store: pyoxigraph.Store) -> None:
    goal, treaty = "<http://metadata.un.org/sdg/3>", "<id/instrument/example-treaty>"
    missing = FOLDER / "checks" / "classification-without-aligns-with.rq"
    unfounded = FOLDER / "checks" / "aligns-with-without-classification.rq"
    for name, target in (("sdg-3", goal), ("et", treaty)):
        read(
            f"""<id/citation/example-2017/pol-01/{name}> a gfmd:Citation ;
                gfmd:passage <id/passage/example-2017/pol-01> ;
                gfmd:target {target} ;
                gfmd:assertion <scheme/assertion/explicit> ;
                gfmd:reviewStatus <scheme/review-status/accepted> .""",
            store,
            name,
        )
    assert len(rows(store, missing)) == 1
    read(f"<id/passage/example-2017/pol-01> gfmd:alignsWith {goal} .", store, "link")
    assert rows(store, missing) == rows(store, unfounded) == []
    read(f"<id/passage/example-2017/pol-01> gfmd:alignsWith {treaty} .", store, "wrong")
    assert len(rows(store, unfounded)) == 1


def test_a_year_is_not_before_a_day_of_itself(store: pyoxigraph.Store) -> None:
    read(
        """<id/instrument/a> a gfmd:Instrument ;
            gfmd:adoptionDate "2000-05-01"^^xsd:date ;
            gfmd:entryIntoForceDate "2000"^^xsd:gYear .""",
        store,
        "year",
    )
    assert rows(store, FOLDER / "checks" / "instrument-in-force-before-adoption.rq") == []


def test_a_gap_among_the_items_below_a_recommendation_is_found(store: pyoxigraph.Store) -> None:
    read(
        """<id/passage/example-2017/pol-01.2> a gfmd:Recommendation ;
            dcterms:isPartOf <id/passage/example-2017/pol-01> ;
            gfmd:recommendationKind <scheme/recommendation-kind/political> ; gfmd:order 2 .""",
        store,
        "gap",
    )
    found = rows(store, FOLDER / "checks" / "passage-order-gap.rq")
    item = BASE + "id/passage/example-2017/pol-01.2"
    assert found == [{"focus": item, "missing": "1"}]
