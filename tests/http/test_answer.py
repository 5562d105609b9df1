"""What every answer has in common: versions, validators, HEAD, CORS, methods, errors."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sites import Site, open_site, settings_for

from gfmdkg.app import create_app

CITING = "/api/queries/recommendations-citing?instrument=PSS"
PATHS = {
    "rows": CITING,
    "table": "/api/recommendations?format=csv",
    "list": "/api/instruments",
    "queries": "/api/queries",
    "rdf": "/id/instrument/sea-pact.ttl",
    "html": "/id/instrument/sea-pact.html",
    "ontology": "/ontology.html",
    "start": "/",
    "questions": "/queries",
    "question": "/query/recommendations-citing?instrument=PSS",
    "docs": "/docs",
    "openapi": "/openapi.json",
    "style": "/static/gfmdkg.css",
}
OF_THE_GRAPH = ("rows", "table", "list", "rdf", "html", "ontology", "start", "question")
HTML = {"accept": "text/html"}


def headers_for(name: str) -> dict[str, str]:
    return HTML if name == "question" else {}


@pytest.mark.parametrize("name", PATHS)
def test_unchanged_answer_is_not_sent_again(site: Site, name: str) -> None:
    first = site.get(PATHS[name], headers=headers_for(name))
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-cache"
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert tag.endswith('"')
    known = {**headers_for(name), "if-none-match": f'"other", {tag}'}
    again = site.get(PATHS[name], headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert "accept" in again.headers["vary"].lower()
    other = site.get(PATHS[name], headers={**headers_for(name), "if-none-match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize("name", PATHS)
def test_head_says_what_get_says(site: Site, name: str) -> None:
    get = site.get(PATHS[name], headers=headers_for(name))
    head = site.request("HEAD", PATHS[name], headers=headers_for(name))
    assert head.content == b""
    assert head.status_code == get.status_code
    own = {"x-request-id", "server-timing", "date", "age"}
    told = [{k: v for k, v in a.headers.items() if k not in own} for a in (head, get)]
    assert told[0] == told[1]


def test_head_of_nothing_is_404_without_a_body(site: Site) -> None:
    head = site.request("HEAD", "/id/instrument/none")
    assert (head.status_code, head.content) == (404, b"")


@pytest.mark.parametrize("name", OF_THE_GRAPH)
def test_answer_names_its_version(site: Site, name: str) -> None:
    assert site.get(PATHS[name], headers=headers_for(name)).headers["content-version"] == "2"


@pytest.mark.parametrize("name", ["rows", "table", "list", "rdf", "html", "question"])
def test_pinned_answer_may_be_kept_for_good(site: Site, name: str) -> None:
    path = PATHS[name] + ("&" if "?" in PATHS[name] else "?") + "version=1"
    answer = site.get(path, headers=headers_for(name))
    assert answer.status_code == 200
    assert answer.headers["content-version"] == "1"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_old_version_answers_as_it_was(site: Site) -> None:
    assert site.get("/id/instrument/tide-table").status_code == 200
    assert site.get("/id/instrument/tide-table?version=1").status_code == 404
    names = {v: site.get(f"/api/instruments?version={v}").json()["total"] for v in (1, 2)}
    assert names[1] <= names[2]


def test_tags_differ_by_version_format_and_request(site: Site) -> None:
    paths = (
        "/api/instruments",
        "/api/instruments?version=1",
        "/api/instruments?format=csv",
        "/api/instruments?per_page=1",
        "/api/recommendations",
    )
    assert len({site.get(path).headers["etag"] for path in paths}) == len(paths)


@pytest.mark.parametrize("path", [*PATHS.values(), "/id/instrument/none", "/nothing", "/health"])
def test_scripts_of_every_origin_may_read(site: Site, path: str) -> None:
    answer = site.get(path, headers={"origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-expose-headers"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/api/queries/recommendations-citing", "/id/instrument/x", "/"])
def test_preflight_is_answered(site: Site, path: str) -> None:
    asked = {"origin": "https://example.org", "access-control-request-method": "GET"}
    answer = site.request("OPTIONS", path, headers=asked)
    assert answer.status_code in (200, 204)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    "path", ["/api/queries", CITING, "/api/topics", "/id/instrument/sea-pact", "/docs", "/health"]
)
def test_wrong_method_says_which_are_allowed(site: Site, path: str) -> None:
    answer = site.request("DELETE", path)
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))
    assert answer.json()["type"].endswith("/problems/method-not-allowed")


@pytest.mark.parametrize("path", ["/nothing", "/api/nothing", "/api/", "/static/none.css"])
def test_unknown_path_is_a_problem(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert path in answer.json()["detail"]


def test_unknown_path_is_a_page_for_a_browser_but_not_below_the_api(site: Site) -> None:
    assert site.get("/nothing", headers=HTML).headers["content-type"].startswith("text/html")
    api = site.get("/api/nothing", headers=HTML)
    assert api.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/api/instruments", "/id/instrument/sea-pact", "/ontology", "/ready", "/"]
)
def test_nothing_published_yet_is_503_with_the_way_out(empty_site: Site, path: str) -> None:
    answer = empty_site.get(path)
    document = answer.json()
    assert answer.status_code == document["status"] == 503
    assert document["type"].endswith("/problems/content")
    assert document["faults"][0]["remedy"] == "run: gfmdkg build"


def test_service_lives_before_anything_is_published(empty_site: Site) -> None:
    assert empty_site.get("/health").json()["status"] == "ok"
    assert empty_site.get("/docs").status_code == 200


def test_ready_names_the_version(site: Site) -> None:
    document = site.get("/ready").json()
    assert (document["status"], document["version"]) == ("ready", "2")
    assert site.get("/ready").headers["cache-control"] == "no-store"


@pytest.fixture(scope="module")
def hasty_site(harbour_store: Path) -> Iterator[Site]:
    """A service whose queries are stopped before they can finish."""
    yield from open_site(create_app(settings_for(harbour_store, answer_limit_bytes=100)))


def test_answer_over_its_limit_is_413_that_names_it(hasty_site: Site) -> None:
    answer = hasty_site.get("/id/instrument/sea-pact.nt")
    assert answer.status_code == 413
    assert answer.json()["limit_bytes"] == 100
    assert answer.json()["type"].endswith("/problems/answer-too-large")


def test_fault_of_ours_is_a_problem_whose_name_is_in_the_log(
    harbour_store: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    # One route of the framework, one address without it.
    monkeypatch.setattr("gfmdkg.queries.routes.write_json", fail)
    monkeypatch.setattr("gfmdkg.sparql.endpoint.parse_query", fail)
    for site in open_site(create_app(settings_for(harbour_store))):
        for path in ("/api/queries", "/sparql?query=ASK%20%7B%7D"):
            with caplog.at_level(logging.ERROR):
                answer = site.get(path)
            assert answer.status_code == 500
            assert "a fault of ours" not in answer.text
            assert answer.json()["instance"] in caplog.text
            assert "a fault of ours" in caplog.text
