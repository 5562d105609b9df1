"""Full text and completion over HTTP."""

import asyncio
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sites import LATER, Site, publish, running, settings_for
from tests.waiting import until

from gfmdkg.app import create_app
from gfmdkg.namespaces import BASE, GFMD
from gfmdkg.pages.operations import parameters_of
from gfmdkg.search.answers import KINDS
from gfmdkg.search.building import INDEX_NAME, ensure_index
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore

PROBLEM = "application/problem+json"
SEA_PACT = BASE + "id/instrument/sea-pact"


def search(site: Site, **parameters: Any) -> dict[str, Any]:
    answer = site.get("/api/search", params=parameters)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def iris(document: dict[str, Any]) -> list[str]:
    return [item["resource"]["iri"] for item in document["items"]]


def test_a_search_answers_as_a_list_does(site: Site) -> None:
    document = search(site, q="PSS")
    first = document["items"][0]
    assert first["resource"] == {"iri": SEA_PACT, "label": "Pact on Safety at Sea", "code": "PSS"}
    assert (first["type"], first["language"], first["scheme"]) == ("instrument", "en", None)
    assert (document["page"], document["per_page"], document["version"]) == (1, 50, "2")
    assert document["total"] == len(document["items"])
    assert document["interpretation"] == "PSS"
    assert document["expanded"][0]["resource"]["iri"] == SEA_PACT
    assert (document["corrected"], document["lenient"], document["ignored"]) == (None, False, [])


def test_marks_are_offsets_into_the_text_beside_them(site: Site) -> None:
    label = search(site, q="safety")["items"][0]["label"]
    assert [label["text"][start:end] for start, end in label["marks"]] == ["Safety"]


def test_labels_are_text_and_no_markup(site: Site) -> None:
    (item,) = search(site, q="harbour office", type="organization")["items"]
    assert item["label"]["text"] == "Harbour Office <b>&amp; Sons</b>"


def test_a_hit_tells_by_which_link_it_was_found(site: Site) -> None:
    (item,) = search(site, q="PSS", type="statement")["items"]
    (link,) = (why for why in item["why"] if why["reason"] == "link")
    assert link["property"] == GFMD + "cites"
    assert link["target"] == {"iri": SEA_PACT, "label": "Pact on Safety at Sea", "code": "PSS"}
    assert link["through"] == link["target"]


def test_a_misspelt_word_is_corrected_and_the_answer_says_so(site: Site) -> None:
    document = search(site, q="saftey")
    assert document["corrected"] == "safety"
    assert SEA_PACT in iris(document)


def test_types_restrict_the_items_and_not_the_groups(site: Site) -> None:
    everything, some = search(site, q="harbour"), search(site, q="harbour", type="session")
    assert iris(some) == [BASE + "id/session/harbour-2031"]
    assert some["total"] == 1
    assert some["groups"] == everything["groups"]
    assert {"type": "session", "iri": GFMD + "Session", "count": 1} in some["groups"]
    assert sum(group["count"] for group in everything["groups"]) == everything["total"]


@pytest.mark.parametrize("name", ["Passage", "gfmd:Passage", GFMD + "Passage"])
def test_a_type_may_be_a_broader_class_by_any_of_its_names(site: Site, name: str) -> None:
    found = search(site, q="pact OR pilots OR ports", type=name)
    assert {item["type"] for item in found["items"]} == {"recommendation", "paragraph"}


def test_several_types_are_alternatives(site: Site) -> None:
    document = search(site, q="harbour", type=["session", "process"])
    assert {item["type"] for item in document["items"]} == {"session", "process"}


def test_labels_come_in_the_language_asked_for(site: Site) -> None:
    (item,) = search(site, q="harbour", type="session", language="FR")["items"]
    assert (item["resource"]["label"], item["language"]) == ("Dialogue du port 2031", "fr")


def test_pages_lead_through_all_hits(site: Site) -> None:
    whole = iris(search(site, q="harbour"))
    answer = site.get("/api/search?q=harbour&per_page=1")
    walked, following = iris(answer.json()), answer.json()["links"].get("next")
    assert f'<{following}>; rel="next"' in answer.headers["link"]
    while following:
        document = site.get(following).json()
        walked += iris(document)
        following = document["links"].get("next")
    assert walked == whole
    assert len(whole) > 2


