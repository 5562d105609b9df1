"""``/api/resource``: everything that is known of one resource, in one answer."""

import pytest
from tests.sites import Site

BASE = "https://w3id.org/gfmdkg/"
PACT = BASE + "id/instrument/sea-pact"


@pytest.mark.parametrize(
    "name", [PACT, "PSS", "pss", "instrument/sea-pact", "Pact on Safety at Sea"]
)
def test_any_name_of_a_resource_leads_to_it(site: Site, name: str) -> None:
    answer = site.get("/api/resource", params={"iri": name})
    assert answer.status_code == 200
    assert answer.json()["resource"] == {
        "iri": PACT,
        "label": "Pact on Safety at Sea",
        "code": "PSS",
    }


def test_answer_names_its_version_and_is_kept_by_its_tag(site: Site) -> None:
    answer = site.get("/api/resource", params={"iri": "PSS"})
    assert answer.headers["content-version"] == answer.json()["version"] == "2"
    tag = {"if-none-match": answer.headers["etag"]}
    assert site.get("/api/resource", params={"iri": "PSS"}, headers=tag).status_code == 304
    former = site.get("/api/resource", params={"iri": "PSS", "version": "1"})
    assert former.headers["content-version"] == "1"
    assert "immutable" in former.headers["cache-control"]
    assert former.json()["links"]["ttl"] == "/id/instrument/sea-pact.ttl?version=1"


def test_links_lead_to_the_other_forms(site: Site) -> None:
    for name in ("PSS", "sdg:3", "gfmd:cites"):
        links = site.get("/api/resource", params={"iri": name}).json()["links"]
        assert set(links) == {"ttl", "jsonld", "nt", "rdf", "html"}
        for path in links.values():
            assert site.get(path).status_code == 200, path


def test_query_behind_a_count_gives_as_many(shipped_site: Site) -> None:
    asked = {"iri": "topic/human-rights", "include": "sparql"}
    document = shipped_site.get("/api/resource", params=asked).json()
    for incoming in document["incoming"]:
        rows = shipped_site.get(incoming["links"]["sparql"], params=None).json()
        assert len(rows["results"]["bindings"]) == incoming["total"]
    cited = shipped_site.get("/api/resource", params={**asked, "iri": "UDHR"}).json()
    rows = shipped_site.get(cited["evidence"]["links"]["sparql"]).json()["results"]["bindings"]
    assert len({r["link"]["value"] for r in rows}) == cited["evidence"]["total"] > 0
    plain = shipped_site.get("/api/resource", params={"iri": "UDHR"}).json()
    assert "links" not in plain["evidence"]


def test_page_and_json_say_the_same(shipped_site: Site) -> None:
    document = shipped_site.get("/api/resource", params={"iri": "ICRMW"}).json()
    page = shipped_site.get("/id/instrument/cmw.html").text
    for link in document["evidence"]["items"]:
        assert all(words in page for words in (link["matched_text"] or "").split(" | "))
    assert document["citation"]["permalink"] in page
    assert all(source["file"] in page for source in document["provenance"]["sources"])


@pytest.mark.parametrize(
    ("query", "status", "problem"),
    [
        ("", 422, "bad-parameter"),
        ("?iri=", 422, "bad-parameter"),
        ("?iri=PSS&iri=PSS", 422, "bad-parameter"),
        ("?iri=PSS&colour=red", 400, "unknown-parameter"),
        ("?iri=PSS&format=ttl", 422, "bad-parameter"),
        ("?iri=PSS&version=9", 404, "not-found"),
        ("?iri=Pact on Safty at Sea", 404, "not-found"),
        ("?iri=http://example.org/none", 404, "not-found"),
        ("?iri=instrument/none", 404, "not-found"),
    ],
)
def test_bad_request_is_a_problem(site: Site, query: str, status: int, problem: str) -> None:
    answer = site.get("/api/resource" + query)
    assert answer.status_code == status
    assert answer.json()["type"] == f"{BASE}problems/{problem}"


def test_unknown_name_has_the_nearest_and_a_shared_one_the_candidates(
    site: Site, shipped_site: Site
) -> None:
    unknown = site.get("/api/resource", params={"iri": "Pact on Safty at Sea"}).json()
    assert unknown["candidates"][0]["iri"] == PACT
    shared = shipped_site.get("/api/resource", params={"iri": "human-rights"})
    assert shared.status_code == 409
    assert len(shared.json()["candidates"]) > 1


def test_other_media_types_are_refused(site: Site) -> None:
    answer = site.get("/api/resource?iri=PSS", headers={"accept": "text/turtle"})
    assert answer.status_code == 406
