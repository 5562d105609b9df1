"""HTTP exchanges that a manifest describes, played against the service."""

import re
from dataclasses import dataclass

import httpx
from tests.conformance.suites import MF, Case

HT = "http://www.w3.org/2011/http#"
CNT = "http://www.w3.org/2011/content#"
_STATUSES = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}


@dataclass(frozen=True)
class Message:
    """A request or a response: method, path, headers in lower case, body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None


@dataclass(frozen=True)
class Exchange:
    """A request, and what has to come back. Statuses: "2xx", or "201"."""

    request: Message
    response: Message
    statuses: frozenset[str]
    boolean: str | None
    format: str | None
    location: str | None


def read_exchanges(case: Case) -> list[Exchange]:
    """The exchanges of a test, in their order."""
    manifest = case.graph
    action = manifest.one(case.node, MF + "action")
    exchanges = []
    for node in manifest.items(manifest.one(action, HT + "requests")):
        response = manifest.one(node, HT + "resp")
        statuses = (
            str(s).partition("#")[2].rstrip(">")
            for s in manifest.all(response, MF + "expectedStatus")
        )
        exchanges.append(
            Exchange(
                request=_message(case, node),
                response=_message(case, response),
                statuses=frozenset(_status(name) for name in statuses),
                boolean=manifest.text(response, MF + "expectedBoolean"),
                format=manifest.text(response, MF + "expectedFormat"),
                location=manifest.text(response, MF + "expectedLocation"),
            )
        )
    assert exchanges, f"{case.name} has no requests"
    return exchanges


def _message(case: Case, node: object) -> Message:
    manifest = case.graph
    headers = {}
    for header in manifest.items(manifest.one(node, HT + "headers")):
        name, value = (manifest.text(header, HT + n) for n in ("fieldName", "fieldValue"))
        assert name is not None
        assert value is not None
        headers[name.lower()] = value
    body = manifest.one(node, HT + "body")
    text = manifest.text(body, CNT + "chars")
    encoding = manifest.text(body, CNT + "characterEncoding") or "utf-8"
    return Message(
        method=manifest.text(node, HT + "methodName") or "",
        path=manifest.text(node, HT + "absolutePath") or "",
        headers=headers,
        body=None if text is None else text.encode(encoding),
    )


def _status(name: str) -> str:
    match = re.fullmatch(r"StatusCode([1-5]xx)", name)
    return match[1] if match else str(_STATUSES[name])


def play(client: httpx.Client, message: Message, path: str) -> httpx.Response:
    """Send a request; the manifest's own headers and no others, but for the token."""
    request = client.build_request(
        message.method, path, content=message.body, headers=message.headers
    )
    return client.send(request)


def check_status(answer: httpx.Response, exchange: Exchange) -> None:
    code = str(answer.status_code)
    assert {code, f"{code[0]}xx"} & exchange.statuses, f"{code}: {answer.text}"
