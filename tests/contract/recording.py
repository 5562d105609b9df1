"""Recording what the operations answer, and comparing it with what was recorded."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from tests.contract.documented import Example, examples_of, operations

UNRECORDED = {
    "getMetrics": "its figures differ at each request",
    "getDescription": "it is the document itself",
    "getStaticFile": "files for browsers",
    "getDocumentation": "a page",
    "getProblemType": "a page",
    "getQuestions": "a page",
    "getStartPage": "a page",
}
"""Operations without an example of an answer, with the reason."""

_MOST_CHARACTERS = 20_000
_SHOWN_CHARACTERS = 1_500
# What tells the time of the build, the order of prefixes, or the address of the service.
_VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)"), "TIME"),
    (re.compile(r"[0-9a-f]{64}"), "HASH"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://127.0.0.1:8000"),
    (re.compile(r"\(\d{4}-\d\d-\d\d\)|(year|month|day) = \{\d+\}"), "DATE"),
    (re.compile(r"of the graph, of \d{1,2} [A-Z][a-z]+ \d{4}"), "of the graph, of DATE"),
    (re.compile(r'"date": "\d{4}-\d\d-\d\d"(?=, "licence")'), "DATE"),
)


def record(document: Mapping[str, Any], client: httpx.Client) -> dict[str, dict[str, Any]]:
    """What each operation answers to its main example, by its name."""
    found: dict[str, dict[str, Any]] = {}
    for operation in operations(document):
        example = next(examples_of(operation))
        answer = example.send(client)
        if operation.id not in UNRECORDED:
            found.setdefault(operation.id, recorded(example, answer))
    return dict(sorted(found.items()))


def recorded(example: Example, answer: httpx.Response) -> dict[str, Any]:
    """The entry of one answer; ``request`` is how to ask for it again."""
    assert answer.is_success, f"{example}: {answer.status_code} {answer.text[:500]}"
    entry: dict[str, Any] = {"request": str(example), "status": str(answer.status_code)}
    if answer.content:
        entry["media_type"] = answer.headers["content-type"].partition(";")[0]
        is_json = entry["media_type"].endswith("json")
        entry["value"] = _short_json(answer) if is_json else _short_text(answer.text)
    return entry


def _short_json(answer: httpx.Response) -> Any:
    """A very long list has its first item alone."""
    value = answer.json()
    if len(answer.text) > _MOST_CHARACTERS and isinstance(value, dict) and "items" in value:
        return value | {"items": value["items"][:1]}
    return value


def _short_text(text: str) -> str:
    """The beginning of a long document; the prefixes of Turtle, which have no order, sorted."""
    lines = text.splitlines(keepends=True)
    prefixes = sorted(line for line in lines if line.startswith("@prefix"))
    text = "".join([*prefixes, *(line for line in lines if not line.startswith("@prefix"))])
    if len(text) <= 2 * _SHOWN_CHARACTERS:
        return text
    return text[: text.rindex("\n", 0, len("".join(prefixes)) + _SHOWN_CHARACTERS)] + "\n…\n"


def comparable(entry: Mapping[str, Any]) -> str:
    """An entry without what differs from run to run."""
    text = json.dumps(entry, ensure_ascii=False)
    for pattern, replacement in _VOLATILE:
        text = pattern.sub(replacement, text)
    return text


def all_examples(document: Mapping[str, Any]) -> Iterator[Example]:
    """Every request that the document gives, in an order in which all can be sent."""
    for operation in operations(document):
        yield from examples_of(operation)
