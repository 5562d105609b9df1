"""Every request whose answer is recorded, by families of routes."""

import io
from collections.abc import Iterator

import openpyxl
from tests.recordings.exchange import (
    Exchange,
    Family,
    get,
    head,
    options,
    post,
    sparql,
    to,
    update,
)

__all__ = ["FAMILIES"]

SESSION = "gfmd-dialogue-gcm-2017-04-06-c1"
CMW = "https://w3id.org/gfmdkg/id/instrument/cmw"
GCM = "https://w3id.org/gfmdkg/id/instrument/gcm"
KINDS_GRAPH = "https://w3id.org/gfmdkg/graph/ontology/vocab/recommendation-kind"
NOTES = "https://w3id.org/gfmdkg/graph/notes"
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SUFFIXES = ("ttl", "nt", "jsonld", "rdf", "html")
NOWHERE = {"origin": "https://example.org"}

# --- canned queries: name, required parameters, optional parameters one at a time ---

CITATION = "citation/gfmd-dialogue-gcm-2017-04-06-c1/pol-03/cmw"
ANY: dict[str, str] = {}
QUERIES: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
    ("actors", ANY, {"type": "united-nations-body", "session": SESSION, "form": "person"}),
    ("collective-claims", ANY, {"attribution": "collective", "statement_type": "consensus"}),
    ("contributions-of", {"actor": "Mehmet Samsar"}, {"statement_type": "call"}),
    ("participants", ANY, {"role": "chair", "actor": "Mehmet Samsar"}),
    ("recommendations-aligned-with-objective", ANY, {"objective": "13", "kind": "political"}),
    ("anticipated-citations", ANY, {"session": SESSION, "instrument": "CMW"}),
    ("binding-and-soft-law", ANY, {"binding": "true"}),
    ("instruments-cited", ANY, {"assertion": "inferred", "intents": "adhere"}),
    ("instruments-cocited", ANY, {"instrument": "CMW", "minimum": "2"}),
    ("instruments-only-in-paragraphs", ANY, {"session": SESSION}),
    ("passages-citing", {"instrument": "CMW"}, {"assertion": "inferred", "session": SESSION}),
    ("place-of-link", {"link": CITATION}, {}),
    ("recommendations-citing", {"instrument": "CMW"}, {"kind": "practical"}),
    ("instruments", ANY, {"type": "treaty", "binding": "false", "cited": "true"}),
    ("paragraphs", ANY, {"topic": "labour-rights", "population_group": "migrant-children"}),
    ("discrepancies", ANY, {"session": SESSION}),
    ("links-below-confidence", ANY, {"below": "0.7", "status": "proposed"}),
    ("unexamined-passages", ANY, {"examination": "citations"}),
    ("unresolved-mentions", ANY, {"candidates": "ILO C097"}),
    ("unverified-facts", ANY, {"record": "CRC"}),
    ("kinds-compared", ANY, {"aspect": "instrument"}),
    ("recommendations", ANY, {"kind": "political", "topic": "labour-rights", "instrument": "CMW"}),
    ("recommendations-by-addressee", ANY, {"addressee": "states", "kind": "political"}),
    ("recommendations-by-population-group", {"population_group": "migrant-children"}, {}),
    ("recommendations-on-topic", {"topic": "detention"}, {"kind": "political"}),
    ("recommendations-without-citation", ANY, {"kind": "political"}),
    ("passages-linked-to-sdg", ANY, {"sdg": "SDG 3", "assertion": "inferred"}),
    ("sdgs", ANY, {"level": "goal", "linked": "true"}),
    ("sessions", ANY, {"process": "GFMD", "cluster": "human-rights", "date_from": "2017-05-01"}),
    ("topics", ANY, {"broader": "human-rights", "session": SESSION}),
)
CITING = "/api/queries/recommendations-citing"


def queries() -> Iterator[Exchange]:
    yield get("/api/queries")
    for name, required, optional in QUERIES:
        path = f"/api/queries/{name}"
        yield get(to(path, **required, per_page=2))
        for parameter, value in optional.items():
            yield get(to(path, **required, **{parameter: value}, per_page=1))
        yield get(to(path, **required, format="csv"))


def query_forms() -> Iterator[Exchange]:
    """Formats, pages, conditions, methods and errors of canned queries."""
    for form in ("json", "csv", "tsv", "srj", "srx", "xlsx"):
        yield get(to(CITING, instrument="CMW", format=form))
    for accept in (
        "text/csv",
        "text/tab-separated-values",
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "application/xml",
        "text/html",
        "*/*",
        "text/csv;q=0.5, application/json;q=0.9",
        "image/png",
    ):
        yield get(to(CITING, instrument="CMW", per_page=1), accept=accept)
    yield get(to("/api/queries/instruments", per_page=2, page=1))
    yield get(to("/api/queries/instruments", per_page=2, page=3))
    yield get(to("/api/queries/instruments", per_page=50, page=99))
    yield get(to("/api/queries/instruments", format="csv", per_page=2, page=2))
    yield get(to("/api/queries/instruments", format="srj", per_page=2, page=2))
    yield get(to("/api/queries/instruments", per_page=0))
    yield get(to("/api/queries/instruments", per_page=1001))
    yield get(to("/api/queries/instruments", page="x"))
    yield get(to("/api/queries/instruments", per_page=1, version=1))
    yield get(to("/api/queries/instruments", version=99))
    yield get(to("/api/queries/instruments", version="x"))
    yield get(to("/api/queries/instruments", binding="perhaps"))
    yield get(to("/api/queries/instruments", binding=["true", "false"]))
    yield get(to("/api/queries/instruments", per_page=1, binding=""))
    yield get(to("/api/queries/instruments", type=["treaty", "declaration"], per_page=2))
    yield get(to("/api/queries/instruments-cocited", minimum="many"))
    yield get(to("/api/queries/sessions", date_from="yesterday"))
    yield get(to("/api/queries/links-below-confidence", below="2e"))
    yield get(to("/api/queries/kinds-compared", aspect="colour"))
    yield get(CITING)
    yield get(to(CITING, instrument=""))
    yield get(to(CITING, instrument="CWM"))
    yield get(to(CITING, instrument="Convention"))
    yield get(to(CITING, instrument="Global Compact"))
    yield get(to(CITING, instrument=["CMW", "CEDAW"], per_page=1))
    yield get(to(CITING, instrument="CMW, CEDAW", per_page=1, include="sparql"))
    yield get(to(CITING, instrument="CMW", format="csv", include="sparql"))
    yield get(to(CITING, instrument=CMW, per_page=1))
    yield get(to(CITING, instrument="cmw", per_page=1))
    yield get(to(CITING, instrument="id/instrument/cmw", per_page=1))
    yield get(to(CITING, instrument="gfmd:Instrument", per_page=1))
    yield get(to(CITING, instrument="migrant-children", per_page=1))
    yield get(to(CITING, instrument='"} DROP ALL #'))
    yield get(to(CITING, instrument="CMW", colour="red"))
    yield get(to(CITING, instrument="CMW", format="yaml"))
    yield get(to(CITING, instrument="CMW", kind="politcal"))
    yield get("/api/queries/recommendation-citing")
    yield get("/api/queries/none/none")
    yield get(to(CITING, instrument="CMW", per_page=1))
    yield get(to(CITING, instrument="CMW", per_page=1), if_none_match="{etag}")
    yield get(to(CITING, instrument="CMW", per_page=1), if_none_match="*")
    yield get(to(CITING, instrument="CMW", per_page=1), if_none_match='"other"')
    yield get(to(CITING, instrument="CMW", per_page=1), if_none_match='W/"x", {etag}')
    yield get(to("/api/queries/instruments", format="csv"), accept_encoding="gzip")
    yield get(to(CITING, instrument="CMW", per_page=1), accept_encoding="gzip, br")
    yield head(to(CITING, instrument="CMW", per_page=1))
    yield head("/api/queries/nothing")
    yield options(CITING)
    yield options(CITING, **NOWHERE, access_control_request_method="GET")
    yield post(CITING, "instrument=CMW", "application/x-www-form-urlencoded")
    yield post(CITING, method="DELETE")


