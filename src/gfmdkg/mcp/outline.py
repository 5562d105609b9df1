"""JSON of the service as an outline: cells in a line, what consists of parts indented below.

A cell is a resource (``iri`` and ``label``), a literal, a marked text, a value with its count,
or a plain value; a list of cells stands in one line.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

__all__ = ["cell", "outline", "parts"]

_EMPTY: tuple[object, ...] = (None, [], {}, "")
# A program follows links and compares scores; a reader is told by other words.
_FOR_PROGRAMS = frozenset({"links", "score"})
_PARTS_SHOWN = 12


def outline(document: Mapping[str, Any], *, skipped: Collection[str] = ()) -> Iterator[str]:
    r"""The lines of an object's members; those that are empty are left out.

    >>> pact = {"iri": "https://e.example/pact", "label": "Sea Pact"}
    >>> print(*outline({"pact": pact, "parts": [{"n": 1}, {"n": 2, "of": [{"n": 3}]}]}), sep="\n")
    pact: “Sea Pact” <https://e.example/pact>
    parts:
    - n: 1
    - n: 2
      of:
      - n: 3
    """
    for name, value in document.items():
        if name in skipped or name in _FOR_PROGRAMS or value in _EMPTY:
            continue
        line = cell(value)
        if line is not None:
            yield f"{name}: {line}"
            continue
        yield f"{name}:"
        if isinstance(value, Mapping):
            yield from (f"  {below}" for below in outline(value))
        else:
            yield from parts(value)


def parts(values: list[Any]) -> Iterator[str]:
    """The lines of a list that does not go into one."""
    for value in values[:_PARTS_SHOWN]:
        for index, line in enumerate(_part(value)):
            yield f"{'  ' if index else '- '}{line}"
    if len(values) > _PARTS_SHOWN:
        yield f"- … and {len(values) - _PARTS_SHOWN} more"


def _part(value: Any) -> list[str]:
    line = cell(value)
    if line is not None:
        return [line]
    if isinstance(value, list):
        return list(parts(value))
    lines = list(outline(value))
    is_flat = all(cell(member) is not None for member in value.values())
    return ["; ".join(lines)] if is_flat else lines


def cell(value: Any) -> str | None:
    """The value in one line, or ``None`` where it consists of parts."""
    match value:
        case {"iri": str(iri), "label": label, **rest} if rest.keys() <= {"kind"}:
            return f"“{label}” <{iri}>" if label else f"<{iri}>"
        case {"text": str(text), "marks": list()}:
            return f"“{text}”"
        case {"value": literal, "datatype": _}:
            language = value.get("language")
            return f"“{literal}”@{language}" if language else cell(literal)
        case {"value": counted, "count": int(count)}:  # of a facet
            return f"{cell(counted)} ({count})"
        case {"type": str(kind), "count": int(count), **rest} if rest.keys() <= {"iri"}:
            return f"{kind} ({count})"
        case {"values": list(values), "total_values": _}:  # a facet
            return cell(values)
        case Mapping():
            return None
        case list():
            return _row(value)
        case bool():
            return "true" if value else "false"
        case str() | int() | float() | None:
            return str(value)
        case _:
            raise TypeError(f"not from JSON: {value!r}")


def _row(values: list[Any]) -> str | None:
    cells = [cell(value) for value in values[:_PARTS_SHOWN]]
    if len(values) > _PARTS_SHOWN:
        cells.append(f"… and {len(values) - _PARTS_SHOWN} more")
    return None if None in cells else " | ".join(map(str, cells))