def test_a_page_far_beyond_the_last_is_empty(site: Site) -> None:
    document = search(site, q="harbour", page=10**17 - 1, per_page=1000)
    assert document["items"] == []
    assert document["total"] > 0


@pytest.mark.parametrize("text", ['"', "((", "OR", "-", "NOT x", "*", "\x00", "' OR 1=1 --"])
def test_no_text_is_an_error(site: Site, text: str) -> None:
    assert search(site, q=text)["total"] >= 0


@pytest.mark.parametrize(
    ("path", "status", "parameter"),
    [
        ("/api/search", 422, "q"),
        ("/api/search?q=", 422, "q"),
        ("/api/search?q=a&q=b", 422, "q"),
        ("/api/search?q=a&type=nothing", 422, "type"),
        ("/api/search?q=a&language=%3Cx", 422, "language"),
        ("/api/search?q=a&per_page=1001", 422, "per_page"),
        ("/api/search?q=a&limit=3", 400, "limit"),
        ("/api/search?q=a&format=csv", 422, "format"),
        ("/api/suggest", 422, "q"),
        ("/api/suggest?q=a&limit=51", 422, "limit"),
        ("/api/suggest?q=a&page=2", 400, "page"),
    ],
)
def test_a_bad_request_is_a_problem_that_names_the_parameter(
    site: Site, path: str, status: int, parameter: str
) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert answer.json()["parameter"] == parameter


def test_an_unknown_type_is_answered_with_those_there_are(site: Site) -> None:
    assert site.get("/api/search?q=a&type=nothing").json()["allowed"] == list(KINDS)


def test_only_json_is_offered(site: Site) -> None:
    answer = site.get("/api/search?q=a", headers={"accept": "text/csv"})
    assert (answer.status_code, answer.headers["content-type"]) == (406, PROBLEM)


@pytest.mark.parametrize("path", ["/api/search?q=pact", "/api/suggest?q=pac"])
def test_an_answer_names_its_version_and_is_not_sent_twice(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.headers["content-version"] == answer.json()["version"] == "2"
    assert answer.headers["cache-control"] == "no-cache"
    again = site.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_earlier_version_is_searched_in_its_own_index(site: Site) -> None:
    path = "/api/search?q=tide"
    assert site.get(path).json()["total"] == 1
    earlier = site.get(f"{path}&version=1")
    assert (earlier.json()["total"], earlier.json()["version"]) == (0, "1")
    assert earlier.headers["content-version"] == "1"
    assert "immutable" in earlier.headers["cache-control"]
    assert site.get(f"{path}&version=9").status_code == 404


def test_names_are_completed_and_grouped_by_class(site: Site) -> None:
    document = site.get("/api/suggest?q=harb").json()
    types = [item["type"] for item in document["items"]]
    assert {"session", "process", "organization"} <= set(types)
    assert [group["type"] for group in document["groups"]] == list(dict.fromkeys(types))
    assert document["total"] == len(types) == sum(g["count"] for g in document["groups"])


def test_a_completion_says_which_name_goes_on_as_typed(site: Site) -> None:
    (item,) = site.get("/api/suggest?q=dialogue+du&type=session").json()["items"]
    assert (item["matched"], item["language"]) == ("Dialogue du port 2031", "fr")
    assert item["resource"]["label"] == "Harbour Dialogue 2031"


def test_completions_stop_at_their_limit(site: Site) -> None:
    assert site.get("/api/suggest?q=harb&limit=2").json()["total"] == 2


def test_nothing_completes_an_empty_field(site: Site) -> None:
    assert site.get("/api/suggest?q=").json()["items"] == []


def test_before_anything_is_published_a_search_says_so(empty_site: Site) -> None:
    answer = empty_site.get("/api/search?q=a")
    assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)


def needed(schemas: Any, name: str) -> Iterator[str]:
    """The members that a schema needs, by itself or by those that it is made of."""
    for part in schemas[name].get("allOf", [schemas[name]]):
        yield from needed(schemas, part["$ref"].rpartition("/")[2]) if "$ref" in part else ()
        yield from part.get("required", ())