# --- lists ---

LISTS: dict[str, tuple[dict[str, object], ...]] = {
    "recommendations": (
        {"topics": "labour-rights", "kind": "political", "facets": "all", "include": "sparql"},
        {"instruments": "CMW", "include": "citations"},
        {"q": "recrutment", "fields": "number,session"},
        {"assertions": "inferred", "confidence": "0.8", "facets": "assertions,sdg_goals"},
        {"addressees": "-states", "facets": "addressees"},
        {"binding": "true", "sort": "-citations"},
        {"actors": "Canada", "facets": "actors", "facet_limit": "3"},
        {"sdg_goals": "SDG 10", "objectives": "13"},
    ),
    "passages": (
        {"topics": "human-rights", "population_groups": "-migrant-children", "sort": "-citations"},
        {"sdg_goals": "10", "assertions": "inferred", "confidence": "0.7", "facets": "sdg_targets"},
        {"passage_type": "paragraph", "include": "citations,statements"},
        {"instrument_types": "treaty", "year": "2017", "facets": "instrument_types,year"},
        {"actors": ["Canada", "Mehmet Samsar"]},
        {"kind": "political, -practical", "fields": "number,kind"},
    ),
    "instruments": (
        {"type": "treaty", "cited": "true", "sort": "-passages", "facets": "type,cited"},
        {"adopted_by": "UN General Assembly", "year": "1990"},
        {"binding": "false", "sort": "-adoption_date", "facets": "binding"},
        {"q": "rights OR workers"},
    ),
    "sdgs": (
        {"level": "goal", "linked": "true", "facets": "level"},
        {"goal": "SDG 10", "assertions": "inferred", "sort": "-passages"},
    ),
    "topics": (
        {"schemes": "topic", "broader": "human-rights", "facets": "schemes,broader"},
        {"used": "true", "instruments": "CMW", "sort": "-passages"},
    ),
    "actors": (
        {"form": "person", "roles": "chair", "include": "participations", "facets": "roles"},
        {"on_behalf_of": "Canada", "sort": "-statements", "facets": "form,type"},
        {"q": "united nations"},
    ),
    "sessions": (
        {"date_from": "2017-01-01", "include": "participations", "facets": "clusters"},
        {"date_to": "2016-12-31"},
    ),
    "reports": ({"language": "en", "instruments": "CMW", "facets": "language,year"},),
}


def lists() -> Iterator[Exchange]:
    for name, wishes in LISTS.items():
        path = f"/api/{name}"
        yield get(to(path, per_page=2, facets="all", include="sparql"))
        for wish in wishes:
            yield get(to(path, per_page=2, **wish))
        for form in ("csv", "xlsx", "ttl", "jsonld"):
            yield get(to(path, per_page=2, format=form))


def list_forms() -> Iterator[Exchange]:
    """Formats, pages, conditions and errors of lists."""
    for name in ("instruments", "reports"):
        for form in ("bibtex", "ris", "csl-json"):
            yield get(to(f"/api/{name}", format=form))
    yield get(to("/api/instruments", format="bibtex", per_page=1, page=2))
    path = "/api/recommendations"
    yield get(to(path, format="tsv", fields="number,kind"))
    yield get(to(path, format="csv"))
    for accept in ("text/csv", "text/turtle", "application/ld+json", "text/html", "image/png"):
        yield get(to(path, per_page=1), accept=accept)
    yield get(to(path, format="csv", facets="kind"))
    yield get("/api/topics", accept="application/x-bibtex")
    yield get("/api/instruments?per_page=1", accept="application/x-bibtex")
    yield get(to("/api/topics", format="bibtex"))
    yield get(to(path, per_page=3, page=2))
    yield get(to(path, page=99))
    yield get(to(path, page=0))
    yield get(to(path, per_page=5000))
    yield get(to(path, version=1, per_page=1))
    yield get(to(path, version=7))
    yield get(to(path, colour="red"))
    yield get(to(path, facets="colour"))
    yield get(to(path, facet_limit="-1"))
    yield get(to(path, fields="colour"))
    yield get(to(path, include="colour"))
    yield get(to(path, sort="colour"))
    yield get(to(path, kind="poltical"))
    yield get(to(path, instruments="CWM"))
    yield get(to(path, instruments="Convention"))
    yield get(to(path, binding="maybe"))
    yield get(to(path, year="MMXVII"))
    yield get(to(path, confidence="2"))
    yield get(to(path, topics="", per_page=1))
    yield get(to(path, topics=["detention", "-labour-rights"], per_page=1, facets="topics"))
    yield get(to(path, q="xyzzy"))
    yield get(to("/api/topics", include="citations"))
    yield get(to("/api/sessions", date_from="soon"))
    yield get("/api/recomendations")
    yield get(to(path, per_page=1))
    yield get(to(path, per_page=1), if_none_match="{etag}")
    yield get(to(path, format="csv"), accept_encoding="gzip")
    yield head(to(path, per_page=1))
    yield options(path, **NOWHERE, access_control_request_method="GET")
    yield post(path, method="PUT")


