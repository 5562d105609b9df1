"""The requests that the OpenAPI document gives as examples, and whether answers keep to it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import jsonschema_rs

from gfmdkg.pages.operations import choices_of, parameters_of

WRITES = (
    "submitChange",
    "acceptChange",
    "publishChange",
    "revertVersion",
    "submitChange",
    "rejectChange",
    "listChanges",
    "showChange",
    "diffChange",
    "diffVersions",
    "postSparql",
    "replaceGraph",
    "addGraph",
    "deleteGraph",
    "replaceDirectGraph",
    "addDirectGraph",
    "readDirectGraph",
    "deleteDirectGraph",
    "replaceOwnGraph",
    "addOwnGraph",
    "deleteOwnGraph",
)
"""Operations that change something, or show what was changed: in this order, after the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the document."""

    path: str
    method: str
    definition: Mapping[str, Any]

    @property
    def id(self) -> str:
        name: str = self.definition["operationId"]
        return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One request that the document gives. The first of an operation ``is_main``."""

    operation: Operation
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    is_main: bool = False

    def __str__(self) -> str:
        return f"{self.operation.method} {self.target}"

    def send(self, client: httpx.Client) -> httpx.Response:
        return client.request(
            self.operation.method,
            self.target,
            headers=dict(self.headers),
            content=None if self.body is None else self.body.encode(),
        )


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """All operations, those of ``WRITES`` last and in that order, as often as they stand there."""
    found = [
        Operation(
            path=path,
            method=method.upper(),
            definition=definition | {"parameters": parameters_of(document, definition)},
        )
        for path, item in document["paths"].items()
        for method, definition in item.items()
    ]
    yield from (operation for operation in found if operation.id not in WRITES)
    by_name = {operation.id: operation for operation in found}
    yield from (by_name[name] for name in WRITES)


def examples_of(operation: Operation) -> Iterator[Example]:
    """The main example; then, of what only reads, one for each optional example and format."""
    parameters = operation.definition.get("parameters", ())
    path = operation.path
    given: dict[str, Any] = {}
    for parameter in parameters:
        if parameter["in"] == "path":
            value = quote(str(example_of(parameter)), safe="/")
            path = path.replace("{" + parameter["name"] + "}", value)
        elif parameter.get("required") or parameter["name"] in ("query", "graph", "effect"):
            given[parameter["name"]] = example_of(parameter)
        elif parameter["name"] == "per_page":
            given["per_page"] = 1
    bodies = list(_bodies(operation))
    if operation.method == "POST" and operation.path == "/sparql":
        given = {}

    def example(more: dict[str, Any], **options: Any) -> Example:
        pairs = list(_pairs(given | more))
        target = f"{path}?{urlencode(pairs)}" if pairs else path
        return Example(operation=operation, target=target, **options)

    media_type, body = bodies[0] if bodies else (None, None)
    sent = {"content-type": media_type} if media_type else {}
    accept = preferred_media_type(operation)
    accepted = {"accept": accept} if accept else {}
    facets = {"facets": "all"} if any(p["name"] == "facets" for p in parameters) else {}
    yield example(facets, headers={**sent, **accepted}, body=body, is_main=True)
    for media_type, body in bodies[1:]:
        yield example({}, headers={"content-type": media_type}, body=body)
    if operation.method != "GET":
        return
    for parameter in parameters:
        name = parameter["name"]
        if parameter["in"] != "query" or name in given:
            continue
        if name == "format":
            values = [v for v in choices_of(parameter["schema"]) if fits(operation, v)]
        else:
            values = parameter["schema"].get("examples", [])
        yield from (example({name: value}, headers=sent, body=body) for value in values)


def example_of(parameter: Mapping[str, Any]) -> Any:
    """A value for a parameter."""
    return parameter["schema"]["examples"][0]


def fits(operation: Operation, name: str) -> bool:
    """Whether a format is one that the operation's example has: a SELECT gives no graph."""
    if operation.path == "/sparql":
        return name in ("json", "xml", "csv", "tsv")
    return True


def _bodies(operation: Operation) -> Iterator[tuple[str, str]]:
    content = operation.definition.get("requestBody", {}).get("content", {})
    for media_type, media in content.items():
        if "example" in media:
            value = media["example"]
            yield media_type, value if isinstance(value, str) else urlencode(value)


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, str(one).lower() if isinstance(one, bool) else str(one)


def preferred_media_type(operation: Operation) -> str | None:
    """What to ask for: JSON where there is JSON, else what is offered first."""
    for status, response in operation.definition["responses"].items():
        content = response.get("content", {})
        if status.startswith("2") and content:
            names = list(content)
            if operation.path == "/sparql":
                return "application/sparql-results+json"
            known = ("application/json", "text/turtle")
            return next((name for name in known if name in names), names[0])
    return None


def validator(document: Mapping[str, Any], schema: Mapping[str, Any]) -> jsonschema_rs.Validator:
    """A validator of a schema of the document."""
    return jsonschema_rs.validator_for({**schema, "components": document["components"]})


def departures(
    document: Mapping[str, Any], example: Example, answer: httpx.Response
) -> Iterator[str]:
    """In what an answer departs from what the document says of the operation."""
    responses = example.operation.definition["responses"]
    response = responses.get(str(answer.status_code))
    if response is None or not answer.is_success:
        yield f"{answer.status_code}: {answer.text[:300]}"
        return
    headers = document["components"]["headers"]
    for name in response.get("headers", {}):
        if headers[name].get("required") and name not in answer.headers:
            yield f"the header {name} is missing"
    if not answer.content:
        if "content" in response:
            yield "it has no body"
        return
    media_type = answer.headers["content-type"].partition(";")[0]
    media = response.get("content", {}).get(media_type)
    if media is None:
        yield f"{media_type} is not described"
    elif media_type.endswith("json") and "schema" in media:
        yield from _faults(validator(document, media["schema"]).iter_errors(answer.json()))


def _faults(errors: Iterable[Any]) -> Iterator[str]:
    for error in errors:
        place = "/".join(map(str, error.instance_path))
        yield f"{place}: {error.message[:300]}"
