"""Every IRI dereferences."""

from html.parser import HTMLParser

import pytest
import rdflib
from tests.sites import Site

from gfmdkg.paths import shipped_content

BASE = "https://w3id.org/gfmdkg/"
PACT = "/id/instrument/sea-pact"
IRI = rdflib.URIRef(BASE + "id/instrument/sea-pact")
SKOS = rdflib.Namespace("http://www.w3.org/2004/02/skos/core#")


class _Text(HTMLParser):
    """The visible text of a page and where its links lead."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


# rdflib warns of a class that its own JSON-LD parser uses.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("suffix", "media_type", "parser"),
    [
        (".ttl", "text/turtle; charset=utf-8", "turtle"),
        (".nt", "application/n-triples", "nt"),
        (".jsonld", "application/ld+json", "json-ld"),
        (".rdf", "application/rdf+xml", "xml"),
    ],
)
def test_each_rdf_format_says_the_same(
    site: Site, suffix: str, media_type: str, parser: str
) -> None:
    by_suffix = site.get(PACT + suffix)
    by_accept = site.get(PACT, headers={"accept": media_type.partition(";")[0]})
    by_name = site.get(PACT, params={"format": suffix[1:]})
    for answer in (by_suffix, by_accept, by_name):
        assert answer.headers["content-type"] == media_type
        assert answer.headers["content-location"] == PACT + suffix
    graph = rdflib.Graph().parse(data=by_suffix.text, format=parser)
    assert (IRI, SKOS.prefLabel, rdflib.Literal("Pact on Safety at Sea", lang="en")) in graph
    assert len(graph) == len(rdflib.Graph().parse(data=by_accept.text, format=parser))


def test_description_has_the_blank_nodes_below_it(site: Site) -> None:
    graph = rdflib.Graph().parse(data=site.get(PACT + ".nt").text, format="nt")
    (node,) = graph.objects(IRI, rdflib.DCTERMS.spatial)
    assert graph.value(node, SKOS.note) == rdflib.Literal("an inner note", lang="en")


def test_description_links_its_other_forms(site: Site) -> None:
    links = site.get(PACT).headers["link"]
    assert f'<{BASE}id/instrument/sea-pact>; rel="describes"' in links
    assert f'<{PACT}.jsonld>; rel="alternate"; type="application/ld+json"' in links


def test_client_without_wishes_gets_turtle_and_a_browser_a_page(site: Site) -> None:
    assert site.get(PACT).headers["content-type"].startswith("text/turtle")
    page = site.get(PACT, headers={"accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"


def test_page_shows_facts_and_what_points_there(site: Site) -> None:
    page = _Text(site.get(PACT + ".html").text)
    assert "Pact on Safety at Sea" in page.text
    assert "PSS" in page.text
    assert "2029-03" in page.text
    assert "an inner note" in page.text
    assert "/scheme/instrument-type/treaty" in page.links
    # The citation has no name of its own and is shown by the passage that cites.
    assert "Join the pact citation/harbour-2031/pol-01/sea-pact" in page.text
    assert "/id/citation/harbour-2031/pol-01/sea-pact" in page.links


def test_page_escapes_what_the_graph_says(site: Site) -> None:
    page = site.get("/id/actor/org-harbour-office.html").text
    assert "Harbour Office &lt;b&gt;&amp;amp; Sons&lt;/b&gt;" in page
    assert "<b>&amp; Sons" not in page


def test_resource_without_a_name_is_titled_by_its_kind(site: Site) -> None:
    page = _Text(site.get("/id/citation/harbour-2031/pol-01/sea-pact.html").text)
    assert "itation: citation/harbour-2031/pol-01/sea-pact" in page.text


def test_concept_and_scheme_dereference(site: Site) -> None:
    concept = _Text(site.get("/scheme/topic/detention.html").text)
    assert "/scheme/topic" in concept.links
    assert site.get("/scheme/topic.ttl").status_code == 200


def test_ontology_is_its_own_graph_and_a_page_of_terms(site: Site) -> None:
    graph = rdflib.Graph().parse(data=site.get("/ontology").text, format="turtle")
    assert (rdflib.URIRef(BASE + "ontology#cites"), rdflib.RDF.type, None) in graph
    assert (IRI, None, None) not in graph
    page = site.get("/ontology.html").text
    assert 'id="cites"' in page
    assert 'id="Recommendation"' in page


SHAPE = rdflib.URIRef(BASE + "shapes#Link-matched-text")
EXAMPLE = "/ontology/examples/citation/invalid-no-intent"
# What each document must hold.
DOCUMENTS: dict[str, tuple[rdflib.term.Node, rdflib.term.Node]] = {
    "/ontology": (rdflib.URIRef(BASE + "ontology#cites"), rdflib.OWL.ObjectProperty),
    "/ontology/alignments": (rdflib.URIRef(BASE + "ontology/alignments"), rdflib.OWL.Ontology),
    "/shapes": (rdflib.URIRef(BASE + "shapes#Recommendation"), rdflib.SH.NodeShape),
    "/scheme/topic": (rdflib.URIRef(BASE + "scheme/topic/detention"), SKOS.Concept),
    EXAMPLE: (
        rdflib.URIRef(BASE + "id/citation/example-2017/pol-01/example-treaty"),
        rdflib.URIRef(BASE + "ontology#Citation"),
    ),
}


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("path", DOCUMENTS)
def test_document_is_whole_in_each_format(shipped_site: Site, path: str) -> None:
    sizes = set()
    for suffix, parser in (
        (".ttl", "turtle"),
        (".nt", "nt"),
        (".jsonld", "json-ld"),
        (".rdf", "xml"),
    ):
        answer = shipped_site.get(path + suffix)
        assert answer.headers["content-location"] == path + suffix
        graph = rdflib.Graph().parse(data=answer.text, format=parser)
        thing, kind = DOCUMENTS[path]
        assert (thing, rdflib.RDF.type, kind) in graph
        assert (IRI, None, None) not in graph
        sizes.add(len(graph))
        accepted = shipped_site.get(path, headers={"accept": answer.headers["content-type"]})
        assert accepted.headers["content-type"] == answer.headers["content-type"]
    assert len(sizes) == 1
    links = shipped_site.get(path).headers["link"]
    assert f'<{BASE}{path[1:]}>; rel="describes"' in links


@pytest.mark.parametrize("path", DOCUMENTS)
def test_document_is_not_sent_twice(shipped_site: Site, path: str) -> None:
    first = shipped_site.get(path)
    again = shipped_site.get(path, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert shipped_site.get(path + ".nt").headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_document_is_a_page_for_a_browser(shipped_site: Site, path: str) -> None:
    page = shipped_site.get(path, headers={"accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f"{path}.ttl" in _Text(page.text).links
    assert len(page.content) < 200_000


def test_shape_is_reachable_by_its_iri(shipped_site: Site) -> None:
    # A browser lands at the anchor, a program reads the rule in the document or alone.
    assert 'id="Recommendation"' in shipped_site.get("/shapes.html").text
    assert str(SHAPE) in shipped_site.get("/shapes.nt").text
    alone = shipped_site.get("/resource", params={"iri": str(SHAPE), "format": "nt"})
    graph = rdflib.Graph().parse(data=alone.text, format="nt")
    assert {each for each in graph.subjects() if isinstance(each, rdflib.URIRef)} == {SHAPE}


def test_example_keeps_its_comments_and_is_linked_from_the_shapes(shipped_site: Site) -> None:
    assert shipped_site.get(EXAMPLE + ".ttl").text.startswith(
        "# expects: gfmdsh:Citation-intent-known"
    )
    assert (
        "# expects: gfmdsh:Citation-intent-known"
        in _Text(shipped_site.get(EXAMPLE + ".html").text).text
    )
    assert EXAMPLE in _Text(shipped_site.get("/shapes.html").text).links


def test_every_example_is_served(shipped_site: Site) -> None:
    folder = shipped_content().ontology / "examples"
    links = set(_Text(shipped_site.get("/shapes.html").text).links)
    for file in folder.rglob("*.ttl"):
        path = f"/ontology/examples/{file.parent.name}/{file.stem}"
        assert path in links
        assert shipped_site.get(path + ".nt").status_code == 200


def test_every_scheme_is_served_with_its_concepts(shipped_site: Site) -> None:
    for file in (shipped_content().ontology / "vocab").glob("*.ttl"):
        ours = rdflib.Graph().parse(file, format="turtle")
        served = rdflib.Graph().parse(
            data=shipped_site.get(f"/scheme/{file.stem}.nt").text, format="nt"
        )
        assert set(ours) <= set(served)


def test_foreign_iri_is_described_too(site: Site) -> None:
    answer = site.get("/resource", params={"iri": "http://metadata.un.org/sdg/3"})
    assert "Good health" in answer.text
    location = answer.headers["content-location"]
    assert site.get(location).text == answer.text


def test_canned_query_has_a_page_at_its_iri(site: Site) -> None:
    page = site.get("/query/recommendations-citing", headers={"accept": "text/html"})
    assert "Recommendations that cite an instrument" in page.text


@pytest.mark.parametrize("suffix", ["", ".ttl", ".nt", ".jsonld", ".rdf"])
def test_unknown_resource_is_a_problem_with_the_nearest(site: Site, suffix: str) -> None:
    answer = site.get("/id/instrument/pact-on-safty" + suffix)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["name"] == BASE + "id/instrument/pact-on-safty"
    assert answer.json()["candidates"][0] == {
        "iri": BASE + "id/instrument/sea-pact",
        "label": "Pact on Safety at Sea",
    }


def test_unknown_resource_is_a_page_for_a_browser(site: Site) -> None:
    answer = site.get("/id/instrument/pact-on-safty", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert PACT in _Text(answer.text).links


@pytest.mark.parametrize(
    ("path", "status", "problem"),
    [
        ("/id/instrument/no such <thing>", 404, "not-found"),
        ("/id/", 404, "not-found"),
        ("/scheme/topic/none", 404, "not-found"),
        ("/ontology.pdf", 404, "not-found"),
        (PACT + "?colour=red", 400, "unknown-parameter"),
        (PACT + "?format=pdf", 422, "bad-parameter"),
        (PACT + ".ttl?format=nt", 422, "bad-parameter"),
        (PACT + "?version=x", 422, "bad-parameter"),
        (PACT + "?version=3", 404, "not-found"),
        ("/resource", 422, "bad-parameter"),
        ("/resource?iri=nonsense", 422, "bad-parameter"),
        ("/resource?iri=http://example.org/none", 404, "not-found"),
        ("/ontology?x=1", 400, "unknown-parameter"),
        ("/ontology/none", 404, "not-found"),
        ("/ontology/examples/citation/none", 404, "not-found"),
        ("/ontology/examples/citation/..%2Fcitation%2Finvalid-no-intent", 404, "not-found"),
        (EXAMPLE + "?version=1", 422, "bad-parameter"),
        ("/shapes.pdf", 404, "not-found"),
        ("/scheme/none", 404, "not-found"),
    ],
)
def test_bad_request_is_a_problem(site: Site, path: str, status: int, problem: str) -> None:
    answer = site.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"{BASE}problems/{problem}"


def test_unoffered_format_is_not_acceptable(site: Site) -> None:
    answer = site.get(PACT, headers={"accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json()["offered"]


def test_json_ld_has_short_names_and_their_context(site: Site) -> None:
    document = site.get(PACT + ".jsonld").json()
    assert document["id"] == str(IRI)
    assert document["type"] == "Instrument"
    assert document["prefLabel"]["en"] == "Pact on Safety at Sea"
    assert document["@context"]["prefLabel"]["@container"] == "@language"


def test_the_context_is_there_for_those_who_write_json_ld(site: Site) -> None:
    answer = site.get("/ontology/context.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.json()["@context"]["cites"]["@id"] == "gfmd:cites"
    assert site.get("/ontology/context.jsonld?x=1").status_code == 400