# --- SPARQL ---

SELECT = (
    "SELECT ?passage ?title WHERE { ?passage gfmd:cites <" + CMW + "> ; skos:prefLabel ?title }"
    " ORDER BY ?passage ?title"
)
RESULTS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
GRAPHS = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
    "nq": "application/n-quads",
}
CONSTRUCT = "CONSTRUCT { ?s skos:prefLabel ?l } WHERE { ?s a gfmd:Session ; skos:prefLabel ?l }"
FORMS = (
    "ASK { <" + CMW + "> a gfmd:Instrument }",
    "ASK { <" + CMW + "> a gfmd:Session }",
    "SELECT * WHERE { <" + CMW + "> gfmd:binding ?b }",
    "SELECT ?p ?o WHERE { <" + CMW + "> ?p ?o } ORDER BY ?p ?o",
    "SELECT ?s WHERE { ?s skos:altLabel 'CMW'@en } ORDER BY ?s",
    "SELECT (COUNT(*) AS ?n) WHERE { ?s a gfmd:Recommendation }",
    (
        "SELECT ?k (COUNT(?r) AS ?n)"
        " WHERE { ?r a gfmd:Recommendation ; gfmd:recommendationKind ?k }"
        " GROUP BY ?k HAVING (COUNT(?r) > 1) ORDER BY ?k"
    ),
    "SELECT DISTINCT ?t WHERE { ?s a ?t } ORDER BY ?t LIMIT 5 OFFSET 2",
    "SELECT ?l ?d WHERE { <" + CMW + "> skos:prefLabel ?l OPTIONAL { <" + CMW + "> skos:none ?d }"
    " FILTER(lang(?l) = 'en') } ORDER BY ?l",
    (
        "SELECT ?b WHERE { <https://w3id.org/gfmdkg/scheme/topic/detention> skos:broader/"
        "skos:broader* ?b } ORDER BY ?b"
    ),
    "SELECT ?s WHERE { ?s ^gfmd:cites ?p . ?p gfmd:cites <" + CMW + "> } ORDER BY ?s ?p LIMIT 4",
    "SELECT ?i ?a WHERE { VALUES ?i { <" + CMW + "> <" + GCM + "> } ?i gfmd:adoptionDate ?a }"
    " ORDER BY ?i",
    "SELECT ?x WHERE { BIND(1/3 AS ?x) }",
    (
        "SELECT (1 AS ?i) (1.50 AS ?d) (1e3 AS ?f) (true AS ?b) ('a\\tb\\n\"c\\\\' AS ?s)"
        " ('ö'@de-AT AS ?l) (<x> AS ?r) WHERE {}"
    ),
    "SELECT ?a ?none WHERE { VALUES (?a ?none) { (1 UNDEF) (UNDEF UNDEF) (UNDEF 'x') } }",
    (
        "SELECT ?s WHERE { { ?s a gfmd:Session } UNION { ?s a gfmd:Report } MINUS"
        " { ?s a gfmd:Report } } ORDER BY ?s"
    ),
    (
        "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s a gfmd:Instrument } } GROUP BY ?g"
        " ORDER BY ?g"
    ),
    "SELECT ?o WHERE { GRAPH <" + KINDS_GRAPH + "> { ?s skos:prefLabel ?o } } ORDER BY ?o",
    "SELECT ?s WHERE { ?s a gfmd:Process FILTER NOT EXISTS { ?p gfmd:cites ?s } } ORDER BY ?s",
    (
        "SELECT ?s (SAMPLE(?l) AS ?x) (GROUP_CONCAT(DISTINCT ?n; separator='|') AS ?y) WHERE {"
        " { SELECT DISTINCT ?s WHERE { ?s a gfmd:Session } } ?s skos:prefLabel ?l ;"
        " dcterms:identifier ?n } GROUP BY ?s ORDER BY ?s"
    ),
    "SELECT ?s WHERE { ?s skos:prefLabel ?l FILTER(REGEX(?l, '^Political', 'i')) } ORDER BY ?s",
    "SELECT (NOW() > '2000-01-01T00:00:00Z'^^xsd:dateTime AS ?later) WHERE {}",
    "PREFIX skos: <http://e/> SELECT ?s WHERE { ?s skos:none ?o }",
    "BASE <https://w3id.org/gfmdkg/id/> SELECT ?a WHERE { <instrument/cmw> gfmd:adoptionDate ?a }",
    "DESCRIBE <" + CMW + ">",
    "DESCRIBE <http://e/nothing>",
    "DESCRIBE ?s WHERE { ?s a gfmd:Session }",
    CONSTRUCT,
    "CONSTRUCT { [] skos:related ?s } WHERE { ?s a gfmd:Report }",
    "CONSTRUCT WHERE { <" + CMW + "> gfmd:binding ?b ; gfmd:adoptionDate ?a }",
)
FAULTS = (
    "",
    "SELECT",
    "SELECT ?s WHERE { ?s ?p }",
    "SELECT ?s WHERE {\n  ?s ?p ?o .\n  ?s nope:x ?o }",
    "SELECT ?s WHERE { ?s ?p ?o ",
    "SELECT ?s ?s WHERE { ?s ?p ?o } GROUP BY ?p",
    "SELECT * WHERE { ?s ?p 'open }",
    "SELECT * WHERE { ?s <a b> ?o }",
    "SELEKT * WHERE { ?s ?p ?o }",
    "SELECT * WHERE { SERVICE <http://e/> { ?s ?p ?o } }",
    "SELECT * WHERE { SERVICE SILENT ?x { ?s ?p ?o } }",
    "INSERT DATA { <http://e/a> <http://e/b> 1 }",
    "SELECT * WHERE { " + "{" * 250 + " ?s ?p ?o " + "}" * 250 + " }",
    "SELECT (<http://e/f>(1) AS ?x) WHERE {}",
    "ASK { ?s ?p ?o } ASK { ?s ?p ?o }",
)
MANY = " ".join(map(str, range(200)))
ENDLESS = (
    "ASK {"
    + "".join(f"VALUES ?v{i} {{ {MANY} }}" for i in range(6))
    + f"FILTER({' + '.join(f'?v{i}' for i in range(6))} < 0) }}"
)
ASK = "ASK { ?s ?p ?o }"


