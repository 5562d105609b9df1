"""Dataclasses that are the JSON of an answer.

Pydantic describes such a class in OpenAPI by its annotations and docstrings.
"""

import json
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal
from typing import Any

__all__ = ["DESCRIBED", "members", "write_json"]

DESCRIBED = {"use_attribute_docstrings": True}
"""The ``__pydantic_config__`` of a class whose members have texts below them, for OpenAPI."""


def members(document: Any) -> dict[str, Any]:
    """The members of a dataclass; one with a default may be left out and is, where ``None``."""
    return {
        field.name: value
        for field in fields(document)
        if (value := getattr(document, field.name)) is not None or field.default is MISSING
    }


def write_json(document: object, *, indent: int | None = None) -> str:
    """A document in JSON; any part of it may be a dataclass, a date or a decimal."""
    return json.dumps(document, ensure_ascii=False, indent=indent, default=_plain)


def _plain(part: Any) -> object:
    match part:
        case date():
            return part.isoformat()
        case Decimal():
            return float(part)
        case _:
            return members(part)
