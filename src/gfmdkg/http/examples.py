"""Recorded answers as the examples of the OpenAPI document.

``examples.json`` maps the name of an operation to what it answers when it is asked with its
own example parameters over the shipped graph; ``python -m tests.contract`` records it, and a
test asks all of them again.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["add_examples", "recorded_examples"]


@cache
def recorded_examples() -> Mapping[str, Mapping[str, Any]]:
    """Operation to ``request``, ``status`` and, for an answer with a body, what it says.

    That is ``media_type`` and ``value``: a JSON value, or text.
    """
    text = (files("gfmdkg.http") / "examples.json").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, Any]] = json.loads(text)
    return found


def add_examples(document: Mapping[str, Any]) -> None:
    """Give each answer of an operation that was recorded its example."""
    recorded = recorded_examples()
    for item in document["paths"].values():
        for operation in item.values():
            example = recorded.get(operation["operationId"])
            if example is None or "value" not in example:
                continue
            response = operation["responses"].get(example["status"], {})
            media = response.get("content", {}).get(example["media_type"])
            if media is not None:
                media.pop("example", None)
                media["examples"] = {
                    "recorded": {"summary": example["request"], "value": example["value"]}
                }