def sparql_queries() -> Iterator[Exchange]:
    for query in FORMS:
        yield sparql(query)
    yield sparql("SELECT ?s WHERE { ?s a gfmd:Session }", is_unordered=True, accept="text/csv")
    for query in FAULTS:
        yield sparql(query)


def sparql_formats() -> Iterator[Exchange]:
    for name in (*RESULTS, "ttl", "yaml"):
        yield sparql(SELECT, format=name)
        yield sparql("ASK { ?s a gfmd:Session }", format=name)
    for accept in (*RESULTS.values(), "application/json", "text/turtle", HTML, "image/png"):
        yield sparql(SELECT + " LIMIT 1", accept=accept)
    for name in (*GRAPHS, "json", "xml", "csv"):
        yield sparql(CONSTRUCT, format=name)
    for accept in (*GRAPHS.values(), "application/sparql-results+json", "*/*", "text/html"):
        yield sparql(CONSTRUCT, accept=accept)
    yield sparql(ASK, accept="application/sparql-results+xml;q=0.2, text/csv;q=0.1")
    yield sparql(ASK, accept=HTML)
    yield sparql(ASK, output="xml")


def sparql_protocol() -> Iterator[Exchange]:
    form = "application/x-www-form-urlencoded"
    for accept in ("", *GRAPHS.values(), "text/html", "application/sparql-results+json"):
        yield get("/sparql", accept=accept) if accept else get("/sparql")
    yield post("/sparql", "query=" + ASK.replace("?", "%3F").replace(" ", "+"), form)
    yield post("/sparql", ASK, "application/sparql-query")
    yield post("/sparql?format=csv", SELECT, "application/sparql-query; charset=utf-8")
    yield post("/sparql", ASK, "text/plain")
    yield post("/sparql", ASK)
    yield post("/sparql", "", form)
    yield post("/sparql", "query=a&query=b", form)
    yield post("/sparql", "query=a&update=b", form)
    yield post("/sparql", b"\xff\xfe", "application/sparql-query")
    yield post("/sparql?query=ASK%7B%7D", ASK, "application/sparql-query")
    yield get("/sparql?query=ASK%7B%7D&query=ASK%7B%7D")
    yield get("/sparql?query=%FF")
    yield get("/sparql?update=CLEAR+ALL")
    yield sparql(ASK, colour="red")
    yield sparql(ASK, version=1)
    yield sparql(ASK, version=99)
    yield sparql(ASK, version="x")
    yield sparql(ASK, timeout="0")
    yield sparql(ASK, timeout="soon")
    yield sparql(ENDLESS, timeout="0.3")
    yield sparql("SELECT ?b WHERE { <" + CMW + "> gfmd:binding ?b }", explain="true")
    yield sparql("CONSTRUCT WHERE { ?s a gfmd:Session }", explain="true")
    yield sparql(ASK, explain="perhaps")
    graph = "SELECT ?o WHERE { ?s skos:prefLabel ?o FILTER(lang(?o) = 'en') } ORDER BY ?o"
    yield sparql(graph, default_graph_uri=KINDS_GRAPH)
    yield sparql(graph, default_graph_uri="http://e/none")
    yield sparql(graph, default_graph_uri="not an iri")
    named = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
    yield sparql(named, named_graph_uri=KINDS_GRAPH)
    yield sparql(graph.replace("WHERE", f"FROM <{KINDS_GRAPH}> WHERE"))
    yield sparql(named.replace("WHERE", f"FROM NAMED <{KINDS_GRAPH}> WHERE"))
    yield sparql(SELECT)
    yield sparql(SELECT, accept="application/sparql-results+json")
    yield get(to("/sparql", query=SELECT), if_none_match="{etag}")
    yield get(to("/sparql", query=SELECT, version=1), if_none_match="{etag}")
    yield get(to("/sparql", query=SELECT), accept_encoding="gzip")
    yield get(to("/sparql", query=SELECT), origin=NOWHERE["origin"])
    yield head(to("/sparql", query=SELECT))
    yield head(to("/sparql", query="SELECT"))
    yield options("/sparql")
    yield options(
        "/sparql",
        **NOWHERE,
        access_control_request_method="POST",
        access_control_request_headers="authorization, content-type",
    )
    yield post("/sparql", method="DELETE")
    yield update("INSERT DATA { <http://e/a> <http://e/b> 1 }", token="")
    yield update("INSERT DATA { <http://e/a> <http://e/b> 1 }", token="nobody")
    yield update("INSERT DATA { <http://e/a> <http://e/b> 1 }", token="bo")


# --- search, networks, validation ---


def search() -> Iterator[Exchange]:
    path = "/api/search"
    for q in (
        "detention children",
        "recrutment",
        '"leave no one behind"',
        "recruit*",
        "detention OR custody",
        "detention -children",
        "(sea OR forensic) AND rescue",
        "ICRMW",
        "xyzzy",
        "",
        '()"*',
    ):
        yield get(to(path, q=q, per_page=2))
    yield get(to(path, q="migration", type="passage", per_page=2))
    yield get(to(path, q="migration", type=["instrument", "gfmd:Session"], per_page=2))
    yield get(to(path, q="migration", language="fr", per_page=2))
    yield get(to(path, q="migration", per_page=2, page=3))
    yield get(to(path, q="migration", per_page=2, version=1))
    yield get(to(path, q="word " * 40, per_page=1))
    yield get(path)
    yield get(to(path, q="a", type="nothing"))
    yield get(to(path, q="a", colour="red"))
    yield get(to(path, q="a", version=9))
    yield get(to(path, q="a", language="not a language"))
    yield get(to(path, q="a"), accept="text/csv")
    yield get(to(path, q="detention", per_page=1))
    yield get(to(path, q="detention", per_page=1), if_none_match="{etag}")
    path = "/api/suggest"
    for q in ("mig", "cm", "ilo c", "détention", "", "zzzz"):
        yield get(to(path, q=q, limit=4))
    yield get(to(path, q="mig", type="instrument", limit=2))
    yield get(to(path, q="mig", limit=51))
    yield get(path)
    yield get(to(path, q="mig", type="nothing"))


