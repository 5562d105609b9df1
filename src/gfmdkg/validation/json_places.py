"""JSON read with the place of every value, and its pointer (RFC 6901)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

__all__ = ["JsonFault", "JsonValue", "read_json"]

_SPACE = re.compile(r"[ \t\r\n]*")
_ATOM = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null")
_DEEPEST = 200


class JsonFault(ValueError):
    """Text that is no JSON: what was expected at which offset."""

    def __init__(self, message: str, offset: int) -> None:
        self.message, self.offset = message, offset
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class JsonValue:
    """A value from offset ``start`` to before ``end``; ``value`` holds further ones.

    ``value`` is a dict of name to JsonValue, a list of JsonValue, or a plain value.
    """

    value: Any
    start: int
    end: int
    pointer: str

    def members(self) -> Iterator[tuple[str, "JsonValue"]]:
        """The members of an object; none of anything else."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def items(self) -> Iterator["JsonValue"]:
        """The items of an array, or the value itself."""
        if isinstance(self.value, list):
            yield from self.value
        else:
            yield self

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {name: inner.plain() for name, inner in self.value.items()}
        if isinstance(self.value, list):
            return [inner.plain() for inner in self.value]
        return self.value


def read_json(text: str) -> JsonValue:
    """The one value of a text. Raises ``JsonFault``."""
    value = _read(text, _skip(text, 0), "", 0)
    end = _skip(text, value.end)
    if end < len(text):
        raise JsonFault("the end of the document is expected here", end)
    return value


def _skip(text: str, offset: int) -> int:
    match = _SPACE.match(text, offset)
    assert match is not None  # noqa: S101 - it matches nothing as well
    return match.end()


def _read(text: str, start: int, pointer: str, depth: int) -> JsonValue:
    if depth > _DEEPEST:
        raise JsonFault(f"more than {_DEEPEST} levels of nesting", start)
    first = text[start : start + 1]
    if first == "{":
        return _read_object(text, start, pointer, depth)
    if first == "[":
        return _read_array(text, start, pointer, depth)
    if first == '"':
        value, end = _read_string(text, start)
        return JsonValue(value, start, end, pointer)
    atom = _ATOM.match(text, start)
    if atom is None:
        raise JsonFault("a value is expected here", start)
    return JsonValue(json.loads(atom[0]), start, atom.end(), pointer)


def _read_string(text: str, start: int) -> tuple[str, int]:
    try:
        value, end = scanstring(text, start + 1, True)
    except json.JSONDecodeError as error:
        raise JsonFault(error.msg[:1].lower() + error.msg[1:], error.pos) from error
    return value, end


def _read_object(text: str, start: int, pointer: str, depth: int) -> JsonValue:
    members: dict[str, JsonValue] = {}
    offset = _skip(text, start + 1)
    while text[offset : offset + 1] != "}":
        if text[offset : offset + 1] != '"':
            raise JsonFault("a name in double quotes or a closing } is expected here", offset)
        name_start = offset
        name, offset = _read_string(text, offset)
        if name in members:
            raise JsonFault(f"the name “{name}” is there twice", name_start)
        offset = _skip(text, offset)
        if text[offset : offset + 1] != ":":
            raise JsonFault("a colon is expected here", offset)
        escaped = name.replace("~", "~0").replace("/", "~1")
        members[name] = _read(text, _skip(text, offset + 1), f"{pointer}/{escaped}", depth + 1)
        offset = _after_item(text, members[name].end, "}")
    return JsonValue(members, start, offset + 1, pointer)


def _read_array(text: str, start: int, pointer: str, depth: int) -> JsonValue:
    items: list[JsonValue] = []
    offset = _skip(text, start + 1)
    while text[offset : offset + 1] != "]":
        items.append(_read(text, offset, f"{pointer}/{len(items)}", depth + 1))
        offset = _after_item(text, items[-1].end, "]")
    return JsonValue(items, start, offset + 1, pointer)


def _after_item(text: str, end: int, closing: str) -> int:
    offset = _skip(text, end)
    if text[offset : offset + 1] == closing:
        return offset
    if text[offset : offset + 1] != ",":
        raise JsonFault(f"a comma or a closing {closing} is expected here", offset)
    after = _skip(text, offset + 1)
    if text[after : after + 1] == closing:
        raise JsonFault(f"a further value is expected after the comma, not {closing}", after)
    return after
