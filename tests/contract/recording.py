"""Recording what the operations answer, and comparing it with what was recorded."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from tests.contract.documented import Example, examples_of, operations

RECORDED = {
    "queriesRecommendationsCiting",
    "sdgs",
    "searchText",
    "suggestNames",
}
"""Operations with an example of an answer in the document: one for each shape to be learnt."""

_SHOWN_CHARACTERS = 80
# What tells the time of the build, or the address of the service.
_VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)"), "TIME"),
    (re.compile(r"[0-9a-f]{64}"), "HASH"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://127.0.0.1:8000"),
)


def record(document: Mapping[str, Any], client: httpx.Client) -> dict[str, dict[str, Any]]:
    """What each of these operations answers to its main example, by its name."""
    found: dict[str, dict[str, Any]] = {}
    for operation in operations(document):
        example = next(examples_of(operation))
        answer = example.send(client)
        if operation.id in RECORDED:
            found.setdefault(operation.id, recorded(example, answer))
    return dict(sorted(found.items()))


def recorded(example: Example, answer: httpx.Response) -> dict[str, Any]:
    """The entry of one answer; ``request`` is how to ask for it again."""
    assert answer.status_code == 200, f"{example}: {answer.status_code} {answer.text[:500]}"
    return {"request": str(example), "value": _short(answer.json())}


def _short(value: Any) -> Any:
    """Of each list the first item, of a long text its beginning; places in a text as they are."""
    match value:
        case dict():
            return {name: _short(member) for name, member in value.items()}
        case [int(), int()]:
            return value
        case list():
            return [_short(item) for item in value[:1]]
        case str() if len(value) > _SHOWN_CHARACTERS:
            return value[:_SHOWN_CHARACTERS] + "…"
        case _:
            return value


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
