"""`/llms.txt`: the form of it, and that what it says is so."""

import json
import re
from urllib.parse import urlsplit

import httpx
import pytest
from tests.sites import Site

from gfmdkg.http.rendering import render
from gfmdkg.namespaces import PREFIXES
from gfmdkg.paths import shipped_content
from gfmdkg.queries import Catalog

LINK = re.compile(r"^- \[([^\]]+)\]\((\S+)\): (.+)$")


@pytest.fixture(scope="module")
def text(shipped_site: Site) -> str:
    return shipped_site.get("/llms.txt").text


def links(text: str) -> list[tuple[str, str, str]]:
    return [match.groups() for line in text.splitlines() if (match := LINK.match(line))]  # type: ignore[misc]


def test_form_is_that_of_llms_txt(text: str) -> None:
    lines = [line for line in text.splitlines() if line]
    assert lines[0] == "# gfmdkg"
    assert lines[1].startswith("> ")
    first_section = next(i for i, line in enumerate(lines) if line.startswith("## "))
    assert not any(line.startswith("#") for line in lines[2:first_section])
    for line in lines[first_section:]:
        assert line.startswith("## ") or LINK.match(line), line
    assert [line for line in lines if line.startswith("## ")][-1] == "## Optional"


def test_every_link_in_it_answers(shipped_site: Site, text: str) -> None:
    found = links(text)
    assert len(found) > 40
    for title, address, _ in found:
        answer = shipped_site.get(address)
        assert answer.status_code == 200, (title, answer.text[:200])


def test_every_canned_query_has_a_line_with_its_parameters(text: str) -> None:
    notes = {urlsplit(address).path: note for _, address, note in links(text)}
    for query in Catalog.load(shipped_content().queries):
        note = notes[f"/api/queries/{query.name}"]
        for parameter in query.parameters.values():
            assert f"{parameter.name}{'*' * parameter.required}" in note


def test_rules_prefixes_limits_version_and_citation_are_in_it(text: str) -> None:
    assert render("model-rules.md", {}).decode() in text
    for prefix, namespace in PREFIXES.items():
        assert f"`{prefix}: <{namespace}>`" in text
    for words in ("stopped after 10 seconds", "50 unless given, 1000 at most", "CC BY 4.0"):
        assert words in text
    assert "Cite as: gfmdkg project, version 1 of the graph" in text


def test_sparql_examples_find_something(shipped_site: Site, text: str) -> None:
    found = [address for _, address, _ in links(text) if "/sparql?" in address]
    assert len(found) == 3  # the endpoint itself, and two by example
    for address in found:
        assert json.loads(shipped_site.get(address).text)["results"]["bindings"]


def test_addresses_are_those_the_caller_used(shipped_site: Site) -> None:
    answer = shipped_site.get("/llms.txt", headers={"host": "graph.example"})
    assert "](http://graph.example/api/queries)" in answer.text
    assert "gfmdkg.test" not in answer.text


def test_it_is_plain_text_with_a_version_and_not_sent_twice(shipped_site: Site) -> None:
    answer = shipped_site.get("/llms.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-version"] == "1"
    again = shipped_site.get("/llms.txt", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == httpx.codes.NOT_MODIFIED
    uncached = {"if-none-match": answer.headers["etag"], "cache-control": "no-cache"}
    assert shipped_site.get("/llms.txt", headers=uncached).status_code == 304


def test_unknown_parameter_is_refused(shipped_site: Site) -> None:
    assert shipped_site.get("/llms.txt?verbose=1").status_code == 400


def test_start_page_leads_to_it(site: Site) -> None:
    assert 'href="/llms.txt"' in site.get("/", headers={"accept": "text/html"}).text