def networks() -> Iterator[Exchange]:
    yield get("/api/network")
    kinds = (
        "cocitation",
        "instrument-topic",
        "actor-instrument",
        "sdg-instrument",
        "session-instrument",
        "similarity",
    )
    for kind in kinds:
        yield get(to(f"/api/network/{kind}", limit=3, edge_limit=3))
        yield get(to(f"/api/network/{kind}", format="csv", limit=5))
    path = "/api/network/cocitation"
    for form in ("json", "graphml", "gexf", "csv", "dot"):
        yield get(to(path, format=form, limit=3))
    for accept in ("application/graphml+xml", "text/vnd.graphviz", "image/png"):
        yield get(to(path, limit=2), accept=accept)
    yield get(to(path, topics="human-rights", kind="political", limit=3))
    yield get(to(path, minimum=2, limit=2, edge_limit=1))
    yield get(to(path, assertions=["explicit", "inferred"], confidence="0.7", limit=2))
    yield get(to("/api/network/sdg-instrument", assertions="inferred", limit=3))
    yield get(to(path, q="detention", limit=2))
    yield get(to(path, version=1, limit=1))
    yield get(to(path, limit=1, include="sparql"))
    yield get(to(path, topics="detenton"))
    yield get(to(path, minimum=0))
    yield get(to(path, colour="red"))
    yield get(to(path, format="xlsx"))
    yield get("/api/network/cocitations")
    yield get(to(path, limit=2), if_none_match='"x"')
    yield get(to(path, limit=2), if_none_match="{etag}")
    yield get(to(f"{path}/evidence", source=CMW, target=GCM, per_page=2))
    yield get(to(f"{path}/evidence", source="agenda-2030", target="GCM", per_page=1))
    yield get(to(f"{path}/evidence", source="CMW"))
    yield get(to(f"{path}/evidence", source="CMW", target="nothing-of-this-name"))
    yield get(to("/api/matrix/instrument-topic", rows=3, columns=3))
    yield get(to("/api/matrix/instrument-topic", format="csv"))
    yield get("/api/matrix/session-instrument")
    yield get(to("/api/matrix/actor-instrument", rows=2, columns=2, kind="political"))
    yield get("/api/matrix/cocitation")
    yield get(to("/api/matrix/instrument-topic", rows="all"))


GOOD = """@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://w3id.org/gfmdkg/id/process/xanadu-talks> a gfmd:Process ;
  skos:prefLabel "Talks of Xanadu"@en ;
  skos:related <https://w3id.org/gfmdkg/id/process/gfmd> ;
  gfmd:processType <https://w3id.org/gfmdkg/scheme/process-type/forum> .
"""
BAD = """@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://w3id.org/gfmdkg/id/instrument/x-pact> a gfmd:Instrument ;
  skos:prefLabel "Pact"@en , "Another pact"@en ;
  gfmd:adoptionDate "1990-02-31"^^xsd:date ;
  gfmd:instrumentType <https://w3id.org/gfmdkg/scheme/instrument-type/treatty> ;
  gfmd:cities <https://w3id.org/gfmdkg/id/instrument/cmw> .

<https://w3id.org/gfmdkg/id/process/xanadu> a gfmd:Proces ; skos:prefLabel "Xanadu" .
"""
BROKEN = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<http://e/a> skos:prefLabel "a"@en ;
  skos:altLabel 'open
"""
BAD_JSON_LD = """{
  "@context": {
    "gfmd": "https://w3id.org/gfmdkg/ontology#",
    "skos": "http://www.w3.org/2004/02/skos/core#"
  },
  "@id": "https://w3id.org/gfmdkg/id/instrument/x-pact",
  "@type": "gfmd:Instrument",
  "skos:prefLabel": [{"@value": "Pact", "@language": "en"}],
  "gfmd:cites": {"@id": "https://w3id.org/gfmdkg/id/instrument/no-such"}
}
"""
BAD_NT = "<https://w3id.org/gfmdkg/id/process/x> <https://w3id.org/gfmdkg/ontology#kin> 1 .\n"
TABLE = (
    "key,title (en),type,legally binding,adopted\nx-pact,Pact of Xanadu,declaration,no,1999-05-01\n"
)
BAD_TABLE = (
    "key,title (en),type,legally binding,adopted,colour\n"
    "x-pact,Pact of Xanadu,declaraton,perhaps,1999-25-01,red\n"
    ",,,,,\n"
)


def workbook(table: str, sheet: str = "instruments") -> bytes:
    """A table as a workbook with one sheet."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for line in table.splitlines():
        page.append(line.split(","))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def multipart(media_type: str = "", **files: str) -> str:
    named = f"Content-Type: {media_type}\r\n" if media_type else ""
    parts = [
        f'--limit\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"{named}\r\n{text}\r\n"
        for name, text in files.items()
    ]
    return "".join(parts) + "--limit--\r\n"


MULTIPART = "multipart/form-data; boundary=limit"
TURTLE = "text/turtle"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def validate() -> Iterator[Exchange]:
    path = "/api/validate"
    yield post(path, GOOD, TURTLE)
    for form in ("json", "text", "sarif", "html", "ttl", "csv", "github"):
        yield post(to(path, format=form, name="bad.ttl"), BAD, TURTLE)
    yield post(to(path, format="yaml"), BAD, TURTLE)
    yield post(path, BAD, TURTLE, accept="application/sarif+json")
    yield post(path, BAD, TURTLE, accept="image/png")
    yield post(path, BROKEN, TURTLE)
    yield post(to(path, name="broken.ttl", format="text"), BROKEN, TURTLE)
    yield post(path, BAD_JSON_LD, "application/ld+json")
    yield post(path, "{", "application/ld+json")
    yield post(path, BAD_NT, "application/n-triples")
    yield post(path, BAD_NT.replace(" .", " <http://e/g> ."), "application/n-quads")
    yield post(path, "<http://e/g> { <a> <b> <c> }", "application/trig")
    yield post(path, "<rdf:RDF>", "application/rdf+xml")
    yield post(path, TABLE, "text/csv")
    yield post(path, BAD_TABLE, "text/csv")
    yield post(path, workbook(TABLE), XLSX)
    yield post(to(path, format="text", name="t.xlsx"), workbook(BAD_TABLE), XLSX)
    yield post(path, b"PK nothing", XLSX)
    yield post(path, multipart(**{"a.ttl": GOOD, "b.jsonld": BAD_JSON_LD}), MULTIPART)
    yield post(path, multipart(**{"a.docx": "x"}), MULTIPART)
    yield post(path, "nothing", MULTIPART)
    yield post(path, "", TURTLE)
    yield post(path, b"# \xff", TURTLE)
    yield post(path, "x", "text/plain")
    yield post(path, "x")
    yield post(to(path, version=1), GOOD, TURTLE)
    yield post(to(path, version=9), GOOD, TURTLE)
    yield post(to(path, colour="red"), GOOD, TURTLE)
    yield get(path)
    yield options(path, **NOWHERE, access_control_request_method="POST")


