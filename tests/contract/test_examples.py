"""Every example in the OpenAPI document is sent to the real service, and the answers are true."""

from typing import Any

import httpx
import pytest
from tests.contract.documented import Example, departures, validator
from tests.contract.recording import RECORDED, all_examples, comparable, recorded

from gfmdkg.app.openapi import recorded_examples
from gfmdkg.http.problems import PROBLEM_TYPES, ProblemDetails
from gfmdkg.pages.operations import parameters_of

OF_ONE_THING = {"networkEvidence": "a filter may leave out the link that is asked about"}
"""Operations about one thing that have filters, which by themselves may leave it out."""


def test_every_example_is_answered_as_documented_and_as_recorded(
    document: dict[str, Any], client: httpx.Client
) -> None:
    faults: list[str] = []
    kept = recorded_examples()
    seen: set[str] = set()
    for example in all_examples(document):
        answer = example.send(client)
        if is_filtered_away(example, answer):
            continue
        faults += [f"{example}: {fault}" for fault in departures(document, example, answer)]
        name = example.operation.id
        if example.is_main and name in kept and name not in seen and answer.is_success:
            seen.add(name)
            if comparable(recorded(example, answer)) != comparable(kept[name]):
                faults.append(f"{example}: not as recorded; run: python -m tests.contract")
    assert not faults, "\n".join(faults)
    assert seen == set(kept) == RECORDED


def is_filtered_away(example: Example, answer: httpx.Response) -> bool:
    """Whether a filter rightly left out the one thing that was asked for."""
    is_missing = answer.status_code == 404 and "candidates" in answer.json()
    return is_missing and not example.is_main and example.operation.id in OF_ONE_THING


def test_recorded_answers_keep_to_their_schemas(document: dict[str, Any]) -> None:
    checked = 0
    for item in document["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                for media_type, media in response.get("content", {}).items():
                    for example in media.get("examples", {}).values():
                        checked += 1
                        if media_type.endswith("json"):
                            validator(document, media["schema"]).validate(example["value"])
    assert checked == len(RECORDED)


def test_the_document_stays_small(client: httpx.Client) -> None:
    assert len(client.get("/openapi.json").content) <= 250_000


def test_every_parameter_is_described_and_every_needed_one_has_an_example(
    document: dict[str, Any],
) -> None:
    for path, item in document["paths"].items():
        for operation in item.values():
            assert operation["summary"], path
            assert operation["description"], path
            for parameter in parameters_of(document, operation):
                assert parameter["description"], (path, parameter)
                if parameter.get("required"):
                    assert parameter["schema"]["examples"], (path, parameter)
            body = operation.get("requestBody")
            if body is not None:
                assert any("example" in media for media in body["content"].values()), path


def test_every_format_of_every_answer_has_a_schema(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for operation in item.values():
            for response in operation["responses"].values():
                for media_type, media in response.get("content", {}).items():
                    assert media["schema"], (path, media_type)


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "name"),
    [
        ("GET", "/api/recommendations?colour=red", None, 400, "unknown-parameter"),
        ("GET", "/api/recommendations?page=0", None, 422, "bad-parameter"),
        ("GET", "/api/recommendations?format=pdf", None, 422, "bad-parameter"),
        ("GET", "/api/resource?iri=CMV", None, 404, "not-found"),
        ("GET", "/api/resource?iri=human-rights", None, 409, "ambiguous"),
        ("GET", "/sparql?query=SELECT", None, 400, "query-rejected"),
        ("GET", "/sparql?query=ASK%20%7B%20SERVICE%20%3Cx%3A%3E%20%7B%7D%7D", None, 400, None),
        ("GET", "/graphs?graph=no", None, 422, "bad-parameter"),
        ("PUT", "/graphs?graph=http://e/g", "<a", 400, "bad-request"),
        ("POST", "/sparql", "x", 415, "unsupported-media-type"),
        ("POST", "/api/changes?message=x", "x", 415, "unsupported-media-type"),
        ("POST", "/api/changes/999/accept", None, 404, "not-found"),
    ],
)
def test_real_problems_keep_to_the_schema_of_their_type(
    document: dict[str, Any],
    client: httpx.Client,
    method: str,
    target: str,
    body: str | None,
    status: int,
    name: str | None,
) -> None:
    headers = {"content-type": "text/turtle" if body == "<a" else "text/odd"} if body else {}
    answer = client.request(method, target, content=body, headers=headers)
    assert answer.status_code == status, answer.text
    response = document["components"]["responses"][str(status)]
    media = response["content"]["application/problem+json"]
    validator(document, media["schema"]).validate(answer.json())
    assert name is None or answer.json()["type"].endswith(f"/problems/{name}")


def test_every_problem_type_has_a_page_that_names_its_members(client: httpx.Client) -> None:
    for name, kind in PROBLEM_TYPES.items():
        page = client.get(f"/problems/{name}")
        assert page.status_code == 200
        assert kind.iri in page.text
        members = kind.model.model_fields.keys() - ProblemDetails.model_fields - {"type"}
        assert all(f"<code>{member}</code>" in page.text for member in members)