def test_the_description_tells_what_is_answered(site: Site) -> None:
    document = site.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    for path, model, item in (
        ("/api/search", "SearchPage", "Hit"),
        ("/api/suggest", "Suggestions", "Completion"),
    ):
        named = {p["name"]: p for p in parameters_of(document, document["paths"][path]["get"])}
        assert named["type"]["schema"]["type"] == "array"
        given = {n: p["schema"]["examples"][0] for n, p in named.items() if p.get("required")}
        answered = site.get(path, params=given | {"q": "harbour"}).json()
        assert set(needed(schemas, model)) == set(answered)
        assert set(schemas[item]["required"]) == set(answered["items"][0])


# While an index is being built


class Growing:
    """A store whose second version has no index yet, and whose lock holds up its builder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.versions = VersionStore(root)
        self.first = self._publish("first", b"<http://x/a> a <http://x/C> .")
        self._index(self.first)
        self.second = self._publish("second", LATER.encode())

    def _publish(self, message: str, turtle: bytes) -> Version:
        publish(self.versions, message=message, files={f"data/{message}.ttl": turtle})
        return self.versions.require_current()

    def _index(self, version: Version) -> None:
        store = OxigraphStore.open_read_only(version.database)
        ensure_index(version.folder, store.select)
        store.close()


@pytest.fixture
def growing(tmp_path: Path) -> Growing:
    return Growing(tmp_path / "store")


@pytest.fixture
def held_up(growing: Growing) -> Iterator[Any]:
    """The builder's lock on the second version, as another process would have it."""
    with (growing.second.folder / f"{INDEX_NAME}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
        fcntl.flock(lock, fcntl.LOCK_UN)


def test_the_former_version_answers_until_the_index_is_built(
    growing: Growing, held_up: Any
) -> None:
    path = "/api/search?q=tide"

    async def ask() -> None:
        async with running(create_app(settings_for(growing.root))) as client:
            meanwhile = await client.get(path)
            assert meanwhile.headers["content-version"] == meanwhile.json()["version"] == "1"
            assert meanwhile.json()["total"] == 0
            # Nobody may keep it as the answer of the version in use.
            assert meanwhile.headers["cache-control"] == "no-store"
            assert "etag" not in meanwhile.headers
            fcntl.flock(held_up, fcntl.LOCK_UN)
            await until((growing.second.folder / INDEX_NAME).is_file, "the index is built")
            built = await client.get(path)
            assert (built.json()["total"], built.json()["version"]) == (1, "2")

    asyncio.run(ask())


def test_a_search_of_the_very_version_waits_and_then_says_busy(
    growing: Growing, held_up: Any
) -> None:
    async def ask() -> None:
        app = create_app(settings_for(growing.root, query_timeout_seconds=0.3))
        async with running(app) as client:
            answer = await client.get("/api/search?q=tide&version=2")
            assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)
            assert int(answer.headers["retry-after"]) > 0
            fcntl.flock(held_up, fcntl.LOCK_UN)
            await until((growing.second.folder / INDEX_NAME).is_file, "the index is built")
            again = await client.get("/api/search?q=tide&version=2")
            assert again.json()["total"] == 1

    asyncio.run(ask())


def test_a_small_new_version_is_found_at_the_first_search(growing: Growing) -> None:
    async def ask() -> None:
        async with running(create_app(settings_for(growing.root))) as client:
            answer = await client.get("/api/search?q=tide&version=2")
            assert (answer.json()["total"], answer.json()["version"]) == (1, "2")
            assert (growing.second.folder / INDEX_NAME).is_file()

    asyncio.run(ask())


def test_a_damaged_index_is_built_anew(growing: Growing) -> None:
    (growing.second.folder / INDEX_NAME).write_bytes(b"no database")

    async def ask() -> None:
        async with running(create_app(settings_for(growing.root))) as client:
            answer = await client.get("/api/search?q=tide&version=2")
            assert answer.json()["total"] == 1

    asyncio.run(ask())