# --- resources and pages ---


def resources() -> Iterator[Exchange]:
    paths = (
        "/id/instrument/cmw",
        "/scheme/topic/detention",
        f"/id/passage/{SESSION}/pol-03",
        "/query/actors",
    )
    for path in paths:
        for suffix in SUFFIXES:
            yield get(to(path, format=suffix))
    yield get("/id/instrument/cmw")
    yield get("/id/instrument/cmw", if_none_match="{etag}")
    yield get("/id/instrument/cmw", accept_encoding="gzip")
    for suffix in (*SUFFIXES, "csv"):
        yield get(f"/id/instrument/cmw.{suffix}")
    for accept in (*GRAPHS.values(), HTML, "image/png"):
        yield get("/id/instrument/cmw", accept=accept)
    yield get("/id/instrument/cmw?version=1")
    yield get("/id/instrument/cmw?version=9")
    yield get("/id/instrument/cmw?colour=red")
    yield get("/id/instrument/cmw?format=yaml")
    yield head("/id/instrument/cmw")
    yield options("/id/instrument/cmw", **NOWHERE, access_control_request_method="GET")
    yield get("/id/instrument/cwm")
    yield get("/id/instrument/cwm", accept=HTML)
    yield get("/id/")
    yield get("/id/session/" + SESSION)
    yield get(f"/id/citation/{SESSION}/pol-03/cmw.html")
    yield get("/scheme/topic.ttl")
    yield get("/scheme/topc")
    for path in ("/ontology", "/ontology.ttl", "/ontology.html", "/ontology/context.jsonld"):
        yield get(path)
    yield get("/ontology.csv")
    yield get("/ontology/context.jsonld?x=1")
    for suffix in SUFFIXES:
        yield get(to("/resource", iri="http://metadata.un.org/sdg/10.7", format=suffix))
    yield get("/resource")
    yield get(to("/resource", iri="not an iri"))
    yield get(to("/resource", iri="http://e/nothing"))
    for iri in (
        "CMW",
        CMW,
        "SDG 10",
        "10.7",
        "detention",
        "gfmd:Instrument",
        "gfmd:cites",
        f"https://w3id.org/gfmdkg/id/passage/{SESSION}/pol-03",
        f"https://w3id.org/gfmdkg/id/citation/{SESSION}/pol-03/cmw",
        "Mehmet Samsar",
        "GFMD",
        SESSION,
        "Convention",
        "CWM",
        "",
    ):
        yield get(to("/api/resource", iri=iri))
    yield get("/api/resource")
    yield get(to("/api/resource", iri="ICRMW", format="ttl"))
    yield get(to("/api/resource", iri="ICRMW"), accept="text/turtle")
    yield get(to("/api/resource", iri="ICRMW", version=1))
    yield get(to("/api/resource", iri="ICRMW"), if_none_match="{etag}")


def pages() -> Iterator[Exchange]:
    for path in (
        "/",
        "/docs",
        "/queries",
        "/query/recommendations-citing",
        "/query/recommendations-citing?instrument=CMW",
        "/query/recommendations-citing?instrument=CWM",
        "/query/recommendations?per_page=1&page=2",
        "/query/none",
        "/sparql",
        "/problems/bad-parameter",
        "/problems/none",
        "/nothing",
        "/api/nothing",
        "/favicon.ico",
        "/static/icon.svg",
        "/static/gfmdkg.css",
        "/static/none.css",
        "/static/../about.py",
    ):
        yield get(path, accept=HTML)
    for path in ("/", "/docs", "/queries", "/nothing", "/problems/busy"):
        yield get(path)
    yield get("/docs", accept_encoding="gzip")
    yield head("/docs")
    yield head("/nothing")
    yield post("/", method="DELETE")
    yield options("/", **NOWHERE, access_control_request_method="GET")
    yield options("/nothing")
    yield get("/", accept=HTML)
    yield get("/", accept=HTML, if_none_match="{etag}")


def service() -> Iterator[Exchange]:
    yield get("/health")
    yield get("/ready")
    yield head("/health")
    yield post("/health")
    yield get("/metrics")
    yield get("/metrics", accept="application/openmetrics-text")
    yield get("/openapi.json")
    yield get("/openapi.json", if_none_match="{etag}")
    yield get("/openapi.json", accept_encoding="gzip")
    yield get("/llms.txt")
    yield get("/llms.txt", if_none_match="{etag}")
    for path in ("/.well-known/void", "/dataset"):
        yield get(path)
        yield get(path, accept="application/ld+json")
        yield get(path, accept=HTML)
        yield get(path, accept="image/png")
    for name in (*GRAPHS, "json", "xml", "html"):
        yield get(to("/dataset", format=name))
    yield get("/dataset?version=1")
    yield get("/dataset?version=9")
    yield get("/dataset?colour=red")
    yield get("/dataset")
    yield get("/dataset", if_none_match="{etag}")
    yield options("/dataset")
    yield head("/.well-known/void")


# --- writing ---

NOTE = '<https://w3id.org/gfmdkg/id/instrument/cmw> skos:note "A note of ours."@en .\n'
PREFIX = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
ADA = "Bearer {ada}"
BO = "Bearer {bo}"
EVE = "Bearer {eve}"
NOTE_OF = "SELECT ?g ?o WHERE { GRAPH ?g { <" + CMW + "> skos:note ?o } } ORDER BY ?g ?o"


