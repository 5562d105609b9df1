"""Change sets and versions over HTTP: by token, by role, and for all to read."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from gfmdkg.build import ensure_empty
from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.settings import Settings
from gfmdkg.store.versions import VersionStore

Serve = Callable[[Settings], AbstractContextManager[str]]

GRAPH = "https://w3id.org/gfmdkg/graph/data/quays"
TURTLE = {"content-type": "text/turtle"}
START = '<http://e/q> <http://www.w3.org/2000/01/rdf-schema#label> "Quay"@en ; <http://e/d> 7 .'


class Office:
    """A running service and the tokens of three people."""

    def __init__(self, url: str, store: Path) -> None:
        self.versions = VersionStore(store)
        self.client = httpx.Client(base_url=url, timeout=30)
        people = (("Ada", Role.SUBMITTER), ("Bo", Role.REVIEWER), ("Cy", Role.REVIEWER))
        tokens = TokenStore(store)
        self._secrets = {name: tokens.create(name=name, role=role)[0] for name, role in people}

    def ask(self, method: str, path: str, *, by: str | None = None, **more: Any) -> httpx.Response:
        headers = more.pop("headers", {})
        if by is not None:
            headers = headers | {"authorization": f"Bearer {self._secrets[by]}"}
        return self.client.request(method, path, headers=headers, **more)

    def submit(self, text: str, *, by: str = "Ada", **parameters: str) -> httpx.Response:
        given = {"message": "a change", "graph": GRAPH, **parameters}
        return self.ask("POST", "/api/changes", by=by, content=text, headers=TURTLE, params=given)

    def published(self, text: str) -> int:
        number = self.submit(text).json()["number"]
        for step in ("accept", "publish"):
            answer = self.ask("POST", f"/api/changes/{number}/{step}", by="Bo")
            assert answer.status_code == 200, answer.text
        return int(answer.json()["version"])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[Office]:
    store = tmp_path_factory.mktemp("changes") / "store"
    ensure_empty(VersionStore(store))
    settings = Settings(
        store=store,
        engines=1,
        engines_reserved=0,
        update_timeout_seconds=30.0,
        write_rules="none",
        log_format="off",
    )
    with serve(settings) as url:
        office = Office(url, store)
        with office.client:
            office.published(START)
            yield office


def test_a_change_goes_from_submission_to_a_version(office: Office) -> None:
    answer = office.submit(START.replace("7", "8"), message="deeper")
    assert answer.status_code == 201, answer.text
    change = answer.json()
    address = answer.headers["location"]
    assert (change["state"], change["author"], change["added"]) == ("submitted", "Ada", 1)
    assert office.ask("GET", address, by="Ada").json() == change
    assert office.ask("POST", f"{address}/accept", by="Bo").json()["state"] == "accepted"
    done = office.ask("POST", f"{address}/publish", by="Cy").json()
    version = office.ask("GET", f"/api/versions/{done['version']}").json()
    assert (version["author"], version["change"], version["message"]) == (
        "Cy",
        change["number"],
        "deeper",
    )
    listed = office.ask("GET", "/api/versions").json()["items"]
    assert listed[0] == version
    asked = {"query": "ASK { <http://e/q> <http://e/d> 8 }"}
    assert office.ask("GET", "/sparql", params=asked).json()["boolean"] is True


def test_roles_decide_who_does_what(office: Office) -> None:
    assert office.ask("POST", "/api/changes", content=START, headers=TURTLE).status_code == 401
    assert office.ask("GET", "/api/changes").status_code == 401
    number = office.submit(START.replace("7", "20")).json()["number"]
    for step in ("accept", "reject", "publish"):
        path = f"/api/changes/{number}/{step}"
        assert office.ask("POST", path).status_code == 401
        assert office.ask("POST", path, by="Ada").status_code == 403
    assert office.ask("POST", "/api/versions/2/revert", by="Ada").status_code == 403
    numbers = [c["number"] for c in office.ask("GET", "/api/changes", by="Ada").json()["items"]]
    assert number in numbers


def test_a_reviewer_does_not_accept_their_own(office: Office) -> None:
    number = office.submit(START.replace("7", "30"), by="Bo").json()["number"]
    answer = office.ask("POST", f"/api/changes/{number}/accept", by="Bo")
    assert answer.status_code == 403
    assert "own" in answer.json()["detail"]
    assert office.ask("POST", f"/api/changes/{number}/accept", by="Cy").status_code == 200


def test_a_conflict_names_the_statements(office: Office) -> None:
    late = office.submit(START.replace("7", "40")).json()["number"]
    version = office.published(START.replace("7", "41"))
    answer = office.ask("POST", f"/api/changes/{late}/accept", by="Bo")
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"].endswith("problems/conflict")
    assert problem["conflicts"][0]["version"] == version
    assert problem["conflicts"][0]["statement"].startswith("<http://e/q> <http://e/d>")


def test_a_rejection_keeps_its_reason(office: Office) -> None:
    number = office.submit(START.replace("7", "50")).json()["number"]
    path = f"/api/changes/{number}/reject"
    assert office.ask("POST", path, by="Bo").status_code == 400
    done = office.ask("POST", path, by="Bo", params={"message": "no source"}).json()
    assert done["events"][-1] | {"at": ""} == {
        "state": "rejected",
        "by": "Bo",
        "at": "",
        "message": "no source",
    }


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/json", '"operation": "add"'),
        ("text/plain", "+ http://e/d: “60”"),
        ("application/rdf-patch", "A <http://e/q> <http://e/d>"),
        ("text/html", "<ins>"),
    ],
)
def test_differences_come_in_each_format(office: Office, accept: str, expected: str) -> None:
    number = office.submit(START.replace("7", "60")).json()["number"]
    headers = {"accept": accept}
    answer = office.ask("GET", f"/api/changes/{number}/diff", by="Ada", headers=headers)
    assert answer.headers["content-type"].startswith(accept)
    assert expected in answer.text


def test_two_versions_are_compared_and_one_is_undone(office: Office) -> None:
    before = office.versions.require_current()
    version = office.published(START.replace("7", "70"))
    difference = office.ask("GET", f"/api/versions/{before.number}/diff/{version}?format=json")
    quay = next(r for r in difference.json()["resources"] if r["iri"] == "http://e/q")
    assert quay["label"] == "Quay"
    assert [c["operation"] for c in quay["changes"]] == ["remove", "add"]
    undone = office.ask("POST", f"/api/versions/{version}/revert", by="Bo").json()
    assert undone["reverts"] == version
    path = f"/api/versions/{before.number}/diff/{undone['number']}?format=txt"
    assert office.ask("GET", path).text.startswith("0 added, 0 removed, and ")


def test_the_feed_tells_of_published_changes(office: Office) -> None:
    version = office.published(START.replace("7", "80"))
    answer = office.ask("GET", "/api/changes.atom")
    assert answer.headers["content-type"] == "application/atom+xml"
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ET.fromstring(answer.text)
    entries = feed.findall(f"{atom}entry")
    link = entries[0].find(f"{atom}link")
    assert link is not None
    assert link.get("href") == f"/api/versions/{version - 1}/diff/{version}"
    assert feed.findtext(f"{atom}updated") == entries[0].findtext(f"{atom}updated")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/changes/999", 404),
        ("/api/changes/x", 404),
        ("/api/versions/999", 404),
        ("/api/versions/1/diff/999", 404),
        ("/api/versions/1/diff/2?format=pdf", 422),
        ("/api/versions/1/diff/2?form=json", 400),
    ],
)
def test_what_is_not_there_is_a_problem(office: Office, path: str, status: int) -> None:
    answer = office.ask("GET", path, by="Ada")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("parameters", "body", "status"),
    [
        ({}, "<http://e/q> <http://e/d>", 400),
        ({"message": ""}, START.replace("7", "90"), 400),
        ({"effect": "burn"}, START, 422),
        ({"graph": "not an iri"}, START, 422),
    ],
)
def test_a_bad_submission_is_refused(
    office: Office, parameters: dict[str, str], body: str, status: int
) -> None:
    answer = office.submit(body, **parameters)
    assert answer.status_code == status, answer.text
    if body.split()[-1] == "<http://e/d>":
        assert answer.json()["faults"][0]["line"] == 1


@pytest.mark.parametrize(
    "poison",
    [
        f"<http://e/s> <http://e/p> ({' 1' * 3000}) .",
        "".join(f"_:a{i} <http://e/p> _:a{j} .\n" for i in range(12) for j in range(12) if i != j),
    ],
    ids=["list-of-equal-items", "nodes-that-all-look-alike"],
)
def test_nodes_that_cannot_be_told_apart_do_not_hang_the_service(
    office: Office, poison: str
) -> None:
    answer = office.submit(poison, graph=GRAPH + "-poison")
    assert answer.status_code == 201, answer.text


def test_a_change_under_review_is_nowhere_in_the_graph(office: Office) -> None:
    office.submit('<http://e/secret> <http://e/d> "hidden" .', graph=f"{GRAPH}-draft")
    for query in (
        "ASK { <http://e/secret> ?p ?o }",
        "ASK { GRAPH ?g { <http://e/secret> ?p ?o } }",
    ):
        assert not office.ask("GET", "/sparql", params={"query": query}).json()["boolean"]
