"""The pages: what they lead to, and that each is fit to be read."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from tests.sites import Site

from gfmdkg.http.problems import PROBLEM_TYPES

HTML = {"accept": "text/html"}
PAGES = (
    "/",
    "/queries",
    "/query/recommendations-citing",
    "/query/recommendations-citing?instrument=PSS",
    "/query/recommendations-citing?instrument=PC",
    "/query/recommendations?per_page=1&page=2",
    "/query/recommendations-citing?instrument=Shared+Name",
    "/id/instrument/sea-pact",
    "/id/instrument/none",
    "/ontology",
    "/ontology/alignments",
    "/ontology/examples/citation/invalid-no-intent",
    "/shapes",
    "/docs",
    "/problems/busy",
    "/nothing",
)
VOID = {"meta", "link", "input", "br", "hr", "img"}


class _Page(HTMLParser):
    """Elements of a page; fails on tags that are not closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("path", PAGES)
def test_page_is_sound(site: Site, path: str) -> None:
    answer = site.get(path, headers=HTML)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = _Page(answer.text)
    assert page.all("html") == [{"lang": "en"}]
    assert re.search(r"<title>[^<]+ · GFMD knowledge graph</title>", answer.text)
    assert len(page.all("main")) == len(page.all("h1")) == 1
    assert page.all("a")[0]["href"] == "#" + str(page.all("main")[0]["id"])
    identifiers = [a["id"] for _, a in page.elements if "id" in a]
    assert len(identifiers) == len(set(identifiers))
    assert len(page.all("table")) == len(page.all("caption"))
    labels = page.all("label")
    labelled = {label["for"] for label in labels if "for" in label}
    fields = [f for f in (*page.all("input"), *page.all("select")) if f.get("type") != "hidden"]
    assert {f["id"] for f in fields if "id" in f and not f.get("aria-label")} <= labelled
    # The others lie each within its label.
    within = [f for f in fields if "id" not in f and not f.get("aria-label")]
    assert len(within) == len([label for label in labels if "for" not in label])
    headings = [int(name[1]) for name, _ in page.elements if re.fullmatch("h[1-6]", name)]
    assert all(after - before <= 1 for before, after in pairwise(headings))


@pytest.mark.parametrize("path", PAGES)
def test_page_keeps_to_itself(site: Site, path: str) -> None:
    answer = site.get(path, headers=HTML)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    page = _Page(answer.text)
    assert page.all("script") == []
    assert not any("style" in attributes for _, attributes in page.elements)
    for link in page.all("link"):
        assert str(link["href"]).startswith("/")
        if link["rel"] != "alternate":
            assert site.get(str(link["href"])).status_code == 200
    assert len(answer.content) < 200_000


@pytest.mark.parametrize("path", ["/", "/queries", "/docs", "/id/instrument/sea-pact"])
def test_links_lead_somewhere(site: Site, path: str) -> None:
    page = _Page(site.get(path, headers=HTML).text)
    identifiers = {a["id"] for _, a in page.elements if "id" in a}
    for link in page.all("a"):
        target = str(link["href"])
        if target.startswith("#"):
            assert target[1:] in identifiers
        elif target != "/id/instrument/cmw" and not target.startswith(("http", "/sparql")):
            assert site.get(target, headers=HTML).status_code == 200, target


def test_start_page_leads_to_questions_and_counts(site: Site) -> None:
    text = site.get("/").text
    assert 'action="/query/recommendations-citing"' in text
    assert "<b>3</b><span>recommendations</span>" in text
    assert "Graph version 2" in text


def test_question_page_shows_rows_and_other_forms_of_them(site: Site) -> None:
    text = site.get("/query/recommendations-citing?instrument=PSS", headers=HTML).text
    assert "<caption>1 row</caption>" in text
    assert 'href="/id/passage/harbour-2031/pol-01"' in text
    assert "/api/queries/recommendations-citing?instrument=PSS&amp;format=csv" in text
    assert 'value="PSS"' in text


def test_question_page_shows_what_to_look_at_instead(site: Site) -> None:
    text = site.get("/query/recommendations-citing?instrument=PC", headers=HTML).text
    assert "No rows" in text
    assert "it is cited in these passages" in text
    assert "Ports as first contact" in text


@pytest.mark.parametrize(
    ("value", "status", "says"),
    [
        ("Shared+Name", 409, "Code of Quays"),
        ("Pact+on+Safty+at+Sea", 404, "Pact on Safety at Sea"),
        ("PSS&kind=moral", 422, "political, practical"),
    ],
)
def test_question_page_keeps_the_form_when_it_is_in_trouble(
    site: Site, value: str, status: int, says: str
) -> None:
    answer = site.get(f"/query/recommendations-citing?instrument={value}", headers=HTML)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert says in answer.text
    assert "<form" in answer.text


def test_question_page_walks_its_pages(site: Site) -> None:
    answer = site.get("/query/recommendations?per_page=1&page=2", headers=HTML)
    assert 'rel="prev"' in answer.text
    assert 'rel="next"' in answer.text
    assert answer.links["next"]["url"].endswith("page=3")


def test_unknown_question_suggests_the_nearest(site: Site) -> None:
    answer = site.get("/query/recommendation-citing")
    assert answer.status_code == 404
    assert answer.json()["candidates"][0]["label"] == "recommendations-citing"


@pytest.mark.parametrize("name", PROBLEM_TYPES)
def test_problem_type_dereferences(site: Site, name: str) -> None:
    answer = site.get(f"/problems/{name}")
    assert answer.status_code == 200
    assert PROBLEM_TYPES[name].title in answer.text


def test_unknown_problem_type_is_not_found(site: Site) -> None:
    assert site.get("/problems/none").status_code == 404


def test_documentation_has_every_operation_and_a_form_for_each_get(site: Site) -> None:
    text = site.get("/docs").text
    page = _Page(text)
    actions = {form["action"] for form in page.all("form")}
    links = {link["href"] for link in page.all("a")}
    for path, item in site.get("/openapi.json").json()["paths"].items():
        for method, operation in item.items():
            if operation["tags"] == ["Pages"]:
                continue
            assert f"{method.upper()} {path}" in text
            if method == "get" and "{" not in path:
                # A canned query has a page of its own, with the form.
                assert path in actions or path.replace("/api/queries/", "/query/") in links


def test_stylesheet_may_be_kept_for_good_by_its_hash(site: Site) -> None:
    (style,) = re.findall(r'href="(/static/gfmdkg.css\?v=\w+)"', site.get("/").text)
    assert "immutable" in site.get(style).headers["cache-control"]


def test_documentation_tells_what_many_operations_share_once(site: Site) -> None:
    text = site.get("/docs").text
    details = text.partition('<details id="network">')[2].partition("</details>")[0]
    shared = details.partition("And as in <code>/api/recommendations</code>: ")[2]
    assert "<code>topics</code>" in shared.partition(".</p>")[0]
    assert "Only those on this topic" not in details
    assert "Only those on this topic" in text
    assert '<th scope="row"><code>edge_limit</code>' in details


def test_problem_without_near_names_is_a_page_too(site: Site) -> None:
    answer = site.get("/?verbose=1", headers={"accept": "text/html"})
    assert answer.status_code == 400
    assert "verbose" in answer.text