def updates() -> Iterator[Exchange]:
    """Updates and Graph Store writes of data that must keep the rules."""
    yield sparql(NOTE_OF)
    yield update(f"INSERT DATA {{ GRAPH <{NOTES}> {{ {NOTE} }} }}")
    yield sparql(NOTE_OF)
    yield sparql(NOTE_OF, version=1)
    yield sparql("ASK { <" + CMW + "> skos:note 'A note of ours.'@en }")
    yield update(f"INSERT DATA {{ GRAPH <{NOTES}> {{ {NOTE} }} }}")
    yield update(
        f"WITH <{NOTES}> DELETE {{ ?s skos:note ?o }} INSERT {{ ?s skos:note 'Another note.'@en }}"
        " WHERE { ?s skos:note ?o }"
    )
    yield sparql(NOTE_OF)
    yield update("INSERT DATA { <http://e/a> a gfmd:Instrument }")
    yield update("INSERT DATA { GRAPH <" + NOTES + "> { <http://e/a> a gfmd:Instrument } }")
    yield update("INSERT DATA {\n <http://e/a> <http://e/b> }")
    yield update("LOAD <http://e/x>")
    yield update("INSERT { ?s ?p 1 } WHERE { SERVICE <http://e/> { ?s ?p ?o } }")
    yield update("INSERT DATA { <http://e/a> <http://e/b> 1 }", using_graph_uri=NOTES, colour="red")
    yield update("", token="ada")
    yield post(
        "/sparql",
        "update=DELETE+WHERE+%7B+GRAPH+%3Chttp%3A%2F%2Fe%2Fnone%3E+%7B+%3Fs+%3Fp+%3Fo+%7D+%7D",
        "application/x-www-form-urlencoded",
        authorization=ADA,
    )
    yield update(f"DELETE DATA {{ GRAPH <{NOTES}> {{ {NOTE} }} }}")
    yield update(f"CLEAR GRAPH <{NOTES}>")
    yield sparql(NOTE_OF)
    yield get("/api/versions")
    yield get("/api/versions/3/diff/4")
    path = to("/graphs", graph=NOTES)
    yield get(path)
    yield post(path, PREFIX + NOTE, TURTLE, method="PUT")
    yield post(path, PREFIX + NOTE, TURTLE, method="PUT", authorization=BO)
    yield post(path, PREFIX + NOTE, TURTLE, method="PUT", authorization=ADA)
    for name in (*GRAPHS, "json", "csv"):
        yield get(path + f"&format={name}")
    yield get(path)
    yield get(path, if_none_match="{etag}")
    yield post(path, PREFIX + NOTE.replace("ours", "yours"), TURTLE, authorization=ADA)
    yield get(path)
    yield head(path)
    yield get("/graph/notes")
    yield get(path + "&version=1")
    yield post(path, PREFIX + "<http://e/a> a skos:Concept .", TURTLE, authorization=ADA)
    yield post(path, PREFIX + NOTE.replace("@en", ""), TURTLE, authorization=ADA)
    yield post(path, "nonsense", TURTLE, authorization=ADA)
    yield post(path, "{}", "application/json", authorization=ADA)
    for media_type in ("", TURTLE):
        body = multipart(media_type, **{"a.ttl": PREFIX + NOTE})
        yield post(path, body, MULTIPART, authorization=ADA)
    yield post(path, method="DELETE", authorization=ADA)
    yield post(path, method="DELETE", authorization=ADA)
    yield get(path)
    yield post(
        to("/graphs", graph=KINDS_GRAPH), PREFIX + NOTE, TURTLE, method="PUT", authorization=ADA
    )
    yield get("/graphs")
    yield get(to("/graphs", graph=KINDS_GRAPH, default=""))
    yield get(to("/graphs", graph="not an iri"))
    yield get(to("/graphs", graph=KINDS_GRAPH, colour="red"))
    yield get("/graph/ontology/vocab/recommendation-kind")
    yield get("/graph/ontology/vocab/recommendation-knd")
    yield get("/graphs?default")
    yield post("/graphs?default", PREFIX + NOTE, TURTLE, authorization=ADA)
    yield options("/graphs")
    yield options("/graph/notes", **NOWHERE, access_control_request_method="PUT")
    yield post("/graphs", method="PATCH")
    yield get("/graphs/notes")
    yield post("/graphs/notes", PREFIX + NOTE, TURTLE, method="PUT", authorization=ADA)
    yield get("/graphs/notes")
    yield post("/graph/notes", PREFIX + NOTE, TURTLE, method="PUT", authorization=ADA)
    yield post("/graph/notes", method="DELETE", authorization=ADA)
    yield get("/api/versions")


def strict() -> Iterator[Exchange]:
    """A store that began empty, takes any data, and where a query sees its default graph."""
    yield get("/graphs?default")
    yield sparql(ASK)
    yield update(
        "INSERT DATA { <http://e/s> <http://e/p> 1 . GRAPH <http://e/g> { <http://e/s> <http://e/p>"
        " 2 , 5 } GRAPH <http://e/h> { <http://e/s> <http://e/p> 3 . [] <http://e/q> [] } }"
    )
    select = "SELECT ?o WHERE { <http://e/s> <http://e/p> ?o } ORDER BY ?o"
    yield sparql(select)
    yield sparql(select, default_graph_uri="http://e/g")
    yield sparql(select, default_graph_uri=["http://e/g", "http://e/h"])
    yield sparql(select.replace("WHERE", "FROM <http://e/h> WHERE"))
    yield sparql(select.replace("WHERE", "FROM <http://e/h> WHERE"), default_graph_uri="http://e/g")
    named = "SELECT ?g ?o WHERE { GRAPH ?g { <http://e/s> <http://e/p> ?o } } ORDER BY ?g ?o"
    yield sparql(named)
    yield sparql(named, named_graph_uri="http://e/h")
    yield sparql(named.replace("WHERE", "FROM NAMED <http://e/g> WHERE"))
    both = select.replace("WHERE { ", "WHERE { GRAPH <http://e/g> { ?s ?x 5 } ")
    yield sparql(both, default_graph_uri="http://e/h", named_graph_uri="http://e/g")
    for name in GRAPHS:
        yield sparql("CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }", format=name)
    yield update(
        "INSERT { <http://e/s> <http://e/p> 9 } WHERE { <http://e/s> <http://e/p> 3 }",
        using_graph_uri="http://e/h",
    )
    yield update(
        "DELETE { ?s ?p ?o } USING <http://e/h> WHERE { ?s ?p ?o }", using_graph_uri="http://e/h"
    )
    yield sparql(select)
    yield update("COPY <http://e/g> TO <http://e/copy> ; DROP GRAPH <http://e/g>")
    yield sparql(named)
    yield update("CREATE GRAPH <http://e/g>")
    yield update("CREATE GRAPH <http://e/copy>")
    yield update("DROP GRAPH <http://e/none>")
    yield update("INSERT DATA { <http://e/s> <http://e/p> 7 } ; NONSENSE")
    yield sparql(select)
    for name in GRAPHS:
        yield get(f"/graphs?default&format={name}")
    turtle = "<http://e/s> <http://e/p> 11 .\n"
    yield post("/graphs?default", turtle, TURTLE, authorization=ADA)
    yield post("/graphs?default", turtle, TURTLE, method="PUT", authorization=ADA)
    yield sparql(select)
    for media_type, body in (
        ("application/n-triples", "<http://e/s> <http://e/p> <http://e/o> .\n"),
        ("application/ld+json", '{"@id": "http://e/s", "http://e/p": 12}'),
        (
            "application/rdf+xml",
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>",
        ),
        ("text/n3", turtle),
    ):
        yield post(
            to("/graphs", graph="http://e/new"), body, media_type, method="PUT", authorization=ADA
        )
        yield get(to("/graphs", graph="http://e/new"))
    yield post("/graphs", turtle, TURTLE, authorization=ADA)
    yield post("/graphs?default", method="DELETE", authorization=ADA)
    yield get("/graphs?default")
    yield get("/api/versions")
    yield get("/api/versions/2")
    yield get("/api/search?q=a")
    yield get("/api/instruments")
    yield get("/api/queries/instruments")
    yield get("/id/instrument/cmw")
    yield get("/sparql", accept=TURTLE)
    yield get("/dataset")
    yield get("/", accept=HTML)


