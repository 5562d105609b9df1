"""POST /api/validate: any format in, any view out, nothing stored."""

import json
from pathlib import Path

import httpx
import pytest
from tests.sites import Site, open_site, settings_for

from gfmdkg.app import create_app

BAD = """@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/gfmdkg/id/instrument/x-sent> a gfmd:Instrument ;
  skos:prefLabel "Sent Pact of Posts" ;
  gfmd:legallyBinding false .
"""
TURTLE = {"content-type": "text/turtle"}


def post(
    site: Site, body: str | bytes, path: str = "/api/validate", **headers: str
) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.request("POST", path, content=body, headers=TURTLE | named)


def test_the_report_is_json_with_places(site: Site) -> None:
    answer = post(site, BAD, "/api/validate?name=sent.ttl")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-version"] == "2"
    assert answer.headers["cache-control"] == "no-store"
    report = answer.json()
    assert report["conforms"] is False
    found = {(f["file"], f["line"], f["column"], f["code"]) for f in report["findings"]}
    assert ("sent.ttl", 4, 18, "datatype") in found
    assert ("sent.ttl", 3, 1, "min-count") in found


def test_the_view_follows_accept_and_format(site: Site) -> None:
    for accept, start in (("application/sarif+json", "{"), ("text/html", "<section")):
        answer = post(site, "", accept=accept)
        assert answer.headers["content-type"].startswith(accept)
        assert answer.text.startswith(start)
    assert post(site, BAD, "/api/validate?format=github").text.startswith("::")
    assert post(site, BAD, "/api/validate?format=yaml").status_code == 422


def test_several_files_are_validated_together(site: Site) -> None:
    json_ld = json.dumps({"@id": "https://w3id.org/gfmdkg/id/process/x", "http://x.org/p": 1})
    files = {
        "a": ("pact.ttl", BAD, "application/octet-stream"),
        "b": ("x.jsonld", json_ld, "application/ld+json"),
    }
    answer = site.request("POST", "/api/validate", files=files)
    assert answer.status_code == 200, answer.text
    # The fictional graph around them has violations of its own, which have no file.
    assert {f["file"] for f in answer.json()["findings"]} - {None} == {"pact.ttl"}


def test_a_fault_of_syntax_is_a_report_too(site: Site) -> None:
    report = post(site, "<a> <b> .").json()
    assert [(f["code"], f["line"], f["column"]) for f in report["findings"]] == [("syntax", 1, 9)]
    assert [f["code"] for f in post(site, b"# \xff").json()["findings"]] == ["syntax"]


def test_nothing_is_stored(site: Site, harbour_store: Path) -> None:
    before = sorted(p.name for p in (harbour_store / "versions").iterdir())
    post(site, BAD)
    ask = site.get("/sparql?query=ASK{<https://w3id.org/gfmdkg/id/instrument/x-sent> ?p ?o}")
    assert ask.json()["boolean"] is False
    assert sorted(p.name for p in (harbour_store / "versions").iterdir()) == before


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/validate", {"content_type": "application/msword"}, 415),
        ("/api/validate", {"content_type": "multipart/form-data"}, 400),
        ("/api/validate?other=1", {}, 400),
        ("/api/validate?version=99", {}, 404),
        ("/api/validate", {"accept": "image/png"}, 406),
    ],
)
def test_a_bad_request_is_refused(
    site: Site, path: str, headers: dict[str, str], status: int
) -> None:
    assert post(site, "", path, **headers).status_code == status


def test_limits_of_size_and_time_are_kept(harbour_store: Path) -> None:
    settings = settings_for(harbour_store, body_limit_bytes=1000, update_timeout_seconds=0.05)
    for site in open_site(create_app(settings)):
        assert post(site, "#" * 1001).status_code == 413
        assert post(site, BAD).status_code == 504