CHANGE = PREFIX + NOTE
AGAIN = PREFIX + NOTE.replace("ours", "theirs")
PATCH = f"""TX .
A <{CMW}> <http://www.w3.org/2004/02/skos/core#note> "By a patch."@en <{NOTES}> .
TC .
"""


def changes() -> Iterator[Exchange]:
    """From a submission to a published version and back."""
    path = "/api/changes"
    yield get(path)
    yield get(path, authorization=BO)
    yield get("/api/changes.atom")
    yield get("/api/versions")
    note = to(path, message="A note", graph=NOTES, effect="add")
    yield post(note, CHANGE, TURTLE)
    yield post(note, CHANGE, TURTLE, authorization="Bearer nonsense")
    yield post(note, CHANGE, TURTLE, authorization="Basic YTpi")
    yield post(note, CHANGE, TURTLE, authorization=BO)  # 1
    yield post(to(path, message="Worse", name="bad.ttl"), BAD, TURTLE, authorization=BO)  # 2
    yield post(to(path, message="A pact", name="t.csv"), TABLE, "text/csv", authorization=BO)  # 3
    yield post(to(path, message="Bad rows"), BAD_TABLE, "text/csv", authorization=BO)
    yield post(to(path, message="Patch"), PATCH, "application/rdf-patch", authorization=ADA)  # 4
    yield post(to(path, message="Broken"), BROKEN, TURTLE, authorization=BO)
    yield post(path, CHANGE, TURTLE, authorization=BO)
    yield post(to(path, message=""), CHANGE, TURTLE, authorization=BO)
    yield post(to(path, message="a", effect="paint"), CHANGE, TURTLE, authorization=BO)
    yield post(to(path, message="a", graph="no iri"), CHANGE, TURTLE, authorization=BO)
    yield post(to(path, message="a"), "x", "text/plain", authorization=BO)
    yield get(path, authorization=ADA)
    for number in (1, 2, 3, 4, 9):
        yield get(f"{path}/{number}", authorization=BO)
    yield get(f"{path}/x", authorization=BO)
    for form in ("json", "txt", "rdfp", "html", "yaml"):
        yield get(f"{path}/1/diff?format={form}", authorization=BO)
    yield get(f"{path}/3/diff", authorization=BO, accept="text/plain")
    yield get(f"{path}/1/diff")
    yield post(f"{path}/1/accept", authorization=BO)
    yield post(f"{path}/1/publish", authorization=ADA)
    yield post(to(f"{path}/1/accept", message="Checked."), authorization=ADA)
    yield post(f"{path}/1/accept", authorization=ADA)
    yield post(f"{path}/2/accept", authorization=ADA)
    yield post(f"{path}/4/accept", authorization=ADA)
    yield post(f"{path}/4/accept", authorization=EVE)
    yield post(f"{path}/2/reject", authorization=ADA)
    yield post(to(f"{path}/2/reject", message="Not so."), authorization=ADA)
    yield post(f"{path}/2/publish", authorization=ADA)
    yield post(f"{path}/1/publish", authorization=ADA)
    yield get(f"{path}/1", authorization=BO)
    yield get("/api/changes.atom")
    yield get("/api/changes.atom", if_none_match="{etag}")
    yield get("/api/versions")
    yield get("/api/versions/2")
    yield get("/api/versions/9")
    yield get("/api/versions/x")
    for form in ("json", "txt", "rdfp", "html", "yaml"):
        yield get(f"/api/versions/1/diff/2?format={form}")
    yield get("/api/versions/1/diff/9")
    yield get("/api/versions/1/diff/1")
    yield sparql(NOTE_OF)
    yield get(to("/api/resource", iri="ICRMW", version=1))
    yield post(f"{path}/9/publish", authorization=ADA)
    yield post(f"{path}/4/publish", authorization=ADA)
    yield post(to(path, message="Again", graph=NOTES), AGAIN, TURTLE, authorization=BO)  # 5
    yield post("/api/versions/2/revert", authorization=BO)
    yield post(f"{path}/5/accept", authorization=EVE)
    yield post(to("/api/versions/2/revert", message="Too soon."), authorization=ADA)
    yield post("/api/versions/2/revert", authorization=ADA)
    yield post("/api/versions/9/revert", authorization=ADA)
    yield post(f"{path}/5/accept", authorization=ADA)
    yield post(f"{path}/3/accept", authorization=ADA)
    yield post(f"{path}/3/publish", authorization=ADA)
    yield get("/id/instrument/x-pact?format=nt")
    yield get("/api/versions")
    yield get(path, authorization=ADA)
    yield options(path, **NOWHERE, access_control_request_method="POST")
    yield post(path, method="DELETE", authorization=ADA)


FAMILIES = (
    Family(name="queries", exchanges=tuple(queries())),
    Family(name="query-forms", exchanges=tuple(query_forms())),
    Family(name="lists", exchanges=tuple(lists())),
    Family(name="list-forms", exchanges=tuple(list_forms())),
    Family(name="sparql-queries", exchanges=tuple(sparql_queries())),
    Family(name="sparql-formats", exchanges=tuple(sparql_formats())),
    Family(name="sparql-protocol", exchanges=tuple(sparql_protocol())),
    Family(name="search", exchanges=tuple(search())),
    Family(name="networks", exchanges=tuple(networks())),
    Family(name="validate", exchanges=tuple(validate())),
    Family(name="resources", exchanges=tuple(resources())),
    Family(name="pages", exchanges=tuple(pages())),
    Family(name="service", exchanges=tuple(service())),
    Family(name="updates", exchanges=tuple(updates()), server="updates"),
    Family(name="strict", exchanges=tuple(strict()), server="strict"),
    Family(name="changes", exchanges=tuple(changes()), server="changes"),
)
